"""Held mails under SIGKILL: processes release and hand over what is due while they are killed at random moments.

    python -m tests.drills.release --url sqlite:////tmp/drill.sqlite --kills 100

Prints one line of JSON with the figures; exits 1 when a promise was broken or too little was injected.
"""

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.mail import OutboxMail
from models.messages import Message, Thread
from models.organizations import Organization
from models.people import Account
from models.states import MailClass, MailState, MessageState, Role
from models.talents import Talent
from portal import clock
from portal.actors import Actor
from portal.app import create_app
from portal.database import begin_write
from portal.matching import search_index
from portal.messaging import dispatching, releasing
from portal.messaging.checking import Draft
from portal.settings import Settings
from tests.drills import telling
from tests.drills.delivery import NEXT, PATIENCE, hang_up, holds, wait_until_it_holds
from tests.mail.postoffice import open_office
from tests.mail.sending import deliver

MESSAGES = 240
CHUNK = 8  # so that there is a middle to be killed in
LONGEST_LIFE = 0.03  # seconds until a worker is killed, once it has begun
HOLD = timedelta(minutes=5)


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
        figures["reached"] = len({envelope.recipients[0] for envelope in office.received})
    figures |= {"seed": wanted.seed, "letters": len(copies), "duplicates": sum(copies.values()) - len(copies)}
    figures["seconds"] = round(time.monotonic() - begun, 1)
    each_once = ("messages", "delivered", "told_once", "outbox", "letters", "reached")
    return telling.tell(
        figures,
        **{name: figures[name] == MESSAGES for name in each_once},
        duplicates=figures["duplicates"] <= figures["kills"],
        kills=figures["kills"] >= wanted.kills * 0.8,
        in_the_middle=figures["while_releasing"] > 0 and figures["while_delivering"] > 0,
    )


def keep_workers(wanted: argparse.Namespace, port: int, answered: int) -> int:
    settings = Settings(
        database_url=wanted.url,
        secret_key="a drill needs no secret, but 32 letters",
        mail_server="127.0.0.1",
        mail_port=port,
        offers_a_mail=1000,
        offers_a_day=1000,
    )
    app = create_app(settings, doors=False)
    releasing.CHUNK = CHUNK
    now = clock.now()
    with app.app_context():
        fill(settings, now=now - HOLD)
        hang_up()
    figures = kill(app, wanted.kills)
    with app.app_context():
        work(now + (wanted.kills + 2) * NEXT)
        figures |= measure()
        hang_up()
    with os.fdopen(answered, "w") as pipe:
        pipe.write(json.dumps(figures))
    return 0


def fill(settings: Settings, *, now: datetime) -> None:
    """One offer to many, held and due."""
    begin_write()
    house = Organization(
        name="試験団体", org_type="07", prefecture="東京都", public_email="info@example.org", created_at=now
    )
    db.session.add(house)
    db.session.flush()
    writer = Account(email="w@example.jp", name="試験", role=Role.owner, organization_id=house.id, created_at=now)
    people = [
        Account(email=f"p{number}@example.jp", name=f"人材{number}", role=Role.talent, created_at=now)
        for number in range(MESSAGES)
    ]
    db.session.add_all([writer, *people])
    db.session.flush()
    talents = [
        Talent(
            account_id=one.id, code=f"T{one.id:09}", is_public=True, accepts_offers=True, created_at=now, updated_at=now
        )
        for one in people
    ]
    db.session.add_all(talents)
    db.session.flush()
    search_index.refresh([one.id for one in talents])
    draft = Draft(MailClass.offer, "件名", "本文", talent_ids=[one.id for one in talents])
    actor = Actor(Role.owner, writer.id, house.id, writer.name)
    dispatching.send(draft, token="drill", actor=actor, now=now, settings=settings)
    db.session.commit()


def work(now: datetime) -> None:
    releasing.release_due(now)
    deliver(now)


def kill(app: Flask, kills: int) -> dict[str, int]:
    """One worker after another, half of them while they release and half while they hand over; returns how many were
    hit alive, and in the middle of what."""
    figures = {"kills": 0, "while_releasing": 0, "while_delivering": 0}
    for turn in range(1, kills + 1):
        releasing_turn = turn <= kills // 2
        with app.app_context():
            if not releasing_turn:
                releasing.release_due(clock.now())
            before = held()
            hang_up()
        worker = start(app, turn=turn)
        with app.app_context():
            if releasing_turn:
                wait_until_fewer_than(before)
            else:
                wait_until_it_holds(turn)
            hang_up()
        time.sleep(random.uniform(0, LONGEST_LIFE))
        os.kill(worker, signal.SIGKILL)
        _, status = os.waitpid(worker, 0)
        figures["kills"] += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        with app.app_context():
            figures["while_releasing"] += 0 < held() < MESSAGES
            figures["while_delivering"] += not releasing_turn and holds(turn)
            hang_up()
    return figures


def held() -> int:
    found = count(Message.state == MessageState.held)
    db.session.rollback()
    return found


def wait_until_fewer_than(before: int) -> None:
    end = time.monotonic() + PATIENCE
    while held() >= before and time.monotonic() < end:
        time.sleep(0.005)


def start(app: Flask, *, turn: int) -> int:
    """A worker whose clock is `turn` leases ahead."""
    child = os.fork()
    if child:
        return child
    try:
        with app.app_context():
            work(clock.now() + turn * NEXT)
        os._exit(0)
    finally:
        os._exit(1)


def count(*criteria: Any) -> int:
    return db.session.scalar(select(func.count()).where(*criteria)) or 0


def measure() -> dict[str, int]:
    return {
        "messages": count(Message.id > 0),
        "delivered": count(Message.state == MessageState.delivered),
        "told_once": count(Thread.unread_talent == 1),
        "outbox": count(OutboxMail.state == MailState.sent),
    }


if __name__ == "__main__":
    sys.exit(main())
