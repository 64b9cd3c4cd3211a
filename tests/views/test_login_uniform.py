"""Nothing that the login answers tells whether an address is registered (G9)."""

import os
import re
import statistics
import time
from datetime import UTC, datetime

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from models.base import db
from models.people import Account
from models.states import Role
from portal.database import begin_write
from tests.make import PASSWORD, Maker, password_hash

SAMPLES = int(os.environ.get("PORTAL_TIMING", "60"))
SHOWN_ONCE = re.compile(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"|value="[a-z0-9]+@example\.jp"')


def shape(answer: TestResponse) -> tuple[int, int, str, tuple[str, ...]]:
    """Status, size, text without what is new in each answer, and the headers."""
    headers = {name: value for name, value in answer.headers if name not in ("Content-Security-Policy", "Set-Cookie")}
    cookies = [cookie.split("=")[0] for cookie in answer.headers.getlist("Set-Cookie")]
    return (
        answer.status_code,
        len(answer.data),
        SHOWN_ONCE.sub("", answer.text),
        tuple(sorted(f"{name}: {value}" for name, value in headers.items())) + tuple(cookies),
    )


@pytest.mark.parametrize("door", ["/login", "/talent/login"])
def test_whatever_is_wrong_the_page_is_the_same(door: str, site: Flask, client, make_here: Maker) -> None:
    now = datetime.now(UTC)
    organization, closed = make_here.organization(), make_here.organization(suspended_at=now)
    make_here.account(Role.owner, organization, email="member@example.jp")
    make_here.account(Role.owner, closed, email="closed@example.jp")
    make_here.account(Role.viewer, organization, email="banned@example.jp", suspended_at=now)
    make_here.account(Role.talent, email="talent@example.jp")
    make_here.account(Role.reviewer, email="invite@example.jp", password_hash="")
    tried = {
        "unknown": ("nobody@example.jp", PASSWORD),
        "wrong": ("member@example.jp", "partner-demo!"),
        "closed organization": ("closed@example.jp", PASSWORD),
        "banned": ("banned@example.jp", PASSWORD),
        "another door": ("talent@example.jp" if door == "/login" else "member@example.jp", PASSWORD),
        "no password yet": ("invite@example.jp", PASSWORD),
    }

    answers = {}
    for place, (name, (email, password)) in enumerate(tried.items()):
        stranger = site.test_client()
        stranger.environ_base["REMOTE_ADDR"] = f"198.51.100.{place}"
        answers[name] = shape(stranger.post(door, data={"email": email, "password": password}))

    assert len(set(answers.values())) == 1, answers
    assert next(iter(answers.values()))[0] == 422


def test_the_throttle_of_an_unknown_address_looks_the_same(site: Flask, client, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email="member@example.jp")
    answers = []
    for place, email in enumerate(("member@example.jp", "nobody@example.jp")):
        for number in range(11):
            stranger = site.test_client()
            stranger.environ_base["REMOTE_ADDR"] = f"198.51.{place}.{number}"
            answer = stranger.post("/login", data={"email": email, "password": "wrong"})
        answers.append(shape(answer))

    known, unknown = answers
    assert known[0] == 429
    assert known[:3] == unknown[:3]


@pytest.mark.alone
@pytest.mark.usefixtures("true_passwords")
@pytest.mark.parametrize("page", ["login", "reissue"])
def test_known_and_unknown_take_the_same_time(page: str, site: Flask, client, make_here: Maker) -> None:
    """The middle of SAMPLES answers each, one after the other by turns; `PORTAL_TIMING=200` asks for the promise's."""
    address, status = {"login": ("/talent/login", 422), "reissue": ("/reissue/talent", 303)}[page]
    begin_write()
    db.session.add_all(
        Account(
            email=f"known{number:04d}@example.jp",
            name="佐藤 美咲",
            role=Role.talent,
            password_hash=password_hash(),
            created_at=make_here.now,
        )
        for number in range(-3, SAMPLES)
    )
    db.session.commit()
    spent: dict[str, list[float]] = {"known": [], "blank": []}
    for number in range(-3, SAMPLES):
        for name, times in spent.items():
            stranger = site.test_client()
            stranger.environ_base["REMOTE_ADDR"] = f"198.51.{len(times)}.{number % 250}"
            data = {"email": f"{name}{number:04d}@example.jp", "password": "wrong"}
            begun = time.perf_counter()
            answer = stranger.post(address, data=data)
            times.append((time.perf_counter() - begun) * 1000)
            assert answer.status_code == status
    known, unknown = (times[3:] for times in spent.values())
    engine = db.engine.name
    apart = abs(statistics.median(known) - statistics.median(unknown))
    auc = sum((a > b) + (a == b) / 2 for a in known for b in unknown) / len(known) / len(unknown)
    print(
        f"\n{page} over HTTP, {len(known)} + {len(unknown)} on {engine}: known {statistics.median(known):.1f} ms, "
        f"unknown {statistics.median(unknown):.1f} ms, {apart:.2f} ms apart, AUC {auc:.2f}"
    )
    assert apart < 5
    assert SAMPLES < 200 or 0.4 < auc < 0.6
