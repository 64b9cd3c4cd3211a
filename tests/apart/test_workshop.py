"""A workshop's answers are whole or none, its workers are bound and yield, and it starts again when it is gone."""

import io
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from portal.apart import client
from portal.apart.client import Away, Busy, Endless, Stopped, Workshop
from portal.apart.workshop import YIELDS

SHOP = """
import os, signal, time
from portal.apart import workshop

def work(order, given, pipe):
    {work}

workshop.keep_open("test", lambda: work)
"""
ECHO = "workshop.answer(pipe, b'word', bytes([order]) + os.read(given, 100))"


@pytest.fixture
def shop() -> Iterator[Callable[[str], Workshop]]:
    open_ones: list[Workshop] = []

    def keep(work: str) -> Workshop:
        made = Workshop("none", at_once=2)
        made.command = (sys.executable, "-c", SHOP.format(work=work))
        open_ones.append(made)
        return made

    yield keep
    for made in open_ones:
        made.close()


def ask(made: Workshop, given: bytes = b"given", *, seconds: float = 20) -> tuple[bytes, bytes]:
    with tempfile.TemporaryFile() as file:
        file.write(given)
        return made.ask(7, file, seconds=seconds)


def test_an_order_is_answered_by_a_worker_of_its_own(shop: Callable[[str], Workshop]) -> None:
    assert ask(shop(ECHO), b"some bytes") == (b"word", b"\x07some bytes")
    asked = shop("workshop.answer(pipe, b'at', str(os.getpid()).encode())")
    assert len({ask(asked) for _ in range(3)}) == 3


@pytest.mark.parametrize(
    "answer", [b"", b"made", b"made 5\n1234", b"made 3\n1234", b"made -1\n", b"\n\n", b"made 4 \n1234", b" 4\n1234"]
)
def test_an_answer_that_is_not_whole_is_none(answer: bytes, shop: Callable[[str], Workshop]) -> None:
    with pytest.raises(Stopped):
        client._whole(answer)
    with pytest.raises(Stopped):
        ask(shop(f"os.write(pipe, {answer!r}); os.kill(os.getpid(), signal.SIGKILL)"))


def test_an_answer_that_does_not_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker under foreign control may send for ever; it is killed."""
    monkeypatch.setattr(client, "LARGEST", 100_000)
    ours, theirs = os.pipe()
    worker = os.fork()
    if worker == 0:
        while True:
            os.write(theirs, b"made 9\n" * 1000)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as pipe, pytest.raises(Endless):
        client._read(pipe, worker, 15)
    assert os.waitpid(worker, 0)[1] == signal.SIGKILL


def test_who_says_nothing_in_time_is_killed(shop: Callable[[str], Workshop], tmp_path: Path) -> None:
    asked = shop(f"open('{tmp_path}/worker', 'w').write(str(os.getpid())); time.sleep(600)")
    begun = time.monotonic()
    with pytest.raises(Endless):
        ask(asked, seconds=0)
    assert time.monotonic() - begun < 20
    worker = int((tmp_path / "worker").read_text())
    end = time.monotonic() + 10
    with suppress(ProcessLookupError):
        while time.monotonic() < end:
            os.kill(worker, 0)
            time.sleep(0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_worker_goes_behind_those_who_ask_for_pages(shop: Callable[[str], Workshop]) -> None:
    bound = "workshop.bind(computing=5, seconds=5, give_up=lambda: None)"
    _word, step = ask(shop(f"{bound}; workshop.answer(pipe, b'nice', str(os.nice(0)).encode())"))
    assert int(step) == os.nice(0) + YIELDS


@pytest.mark.parametrize(
    ("bounds", "work"),
    [("computing=1, seconds=20", "while True: pass"), ("computing=20, seconds=1", "time.sleep(60)")],
    ids=["computing", "waiting"],
)
def test_who_takes_too_long_says_so(bounds: str, work: str, shop: Callable[[str], Workshop]) -> None:
    give_up = "lambda: workshop.answer(pipe, b'tired')"
    program = f"workshop.bind({bounds}, give_up={give_up})\n    {work}"
    begun = time.monotonic()
    assert ask(shop(program)) == (b"tired", b"")
    assert time.monotonic() - begun < 20


def test_who_finds_no_place_in_time_is_told(shop: Callable[[str], Workshop]) -> None:
    asked = shop(ECHO)
    taken = [asked._places.acquire(blocking=False) for _ in range(2)]
    assert taken == [True, True]
    with pytest.raises(Busy):
        asked.ask(1, io.BytesIO(), seconds=1, patience=0.05)
    asked._places.release()
    assert ask(asked)[0] == b"word"
    asked._places.release()


def test_one_that_was_killed_starts_again_and_one_that_cannot_start_says_why(
    shop: Callable[[str], Workshop], caplog: pytest.LogCaptureFixture
) -> None:
    asked = shop(ECHO)
    ask(asked)
    assert asked._process is not None
    before = asked._process.pid
    asked._process.kill()
    asked._process.wait()
    assert ask(asked)[0] == b"word"
    assert asked._process.pid != before

    unfit = shop(ECHO)
    unfit.command = (sys.executable, "-c", "from portal.apart.workshop import keep_open; keep_open('x', lambda: 1 / 0)")
    with pytest.raises(Away):
        ask(unfit)
    assert "ZeroDivisionError" in caplog.text
    assert ask(asked)[0] == b"word", "a place was given back"


def test_it_ends_with_its_owner(shop: Callable[[str], Workshop]) -> None:
    asked = shop(ECHO)
    ask(asked)
    process, door = asked._process, asked._door
    assert process is not None
    assert door is not None
    door.close()  # what the system does for a process that is killed
    assert process.wait(10) == 0
