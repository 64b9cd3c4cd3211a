"""The first administrator of a new portal (later ones are invited); the way back for who lost the authenticator app
and its recovery codes: the operator has made sure who they are; and everybody's logout when something leaked."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.people import Account
from models.states import Role
from portal import audit, clock
from portal.accounts import authenticators, letters, sessions
from portal.accounts.origins import Origin
from portal.accounts.passwords import check_policy, hash_password
from portal.actors import CLOCK
from portal.database import begin_write
from portal.email_addresses import is_email, normalize_email
from portal.errors import Conflict, Refused


def create(*, email: str, name: str, password: str, shortest: int) -> None:
    """Needs an application context and commits: the command line is the edge here."""
    address = normalize_email(email)
    if not is_email(address):
        raise Refused(f"「{email}」はメールアドレスとして使えません。")
    if not name.strip():
        raise Refused("氏名を指定してください。")
    if problem := check_policy(password, shortest=shortest, words=(address, name)):
        raise Refused(problem)
    now = clock.now()
    begin_write()
    account = Account(
        email=address,
        name=name.strip(),
        role=Role.administrator,
        password_hash=hash_password(password),
        created_at=now,
    )
    db.session.add(account)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict(f"{address} のアカウントはすでにあります。") from None
    audit.record("account.create", actor=CLOCK, now=now, subject="account", subject_id=account.id)
    db.session.commit()


def remove_authenticator(email: str) -> None:
    """Codes are mailed again from the next login on; the owner is told. Commits."""
    now = clock.now()
    begin_write()
    account = db.session.scalars(select(Account).where(Account.email == normalize_email(email))).one_or_none()
    if account is None or not authenticators.has_app(account.id):
        raise Refused(f"{email} に認証アプリの設定はありません。")
    authenticators.forget(account.id)
    audit.record("authenticator.off", actor=CLOCK, now=now, subject="account", subject_id=account.id)
    what = "PARTNER事務局が認証アプリの設定を解除しました"
    letters.tell_of_change(what, account, origin=Origin("（運用担当）", "（運用コマンド）"), now=now)
    db.session.commit()


def end_sessions() -> int:
    """Of everybody; who comes back logs in anew. Returns how many were logged in. Commits."""
    now = clock.now()
    begin_write()
    ended = sessions.end_everything(now=now)
    audit.record("account.all_sessions", actor=CLOCK, now=now, subject="account", details={"ended": ended})
    db.session.commit()
    return ended
