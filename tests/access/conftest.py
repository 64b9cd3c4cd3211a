"""The application as the demo serves it, and a world of people and objects in it."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from portal import demo_mail
from portal.app import create_app
from portal.settings import Settings
from tests.access.world import World
from tests.client import Browser
from tests.conftest import empty, hang_up, hurried


@pytest.fixture(scope="module")
def app(settings: Settings) -> Iterator[Flask]:
    """With the demo's routes."""
    app = hurried(create_app(replace(settings, demo=True)))
    app.test_client_class = Browser
    app.config |= {"TESTING": True, "WTF_CSRF_ENABLED": False}
    yield app
    hang_up(app)


@pytest.fixture(scope="module")
def world(app: Flask) -> Iterator[World]:
    with app.app_context():
        empty()
        yield World(app, letter_id=a_letter(Path(app.config["PORTAL"].mail_folder)))
        empty()


def a_letter(folder: Path) -> str:
    message = EmailMessage()
    message["Subject"] = "試験"
    message.set_content("本文です。https://example.org を開いてください。")
    folder.mkdir(exist_ok=True)
    demo_mail.keep(folder, message.as_bytes())
    return demo_mail.list_letters(folder)[0][0].id
