"""`portal doctor`: looks at everything the portal stands on, and says what to do. Changes nothing that stays."""

import ctypes.util
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from portal.files import clamd
from portal.operation import invariants, reindexing, schema
from portal.press import fonts
from portal.settings import ROOT, Settings
from portal.storage import store_at

TIMEOUT = 5
PDF_LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")
FRONT_END = ROOT / "static" / "vendor" / "tabler.min.css"


@dataclass(frozen=True)
class Result:
    subject: str
    fine: bool
    finding: str


def examine(chosen: Settings) -> list[Result]:
    """The settings themselves passed when they were loaded."""
    return [Result("設定", fine=True, finding="すべて読み込めました。"), *(check(chosen) for check in CHECKS)]


def check_database(chosen: Settings) -> Result:
    if chosen.is_sqlite and not Path(str(make_url(chosen.database_url).database)).is_file():
        return Result("データベース", fine=False, finding="まだありません。portal migrate を実行してください。")
    try:
        stands_at = schema.present(chosen)
    except SQLAlchemyError as problem:
        reason = " ".join(str(getattr(problem, "orig", problem)).split())[:200]
        return Result(
            "データベース", fine=False, finding=f"接続できません（{reason}）。PORTAL_DATABASE_URL を確認してください。"
        )
    if stands_at != schema.newest():
        return Result(
            "データベース", fine=False, finding="構成が最新ではありません。portal migrate を実行してください。"
        )
    return Result("データベース", fine=True, finding=f"接続でき、構成は最新です（{stands_at}）。")


def check_mail(chosen: Settings) -> Result:
    if not chosen.mail_server:
        return Result(
            "メール",
            fine=False,
            finding="送信先がありません。PORTAL_MAIL_SERVER を設定してください（make run では不要です）。",
        )
    where = f"{chosen.mail_server}:{chosen.mail_port}"
    try:
        with smtplib.SMTP(chosen.mail_server, chosen.mail_port, timeout=TIMEOUT) as host:
            if chosen.mail_use_tls:
                host.starttls(context=ssl.create_default_context())
            if chosen.mail_username and chosen.mail_password:
                host.login(chosen.mail_username, chosen.mail_password)
    except (smtplib.SMTPException, OSError) as problem:
        return Result(
            "メール",
            fine=False,
            finding=f"{where} を使えません（{problem}）。PORTAL_MAIL_ で始まる設定を確認してください。",
        )
    return Result("メール", fine=True, finding=f"{where} に接続できました。")


def check_storage(chosen: Settings) -> Result:
    """Writes a small file and removes it again."""
    try:
        store_at(chosen.storage_url).try_out()
    except OSError as problem:
        return Result(
            "保存先",
            fine=False,
            finding=f"{chosen.storage_url} に書き込めません（{problem}）。PORTAL_STORAGE_URL を確認してください。",
        )
    return Result("保存先", fine=True, finding=f"{chosen.storage_url} に書き込めました。")


def check_scanner(chosen: Settings) -> Result:
    if not chosen.scanner:
        return Result("ウイルス検査", fine=True, finding="使わない設定です（PORTAL_SCANNER）。")
    try:
        clamd.ping(chosen.scanner)
    except OSError as problem:
        return Result(
            "ウイルス検査",
            fine=False,
            finding=f"{chosen.scanner} が応答しません（{problem}）。PORTAL_SCANNER を確認してください。",
        )
    return Result("ウイルス検査", fine=True, finding=f"{chosen.scanner} が応答しました。")


def check_pdf(_chosen: Settings) -> Result:
    missing = [name for name in PDF_LIBRARIES if not ctypes.util.find_library(name)]
    missing += [f"{name}（{package}）" for name, package in fonts.PACKAGES.items() if fonts.find(name) is None]
    if missing:
        return Result(
            "PDFとフォント",
            fine=False,
            finding=f"{'、'.join(missing)} がありません。scripts/setup run を管理者権限で実行してください。",
        )
    return Result("PDFとフォント", fine=True, finding="ライブラリと日本語フォントがあります。")


def check_front_end(_chosen: Settings) -> Result:
    if not FRONT_END.is_file():
        return Result(
            "画面の部品", fine=False, finding="static/vendor がありません。scripts/setup run を実行してください。"
        )
    return Result("画面の部品", fine=True, finding="そろっています。")


@dataclass(frozen=True)
class Agreement:
    """What must agree with the rows there are. Where it cannot be asked for, the check that it stands on says why."""

    subject: str
    count: Callable[[Settings], int]  # of what does not
    wrong: str
    advice: str
    fine: str
    stands_on: tuple[Callable[[Settings], Result], ...] = (check_database,)
    first: str = "データベース"

    def __call__(self, chosen: Settings) -> Result:
        if not all(check(chosen).fine for check in self.stands_on):
            return Result(self.subject, fine=False, finding=f"{self.first}を先に直してください。")
        if count := self.count(chosen):
            return Result(self.subject, fine=False, finding=f"{self.wrong.format(count=count)}。{self.advice}")
        return Result(self.subject, fine=True, finding=self.fine)


check_search = Agreement(
    "人材検索の索引",
    reindexing.missing,
    "{count:,}人分が古いままです",
    "portal reindex を実行してください。",
    "公開中のプロフィールと一致しています。",
)
check_numbers = Agreement(
    "応募一覧の件数",
    reindexing.wrong_numbers,
    "{count:,}か所が応募と食い違っています",
    "portal reindex を実行してください。",
    "応募と一致しています。",
)
check_publications = Agreement(
    "公開の記録",
    invariants.count_wrong_publications,
    "{count:,}件が公開の状態と食い違っています",
    "portal audit-verify を実行し、操作記録で経緯を確かめてください。",
    "公開中と公開後の情報のすべてと一致しています。",
)
check_files = Agreement(
    "ファイル",
    invariants.lost_files,
    "{count:,}件が保存先にありません",
    "PORTAL_STORAGE_URL を確認し、正しければ控えの files から戻してください。",
    "データベースにあるものは、すべて保存先にあります。",
    (check_database, check_storage),
    "データベースと保存先",
)
CHECKS: tuple[Callable[[Settings], Result], ...] = (
    check_database,
    check_search,
    check_numbers,
    check_publications,
    check_mail,
    check_storage,
    check_files,
    check_scanner,
    check_pdf,
    check_front_end,
)
