"""Finding what is public: words, facets, order, pages; the same number of statements whatever is found."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from models.base import db
from models.entries import Entry, NoticeVersion, Version
from models.organizations import Organization
from models.states import Kind, State
from portal.actors import Actor
from portal.errors import NotFound
from portal.publishing import catalog
from portal.publishing.catalog import COUNT_CAP, PAGE_SIZE, Page, Search, fold
from tests.make import Maker

DAY = timedelta(days=1)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


@pytest.fixture
def at(now: datetime) -> datetime:
    """When everything is public that the tests publish."""
    return now + 8 * DAY


def titles(kind: Kind, at: datetime, **wanted: Any) -> list[str]:
    return [row.title for row in catalog.search(kind, Search(**wanted), now=at).rows]


# ---- words


def test_words_are_found_in_any_width_and_case(make: Maker, owner: Actor, at: datetime) -> None:
    make.published(actor=owner, title="ＷＡＴＥＲ専門家（①号機）", employer_name="ｱｼﾞｱの水 ㈱")

    for keyword in ("water", "ＷａＴｅＲ", "アジアの水", "1号機", "(株)", "（株）", "専門"):
        assert titles(Kind.job, at, keyword=keyword) == ["ＷＡＴＥＲ専門家（①号機）"], keyword


def test_every_word_must_be_there_wherever_it_stands(make: Maker, owner: Actor, at: datetime) -> None:
    make.published(actor=owner, title="ラオスの調整員を募集", must_have="フランス語が使える方")
    make.published(actor=owner, title="ケニアの調整員を募集", must_have="英語が使える方")

    assert titles(Kind.job, at, keyword="調整員 フランス") == ["ラオスの調整員を募集"]
    assert titles(Kind.job, at, keyword="調整員　英語") == ["ケニアの調整員を募集"]
    assert titles(Kind.job, at, keyword="ラオスの調整員 ケニア") == []


def test_two_signs_are_enough_and_so_is_one(make: Maker, owner: Actor, at: datetime) -> None:
    make.published(
        Kind.notice, actor=owner, title="保健医療の報告書", body="𠮷野の浄水場で行った研修の様子をまとめた報告書です。"
    )

    for keyword in ("医療", "𠮷野", "浄水", "療", "書で"):
        assert titles(Kind.notice, at, keyword=keyword) == ["保健医療の報告書"], keyword
    assert titles(Kind.notice, at, keyword="療医") == []


@pytest.mark.parametrize("sign", ["%", "_", "\\", "/", "'", '"', "[", "*", "?", "<", "&"])
def test_signs_of_patterns_mean_themselves(sign: str, make: Maker, owner: Actor, at: datetime) -> None:
    make.published(Kind.notice, actor=owner, title=f"達成率{sign}100の報告")
    make.published(
        Kind.notice,
        actor=owner,
        title="達成率は100の報告",
        body="ほかには何も書いていない三十字以上の長さの本文が入ります。",
    )

    assert titles(Kind.notice, at, keyword=sign) == [f"達成率{sign}100の報告"]
    assert titles(Kind.notice, at, keyword=f"率{sign}1") == [f"達成率{sign}100の報告"]


def test_organizations_are_found_by_their_names(make: Maker, at: datetime) -> None:
    organization = make.organization("公益財団法人 みずの国際協力会", short_name="MIZU")
    make.published(Kind.notice, actor=make.member(organization), title="窓口の休みについて")

    assert titles(Kind.notice, at, keyword="mizu") == titles(Kind.notice, at, keyword="みずの国際") != []


def test_a_long_keyword_is_cut_and_costs_five_words_at_most(
    make: Maker, owner: Actor, at: datetime, statements
) -> None:
    title = "一二三四五六の報告です"
    make.published(Kind.notice, actor=owner, title=title)
    statements.restart()

    assert titles(Kind.notice, at, keyword="一 二 三 四 五 どこにもない") == [title]
    assert titles(Kind.notice, at, keyword="一" + " " * 200 + "どこにもない") == [title]
    assert max(statement.count("LIKE") for statement in statements.seen) == 5


@pytest.mark.parametrize(
    ("one", "other"), [("ＡＢＣ", "abc"), ("ｶﾞｷﾞ", "ガギ"), ("①㈱", "1(株)"), ("ÉCOLE", "e\u0301cole"), ("Ⅳ", "iv")]
)
def test_folding_makes_no_difference_of_width_and_case(one: str, other: str) -> None:
    assert fold(one) == fold(other)


# ---- facets


def test_within_a_facet_any_and_between_facets_all(make: Maker, owner: Actor, at: datetime) -> None:
    make.published(actor=owner, title="水と防災の専門家", fields=["03"], job_category="P03")
    make.published(actor=owner, title="水産と農業の専門家", fields=["12", "14"], job_category="P03")
    make.published(actor=owner, title="農業の調整員", fields=["12"], job_category="P02")

    def found(**facets: list[str]) -> set[str]:
        return set(titles(Kind.job, at, facets=facets))

    assert found(field=["03", "14"]) == {"水と防災の専門家", "水産と農業の専門家"}
    assert found(field=["12"], category=["P03"]) == {"水産と農業の専門家"}
    assert found(field=["12"], category=["P02", "P03"]) == {"水産と農業の専門家", "農業の調整員"}
    assert len(found(field=[])) == len(found()) == 3
    assert found(field=["1"]) == found(field=["%"]) == found(field=["03 category:P03"]) == set()


@pytest.mark.parametrize(
    ("kind", "facet", "code", "over"),
    [
        (Kind.job, "employment", "BID", {"employment_kind": "BID"}),
        (Kind.job, "place", "remote", {"place_kind": "remote", "applicant_countries": ["JP"]}),
        (Kind.job, "country", "KE", {"countries": ["KE", "LA"]}),
        (Kind.event, "category", "tour", {"category": "tour"}),
        (Kind.event, "format", "recorded", {"formats": ["online", "recorded"]}),
        (Kind.event, "fee", "paid", {"fee_kind": "paid", "fee_info": "1,000円", "cancel_policy": "返金なし"}),
        (Kind.notice, "category", "grant", {"category": "grant"}),
    ],
)
def test_every_facet_finds_its_own(
    kind: Kind, facet: str, code: str, over: dict[str, Any], make: Maker, owner: Actor, at: datetime
) -> None:
    make.published(kind, actor=owner, title="ほかのものです")
    make.published(kind, actor=owner, title="探しているもの", **over)

    assert titles(kind, at, facets={facet: [code]}) == ["探しているもの"]


def test_an_entry_whose_fields_do_not_apply_is_found_by_none(make: Maker, owner: Actor, at: datetime) -> None:
    make.published(actor=owner, title="経理の職員を募集", job_category="S02", fields=["03"])

    assert titles(Kind.job, at, facets={"field": ["03"]}) == []
    assert titles(Kind.job, at, facets={"category": ["S02"]}) == ["経理の職員を募集"]


# ---- order and pages


def test_the_newest_come_first_or_the_nearest_deadline(make: Maker, owner: Actor, now: datetime, at: datetime) -> None:
    def post(title: str, publish: int, close: int | None) -> None:
        always = {"schedule_kind": "always", "sessions": [], "open_at": None, "close_at": None}
        dated = always if close is None else {"open_at": now, "close_at": now + close * DAY}
        make.published(Kind.event, actor=owner, title=title, publish_at=now + publish * DAY, **dated)

    post("一番目の催し", 1, 30)
    post("二番目の催し", 2, None)
    post("三番目の催し", 3, 10)

    assert titles(Kind.event, at) == ["三番目の催し", "二番目の催し", "一番目の催し"]
    assert titles(Kind.event, at, by_deadline=True) == ["三番目の催し", "一番目の催し", "二番目の催し"]
    assert [row.title for row in catalog.newest(Kind.event, now=at, count=2)] == ["三番目の催し", "二番目の催し"]


def publish_many(count: int, owner: Actor, now: datetime, *, first: int = 0) -> None:
    """As rows: the services would take minutes for so many."""
    entries = [
        {"number": f"N-{number}", "kind": Kind.notice, "organization_id": owner.organization_id, "created_at": now}
        for number in range(first, first + count)
    ]
    if not entries:
        return
    entry_ids = db.session.scalars(insert(Entry).returning(Entry.id), entries).all()
    versions = [
        {
            "entry_id": entry_id,
            "organization_id": owner.organization_id,
            "kind": Kind.notice,
            "state": State.published,
            "title": f"お知らせ{entry_id}",
            "publish_at": now,
            "unpublish_at": now + 90 * DAY,
            "published_at": now,
            "created_at": now,
            "updated_at": now,
            "search_text": "水" if place % 2 else "水土",
            "facets": " category:news ",
        }
        for place, entry_id in enumerate(entry_ids)
    ]
    ids = db.session.scalars(insert(Version.__table__).returning(Version.id), versions).all()
    db.session.execute(insert(NoticeVersion.__table__), [{"id": version_id, "category": "news"} for version_id in ids])
    pointers = [{"id": entry, "live_version_id": version} for entry, version in zip(entry_ids, ids, strict=True)]
    db.session.execute(update(Entry), pointers)
    db.session.commit()


@pytest.mark.parametrize("found", [0, 1, PAGE_SIZE, PAGE_SIZE + 1, 3 * PAGE_SIZE])
def test_pages_hold_everything_once(found: int, make: Maker, owner: Actor, now: datetime) -> None:
    publish_many(found, owner, now)

    first = catalog.search(Kind.notice, Search(), now=now)
    pages = [catalog.search(Kind.notice, Search(page=page), now=now) for page in range(1, first.last + 1)]
    ids = [row.id for page in pages for row in page.rows]

    assert len(ids) == len(set(ids)) == first.total == found
    assert first.last == max(1, -(-found // PAGE_SIZE))
    assert catalog.search(Kind.notice, Search(page=first.last + 1), now=now).rows == []


def test_counting_stops_at_the_cap(make: Maker, owner: Actor, now: datetime) -> None:
    publish_many(COUNT_CAP + 50, owner, now)

    page = catalog.search(Kind.notice, Search(), now=now)

    assert (page.total, page.is_capped, page.last) == (COUNT_CAP + 1, True, COUNT_CAP // PAGE_SIZE)
    half = catalog.search(Kind.notice, Search(keyword="土"), now=now)
    assert (half.total, half.is_capped) == (525, False)
    assert Page([], COUNT_CAP, 1).is_capped is False


def test_one_row_costs_as_many_statements_as_twenty(make: Maker, owner: Actor, now: datetime, statements) -> None:
    searched = Search(keyword="土", facets={"category": ["news"]}, by_deadline=True)

    def cost() -> list[int]:
        counts = []
        for read in (
            lambda: [tuple(row) for row in catalog.search(Kind.notice, searched, now=now).rows],
            lambda: [tuple(row) for row in catalog.newest(Kind.notice, now=now, count=20)],
            lambda: [tuple(row) for row in catalog.addresses(now=now)],
        ):
            statements.restart()
            assert read() != []
            counts.append(statements.count)
        return counts

    publish_many(1, owner, now)
    one = cost()
    publish_many(40, owner, now, first=1)

    assert one == cost() == [2, 1, 1]


# ---- single addresses


def test_a_number_leads_to_its_own_kind_alone(make: Maker, owner: Actor, at: datetime) -> None:
    version = make.published(Kind.notice, actor=owner)
    number = version.entry.number

    assert catalog.find(Kind.notice, number, now=at).id == version.id
    for kind, other in (
        (Kind.job, number),
        (Kind.notice, "N-2026-99999"),
        (Kind.notice, number.lower()),
        (Kind.notice, ""),
    ):
        with pytest.raises(NotFound):
            catalog.find(kind, other, now=at)


def test_the_page_of_an_entry_is_one_statement(make: Maker, owner: Actor, at: datetime, statements) -> None:
    number = make.published(Kind.notice, actor=owner).entry.number
    db.session.expunge_all()
    statements.restart()

    version = catalog.find(Kind.notice, number, now=at)

    assert (version.entry.number, version.organization.name) != ("", "")
    assert statements.count == 1


def test_an_organizations_own_list_holds_its_own_alone(make: Maker, owner: Actor, at: datetime) -> None:
    mine = make.published(Kind.notice, actor=owner)
    make.published(Kind.notice)

    rows = catalog.newest(Kind.notice, now=at, count=20, organization_id=owner.organization_id)

    assert [row.id for row in rows] == [mine.id]
    assert db.session.get_one(Organization, owner.organization_id).name == rows[0].organization
