"""The arrows of the house, read from the source: who imports whom, who writes what, and how large things get."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.databases import ROOT

ROOMS = ("models", "portal", "views", "scheduler")
LONGEST_MODULE, LONGEST_FUNCTION = 300, 50


class Source(NamedTuple):
    module: str
    tree: ast.Module
    lines: int

    @property
    def room(self) -> str:
        return self.module.split(".", maxsplit=1)[0]


def read(path: Path) -> Source:
    text = path.read_text()
    parts = path.relative_to(ROOT).with_suffix("").parts
    return Source(".".join(parts).removesuffix(".__init__"), ast.parse(text), len(text.splitlines()))


SOURCES = [read(path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))] + [read(ROOT / "wsgi.py")]
each_source = pytest.mark.parametrize("source", SOURCES, ids=[source.module for source in SOURCES])


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name) of every import, wherever it stands; the name is empty for the module itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module from the root"
            yield from ((node.module or "", alias.name) for alias in node.names)


def rooms_of(source: Source) -> set[str]:
    return {module.split(".")[0] for module, _ in imported(source.tree)} & {*ROOMS, "tests", "bench", "wsgi"}


# Who may look into which room. `portal.app` puts the parts together and is named by itself.
LOOKS_INTO = {
    "models": {"models"},
    "portal": {"models", "portal"},
    "views": {"models", "portal", "views"},
    "scheduler": {"models", "portal", "scheduler"},
    "wsgi": {"portal"},
}


def test_everything_that_ships_is_read() -> None:
    assert {source.room for source in SOURCES} == set(LOOKS_INTO)
    assert len(SOURCES) > 100


@each_source
def test_nobody_looks_into_a_room_that_is_not_below(source: Source) -> None:
    allowed = LOOKS_INTO[source.room] | ({"views"} if source.module == "portal.app" else set())

    assert rooms_of(source) <= allowed


def test_the_doors_are_opened_by_the_application_alone() -> None:
    (app,) = [source for source in SOURCES if source.module == "portal.app"]
    (wsgi,) = [source for source in SOURCES if source.module == "wsgi"]

    assert [pair for pair in imported(app.tree) if pair[0].startswith("views")] == [("views", "doors")]
    assert list(imported(wsgi.tree)) == [("portal.app", "create_app")]


def test_no_two_rooms_of_rules_import_each_other_in_a_circle() -> None:
    """Modules can be read from the bottom up: what is imported never needs what imports it."""
    names = {source.module for source in SOURCES}
    needs = {
        source.module: {
            full
            for module, name in top_imports(source.tree)
            for full in (f"{module}.{name}", module)
            if full in names and full != source.module
        }
        for source in SOURCES
    }
    done: set[str] = set()
    while ready := {module for module, needed in needs.items() if module not in done and needed <= done}:
        done |= ready
    assert sorted(names - done) == []


def top_imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What a module needs to be loaded: not what a function asks for later, nor what only types need."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(node)


# ---- what the rules know of a request


@each_source
def test_rules_know_no_request_and_nobody_who_is_logged_in(source: Source) -> None:
    if source.room == "views":
        return
    flask = {name for module, name in imported(source.tree) if module == "flask"}
    modules = {module.split(".")[0] for module, _ in imported(source.tree)}

    assert flask <= {"Flask", "current_app"}
    assert not modules & {"flask_login", "flask_admin", "wtforms"}
    if source.room == "models":
        assert not modules & {"flask"}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "flask":
            pytest.fail(f"{source.module} uses flask.{node.attr}")


@each_source
def test_one_place_reads_the_clock(source: Source) -> None:
    reads = {
        ast.unparse(node.func)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    forbidden = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}

    assert reads & forbidden == ({"datetime.now"} if source.module == "portal.clock" else set())


# Edges of portal/ that own a transaction: the clock's work by chunks, commands of an operator, the demo's data.
COMMITS = {
    "portal.accounts.cleaning",
    "portal.demo",
    "portal.mail.delivery",
    "portal.operation.administrators",
    "portal.publishing.publication",
}


def test_services_flush_and_leave_the_commit_to_the_edge() -> None:
    committing = {
        source.module
        for source in SOURCES
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit" and source.room in ("models", "portal")
    }

    assert committing == COMMITS


# ---- one writer of the state


def states_written(tree: ast.AST) -> Iterator[str]:
    """Every value that is given under the name `state`: as an argument, in a mapping, to an attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (ast.unparse(keyword.value) for keyword in node.keywords if keyword.arg == "state")
            if isinstance(node.func, ast.Name) and node.func.id == "setattr" and ast.unparse(node.args[1]) == "'state'":
                yield ast.unparse(node)
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (ast.unparse(value) for key, value in pairs if key and ast.unparse(key) == "'state'")
        elif isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store):
            yield ast.unparse(node)


def test_the_state_of_a_version_is_written_in_one_statement_of_the_workflow() -> None:
    """Mail has states of its own."""
    written = [
        (source.module, value)
        for source in SOURCES
        for value in states_written(source.tree)
        if source.room != "views" and not value.startswith("MailState.")
    ]

    assert written == [("portal.publishing.workflow", "transition.target")]


VERSION_COLUMNS = {"state", "revision", "live_version_id", "published_at", "decided_by_id", "hold_until"}


@each_source
def test_views_write_no_rows_of_entries(source: Source) -> None:
    """They read and call services: no statement that writes, no column of a decision set on an object."""
    if source.room != "views":
        return
    names = {name for module, name in imported(source.tree) if module.startswith("sqlalchemy")}
    stored = {
        ast.unparse(node)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in VERSION_COLUMNS
    }

    assert not names & {"update", "insert", "delete", "text"}
    assert {name for name in stored if not name.startswith("self.")} == set()


# ---- sizes


@each_source
def test_no_module_is_longer_than_three_hundred_lines(source: Source) -> None:
    assert source.lines <= LONGEST_MODULE


@each_source
def test_no_function_is_longer_than_fifty_lines(source: Source) -> None:
    long = {
        node.name: length
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }

    assert long == {}


@each_source
def test_every_module_says_what_it_is_for(source: Source) -> None:
    assert ast.get_docstring(source.tree) or not source.tree.body
