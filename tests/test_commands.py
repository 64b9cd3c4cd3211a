"""The command `portal`, called as operators call it, and each more time without a process of its own."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, pool, select

from models.base import db
from models.people import Account, LoginSession
from models.records import AuditEvent
from models.states import Role
from models.talents import Talent
from portal import commands
from portal.accounts.passwords import verify_password
from portal.app import create_app
from portal.database import begin_write
from portal.operation import doctor, schema
from portal.settings import Settings
from tests import databases
from tests.conftest import hang_up
from tests.databases import ROOT
from tests.make import Maker
from tests.recruiting.builders import applied, posting, talent

PASSWORD = "korekara-hashiru-9-shirokuma"


@pytest.fixture(params=databases.KINDS)
def environment(request: pytest.FixtureRequest, tmp_path: Path, worker: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PORTAL_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "PORTAL_DATABASE_URL": databases.fresh_url(request.param, tmp_path, f"portal_commands_{worker}"),
        "PORTAL_STORAGE_URL": f"file://{tmp_path}/files",
    }


Done = subprocess.CompletedProcess[str]


def portal(*arguments: str, environment: dict[str, str], given: str = "") -> Done:
    """As operators call it: what only a process shows, as the first words on its stderr, is seen by this alone."""
    command = [sys.executable, "-m", "portal.commands", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=120, check=False
    )


def quickly(*arguments: str, environment: dict[str, str], given: str = "") -> Done:
    """The same in this process, without its second of imports. Raises what would be a traceback."""
    with mock.patch.dict(os.environ, environment, clear=True):
        done = CliRunner().invoke(commands.main, arguments, input=given, catch_exceptions=False)
    return Done(arguments, done.exit_code, done.stdout, done.stderr)


def administrator(environment: dict[str, str], call: Callable[..., Done] = quickly, **options: str) -> Done:
    chosen = {"email": "Chief@Example.jp", "name": "高橋 直子", "password": PASSWORD} | options
    arguments = ("create-administrator", "--email", chosen["email"], "--name", chosen["name"], "--password-stdin")
    return call(*arguments, environment=environment, given=chosen["password"] + "\n")


def test_migrate_builds_the_schema_and_may_be_repeated(environment: dict[str, str]) -> None:
    for call in (portal, quickly):
        done = call("migrate", environment=environment)
        assert (done.returncode, done.stderr) == (0, "")
        assert str(schema.newest()) in done.stdout


def test_an_administrator_is_created_once(environment: dict[str, str]) -> None:
    databases.migrate(environment["PORTAL_DATABASE_URL"])
    first, second = administrator(environment, portal), administrator(environment)
    assert (first.returncode, first.stderr) == (0, "")
    assert second.returncode == 1
    assert "すでにあります" in second.stderr
    url = Settings(database_url=environment["PORTAL_DATABASE_URL"]).sqlalchemy_url
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        account = connection.execute(select(Account.email, Account.role, Account.name, Account.password_hash)).one()
        trail = connection.execute(select(AuditEvent.action, AuditEvent.details)).all()
    assert tuple(account)[:3] == ("chief@example.jp", Role.administrator, "高橋 直子")
    assert verify_password(account.password_hash, PASSWORD)
    assert [tuple(row) for row in trail] == [("account.create", {})]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("password", "short", "12文字以上"),
        ("password", "aaaaaaaaaaaaaaaa", "推測されやすい"),
        ("email", "chief", "メールアドレスとして使えません"),
        ("name", " ", "氏名"),
    ],
)
def test_an_unusable_administrator_is_refused_in_words(
    environment: dict[str, str], option: str, value: str, said: str
) -> None:
    databases.migrate(environment["PORTAL_DATABASE_URL"])
    done = administrator(environment, **{option: value})
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_before_the_migration_says_so_without_a_traceback(environment: dict[str, str]) -> None:
    done = administrator(environment)
    assert done.returncode == 2
    assert done.stderr.startswith("PORTAL_DATABASE_URL: ")
    assert "portal migrate" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["migrate", "demo-data", "doctor"])
def test_an_unreachable_database_is_one_line(environment: dict[str, str], command: str) -> None:
    away = environment | {"PORTAL_DATABASE_URL": "postgresql://portal@127.0.0.1:1/portal"}
    done = quickly(command, environment=away)
    assert done.returncode != 0
    assert "PORTAL_DATABASE_URL" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_doctor_says_what_to_do(environment: dict[str, str]) -> None:
    before = quickly("doctor", environment=environment)
    assert before.returncode == 1
    assert "portal migrate を実行してください" in before.stdout
    assert "PORTAL_MAIL_SERVER を設定してください" in before.stdout
    databases.migrate(environment["PORTAL_DATABASE_URL"])
    after = portal("doctor", environment=environment)
    assert "[OK] データベース" in after.stdout
    assert "[OK] 人材検索の索引" in after.stdout
    assert "[OK] 応募一覧の件数" in after.stdout
    assert "[OK] 公開の記録" in after.stdout
    assert "[OK] ファイル" in after.stdout
    assert "[OK] 保存先" in after.stdout


def test_doctor_finds_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "files"
    blocked.write_text("a file where the folder should be")
    result = doctor.check_storage(Settings(storage_url=f"file://{blocked}/inside"))
    assert not result.fine
    assert "PORTAL_STORAGE_URL" in result.finding


def test_doctor_leaves_nothing_behind(tmp_path: Path) -> None:
    doctor.check_storage(Settings(storage_url=f"file://{tmp_path}/files"))
    doctor.check_database(Settings(database_url=f"sqlite:///{tmp_path}/none.sqlite"))
    assert list((tmp_path / "files").iterdir()) == []
    assert not (tmp_path / "none.sqlite").exists()


# ---- a person asks for their data


@pytest.fixture
def person(environment: dict[str, str]) -> Iterator[str]:
    """The address of a talent who applied."""
    databases.migrate(environment["PORTAL_DATABASE_URL"])
    app = create_app(
        Settings(
            database_url=environment["PORTAL_DATABASE_URL"],
            secret_key=environment["PORTAL_SECRET_KEY"],
            storage_url=environment["PORTAL_STORAGE_URL"],
        ),
        doors=False,
    )
    with app.app_context():
        make = Maker(datetime.now(UTC))
        application = applied(posting(make), talent(make, "青木 千尋"), now=make.now)
        yield application.email
    hang_up(app)


def test_a_person_is_exported_by_one_command(person: str, environment: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "person.zip"
    done = portal("export-person", person.upper(), "--to", str(target), environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ファイル2件" in done.stdout
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as archive:
        assert "青木 千尋" in archive.read("data.json").decode()
        assert len(archive.namelist()) == 3
    again = quickly("export-person", person, "--to", str(target), environment=environment)
    assert again.returncode == 1
    assert "すでにあります" in again.stderr
    unknown = quickly("export-person", "nobody@example.jp", "--to", str(tmp_path / "none.zip"), environment=environment)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "登録人材はありません" in unknown.stderr
    assert not (tmp_path / "none.zip").exists()
    db.session.rollback()  # what other processes wrote since
    events = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action == "person.export")).all()
    assert len(events) == 2, "also the attempt that could not be written"


def test_a_person_is_erased_after_a_question(person: str, environment: dict[str, str], tmp_path: Path) -> None:
    files = tmp_path / "files"
    assert len([path for path in files.rglob("*") if path.is_file()]) == 2
    asked = quickly("erase-person", person, environment=environment, given="n\n")
    assert asked.returncode == 1
    assert portal("erase-person", person, environment=environment, given="y\n").returncode == 0
    assert [path for path in files.rglob("*") if path.is_file()] == []
    gone = quickly("erase-person", person, "--yes", environment=environment)
    assert gone.returncode == 1
    assert "登録人材はありません" in gone.stderr


def test_what_retention_will_erase_is_told_before(person: str, environment: dict[str, str]) -> None:
    soon = portal("preview-erasure", environment=environment)
    assert (soon.returncode, soon.stdout.strip()) == (0, "30日後までに消去される応募はありません。")
    later = quickly("preview-erasure", "--days", "2000", environment=environment)
    assert later.returncode == 0
    assert "：1件" in later.stdout
    assert len(later.stdout.splitlines()) == 1


def test_the_index_of_the_search_is_made_anew(person: str, environment: dict[str, str]) -> None:
    begin_write()
    profile = db.session.scalars(select(Talent)).one()
    profile.is_public = True
    db.session.commit()
    told = quickly("migrate", environment=environment)
    assert "portal reindex" in told.stdout
    done = portal("reindex", environment=environment)
    assert (done.returncode, done.stdout.strip()) == (0, "応募一覧の件数と、人材1人分の索引を作り直しました。")
    assert "portal reindex" not in quickly("migrate", environment=environment).stdout


def test_the_trail_is_looked_over_on_record(environment: dict[str, str], tmp_path: Path) -> None:
    quickly("migrate", environment=environment)
    administrator(environment)
    fine = quickly("audit-verify", environment=environment)
    assert (fine.returncode, fine.stderr) == (0, "")
    assert "操作記録 1件" in fine.stdout
    assert "改ざんは見つかりませんでした。" in fine.stdout

    url = Settings(database_url=environment["PORTAL_DATABASE_URL"]).sqlalchemy_url
    with create_engine(url, poolclass=pool.NullPool).begin() as connection:
        first = connection.scalar(select(AuditEvent.id).order_by(AuditEvent.id).limit(1))
        connection.execute(AuditEvent.__table__.update().where(AuditEvent.id == first).values(action="login.ok"))
    bad = quickly("audit-verify", "--head", f"7 9 {'0' * 64}", environment=environment)
    assert bad.returncode == 1
    assert f"1件（番号 {first}）" in bad.stdout
    assert "データベースの外の控えと合わない封印（末尾の切り取りなど）：1件（番号 7）" in bad.stdout
    assert "操作記録は改ざんされています。" in bad.stdout
    assert quickly("audit-verify", "--head", "x", environment=environment).returncode == 1


def test_a_copy_is_taken_drilled_restored_and_mail_goes_on(environment: dict[str, str], tmp_path: Path) -> None:
    """The way that docs/operation/restore.md describes, step by step."""
    environment |= {"PORTAL_POSTGRESQL_BIN": databases.programs()}
    databases.migrate(environment["PORTAL_DATABASE_URL"])
    administrator(environment)

    done = portal("backup", "--to", str(tmp_path / "copies"), "--keep-days", "35", environment=environment)
    assert (done.returncode, done.stderr) == (0, "")
    (copy,) = (tmp_path / "copies").iterdir()
    assert f"{copy} に控えを取りました。" in done.stdout
    drilled = quickly("backup-drill", environment=environment)
    assert (drilled.returncode, "控えから、すべてを復元できました。" in drilled.stdout) == (0, True)

    again = quickly("restore", str(copy), environment=environment)
    assert (again.returncode, "すでに" in again.stderr) == (1, True)
    kind = "sqlite" if environment["PORTAL_DATABASE_URL"].startswith("sqlite") else "postgresql"
    elsewhere = environment | {
        "PORTAL_DATABASE_URL": databases.fresh_url(kind, tmp_path / "copies", "portal_restored_by_command"),
        "PORTAL_STORAGE_URL": f"file://{tmp_path}/restored",
    }
    restored = quickly("restore", str(copy), environment=elsewhere)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert "portal resume-mail を実行してください" in restored.stdout
    assert "再開しました" in quickly("resume-mail", environment=elsewhere).stdout
    assert "ありませんでした" in quickly("resume-mail", environment=elsewhere).stdout
    assert quickly("audit-verify", environment=elsewhere).returncode == 0


def test_everybody_is_logged_out_by_one_command(environment: dict[str, str]) -> None:
    databases.migrate(environment["PORTAL_DATABASE_URL"])
    administrator(environment)
    url = Settings(database_url=environment["PORTAL_DATABASE_URL"]).sqlalchemy_url
    now = datetime.now(UTC)
    row = {
        "token_hash": "x",
        "account_id": 1,
        "created_at": now,
        "seen_at": now,
        "expires_at": now + timedelta(hours=9),
    }
    with create_engine(url, poolclass=pool.NullPool).begin() as connection:
        connection.execute(LoginSession.__table__.insert().values(row))

    assert quickly("end-sessions", environment=environment, given="n\n").returncode == 1
    done = quickly("end-sessions", environment=environment, given="y\n")

    assert (done.returncode, "1件のログインを終了しました。" in done.stdout) == (0, True)
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        assert connection.scalar(select(LoginSession.ended_at)) is not None
        assert connection.scalar(select(AuditEvent.details).order_by(AuditEvent.id.desc()).limit(1)) == {"ended": 1}


def test_a_mail_that_came_back_is_read_from_standard_input(environment: dict[str, str]) -> None:
    databases.migrate(environment["PORTAL_DATABASE_URL"])
    done = quickly("take-returned-mail", environment=environment, given="Subject: 不在です\n\n来週戻ります。")
    assert (done.returncode, done.stdout, done.stderr) == (0, "no_report\n", "")
