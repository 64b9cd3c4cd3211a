"""The command `portal`, called as operators call it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, pool, select

from models.people import Account
from models.records import AuditEvent
from models.states import Role
from portal.accounts.passwords import verify_password
from portal.operation import doctor, schema
from portal.settings import Settings
from tests import databases
from tests.databases import ROOT

PASSWORD = "korekara-hashiru-9-shirokuma"


@pytest.fixture(params=databases.KINDS)
def environment(request: pytest.FixtureRequest, tmp_path: Path, worker: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PORTAL_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        "PORTAL_DATABASE_URL": databases.fresh_url(request.param, tmp_path, f"portal_commands_{worker}"),
        "PORTAL_STORAGE_URL": f"file://{tmp_path}/files",
    }


def portal(*arguments: str, environment: dict[str, str], given: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "portal.commands", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=given, capture_output=True, text=True, timeout=120, check=False
    )


def administrator(environment: dict[str, str], **options: str) -> "subprocess.CompletedProcess[str]":
    chosen = {"email": "Chief@Example.jp", "name": "高橋 直子", "password": PASSWORD} | options
    arguments = ("create-administrator", "--email", chosen["email"], "--name", chosen["name"], "--password-stdin")
    return portal(*arguments, environment=environment, given=chosen["password"] + "\n")


def test_migrate_builds_the_schema_and_may_be_repeated(environment: dict[str, str]) -> None:
    for _ in range(2):
        done = portal("migrate", environment=environment)
        assert (done.returncode, done.stderr) == (0, "")
        assert str(schema.newest()) in done.stdout


def test_an_administrator_is_created_once(environment: dict[str, str]) -> None:
    portal("migrate", environment=environment)
    first, second = administrator(environment), administrator(environment)
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
    portal("migrate", environment=environment)
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
    done = portal(command, environment=away)
    assert done.returncode != 0
    assert "PORTAL_DATABASE_URL" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_doctor_says_what_to_do(environment: dict[str, str]) -> None:
    before = portal("doctor", environment=environment)
    assert before.returncode == 1
    assert "portal migrate を実行してください" in before.stdout
    assert "PORTAL_MAIL_SERVER を設定してください" in before.stdout
    portal("migrate", environment=environment)
    after = portal("doctor", environment=environment)
    assert "[OK] データベース" in after.stdout
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
