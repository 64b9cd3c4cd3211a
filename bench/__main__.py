"""Measures the portal beside a stock Flask-Admin and the floor: see bench/README.md.

python -m bench [--size full|small] [--only W1,W6] [--database sqlite|postgresql] [--seconds 2] [--markdown FILE]
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import Engine

from bench import background, databases, decisions, forms, lists, mailing, publishing, report, searching, servers
from bench.databases import Layer
from bench.generate import SIZES, Size
from bench.inside import CREATE, application, log_in
from bench.report import Section
from bench.workloads import (
    APPLICATION_PAGES,
    APPROVE,
    DIFFERENCE,
    FORMS,
    KEYS,
    MAIL,
    OF_APPLICATIONS,
    OF_TALENTS,
    OPENED,
    PAGES,
    PDF,
    PUBLISH,
    SAVINGS,
    SEARCH,
    TALENT_PAGES,
    ZIP,
    Goals,
    Page,
    application_pages,
    talent_pages,
)

SHORT = 0.5  # seconds of each of many searches


def main(arguments: Sequence[str] | None = None) -> int:
    wanted = options().parse_args(arguments)
    only = wanted.only.split(",") if wanted.only else KEYS
    if unknown := [key for key in only if key not in KEYS]:
        options().error(f"unknown workload {', '.join(unknown)}: there are {', '.join(KEYS)}")
    print(report.heading())
    sections = []
    for kind in [wanted.database] if wanted.database else databases.KINDS:
        for section in run(kind, SIZES[wanted.size], only, seconds=wanted.seconds, rounds=wanted.rounds):
            print(report.plain(section), flush=True)
            sections.append(section)
    print(f"\n{report.heading()}")
    if wanted.markdown:
        wanted.markdown.write_text(report.markdown(sections))
    return 0


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="see bench/README.md")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--only", help=f"some of {','.join(KEYS)}")
    parser.add_argument("--database", choices=databases.KINDS, help="one of the two; both otherwise")
    parser.add_argument("--seconds", type=float, default=2, help="of each page, number of clients and round")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--markdown", type=Path, help="a file for the table")
    return parser


def run(kind: str, size: Size, only: Sequence[str], *, seconds: float, rounds: int) -> Iterator[Section]:
    talents = [key for key in only if key in OF_TALENTS]
    others = [key for key in only if key not in (*talents, DIFFERENCE[0], PUBLISH[0], MAIL[0])]
    layer = databases.APPLICATIONS if set(only) & set(OF_APPLICATIONS) else databases.ENTRIES
    if others:
        yield from over_http(kind, size, others, layer, seconds=seconds, rounds=rounds)
    if talents:
        yield from over_http(kind, size, talents, databases.TALENTS, seconds=seconds, rounds=rounds)
    if DIFFERENCE[0] in only:
        key, label, goals = DIFFERENCE
        yield Section(kind, key, label, forms.measure_difference(seconds=seconds, rounds=rounds), goals)
    if PUBLISH[0] in only:
        key, label, goals = PUBLISH
        lines = publishing.measure_publishing(kind, size, rounds=rounds, say=say)
        exactly = f"PASS exactly once: {size.due:,} publications, trail rows and letters in each turn"
        yield Section(kind, key, label.format(due=size.due), lines, goals, (exactly,))
    if MAIL[0] in only:
        key, label, goals = MAIL
        yield Section(kind, key, label, mailing.measure_mail(kind, size, rounds=rounds, say=say), goals)


def over_http(
    kind: str, size: Size, only: Sequence[str], layer: Layer, *, seconds: float, rounds: int
) -> Iterator[Section]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        url = stack.enter_context(databases.copy(kind, size, say=say, layer=layer))
        variables = servers.environment(url, folder)
        settings = servers.settings(variables)
        cookies = log_in(settings)
        engine = databases.engine(url)
        stack.callback(engine.dispose)
        running = [stack.enter_context(servers.serve(name, variables, folder)) for name in servers.COMMANDS]
        apps = {name: stack.enter_context(application(name, settings)) for name in CREATE}

        def measured(page: Page) -> Section:
            lines = lists.measure_page(page, running, cookies, engine, seconds=seconds, rounds=rounds)
            counts = lists.count_statements(page, apps, cookies)
            return Section(kind, page.key, page.label, lines, page.goals).with_statements(counts)

        yield from (measured(page) for page in pages_of(only, engine, size) if page.key in only)
        if set(only) & set(FORMS):  # last of the pages, for the draft would stand in the organization's list
            draft = forms.make_draft(apps["ours"])
            if OPENED in only:
                yield measured(forms.form_page(draft))
            yield from saved(kind, only, draft, running, apps, cookies["member"], engine, rounds=rounds)
        if SEARCH[0] in only:
            key, label = SEARCH
            ours = next(server for server in running if server.name == "ours")
            short = min(seconds, SHORT)
            lines, notes = searching.measure_searches(ours, cookies["member"], engine, seconds=short, rounds=rounds)
            yield Section(kind, key, label, lines, Goals(), notes)
        if APPROVE[0] in only:
            key, label, goals = APPROVE
            reviewer = cookies["reviewer"]
            lines = decisions.measure_approval(running, reviewer, engine, batch=size.batch, rounds=rounds)
            counts = decisions.count_statements(engine, apps, reviewer, batch=size.batch)
            yield Section(kind, key, label.format(batch=size.batch), lines, goals).with_statements(
                counts | {"floor": 3}
            )

        if ZIP[0] in only:
            key, label = ZIP
            lines, note = background.measure_zip(variables, rounds=rounds)
            yield Section(kind, key, label.format(archive=size.archive), lines, Goals(), (note,))
        if PDF[0] in only:
            key, label, goals = PDF
            ours = next(server for server in running if server.name == "ours")
            lines, notes = background.measure_pdf(variables, rounds=rounds, web=ours)
            yield Section(kind, key, label, lines, goals, notes)


def pages_of(only: Sequence[str], engine: Engine, size: Size) -> tuple[Page, ...]:
    """Those that need a layer of data only where it is there."""
    pages: tuple[Page, ...] = PAGES
    with engine.connect() as connection:
        if set(only) & set(APPLICATION_PAGES):
            pages += application_pages(connection, size)
        if set(only) & set(TALENT_PAGES):
            pages += talent_pages(connection)
    return pages


def saved(
    kind: str,
    only: Sequence[str],
    draft: int,
    running: Sequence[servers.Server],
    apps: Mapping[str, Flask],
    cookies: dict[str, str],
    engine: Engine,
    *,
    rounds: int,
) -> Iterator[Section]:
    for key, (label, goals) in SAVINGS.items():
        if key in only:
            ways = forms.savings(draft)[key]
            lines = forms.measure_saving(ways, draft, running, cookies, engine, rounds=rounds)
            yield Section(kind, key, label, lines, goals).with_statements(forms.count_statements(ways, apps, cookies))


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
