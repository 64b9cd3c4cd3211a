"""認証アプリ: the second step by an app instead of a mailed code, with recovery codes for a lost device.

A code is used once: the step of 30 seconds that it belongs to is stored by a conditional UPDATE.
"""

import base64
import hmac
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select, update

from models.base import db
from models.people import Account, Authenticator, RecoveryCode
from models.states import Role
from portal import audit
from portal.accounts import letters, throttles
from portal.accounts.browsers import counters as browser_counters
from portal.accounts.origins import Origin
from portal.accounts.sealing import seal, unseal
from portal.accounts.throttles import WRONG_CODES
from portal.accounts.tokens import digest
from portal.actors import Actor
from portal.database import write
from portal.errors import Conflict, Invalid, Refused
from portal.publishing.checks import ERROR, Finding
from portal.settings import Settings

ISSUER = "PARTNER"
STEP = 30  # seconds
PURPOSE = "authenticator"
CODES = 10
CODE_BYTES = 10  # 80 bits: 16 letters and digits
DIGITS = re.compile(r"[0-9]{6}")
RECOVERY = re.compile(r"[A-Z2-7]{16}")
NOT_NOW = "認証アプリはすでに設定されています。"
OBLIGED = "事務局管理者には認証アプリの使用が義務付けられているため、やめられません。"


def has_app(account_id: int | None) -> bool:
    found = select(Authenticator.account_id).where(
        Authenticator.account_id == account_id, Authenticator.confirmed_at.is_not(None)
    )
    return db.session.scalar(found) is not None


def is_missing(actor: Actor, settings: Settings) -> bool:
    """Whether this person may do nothing before having set up an app."""
    return (
        settings.administrators_need_authenticator
        and actor.role is Role.administrator
        and not has_app(actor.account_id)
    )


def codes_left(account_id: int | None) -> int:
    unused = (RecoveryCode.account_id == account_id) & RecoveryCode.used_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(unused)) or 0


# ---- set-up


def begin(account: Account, *, now: datetime, settings: Settings) -> None:
    """A new secret that counts for nothing before `confirm`."""
    if has_app(account.id):
        raise Conflict(NOT_NOW)
    db.session.execute(delete(Authenticator).where(Authenticator.account_id == account.id))
    secret = seal(pyotp.random_base32(32), secret_key=settings.secret_key, purpose=PURPOSE)
    db.session.add(Authenticator(account_id=account.id, secret=secret, created_at=now))
    db.session.flush()


def begun(actor: Actor, settings: Settings) -> tuple[str, str]:
    """The secret in groups of four, and the address that an app reads from the QR code. Raises Refused when there is
    none to set up."""
    secret = _secret(actor.account_id, settings, is_confirmed=False)
    if secret is None:
        raise Conflict("認証アプリの設定を、最初からやり直してください。")
    email = db.session.get_one(Account, actor.account_id).email
    address = pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name=ISSUER)
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)), address


def confirm(code: str, *, actor: Actor, origin: Origin, now: datetime, settings: Settings) -> list[str]:
    """Switches the second step to the app; returns the recovery codes, which are shown this once."""
    secret = _secret(actor.account_id, settings, is_confirmed=False)
    if secret is None:
        raise Conflict("認証アプリの設定を、最初からやり直してください。")
    step = _step_of(secret, normalize(code), now)
    if step is None:
        problem = (
            "6桁の数字が正しくありません。端末の時刻が合っているかを確かめ、いま表示されている数字を入力してください。"
        )
        raise Invalid([Finding("A-04", ERROR, "code", problem)])
    waiting = (Authenticator.account_id == actor.account_id, Authenticator.confirmed_at.is_(None))
    if write(update(Authenticator).where(*waiting).values(confirmed_at=now, last_step=step)) != 1:
        raise Conflict(NOT_NOW)
    codes = _new_codes(actor.account_id)
    _told("authenticator.on", "ログインの確認が認証アプリに切り替わりました", actor=actor, origin=origin, now=now)
    return codes


def renew_codes(*, actor: Actor, origin: Origin, now: datetime) -> list[str]:
    if not has_app(actor.account_id):
        raise Conflict("認証アプリが設定されていません。")
    codes = _new_codes(actor.account_id)
    _told("authenticator.codes", "認証アプリの復旧コードが作り直されました", actor=actor, origin=origin, now=now)
    return codes


