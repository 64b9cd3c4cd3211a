"""The process that looks into foreign files: bounded, without secrets, and not believed blindly."""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.apart.client import Workshop
from portal.errors import Refused, Unavailable
from portal.files import inspection
from portal.files.inspector import KIND
from portal.files.kinds import DOCUMENT_KINDS, PDF, PHOTO_KINDS, FileKind
from tests.databases import ROOT
from tests.files import pictures
from tests.files.pdfs import packed, pdf

BOMB = packed(b"<</A(" + b" " * 60_000_000 + b")>>")  # a hundred kilobytes that keep pypdf busy for a minute
OURS = """
import resource
from portal.apart import workshop
from portal.files.inspector import __main__ as inspector
{change}
inspector.main()
"""
STRANGER = """
import os, signal, time
from portal.apart import workshop

def work(order, given, pipe):
    {work}

workshop.keep_open("stranger", lambda: work)
"""
Opened = Callable[[str], None]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """What the portal asks instead of its inspector."""
    opened: list[Workshop] = []

    def keep(program: str) -> None:
        stand_in = Workshop("none", at_once=inspection.AT_ONCE)
        stand_in.command = (sys.executable, "-c", program)
        opened.append(stand_in)
        monkeypatch.setattr(inspection, "inspector", stand_in)

    yield keep
    for stand_in in opened:
        stand_in.close()


def judge(data: bytes = b"x") -> FileKind:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        return inspection.judge(file, DOCUMENT_KINDS)


def refusal(data: bytes = b"x") -> str:
    with pytest.raises(Refused) as caught:
        judge(data)
    return str(caught.value)


def test_computing_is_stopped_by_the_system(opened: Opened) -> None:
    opened(OURS.format(change="inspector.CPU_SECONDS = 1"))
    begun = time.monotonic()
    assert refusal(BOMB) == inspection.SENTENCES["endless"]
    assert time.monotonic() - begun < inspection.SECONDS - 5, "it was not the wall's clock that ended it"


def test_memory_is_limited_by_the_system(opened: Opened) -> None:
    opened(OURS.format(change="workshop.MEMORY = 200 * 1024 * 1024"))
    with tempfile.TemporaryFile() as file:
        file.write(pictures.picture("RGBA", (5000, 5000)))
        with pytest.raises(Refused) as caught:
            inspection.redraw(file, PHOTO_KINDS)
    assert str(caught.value) == inspection.SENTENCES["endless"]


def test_the_limits_are_in_force_and_leave_no_core(opened: Opened) -> None:
    names = "('RLIMIT_CPU', 'RLIMIT_AS', 'RLIMIT_FSIZE', 'RLIMIT_CORE')"
    told = f"[resource.getrlimit(getattr(resource, name)) for name in {names}]"
    opened(OURS.format(change=f"inspector.judge = lambda *_, **__: ({told}, b'')"))
    with tempfile.TemporaryFile() as file:
        answer = json.loads(inspection._answer(file, KIND))
    assert answer == [[10, 12], [2**30, 2**30], [0, 0], [0, 0]]


def test_what_hangs_is_ended(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(STRANGER.format(work="time.sleep(600)"))
    monkeypatch.setattr(inspection, "SECONDS", 1)
    begun = time.monotonic()
    assert refusal() == inspection.SENTENCES["endless"]
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("", "endless"),
        ("nonsense", "endless"),
        ("[1]", "endless"),
        ("null", "endless"),
        ('{"reason": "macro"}', "macro"),
        ('{"reason": "no such reason"}', ""),
        ('{"kind": "exe"}', ""),
        ('{"kind": ["pdf"]}', ""),
        ('{"reason": "kind", "detail": "<script>alert(1)</script>"}', ""),
    ],
)
def test_what_it_says_is_not_believed_blindly(opened: Opened, answer: str, code: str) -> None:
    opened(STRANGER.format(work=f"workshop.answer(pipe, b'judged', {answer.encode()!r})"))
    stock = "この形式のファイルは受け付けられません。"
    assert refusal().startswith(inspection.SENTENCES[code] if code else stock)


def test_another_word_before_it_is_not_believed(opened: Opened) -> None:
    said = b'{"kind": "pdf"}'
    opened(STRANGER.format(work=f"workshop.answer(pipe, b'made', {said!r})"))
    assert refusal() == inspection.SENTENCES["endless"]


def test_a_process_that_fails_in_its_answer_is_not_believed(opened: Opened) -> None:
    half = b'judged 99\n{"kind": "pdf"}\n'
    opened(STRANGER.format(work=f"os.write(pipe, {half!r}); os.kill(os.getpid(), signal.SIGKILL)"))
    assert refusal() == inspection.SENTENCES["endless"]


def test_without_an_inspector_nothing_is_taken(opened: Opened) -> None:
    opened("raise SystemExit(1)")
    with pytest.raises(Unavailable, match="ただいまファイルを確認できません"):
        judge(pdf())


def test_it_gets_no_secret(opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "a secret that must stay")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another secret")
    seen = "os.environ, [os.readlink(f'/proc/self/fd/{{number}}') for number in os.listdir('/proc/self/fd')[:-1]]"
    opened(STRANGER.format(work=f"open('{tmp_path}/seen', 'w').write(repr(({seen.format()})))"))
    refusal()
    told = (tmp_path / "seen").read_text()
    assert "PORTAL_" not in told
    assert "AWS_" not in told
    assert "PATH" in told
    assert "pipe:" in told
    assert "socket:" not in told


def test_it_imports_nothing_of_the_portal_but_itself() -> None:
    program = (
        "import sys\nimport portal.files.inspector.__main__\n"
        "print([name for name in sys.modules if name.startswith(('portal', 'models', 'flask', 'sqlalchemy'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60, check=True)
    names = ["", ".__main__", ".looks", ".office", ".pdf", ".picture"]
    expected = {"portal", "portal.files", *(f"portal.files.inspector{name}" for name in names)}
    expected |= {"portal.apart", "portal.apart.workshop"}
    assert set(json.loads(done.stdout.decode().replace("'", '"'))) == expected


def test_no_more_than_two_run_at_once(opened: Opened, tmp_path: Path) -> None:
    place, seen = f"'{tmp_path}/at-' + str(os.getpid())", tmp_path / "seen"
    steps = (
        f"place = {place}",
        "os.mkdir(place)",
        f"at = len([name for name in os.listdir('{tmp_path}') if name.startswith('at-')])",
        f"open('{seen}', 'a').write(str(at) + ' ')",
        "time.sleep(1)",
        "os.rmdir(place)",
    )
    opened(STRANGER.format(work="; ".join(steps)))
    outcomes: list[str] = []

    def act() -> None:
        outcomes.append(refusal())

    threads = [threading.Thread(target=act) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(map(int, seen.read_text().split())) == inspection.AT_ONCE
    assert outcomes == [inspection.SENTENCES["endless"]] * 5


def test_who_waits_too_long_for_a_place_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "SECONDS", 0.1)
    places = inspection.inspector._places
    taken = [places.acquire(blocking=False) for _ in range(inspection.AT_ONCE)]
    try:
        with pytest.raises(Unavailable, match="混み合っています"):
            judge(pdf())
    finally:
        for _ in taken:
            places.release()
    monkeypatch.undo()
    assert judge(pdf()) is PDF
