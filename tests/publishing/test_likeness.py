"""Entries of an organization that say nearly the same are told, others are not, whatever there is of them."""

import random
from datetime import datetime

import pytest
from sqlalchemy import func, select

from models.base import db
from models.desk import Likeness, Sketch
from models.entries import Version
from models.states import Action, Kind
from portal.actors import Actor
from portal.publishing import likeness
from tests.conftest import Statements
from tests.make import Maker
from tests.publishing.samples import BODY, sample

OTHER = "来年の三月に開く報告会では、留学生と商店街がいっしょに作った防災の地図を、作った人が自分の言葉で説明します。"


def found(version: Version, actor: Actor) -> list[tuple[int, int]]:
    return [(row.id, row.per_cent) for row in likeness.alike(version.id, actor=actor)]


def test_nearly_the_same_text_of_the_same_organization_is_told(make: Maker) -> None:
    own, office, stranger = make.member(), make.secretary(), make.member()
    first = make.submitted(Kind.notice, actor=own, body=BODY * 3, title="説明会のお知らせです")
    make.submitted(Kind.notice, actor=stranger, body=BODY * 3, title="説明会のお知らせです")
    make.submitted(Kind.notice, actor=own, body=OTHER * 2, title="まったく別のお知らせ")

    again = make.submitted(Kind.notice, actor=own, body=BODY * 3 + "以上です。", title="説明会のお知らせです")

    ((other, per_cent),) = found(again, office)
    assert other == first.id
    assert likeness.ALIKE <= per_cent < 100
    assert found(first, office) == [], "what came later was not there when it was handed in"


def test_looking_only_for_what_is_much_alike_finds_the_same() -> None:
    drawn = random.Random(20261127)
    for _ in range(300):
        one = drawn.sample(range(1000), drawn.randint(1, likeness.MOST))
        kept = one[: drawn.randint(len(one) * 3 // 4, len(one))]
        other = sorted({*kept, *drawn.sample(range(1000), drawn.randint(0, likeness.MOST - len(kept)))})
        whole = likeness.share(sorted(one), other)
        assert likeness.share(sorted(one), other, least=likeness.ALIKE) == (whole if whole >= likeness.ALIKE else 0)


def test_a_revision_is_not_like_its_own_entry_and_what_comes_back_is_compared_anew(make: Maker) -> None:
    own, office = make.member(), make.secretary()
    first = make.submitted(Kind.notice, actor=own, body=BODY * 3)
    second = make.submitted(Kind.notice, actor=own, body=BODY * 3)
    make.move(Action.return_, second, actor=office, comment="直してください。")
    make.submit(second, actor=own)

    assert [key for key, _share in found(second, office)] == [first.id]
    assert db.session.scalar(select(func.count()).select_from(Sketch)) == 2
    assert db.session.scalar(select(func.count()).select_from(Likeness)) == 1


def test_a_submission_costs_as_much_beside_twenty_others_as_beside_one(make: Maker, statements: Statements) -> None:
    own = make.member()
    counted = []
    for count in (1, 19):
        for _ in range(count):
            make.submitted(Kind.notice, actor=own, body=BODY * 2)
        draft = make.draft(Kind.notice, actor=own, body=BODY * 2)
        statements.restart()
        make.submit(draft, actor=own)
        counted.append(statements.count)

    assert counted[0] == counted[1]


@pytest.mark.parametrize(("count", "low", "high"), [(0, 100, 100), (4, 75, 99), (40, 0, 70)])
def test_the_share_follows_the_text(count: int, low: int, high: int, now: datetime) -> None:
    lines = [f"{number}番目の文は{chr(0x4E00 + number * 7)}について説明します。" for number in range(60)]
    text = "".join(lines)
    changed = "".join(
        f"別の{number}に関する段落でした。" if number < count else line for number, line in enumerate(lines)
    )

    one, other = (likeness.sketch_of(Kind.notice, sample(Kind.notice, now=now, body=body)) for body in (text, changed))

    assert low <= likeness.share(one, other) <= high
    assert len(one) <= likeness.MOST


def test_hardly_any_text_is_like_nothing(now: datetime) -> None:
    short = likeness.sketch_of(Kind.notice, {"title": "休業", "body": "休みます。"})

    assert (short, likeness.share(short, short)) == ([], 0)
