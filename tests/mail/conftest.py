"""The post office, and an application that hands its mail to it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.mail.postoffice import Office, open_office


@pytest.fixture
def office() -> Iterator[Office]:
    with open_office() as opened:
        yield opened


@pytest.fixture
def posting(rules: Flask, office: Office) -> Iterator[Flask]:
    """An application context whose mail goes to `office`."""
    mail = rules.extensions["mail"]
    before = mail.server, mail.port
    mail.server, mail.port = "127.0.0.1", office.port
    yield rules
    mail.server, mail.port = before
