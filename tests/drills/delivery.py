"""Delivery under SIGKILL: real workers hand letters to a real SMTP server while they are killed at random moments.

    python -m tests.drills.delivery --url sqlite:////tmp/drill.sqlite --kills 200

First several workers share letters in peace, then one after another is killed. Prints one line of JSON with the
figures; exits 1 when a promise was broken or too little was injected.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.mail import OutboxMail
from models.states import MailState
from portal import clock
from portal.app import create_app
from portal.mail import delivery
from portal.settings import Settings
from tests.drills import telling
from tests.mail.postoffice import open_office
from tests.mail.sending import deliver, queue

PROCESSES = 3
PEACEFUL = 200  # letters that PROCESSES share
LONGEST_LIFE = 0.08  # seconds until a worker is killed, mostly counted from when it holds letters
PATIENCE = 3.0  # seconds for a worker to hold any
A_KILL = 12  # letters for each kill: more than one worker can send in its life
NEXT = delivery.LEASE + timedelta(seconds=1)  # of the workers' clock: what the killed one held is due again


def main() -> int:
    wanted = telling.parser(__doc__).parse_args()
    random.seed(wanted.seed)
    begun = time.monotonic()
    orders, told = os.pipe()
    answers, answered = os.pipe()
    if not os.fork():  # workers are forked by a process without threads; the server below has one
        os.close(told)
        os._exit(keep_workers(wanted, int(os.read(orders, 16)), answered))
    os.close(answered)
    with open_office() as office:
        os.write(told, str(office.port).encode())
        with os.fdopen(answers) as pipe:
            figures = json.loads(pipe.read() or "{}")
        copies = Counter(office.ids)
    duplicates = sum(copies.values()) - len(copies)
    figures |= {"seed": wanted.seed, "delivered": len(copies), "duplicates": duplicates}
    figures["seconds"] = round(time.monotonic() - begun, 1)
    return telling.tell(
        figures,
        delivered=figures["delivered"] == figures["sent"] == figures["letters"],
        shared=figures["shared"] == 0,
        duplicates=figures["duplicates"] <= figures["kills"],
        kills=figures["kills"] >= wanted.kills * 0.8 and figures["held_at_kill"] >= wanted.kills * 0.5,
    )


def keep_workers(wanted: argparse.Namespace, port: int, answered: int) -> int:
    settings = Settings(
        database_url=wanted.url,
        secret_key="a drill needs no secret, but 32 letters",
        mail_server="127.0.0.1",
        mail_port=port,
    )
    app = create_app(settings, doors=False)
    now = clock.now()
    write(app, PEACEFUL)
    peaceful = share(app)
    letters = wanted.kills * A_KILL
    write(app, letters)
    kills, held = kill(app, wanted.kills)
    figures = {"letters": PEACEFUL + letters, "shared": peaceful, "kills": kills, "held_at_kill": held}
    with app.app_context():
        # What was held by the last one comes back when its lease ends.
        deliver(now + (wanted.kills + 2) * NEXT)
        figures["sent"] = db.session.scalar(select(func.count()).where(OutboxMail.state == MailState.sent))
        figures["most_attempts"] = db.session.scalar(select(func.max(OutboxMail.attempts)))
        hang_up()
    with os.fdopen(answered, "w") as pipe:
        pipe.write(json.dumps(figures))
    return 0


def write(app: Flask, letters: int) -> None:
    with app.app_context():
        queue(letters, now=clock.now())
        hang_up()


def hang_up() -> None:
    """A connection must not be shared with a child."""
    db.session.remove()
    db.engine.dispose()


def share(app: Flask) -> int:
    """Several at once, nobody killed; returns how many letters were tried more than once."""
    workers = [start(app, turn=0) for _ in range(PROCESSES)]
    for worker in workers:
        os.waitpid(worker, 0)
    with app.app_context():
        again = db.session.scalar(select(func.count()).where(OutboxMail.attempts > 1)) or 0
        hang_up()
    return again


def kill(app: Flask, kills: int) -> tuple[int, int]:
    """One worker after another; returns how many were hit alive, and how many of them held letters then."""
    alive = holding = 0
    for turn in range(1, kills + 1):
        worker = start(app, turn=turn)
        with app.app_context():
            if turn % 4:  # every fourth is hit at any moment of its start
                wait_until_it_holds(turn)
            hang_up()
        time.sleep(random.uniform(0, LONGEST_LIFE))
        os.kill(worker, signal.SIGKILL)
        _, status = os.waitpid(worker, 0)
        alive += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        with app.app_context():
            holding += holds(turn)
            hang_up()
    return alive, holding


def wait_until_it_holds(turn: int) -> None:
    end = time.monotonic() + PATIENCE
    while not holds(turn) and time.monotonic() < end:
        time.sleep(0.005)


def holds(turn: int) -> bool:
    leased = (OutboxMail.state == MailState.sending) & (OutboxMail.next_at > clock.now() + turn * NEXT)
    found = db.session.scalar(select(OutboxMail.id).where(leased).limit(1))
    db.session.rollback()
    return found is not None


def start(app: Flask, *, turn: int) -> int:
    """A worker whose clock is `turn` leases ahead."""
    child = os.fork()
    if child:
        return child
    try:
        with app.app_context():
            deliver(clock.now() + turn * NEXT)
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
