"""Many entries decided in one request: the dry run, the act, a line for each, and the way back."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.records import AuditEvent
from models.states import Action, Kind, State
from portal.actors import Actor
from portal.publishing import bulk, publication
from tests.conftest import Statements
from tests.make import Maker
from tests.views.desk import everything_written, item, letters, overdue, states, waiting
from tests.views.pages import Page, Visitor, problems, text_of

REASON = "応募書類の名称をご確認ください。"


def lines(page: Page) -> list[str]:
    """The rows of the table in the middle pane."""
    return [text_of(row) for row in page.all("tr") if page.is_within(row, "tbody")]


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_dry_run_says_what_would_happen_and_writes_nothing(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    soon = overdue(make_here).submitted(Kind.notice, actor=owner, title="すぐに公開になるお知らせです")
    later = make_here.submitted(actor=owner, title="七日後に公開になる求人です")
    waiting(make_here, 1, actor=owner)
    chosen = [item(soon), item(later)]
    desk.open("/desk/")
    before = everything_written()

    desk.press("選択したものを承認", item=chosen)

    assert desk.page.h1 == "2件のうち2件を承認できます"
    assert "すぐに公開" in lines(desk.page)[0]
    assert "に公開" in lines(desk.page)[1]
    assert "送るメール2通" in desk.page.text
    assert "最も早い公開すぐに（1件）" in desk.page.text
    assert "10秒間" in desk.page.text
    assert desk.page.buttons("2件を承認する")
    checked = [box.get("value") for box in desk.page.all("input") if box.get("checked") is not None]
    assert set(chosen) <= set(checked), "the selection stays on the screen"
    assert problems(desk.page) == []
    assert everything_written() == before


def test_approving_what_was_chosen_and_nothing_else(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    first, _second, third = versions = waiting(make_here, 3, actor=owner)
    desk.open("/desk/").press("選択したものを承認", item=[item(first), item(third)]).press("2件を承認する")

    assert desk.page.h1 == "2件のうち2件を承認しました"
    assert all("承認しました" in line for line in lines(desk.page))
    assert len(lines(desk.page)) == 2
    assert states(versions) == [State.approved, State.submitted, State.approved]
    assert len(letters("entry_approved")) == 2
    assert problems(desk.page) == []
    assert "本日の処理 2件" in desk.page.text


def test_returning_many_needs_one_comment_for_all(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    versions = waiting(make_here, 2, actor=owner)
    desk.open("/desk/").press("選択したものを差戻し", item=[item(version) for version in versions])

    desk.press("2件を差戻しする", comment=" ", status=422)
    assert "コメントを入力してください。" in desk.page.text
    assert states(versions) == [State.submitted] * 2
    desk.press("2件を差戻しする", comment=REASON)

    assert desk.page.h1 == "2件のうち2件を差戻ししました"
    assert states(versions) == [State.returned] * 2
    db.session.rollback()
    assert set(db.session.scalars(select(Version.comment)).all()) == {REASON}
    assert len(letters("entry_returned")) == 2


def test_each_item_has_its_line_whatever_became_of_it_meanwhile(
    desk: Visitor, make_here: Maker, owner: Actor, office: Actor
) -> None:
    _good, changed, withdrawn, decided = versions = waiting(make_here, 4, actor=owner)
    draft = make_here.draft(actor=owner)
    chosen = [item(version) for version in (*versions, draft)] + ["999999:2"]
    ids = [version.id for version in (*versions, draft)]
    desk.open("/desk/").press("選択したものを承認", item=chosen)
    assert desk.page.h1 == "6件のうち4件を承認できます"
    address, sent = desk.what_is_sent("4件を承認する")

    make_here.move(Action.withdraw, changed, actor=owner)
    make_here.submit(changed, actor=owner)
    make_here.move(Action.withdraw, withdrawn, actor=owner)
    make_here.move(Action.return_, decided, actor=office, comment=REASON)
    desk._arrived(desk.client.post(address, data=sent, follow_redirects=True), 200)

    assert desk.page.h1 == "6件のうち1件を承認しました"
    told = lines(desk.page)
    assert len(told) == 6
    assert "承認しました" in told[0]
    assert "表示した後に内容が変わりました" in told[1]
    assert "対象外です" in told[2], "a draft is the organization's own"
    assert "すでに処理されているか、団体が取り下げました" in told[3]
    assert [f"ID {ids[2]}" in told[2], f"ID {ids[4]}" in told[4], "ID 999999" in told[5]] == [True] * 3
    assert draft.title not in desk.page.text
    assert states(versions) == [State.approved, State.submitted, State.draft, State.returned]
    assert len(letters("entry_approved")) == 1


def test_nothing_left_to_decide_is_told_and_writes_nothing(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    desk.open("/desk/").press("選択したものを承認", item=[item(version)])
    make_here.move(Action.withdraw, version, actor=owner)
    before = everything_written()

    desk.press("1件を承認する", comment="よい内容です。", status=422)

    assert "処理できるものがありません。" in desk.page.text
    assert everything_written() == before


def test_two_hundred_in_one_request(desk: Visitor, make_here: Maker, owner: Actor, statements: Statements) -> None:
    versions = waiting(make_here, 200, actor=owner)
    desk.open("/desk/").press("選択したものを承認", all="1")
    assert desk.page.h1 == "200件のうち200件を承認できます"

    desk.press("200件を承認する", number="199", status=422)
    assert "処理する件数「200」を数字で入力してください。" in desk.page.text
    assert set(states(versions)) == {State.submitted}

    address, sent = desk.what_is_sent("200件を承認する", number="２００")
    statements.restart()
    answer = desk.client.post(address, data=sent)
    figure = statements.count
    print(f"\n200 entries approved in one request by {figure} statements: {figure / 200:.3f} an item (at most 10)")
    assert answer.status_code == 302
    assert figure <= 20

    assert set(states(versions)) == {State.approved}
    db.session.rollback()
    told = select(func.count(), func.count(OutboxMail.version_id.distinct())).where(
        OutboxMail.letter == "entry_approved"
    )
    assert db.session.execute(told).one() == (200, 200)
    events = select(func.count(AuditEvent.subject_id.distinct())).where(AuditEvent.action == "entry.approve")
    assert db.session.scalar(events) == 200
    desk.open(answer.location)
    assert len(lines(desk.page)) == 200


def test_undo_takes_all_of_it_back_without_a_trace_outside(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    versions = waiting(overdue(make_here), 3, actor=owner)
    mails = count(OutboxMail)
    desk.open("/desk/").press("選択したものを承認", item=[item(v) for v in versions]).press("3件を承認する")
    assert "3件を承認しました。" in text_of(desk.page.one("form", role="status"))
    assert publication.publish_due(make_here.now + timedelta(seconds=9)) == 0

    desk.press("取り消す")

    assert "取り消しました。公開もメール送信もしていません。" in desk.page.text
    assert states(versions) == [State.submitted] * 3
    assert count(OutboxMail) == mails
    assert publication.publish_due(make_here.now + timedelta(days=1)) == 0


def test_the_page_of_results_keeps_the_way_to_a_reversal(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    at_once = overdue(make_here).submitted(actor=owner)
    later = make_here.submitted(actor=owner)
    versions = [at_once, later]
    desk.open("/desk/").press("選択したものを承認", item=[item(v) for v in versions]).press("2件を承認する")
    address = desk.path
    assert publication.publish_due(make_here.now + timedelta(minutes=5)) == 1

    with time_machine.travel(make_here.now + timedelta(minutes=5), tick=False):
        desk.open(address)
        assert not desk.page.buttons("取り消す")
        desk.press("1件の承認を取り消す")

    assert "1件の承認を取り消し、団体にメールで知らせます。" in desk.page.text
    assert states(versions) == [State.published, State.submitted]
    assert len(letters("approval_reversed")) == 1
    assert not any("取り消す" in text_of(button) for button in desk.open(address).page.all("button"))


def test_results_are_for_who_decided(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    desk.open("/desk/").press("選択したものを承認", item=[item(version)]).press("1件を承認する")
    batch = desk.path.partition("/result/")[2].partition("?")[0]
    with desk.client.application.app_context():
        assert bulk.results(batch, actor=make_here.secretary()) is None

    desk.open("/desk/bulk/result/unknown", status=404)


def test_many_are_taken_in_hand_at_once(desk: Visitor, make_here: Maker, owner: Actor, office: Actor) -> None:
    versions = waiting(make_here, 3, actor=owner)
    desk.open("/desk/").press("選択したものを担当", item=[item(version) for version in versions[:2]])

    db.session.rollback()
    hands = db.session.scalars(select(Version.assignee_id).order_by(Version.id)).all()
    assert hands == [office.account_id, office.account_id, None]


BAD = [
    ("plan", {"action": "approve"}, 422, "1件以上を選択"),
    ("plan", {"action": "take"}, 422, "1件以上を選択"),
    ("plan", {"item": "1:2"}, 400, "操作が指定されていません"),
    ("plan", {"action": "delete", "item": "1:2"}, 400, "選べない"),
    ("plan", {"action": "approve", "item": "abc"}, 400, "番号"),
    ("plan", {"action": "approve", "item": "1"}, 400, "番号"),
    ("plan", {"action": "approve", "item": "1:"}, 400, "番号"),
    ("plan", {"action": "approve", "item": "1:2:3"}, 400, "番号"),
    ("plan", {"action": "approve", "item": "-1:2"}, 400, "番号"),
    ("plan", {"action": "approve", "item": "99999999999999999999:1"}, 400, "番号"),
    ("plan", {"action": "approve", "item": "1:\0"}, 400, "使えない文字"),
    ("plan", {"action": "approve", "item": [f"{number}:2" for number in range(1, 202)]}, 422, "200件まで"),
    ("plan", {"action": "take", "item": [f"{number}:2" for number in range(1, 40_000)]}, 422, "200件まで"),
    ("plan?page=0", {"action": "approve", "item": "1:2"}, 400, "ページ番号"),
    ("run", {"action": "approve"}, 422, "処理できるものがありません"),
    ("run", {"action": "take", "item": "1:2"}, 400, "選べない"),
    ("run", {"action": "return", "item": "999999:2", "comment": "x"}, 422, "処理できるものがありません"),
    ("run", {"action": "approve", "item": [f"{number}:2" for number in range(1, 40_000)]}, 422, "200件まで"),
    ("run", {"action": "return", "item": "GOOD", "comment": ""}, 422, "コメントを入力"),
    ("run", {"action": "return", "item": "GOOD", "comment": "長" * 350_000}, 422, "4,000文字以内"),
    ("run", {"action": "approve", "item": "GOOD", "comment": "x" * 18_000_000}, 413, "大きすぎます"),
    ("run?kind=x", {"action": "approve", "item": "GOOD"}, 400, "選べない"),
]


@pytest.mark.parametrize(("path", "sent", "status", "words"), BAD, ids=[f"{b[0]} {b[1]!s:.40}" for b in BAD])
def test_bad_input_is_told_in_words_and_writes_nothing(
    path: str, sent: dict, status: int, words: str, desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(actor=owner)
    sent = {name: item(version) if value == "GOOD" else value for name, value in sent.items()}
    desk.open("/desk/")
    before = everything_written()

    desk._arrived(desk.client.post(f"/desk/bulk/{path}", data=sent), status)

    assert words in desk.page.text
    assert problems(desk.page) == []
    assert everything_written() == before


def test_thirty_need_no_number_and_thirty_one_do(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    versions = waiting(make_here, 31, actor=owner)
    chosen = [item(version) for version in versions]

    desk.open("/desk/").press("選択したものを承認", item=chosen[:30])
    assert "件数の確認" not in desk.page.text
    desk.open("/desk/").press("選択したものを承認", item=chosen)
    assert "件数の確認" in desk.page.text
    for number in ("", "30", "三十一", "31件"):
        desk.press("31件を承認する", number=number, status=422)
    assert set(states(versions)) == {State.submitted}
    desk.press("31件を承認する", number="31")
    assert set(states(versions)) == {State.approved}
