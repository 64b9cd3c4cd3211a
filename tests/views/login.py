"""Puts a client behind a door without walking through the login, which has tests of its own."""

from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import db
from models.mail import OutboxMail
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


def mailed_code(client: FlaskClient, email: str) -> str:
    """The one-time password of the newest mail to this address, which still waits in the outbox."""
    with client.application.app_context():
        params = db.session.scalars(
            select(OutboxMail.params)
            .where(OutboxMail.recipient == email, OutboxMail.letter == "one_time_password")
            .order_by(OutboxMail.id.desc())
        ).first()
        assert params is not None, f"no code for {email}"
        return params["code"]
