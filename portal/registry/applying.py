"""A new organization asks to be registered. Whoever has the address that was mailed fills the form in and hands it in.

The address is a token of which the database keeps a digest. It is the only key: nobody is logged in here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import IO, Any

from sqlalchemy import func, select, update

from models.base import db
from models.files import StoredFile
from models.organizations import name_key
from models.people import Account
from models.registrations import RegistrationFile, RegistrationVersion
from models.states import Lane, RegistrationAction, RegistrationFileKind, RegistrationKind, RegistrationState
from portal.accounts import throttles
from portal.accounts.origins import Origin, network
from portal.accounts.throttles import Limit
from portal.accounts.tokens import digest, new_token
from portal.actors import Actor
from portal.email_addresses import NO_EMAIL, is_email, normalize_email
from portal.errors import Conflict, Invalid, NotFound, Refused
from portal.files import dropping, intake
from portal.files.kinds import JPEG, PDF
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.numbers import next_number
from portal.publishing.business_days import approval_deadline, closed_days
from portal.publishing.checks import ERROR, Finding, check_fields
from portal.registry import contents, letters, rules, workflow
from portal.registry.registration_fields import ACCOUNT, SECTIONS
from portal.settings import Settings

LIFE = timedelta(days=30)  # of what is being filled in, since it was last saved
BEGUN = Limit("registration_begin", 5, timedelta(hours=1))
SENT = Limit("registration_file", 30, timedelta(hours=1))
MOST_FILES = 5
FILE_KINDS = (PDF, JPEG)
EDITABLE = (RegistrationState.draft, RegistrationState.returned)
GONE = "この入力用のアドレスは使えません。期限が切れたか、新しいアドレスをメールでお送りしています。"
CONSENT = (
    "登録した団体の情報は、公開サイトへの掲載と、PARTNERの運営に必要な連絡のために利用します。"
    "審査用資料は、登録の確認のためだけに利用し、公開しません。"
    "求人などの情報を掲載するときは、職業安定法をはじめとする法令と、PARTNERの利用規約を守ってください。"
    "登録した人材の個人情報は、団体の国際協力の活動のためだけに利用し、第三者に提供しないでください。"
    "登録の内容に変更があったときは、速やかに更新してください。"
)


def begin(email: str, *, origin: Origin, now: datetime, settings: Settings) -> None:
    """Mails an address to fill the form in at, or to who is registered already that this is so. Both answer alike.

    Raises Invalid for what is no address, Throttled when too many were asked for.
    """
    address = normalize_email(email)
    if not is_email(address):
        raise Invalid([_finding("email", NO_EMAIL)])
    keys = [
        throttles.key(BEGUN, settings.secret_key, "address", address),
        throttles.key(BEGUN, settings.secret_key, "network", network(origin.ip)),
    ]
    throttles.take(BEGUN, keys, now=now)
    if db.session.scalar(select(Account.id).where(Account.email == address)):
        outbox.queue([Letter("registration_known", address)], now=now, lane=Lane.login)
        return
    token = new_token()
    version = RegistrationVersion(
        kind=RegistrationKind.new,
        state=RegistrationState.draft,
        content=contents.blank(),
        account_email=address,
        token_hash=digest(token),
        created_at=now,
        updated_at=now,
        expires_at=now + LIFE,
    )
    db.session.add(version)
    db.session.flush()
    letters.tell_applicant("registration_begin", version, now=now, token=token)


def find(token: str, *, now: datetime) -> RegistrationVersion:
    """What the mailed address stands for. Raises Refused when it is over; changes nothing."""
    version = db.session.scalars(
        select(RegistrationVersion).where(
            RegistrationVersion.token_hash == digest(token), RegistrationVersion.kind == RegistrationKind.new
        )
    ).one_or_none()
    if version is None or (version.expires_at is not None and version.expires_at <= now):
        raise Refused(GONE)
    return version


def save(version: RegistrationVersion, revision: int, values: Mapping[str, Any], *, now: datetime) -> None:
    """Some fields of the draft, whatever they say: only types were checked. `account_name` is among them.

    Raises Conflict when another window was quicker, or when it is not being filled in any more.
    """
    content = version.content | {name: value for name, value in values.items() if name != "account_name"}
    saved = db.session.scalar(
        update(RegistrationVersion)
        .where(
            RegistrationVersion.id == version.id,
            RegistrationVersion.revision == revision,
            RegistrationVersion.state.in_(EDITABLE),
        )
        .values(
            content=contents.tidied(content),
            account_name=values.get("account_name", version.account_name),
            revision=RegistrationVersion.revision + 1,
            updated_at=now,
            expires_at=now + LIFE,
        )
        .returning(RegistrationVersion.id)
        .execution_options(synchronize_session=False)
    )
    if saved is None:
        raise Conflict(
            "競合：別の画面で先に保存されたか、すでに申請されています。入力した内容はまだ保存されていません。"
        )
    db.session.refresh(version)


def put_file(
    version: RegistrationVersion, source: IO[bytes], name: str, *, origin: Origin, now: datetime, settings: Settings
) -> None:
    """One more 審査用資料. Raises Refused for a kind or size that is not taken, Throttled for too many."""
    _require_editable(version)
    if _files(version) >= MOST_FILES:
        raise Refused(f"審査用資料は{MOST_FILES}つまでです。不要なものを削除してから追加してください。")
    stored = intake.take_in(source, name, owner_id=None, now=now, kinds=FILE_KINDS)
    keys = [
        throttles.key(SENT, settings.secret_key, "draft", version.id),
        throttles.key(SENT, settings.secret_key, "network", network(origin.ip)),
    ]
    throttles.take(SENT, keys, now=now)
    row = RegistrationFile(kind=RegistrationFileKind.review, version_id=version.id, file_id=stored.id, created_at=now)
    db.session.add(row)
    db.session.flush()


def _files(version: RegistrationVersion) -> int:
    query = select(func.count()).where(RegistrationFile.version_id == version.id)
    return db.session.scalar(query) or 0


def remove_file(version: RegistrationVersion, row_id: int, *, now: datetime) -> None:
    """Pressed twice, the second time finds nothing to do."""
    _require_editable(version)
    for row in list(version.files):
        if row.id == row_id:
            dropping.drop([row.file_id], now=now)
            db.session.delete(row)
    db.session.flush()
    db.session.expire(version, ["files"])


def file_of(version: RegistrationVersion, row_id: int) -> StoredFile:
    """A file of this registration; raises NotFound."""
    stored = next((row.file for row in version.files if row.id == row_id), None)
    if stored is None:
        raise NotFound
    return stored


def _require_editable(version: RegistrationVersion) -> None:
    if version.state not in EDITABLE:
        raise Conflict("競合：すでに申請されているため、変更できません。")


def check(version: RegistrationVersion, *, consent: bool, now: datetime) -> list[Finding]:
    """All that must be true before it can be handed in, in the order of the form."""
    return [
        *check_fields((ACCOUNT,), {"account_name": version.account_name}),
        *rules.check(SECTIONS, version.content, now=now),
        *([] if version.files else [_finding("files", "審査用資料を1つ以上追加してください。", "審査用資料")]),
        *(
            []
            if consent
            else [_finding("consent", "利用規約と個人情報の取扱いを確認し、チェックを入れてください。", "同意")]
        ),
    ]


def _finding(field: str, message: str, section: str = "") -> Finding:
    return Finding("R-02", ERROR, field, message, section)


def submit(
    version: RegistrationVersion, revision: int, token: str, *, consent: bool, actor: Actor, now: datetime, days: int
) -> None:
    """Hands it in and mails the receipt, with the address under which it stays readable. Raises Invalid, Conflict."""
    if version.revision != revision:
        raise Conflict("競合：確認していた間に別の画面で内容が変更されました。もう一度確認してください。")
    if wrong := rules.errors_of(check(version, consent=consent, now=now)):
        raise Invalid(wrong)
    values = {
        "number": version.number or next_number("R", now),
        "name_key": name_key(version.content["name"]),
        "corporate_no": version.content["corporate_no"],
        "consent_text": CONSENT,
        "expires_at": None,
        "submitted_at": now,
        "submissions": RegistrationVersion.submissions + 1,
        "due_at": approval_deadline(now, days, closed_days()),
    }
    workflow.move(RegistrationAction.submit, version, revision, actor=actor, now=now, values=values)
    letters.tell_applicant("registration_received", version, now=now, token=token)
