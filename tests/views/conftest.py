"""Who uses the pages."""

import pytest
from flask.testing import FlaskClient

from portal.actors import Actor
from tests.make import Maker
from tests.views.login import log_in
from tests.views.pages import Visitor


@pytest.fixture
def owner(make_here: Maker) -> Actor:
    return make_here.member()


@pytest.fixture
def office(make_here: Maker) -> Actor:
    return make_here.secretary()


@pytest.fixture
def desk(client: FlaskClient, office: Actor) -> Visitor:
    """The browser of the secretariat."""
    log_in(client, office)
    return Visitor(client)
