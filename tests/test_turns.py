"""What measures time is alone, and is not overtaken by those that come while it waits."""

from threading import Event, Thread

import pytest

from tests.turns import turn


def test_who_wants_to_be_alone_waits_for_the_others_and_they_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", "turns-of-a-test")
    said: list[str] = []
    begun, over = Event(), Event()

    def beside() -> None:
        with turn(alone=False):
            begun.set()
            over.wait(10)
            said.append("first")

    def take(word: str, *, alone: bool) -> None:
        with turn(alone=alone):
            said.append(word)

    threads = [Thread(target=beside)]
    threads[0].start()
    assert begun.wait(10)
    take("beside", alone=False)  # those that share do not wait for each other
    for word, alone in (("alone", True), ("later", False)):
        threads.append(Thread(target=take, args=(word,), kwargs={"alone": alone}))
        threads[-1].start()
        threads[-1].join(0.2)
        assert threads[-1].is_alive()
    over.set()
    for thread in threads:
        thread.join(10)
    assert said == ["beside", "first", "alone", "later"]
