"""The process that looks into foreign files: bounded, without secrets, and not believed blindly."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from portal.errors import Refused, Unavailable
from portal.files import inspection
from portal.files.kinds import DOCUMENT_KINDS, PDF, FileKind
from tests.databases import ROOT
from tests.files import pictures
from tests.files.pdfs import packed, pdf

BOMB = packed(b"<</A(" + b" " * 60_000_000 + b")>>")  # a hundred kilobytes that keep pypdf busy for a minute
LIMITED = """
import sys
from portal.files.inspector import __main__ as inspector
inspector.{limit} = {value}
sys.argv = ["inspector", "photo"]
inspector.main()
"""


def inspect(data: bytes, program: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, input=data, capture_output=True, timeout=60, check=False
    )


def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """What the portal starts instead of the interpreter."""
    program = tmp_path / "inspector.sh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))


def judge(data: bytes = b"x") -> FileKind:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        return inspection.judge(file, DOCUMENT_KINDS)


def refusal(data: bytes = b"x") -> str:
    with pytest.raises(Refused) as caught:
        judge(data)
    return str(caught.value)


def test_computing_is_stopped_by_the_system() -> None:
    begun = time.monotonic()
    done = inspect(BOMB, LIMITED.format(limit="CPU_SECONDS", value=1))
    assert done.returncode < 0
    assert done.stdout == b""
    assert time.monotonic() - begun < 30


def test_memory_is_limited_by_the_system() -> None:
    done = inspect(pictures.picture("RGBA", (5000, 5000)), LIMITED.format(limit="MEMORY", value=200 * 1024 * 1024))
    assert json.loads(done.stdout) == {"reason": "endless"}


def test_the_limits_are_in_force_and_leave_no_core() -> None:
    program = (
        "import resource\nfrom portal.files.inspector import __main__ as inspector\ninspector._bind()\n"
        "print([resource.getrlimit(getattr(resource, name)) for name in"
        " ('RLIMIT_CPU', 'RLIMIT_AS', 'RLIMIT_FSIZE', 'RLIMIT_CORE')])"
    )
    done = inspect(b"", program)
    assert done.stdout.decode().strip() == str([(10, 10), (2**30, 2**30), (2**24, 2**24), (0, 0)])


def test_what_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, f"echo $$ > {tmp_path}/pid\nexec sleep 600")
    monkeypatch.setattr(inspection, "SECONDS", 1)
    begun = time.monotonic()
    assert refusal() == inspection.SENTENCES["endless"]
    assert time.monotonic() - begun < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


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
def test_what_it_says_is_not_believed_blindly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: str
) -> None:
    stand_in(tmp_path, monkeypatch, f"printf '%s\\n' '{answer}'")
    stock = "この形式のファイルは受け付けられません。"
    assert refusal().startswith(inspection.SENTENCES[code] if code else stock)


def test_a_process_that_fails_after_its_answer_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, 'echo \'{"kind": "pdf"}\'\nkill -9 $$')
    assert refusal() == inspection.SENTENCES["endless"]


def test_it_gets_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "a secret that must stay")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another secret")
    stand_in(tmp_path, monkeypatch, f"env > {tmp_path}/env\nls -l /proc/self/fd > {tmp_path}/fd\necho '{{}}'")
    refusal()
    names = {line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()}
    assert names <= {"PATH", "LC_ALL", "PWD", "SHLVL", "_", "OLDPWD"}
    assert "socket:" not in (tmp_path / "fd").read_text()


def test_it_imports_nothing_of_the_portal_but_itself() -> None:
    program = (
        "import sys\nimport portal.files.inspector.__main__\n"
        "from portal.files.inspector import looks, office, pdf, picture\n"
        "print([name for name in sys.modules if name.startswith(('portal', 'models', 'flask', 'sqlalchemy'))])"
    )
    seen = inspect(b"", program).stdout.decode()
    names = ["", ".__main__", ".looks", ".office", ".pdf", ".picture"]
    expected = {"portal", "portal.files", *(f"portal.files.inspector{name}" for name in names)}
    assert set(json.loads(seen.replace("'", '"'))) == expected


def test_no_more_than_two_run_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, seen = tmp_path / "at-$$", tmp_path / "seen"
    script = f"mkdir {place}\nls -d {tmp_path}/at-* | wc -l >> {seen}\nsleep 1\nrmdir {place}\nexit 1"
    stand_in(tmp_path, monkeypatch, script)
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
    taken = [inspection._places.acquire(blocking=False) for _ in range(inspection.AT_ONCE)]
    try:
        with pytest.raises(Unavailable, match="混み合っています"):
            judge(pdf())
    finally:
        for _ in taken:
            inspection._places.release()
    monkeypatch.undo()
    assert judge(pdf()) is PDF
