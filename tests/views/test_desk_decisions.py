"""One entry decided at the desk: what it leads to, what is refused and keeps the input, and how it is taken back."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.people import Account
from models.records import AuditEvent
from models.states import Action, Kind, State
from portal.actors import Actor
from portal.clock import local
from portal.publishing import publication
from tests.make import Maker
from tests.views.desk import everything_written, letters, overdue, states, waiting
from tests.views.pages import Visitor, problems, text_of

REASON = "就業場所の変更の範囲をご記入ください。"


def comment_of(desk: Visitor) -> str:
    return "".join(desk.page.by_id("comment").itertext())


def trail(action: str) -> list[AuditEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)))


def ended_at(version_id: int) -> Version:
    db.session.rollback()
    return db.session.get_one(Version, version_id)


def test_approval_goes_on_to_the_next_and_tells_the_organization_later(
    desk: Visitor, make_here: Maker, owner: Actor, office: Actor
) -> None:
    first, second = waiting(make_here, 2, actor=owner)
    ids, title = [first.id, second.id], second.title

    desk.open(f"/desk/review/{ids[0]}").press("掲載承認")

    assert desk.page.h1 == title
    assert "を承認しました。" in text_of(desk.page.one("form", role="status"))
    assert states([first, second]) == [State.approved, State.submitted]
    (event,) = trail("entry.approve")
    assert (event.actor_id, event.subject_id) == (office.account_id, ids[0])
    assert letters("entry_approved") == [address_of(owner)]


def address_of(actor: Actor) -> str:
    return db.session.get_one(Account, actor.account_id).email


def test_without_next_or_a_next_one_the_list_follows(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    first, second = waiting(make_here, 2, actor=owner)
    ids = [first.id, second.id]

    desk.open(f"/desk/review/{ids[0]}?kind=job").press("掲載承認", next=None)
    assert desk.path.startswith("/desk/?kind=job&done=")
    desk.open(f"/desk/review/{ids[1]}").press("掲載承認")
    assert desk.path.startswith("/desk/?done=")


def test_a_return_needs_a_comment_and_brings_it_to_the_organization(
    desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(actor=owner)
    desk.open(f"/desk/review/{version.id}").press("差戻し", comment="  ", status=422)

    assert "コメントを入力してください。" in desk.page.text
    assert desk.page.by_id("comment").get("aria-invalid") == "true"
    assert states([version]) == [State.submitted]
    assert problems(desk.page) == []

    desk.press("差戻し", comment=REASON)
    assert states([version]) == [State.returned]
    assert [event.details["comment"] for event in trail("entry.return")] == [REASON]
    assert len(letters("entry_returned")) == 1


def test_a_comment_too_long_is_refused_and_kept(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    desk.open(f"/desk/review/{version.id}")
    before = everything_written()
    desk.press("差戻し", comment="あ" * 4001, status=422)

    assert "コメントは4,000文字以内で入力してください（現在4,001文字）。" in desk.page.text
    assert comment_of(desk) == "あ" * 4001
    assert everything_written() == before


def test_what_changed_since_it_was_opened_is_a_conflict_that_keeps_the_comment(
    desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(actor=owner)
    desk.open(f"/desk/review/{version.id}")
    make_here.move(Action.withdraw, version, actor=owner)
    make_here.submit(version, actor=owner)
    before = everything_written()

    for button in ("掲載承認", "差戻し"):
        desk.open(f"/desk/review/{version.id}")
        address, sent = desk.what_is_sent(button, comment=REASON)
        sent["revision"] = "2"
        answer = desk.client.post(address, data=sent)
        desk._arrived(answer, 409)
        assert "競合" in desk.page.text
        assert "佐藤 美咲さん" in desk.page.text, "who changed it"
        assert comment_of(desk) == REASON
        assert problems(desk.page) == []
    assert everything_written() == before

    desk.press("掲載承認", comment="")
    assert states([version]) == [State.approved], "on what is shown now"


def test_a_colleague_was_quicker(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    desk.open(f"/desk/review/{version.id}")
    make_here.move(Action.approve, version, actor=make_here.secretary())

    desk.press("掲載承認", status=409)

    assert "競合：高橋 直子さんがたった今承認しました。この操作は実行していません。" in desk.page.text
    assert len(trail("entry.approve")) == 1


def test_what_was_withdrawn_meanwhile_is_told(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    desk.open(f"/desk/review/{version.id}")
    make_here.move(Action.withdraw, version, actor=owner)

    desk.press("掲載承認", status=404)

    assert "団体が取り下げた可能性があります。何も実行していません。" in desk.page.text
    assert states([version]) == [State.draft]
    assert problems(desk.page) == []


BAD = [
    ({"action": "fly", "revision": "2"}, 400),
    ({"action": "publish", "revision": "2"}, 400),
    ({"revision": "2"}, 400),
    ({"action": "approve"}, 400),
    ({"action": "approve", "revision": "x"}, 400),
    ({"action": "approve", "revision": "-1"}, 400),
    ({"action": "approve", "revision": "99999999999999"}, 400),
    ({"action": "approve", "revision": "2", "comment": "\0"}, 400),
    ({"action": "return", "revision": "2", "comment": "長" * 350_000}, 422),
    ({"action": "return", "revision": "2", "comment": "x" * 18_000_000}, 413),
    ({"action": "unpublish", "revision": "2", "comment": "理由"}, 409),
    ({"action": "approve", "revision": "1"}, 409),
]


@pytest.mark.parametrize(("sent", "status"), BAD, ids=[f"{status} {str(sent)[:50]}" for sent, status in BAD])
def test_bad_input_is_told_in_words_and_writes_nothing(
    sent: dict[str, str], status: int, desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(actor=owner)
    desk.open("/desk/")
    before = everything_written()

    desk._arrived(desk.client.post(f"/desk/review/{version.id}/decide", data=sent), status)

    assert any("ぁ" <= letter <= "ん" for letter in desk.page.h1 + desk.page.text)
    assert problems(desk.page) == []
    assert everything_written() == before


def test_an_address_that_says_nonsense_stops_every_act(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version, public = make_here.submitted(actor=owner), make_here.published(actor=owner)
    desk.open(f"/desk/review/{version.id}").press("掲載承認", next=None)
    batch = desk.path.partition("done=")[2]
    before = everything_written()

    for path, data in (
        (f"/desk/undo/{batch}", {}),
        (f"/desk/review/{public.id}/decide", {"action": "unpublish", "revision": public.revision, "comment": REASON}),
        (f"/desk/review/{public.id}/extend", {"until": "2030-01-01T00:00", "revision": "4", "comment": REASON}),
        (f"/desk/review/{version.id}/assign", {"take": "1", "revision": "3"}),
    ):
        assert desk.client.post(f"{path}?kind=x", data=data).status_code == 400, path
    assert everything_written() == before


def test_other_ways_of_asking_are_no_way_in(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    desk.open("/desk/")
    before = everything_written()
    for path in (f"/desk/review/{version.id}/decide", "/desk/bulk/plan", "/desk/bulk/run", "/desk/undo/x"):
        assert desk.client.get(path).status_code == 405, path
    for data in ({"item": "x"}, {"item": "99999999999"}):
        assert desk.client.post("/desk/undo/x", data=data).status_code == 400
    assert everything_written() == before


# ---- taking it back


def test_undo_within_the_hold_leaves_no_trace_outside(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = overdue(make_here).submitted(actor=owner)
    version_id, stranger = version.id, desk.client.application.test_client()

    desk.open(f"/desk/review/{version_id}").press("掲載承認")
    assert publication.publish_due(make_here.now + timedelta(seconds=9)) == 0, "its effects are held"
    desk.press("取り消す")

    assert "取り消しました。公開もメール送信もしていません。" in desk.page.text
    assert desk.path == f"/desk/review/{version_id}", "back at what was decided by mistake"
    assert states([version]) == [State.submitted]
    assert letters("entry_approved") == letters("approval_reversed") == []
    assert publication.publish_due(make_here.now + timedelta(days=30)) == 0
    assert states([version]) == [State.submitted]
    assert version.title not in stranger.get("/jobs/").text
    assert [event.action for event in trail("entry.undo")] == ["entry.undo"], "inside, everything is on record"


def test_a_later_undo_is_a_reversal_that_the_organization_is_told_of(
    desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(actor=owner)
    version_id = version.id
    desk.open(f"/desk/review/{version_id}").press("掲載承認")

    with time_machine.travel(make_here.now + timedelta(minutes=2), tick=False):
        desk.open(f"/desk/review/{version_id}")
        assert "に公開します。" in desk.page.text
        desk.press("承認を取り消す")

    assert "1件の承認を取り消し、団体にメールで知らせます。" in desk.page.text
    assert states([version]) == [State.submitted]
    assert len(letters("approval_reversed")) == 1


def test_what_is_public_or_was_told_cannot_be_undone(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    public, returned = waiting(overdue(make_here), 2, actor=owner)
    batches = []
    for version, button in ((public, "掲載承認"), (returned, "差戻し")):
        desk.open(f"/desk/review/{version.id}").press(button, comment=REASON, next=None)
        batches.append(desk.path.partition("done=")[2])
    assert publication.publish_due(make_here.now + timedelta(minutes=5)) == 1

    with time_machine.travel(make_here.now + timedelta(minutes=5), tick=False):
        for batch in (*batches, "unknown"):
            desk._arrived(desk.client.post(f"/desk/undo/{batch}", follow_redirects=True), 200)
            assert "競合：取り消せる時間を過ぎたか、ほかの人が先に処理しました。" in desk.page.text
    assert states([public, returned]) == [State.published, State.returned]


def test_the_toast_goes_with_the_hold(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    desk.open(f"/desk/review/{version.id}").press("掲載承認")
    address = desk.path

    assert desk.page.buttons("取り消す")
    with time_machine.travel(make_here.now + timedelta(minutes=1), tick=False):
        assert not desk.open(address).page.buttons("取り消す")
    desk.open("/desk/?done=unknown")


# ---- what is public


def test_take_down_put_back_and_end_each_with_a_reason(
    desk: Visitor, make_here: Maker, owner: Actor, client: FlaskClient
) -> None:
    version = make_here.published(actor=owner)
    desk.open(f"/desk/review/{version.id}")

    for button, state, letter in (
        ("掲載停止", State.suspended, "entry_suspended"),
        ("再掲載", State.published, "entry_restored"),
        ("掲載終了", State.closed, "entry_closed"),
    ):
        desk.press(button, comment="", status=422)
        assert "コメントを入力してください。" in desk.page.text
        assert problems(desk.page) == []
        desk.press(button, comment=REASON)
        assert states([version]) == [state]
        assert letters(letter) == [address_of(owner)]
        assert "団体にメールで知らせます。" in desk.page.text
    assert [event.details["comment"] for event in trail("entry.close")] == [REASON]


def test_the_end_moves_with_a_reason(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.published(Kind.job, actor=owner)
    version_id, end = version.id, version.unpublish_at
    assert end is not None
    until = local(end + timedelta(days=14)).replace(second=0, microsecond=0)
    desk.open(f"/desk/review/{version_id}")

    for typed in ("", "明日", "2020-01-01T00:00", "9999-12-31T23:59", local(end).strftime("%Y-%m-%dT%H:%M")):
        desk.press("延長する", until=typed, comment=REASON, status=422)
        assert "新しい期限は" in desk.page.text, typed
        assert "".join(desk.page.by_id("reason").itertext()) == REASON
        assert problems(desk.page) == []
    desk.press("延長する", until=until.strftime("%Y-%m-%dT%H:%M"), comment=" ", status=422)
    assert "延長の理由を入力してください。" in desk.page.text

    desk.press("延長する", until=until.strftime("%Y-%m-%dT%H:%M"), comment=REASON)
    moved = ended_at(version_id)
    assert (moved.unpublish_at, moved.close_at, moved.state) == (until, until, State.published)
    assert letters("entry_extended") == [address_of(owner)]


def test_a_colleague_takes_over_and_lets_go(desk: Visitor, make_here: Maker, owner: Actor, office: Actor) -> None:
    version = make_here.submitted(actor=owner)
    version_id = version.id
    desk.open(f"/desk/review/{version_id}").press("自分が担当する")

    assert ended_at(version_id).assignee_id == office.account_id
    assert "高橋 直子が担当" in desk.open("/desk/").page.text
    desk.open(f"/desk/review/{version_id}").press("担当をやめる")
    assert ended_at(version_id).assignee_id is None

    make_here.move(Action.approve, ended_at(version_id), actor=office)
    answer = desk.client.post(f"/desk/review/{version_id}/assign", data={"revision": "9", "take": "1"})
    assert answer.status_code == 409
    assert "競合" in answer.text
