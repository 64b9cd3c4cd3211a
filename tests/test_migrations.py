"""The schema: one line of revisions, up and down and up again on both databases, and the same as the models say."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, create_engine, func, insert, inspect, pool, select
from sqlalchemy.exc import IntegrityError

from models.base import Base
from models.entries import Entry, Version
from models.organizations import Organization
from models.people import Account
from models.searching import is_of_words
from models.states import Kind, Role, State
from portal.operation import schema
from portal.settings import Settings
from tests import databases

NOW = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)


@pytest.fixture(params=databases.KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path, worker: str) -> str:
    return databases.fresh_url(request.param, tmp_path, f"portal_schema_{worker}")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = create_engine(Settings(database_url=url).sqlalchemy_url, poolclass=pool.NullPool)
    yield engine
    engine.dispose()


def revisions() -> list[str]:
    return [script.revision for script in ScriptDirectory.from_config(schema.configuration("")).walk_revisions()]


def test_there_is_one_newest_revision() -> None:
    assert len(ScriptDirectory.from_config(schema.configuration("")).get_heads()) == 1


def test_each_revision_goes_up_down_and_up_again(url: str, engine: Engine) -> None:
    for revision in reversed(revisions()):
        schema.upgrade(url, revision)
        schema.downgrade(url, "-1")
        schema.upgrade(url, revision)
    schema.downgrade(url, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    schema.upgrade(url)
    assert schema.present(Settings(database_url=url)) == schema.newest()


def test_the_migrated_schema_is_that_of_the_models(url: str, engine: Engine) -> None:
    schema.upgrade(url)
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_name": is_of_a_model}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []
        assert checks(connection) == {
            constraint.name
            for table in Base.metadata.tables.values()
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }


def test_partial_indexes_keep_their_condition(url: str, engine: Engine) -> None:
    """A comparison of columns does not see it, and without it a second version could never follow a first."""
    schema.upgrade(url)
    with engine.connect() as connection:
        partial = {
            index["name"]
            for table in ("version", "outbox_mail", "registration_version")
            for index in inspect(connection).get_indexes(table)
            if index.get("dialect_options", {}).get(f"{connection.dialect.name}_where") is not None
        }
    assert partial == {
        "uq_version_open",
        "ix_version_queue",
        "ix_version_waiting",
        "ix_version_wished",
        "ix_version_approved",
        "ix_version_lying",
        "ix_version_returned",
        "ix_version_deadline",
        "ix_version_published",
        "ix_version_ending",
        "ix_outbox_mail_due",
        "uq_registration_version_open",
        "ix_registration_version_queue",
        "ix_registration_version_decided",
        "ix_registration_version_name",
        "ix_registration_version_corporate_no",
    }


def test_an_entry_has_one_open_version_at_most(url: str, engine: Engine) -> None:
    schema.upgrade(url)
    with engine.begin() as connection:
        entry_id = add_entry(connection)
        add_version(connection, entry_id, State.published)
        add_version(connection, entry_id, State.draft)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        add_version(connection, entry_id, State.submitted)


def test_a_member_belongs_to_an_organization_and_nobody_else_does(url: str, engine: Engine) -> None:
    schema.upgrade(url)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(Account).values(email="a@example.jp", name="佐藤", role=Role.owner, created_at=NOW))


def test_a_second_run_changes_nothing(url: str, engine: Engine) -> None:
    schema.upgrade(url)
    with engine.begin() as connection:
        add_entry(connection)
    schema.upgrade(url)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Entry.__table__)) == 1


def is_of_a_model(name: str | None, kind: str, _parents: object) -> bool:
    """The words of the search are no model's: they lie as each database needs them."""
    return kind != "table" or not is_of_words(name or "")


def test_the_words_of_the_search_lie_as_each_database_needs_them(url: str, engine: Engine) -> None:
    schema.upgrade(url)
    with engine.connect() as connection:
        names = {column["name"] for column in inspect(connection).get_columns("talent_words")}
    assert {"words", "qualifications"} <= names
    assert ({"word_tokens", "word_stretches"} <= names) is (engine.dialect.name == "postgresql")


def checks(connection: Connection) -> set[str | None]:
    found = inspect(connection)
    return {check["name"] for table in found.get_table_names() for check in found.get_check_constraints(table)}


def add_entry(connection: Connection) -> int:
    organization = insert(Organization).values(name="試験", org_type="07", created_at=NOW).returning(Organization.id)
    organization_id = connection.scalar(organization)
    entry = insert(Entry).values(number="J-2026-00001", kind=Kind.job, organization_id=organization_id, created_at=NOW)
    return int(connection.scalar(entry.returning(Entry.id)))


def add_version(connection: Connection, entry_id: int, state: State) -> None:
    organization_id = connection.scalar(select(Entry.organization_id))
    values = {"entry_id": entry_id, "organization_id": organization_id, "kind": Kind.job, "state": state}
    connection.execute(insert(Version.__table__).values(values | {"created_at": NOW, "updated_at": NOW}))
