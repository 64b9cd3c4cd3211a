"""An account, and the steps of its login."""

from datetime import datetime

import pytest
from flask import Flask

from models.people import Account
from models.states import Role
from portal.settings import Settings
from tests.accounts.steps import Steps
from tests.make import Maker


@pytest.fixture
def steps(rules: Flask, settings: Settings, now: datetime) -> Steps:
    return Steps(settings, now)


@pytest.fixture
def account(make: Maker) -> Account:
    return make.account(Role.owner, make.organization(), email="org@example.jp")
