"""Puts a client behind a door without walking through the login, which has tests of its own."""

from flask.testing import FlaskClient

from models.base import db
from models.people import Account
from portal import clock
from portal.accounts import sessions
from portal.accounts.origins import Origin
from portal.actors import Actor
from portal.database import begin_write
from views.visitor import settings


def log_in(client: FlaskClient, actor: Actor) -> None:
    """Opens a session for the actor's account and gives its cookie to the client."""
    with client.application.app_context():
        begin_write()
        account = db.session.get_one(Account, actor.account_id)
        opened = sessions.open_session(
            account, origin=Origin("127.0.0.1", "試験", ""), now=clock.now(), settings=settings()
        )
        db.session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = opened.token
        cookie["_fresh"] = True
