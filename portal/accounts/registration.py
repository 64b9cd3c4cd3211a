"""A talent registers: the mailed address is opened before there is an account, and nobody learns who is registered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from models.base import db
from models.people import Account
from models.states import Lane, Role
from models.talents import Registration
from portal import audit
from portal.accounts import throttles
from portal.accounts.origins import Origin, network
from portal.accounts.passwords import check_policy, hash_password
from portal.accounts.throttles import Limit
from portal.accounts.tokens import digest, new_token
from portal.actors import Actor
from portal.database import begin_write
from portal.email_addresses import NO_EMAIL, is_email, normalize_email
from portal.errors import Invalid, Refused
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.matching import profiles
from portal.publishing.checks import ERROR, Finding, is_one_line
from portal.settings import Settings

LIFE = timedelta(hours=24)
REGISTRATIONS = Limit("registration", 5, timedelta(hours=1))
LONGEST_NAME = 60
GONE = "この確認用のアドレスは使えません。期限が切れたか、すでに使われています。もう一度登録してください。"
CONSENT = (
    "登録した情報は、求人や研修の検索と応募のために利用します。プロフィールを公開にした場合は、登録団体が閲覧します。"
    "氏名と連絡先は、応募した団体だけに提供します。"
)


@dataclass(frozen=True)
class Request:
    """What the form of a new registration says, and the page of this site that it interrupted, if any."""

    email: str
    name: str
    password: str
    again: str
    consent: bool
    wanted: str = ""


def register(request: Request, *, origin: Origin, now: datetime, settings: Settings) -> None:
    """Mails an address to confirm, or to a known one that it is known already; both answer and cost the same.

    Ends the transaction it is called in and begins a writing one after the hashing. Raises Invalid with findings.
    """
    if found := _findings(request, settings):
        raise Invalid(found)
    db.session.rollback()
    secret = hash_password(request.password)
    begin_write()
    email = normalize_email(request.email)
    keys = [
        throttles.key(REGISTRATIONS, settings.secret_key, "address", email),
        throttles.key(REGISTRATIONS, settings.secret_key, "network", network(origin.ip)),
    ]
    throttles.take(REGISTRATIONS, keys, now=now)
    token = new_token()
    said = {"name": request.name.strip(), "wanted": request.wanted}
    if db.session.scalar(select(Account.id).where(Account.email == email)):
        outbox.queue([Letter("talent_known", email, said)], now=now, lane=Lane.login)
        return
    db.session.add(
        Registration(
            token_hash=digest(token),
            email=email,
            name=request.name.strip(),
            password_hash=secret,
            consent_text=CONSENT,
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    params = said | {"token": token, "expires_at": (now + LIFE).isoformat()}
    outbox.queue([Letter("talent_confirm", email, params)], now=now, lane=Lane.login, expires_at=now + LIFE)


def _findings(request: Request, settings: Settings) -> list[Finding]:
    rows = [
        ("name", _name(request.name)),
        ("email", _email(request.email)),
        (
            "password",
            check_policy(request.password, shortest=settings.password_length, words=(request.name, request.email)),
        ),
        ("again", "" if request.password == request.again else "もう一度入力したパスワードが一致しません。"),
        ("consent", "" if request.consent else "個人情報の取扱いを確認し、チェックを入れてください。"),
    ]
    return [Finding("R-01", ERROR, field, message) for field, message in rows if message]


def _name(name: str) -> str:
    if not name.strip():
        return "氏名を入力してください。"
    if not is_one_line(name.strip()):
        return "氏名は改行を入れずに、1行で入力してください。"
    return (
        "" if len(name) <= LONGEST_NAME else f"氏名は{LONGEST_NAME}文字以内で入力してください（現在{len(name)}文字）。"
    )


def _email(email: str) -> str:
    return "" if is_email(normalize_email(email)) else NO_EMAIL


def find(token: str, *, now: datetime) -> Registration:
    """What waits under a mailed address; changes nothing, so that a mail program may look first."""
    waiting = db.session.scalars(
        select(Registration).where(
            Registration.token_hash == digest(token), Registration.used_at.is_(None), Registration.expires_at > now
        )
    ).one_or_none()
    if waiting is None:
        raise Refused(GONE)
    return waiting


def confirm(token: str, *, now: datetime) -> Account:
    """Makes the account and its profile, once."""
    waiting = find(token, now=now)
    used = db.session.scalar(
        update(Registration)
        .where(Registration.id == waiting.id, Registration.used_at.is_(None))
        .values(used_at=now, password_hash="")
        .returning(Registration.id)
        .execution_options(synchronize_session=False)  # `waiting` keeps the hash that goes to the account
    )
    if used is None or db.session.scalar(select(Account.id).where(Account.email == waiting.email)):
        raise Refused(GONE)
    account = Account(
        email=waiting.email, name=waiting.name, role=Role.talent, password_hash=waiting.password_hash, created_at=now
    )
    db.session.add(account)
    db.session.flush()
    profiles.create(account, now=now)
    actor = Actor(account.role, account.id, None, account.name)
    audit.record("account.create", actor=actor, now=now, subject="account", subject_id=account.id)
    return account
