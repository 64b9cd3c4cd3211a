"""The home page and the three searchable lists."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import abort, render_template, request

from models.states import Kind
from portal import clock, codes
from portal.code_list import CodeList
from portal.publishing import catalog
from portal.publishing.catalog import Search
from portal.wording import KIND_WORDS
from views.arguments import one_of, page_number
from views.public.room import PATHS, kind_at, room

NEWEST = 5
# What a list can be narrowed by: (name in the address, label, codes).
FACETS: Mapping[Kind, Sequence[tuple[str, str, CodeList]]] = {
    Kind.job: (
        ("employment", "募集区分", codes.EMPLOYMENT_KINDS),
        ("category", "職種", codes.JOB_CATEGORIES),
        ("field", "分野課題", codes.FIELDS),
        ("place", "勤務地区分", codes.PLACE_KINDS),
        ("country", "国", codes.COUNTRIES),
    ),
    Kind.event: (
        ("category", "種別", codes.EVENT_CATEGORIES),
        ("field", "分野課題", codes.FIELDS),
        ("format", "開催形式", codes.EVENT_FORMATS),
        ("fee", "参加費", codes.FEE_KINDS),
    ),
    Kind.notice: (("category", "区分", codes.NOTICE_CATEGORIES),),
}
SORTS = {"new": False, "deadline": True}


@room.get("/")
def home() -> str:
    now = clock.now()
    newest = [(kind, catalog.newest(kind, now=now, count=NEWEST)) for kind in Kind]
    return render_template("public/home.html", newest=newest, now=now)


@room.get(f"/<{PATHS}:path>/")
def listing(path: str) -> str:
    kind, now = kind_at(path), clock.now()
    wanted = read_search(kind)
    page = catalog.search(kind, wanted, now=now)
    if wanted.page > page.last:
        abort(404)
    return render_template(
        "public/list.html",
        kind=kind,
        words=KIND_WORDS[kind],
        wanted=wanted,
        page=page,
        facets=FACETS[kind],
        active=active(kind, wanted, path),
        to=lambda number: address(path, wanted, page=number),
        sorted_by=lambda deadline: address(path, wanted, by_deadline=deadline),
        now=now,
    )


def read_search(kind: Kind) -> Search:
    facets = {name: chosen(name, offered) for name, _label, offered in FACETS[kind]}
    return Search(
        keyword=request.args.get("q", "").strip()[: catalog.LONGEST_KEYWORD],
        facets={name: values for name, values in facets.items() if values},
        by_deadline=one_of(request.args.get("sort"), SORTS, default=False),
        page=page_number(request.args.get("page"), last=catalog.LAST_PAGE),
    )


def chosen(name: str, offered: CodeList) -> list[str]:
    values = [value for value in request.args.getlist(name) if value]
    if not all(value in offered for value in values) or len(values) > len(offered.codes):
        abort(400, "選べない条件が指定されています。")
    return values


def address(path: str, wanted: Search, **over: Any) -> str:
    """The same search with something changed; page 1 and defaults are left out, so that an address is short."""
    changed = replace(wanted, **({"page": 1} | over))
    pairs = [("q", changed.keyword)] if changed.keyword else []
    pairs += [(name, code) for name, chosen_codes in changed.facets.items() for code in chosen_codes]
    pairs += [("sort", "deadline")] if changed.by_deadline else []
    pairs += [("page", str(changed.page))] if changed.page > 1 else []
    return f"/{path}/" + (f"?{urlencode(pairs)}" if pairs else "")


def active(kind: Kind, wanted: Search, path: str) -> list[tuple[str, str]]:
    """What narrows the list now, each with the address without it."""
    chips = [(f"「{wanted.keyword}」", address(path, wanted, keyword=""))] if wanted.keyword else []
    for name, label, offered in FACETS[kind]:
        values = wanted.facets.get(name, [])
        for value in values:
            rest = dict(wanted.facets) | {name: [other for other in values if other != value]}
            chips.append((f"{label}：{offered.label(value)}", address(path, wanted, facets=rest)))
    return chips