def remove(*, actor: Actor, origin: Origin, now: datetime, settings: Settings) -> None:
    """Back to mailed codes. Who asks has proved themselves (`stepping_up.prove` with the app's code)."""
    if settings.administrators_need_authenticator and actor.role is Role.administrator:
        raise Refused(OBLIGED)
    forget(actor.account_id)
    _told(
        "authenticator.off",
        "ログインの確認が、メールで届くワンタイムパスワードに戻りました",
        actor=actor,
        origin=origin,
        now=now,
    )


def forget(account_id: int | None) -> None:
    for model in (RecoveryCode, Authenticator):
        db.session.execute(
            delete(model).where(model.account_id == account_id).execution_options(synchronize_session=False)
        )


# ---- asking for a code


def normalize(code: str) -> str:
    """Digits in any width; a recovery code without the spaces and hyphens that make it readable."""
    text = unicodedata.normalize("NFKC", code[:100])
    return "".join(sign for sign in text if sign.isalnum()).upper()


def is_recovery_code(text: str) -> bool:
    return RECOVERY.fullmatch(text) is not None


def accept(account_id: int, code: str, *, origin: Origin, now: datetime, settings: Settings) -> bool:
    """Whether the code is one of the app's that was not used yet, or an unused recovery code; either is used up."""
    text = normalize(code)
    if is_recovery_code(text):
        return _use_recovery_code(account_id, text, origin=origin, now=now)
    secret = _secret(account_id, settings, is_confirmed=True)
    step = _step_of(secret, text, now) if secret else None
    if step is None:
        return False
    newer = (Authenticator.account_id == account_id, Authenticator.last_step < step)
    return write(update(Authenticator).where(*newer).values(last_step=step)) == 1


def counters(account_id: int, *, origin: Origin, now: datetime, settings: Settings) -> list[str]:
    return browser_counters(WRONG_CODES, account_id, origin=origin, now=now, settings=settings)


def refuse_if_full(tally: Sequence[str], *, now: datetime) -> None:
    throttles.refuse_if_full(WRONG_CODES, tally, now=now)


def count_failure(tally: Sequence[str], *, now: datetime) -> None:
    throttles.take(WRONG_CODES, tally, now=now)


def _step_of(secret: str, text: str, now: datetime) -> int | None:
    """The step whose code this is: the present one, or the one before or after it, for clocks that differ."""
    if not DIGITS.fullmatch(text):
        return None
    app, present = pyotp.TOTP(secret, interval=STEP), int(now.timestamp()) // STEP
    steps = [step for step in (present - 1, present, present + 1) if hmac.compare_digest(app.generate_otp(step), text)]
    return max(steps, default=None)


def _secret(account_id: int | None, settings: Settings, *, is_confirmed: bool) -> str | None:
    confirmed = Authenticator.confirmed_at.is_not(None) if is_confirmed else Authenticator.confirmed_at.is_(None)
    sealed = db.session.scalar(select(Authenticator.secret).where(Authenticator.account_id == account_id, confirmed))
    return unseal(sealed, secret_key=settings.secret_key, purpose=PURPOSE) if sealed else None


def _new_codes(account_id: int | None) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(CODES)]
    # A digest without salt or stretching is enough for 80 random bits.
    db.session.add_all(RecoveryCode(account_id=account_id, code_hash=digest(account_id, code)) for code in codes)
    db.session.flush()
    return ["-".join(code[place : place + 4] for place in range(0, len(code), 4)) for code in codes]


def _use_recovery_code(account_id: int, text: str, *, origin: Origin, now: datetime) -> bool:
    unused = (RecoveryCode.code_hash == digest(account_id, text), RecoveryCode.used_at.is_(None))
    if write(update(RecoveryCode).where(*unused).values(used_at=now)) != 1:
        return False
    account = db.session.get_one(Account, account_id)
    actor = Actor(account.role, account.id, account.organization_id, account.name, origin.ip)
    left = codes_left(account_id)
    _told("authenticator.recovery", f"復旧コードが使われました（残り{left}個）", actor=actor, origin=origin, now=now)
    return True


def _told(action: str, what: str, *, actor: Actor, origin: Origin, now: datetime) -> None:
    """On the trail and by mail, since whoever did it may not be the owner."""
    audit.record(action, actor=actor, now=now, subject="account", subject_id=actor.account_id)
    letters.tell_of_change(what, db.session.get_one(Account, actor.account_id), origin=origin, now=now)
