"""The desk's triage: panes for scripts, registrations in the queue, what one is compared with, notes, 保留, filters."""

from datetime import timedelta

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.presence import Presence
from models.registrations import RegistrationVersion
from models.states import Action, Kind, RegistrationKind, RegistrationState
from portal import clock
from portal.actors import Actor
from portal.database import begin_write
from portal.publishing import drafts
from portal.publishing.content import read
from tests.make import Maker, seen
from tests.views.desk import everything_written, states, waiting
from tests.views.pages import Page, Visitor, problems, text_of
from tests.views.test_desk import rows_of

PANE = {"X-Pane": "1"}


def registration(make: Maker, *, days: int = 3, organization: Organization | None = None) -> RegistrationVersion:
    """Handed in, due in so many days: of a new organization, or a change of one."""
    kind = RegistrationKind.change if organization else RegistrationKind.new
    begin_write()
    version = RegistrationVersion(
        number=f"R-2026-{kind}{days}",
        kind=kind,
        state=RegistrationState.submitted,
        organization_id=organization.id if organization else None,
        content={"org_type": "08"} if organization else {"name": "財団法人 新しい会"},
        name_key="" if organization else "新しい会",
        created_at=make.now,
        updated_at=make.now,
        submitted_at=make.now,
        submissions=1,
        due_at=make.now + timedelta(days=days),
    )
    db.session.add(version)
    db.session.commit()
    return version


def test_registrations_stand_in_the_queue_by_their_deadline(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    version.publish_at = make_here.now + timedelta(days=200)
    db.session.commit()
    late = registration(make_here, days=-2)
    house = db.session.get_one(Organization, owner.organization_id)
    name = house.name
    change = registration(make_here, days=60, organization=house)

    page = desk.open("/desk/").page
    links = [link for link in page.links() if link.startswith(("/desk/review/", "/desk/registrations/"))]

    wanted = [f"/desk/registrations/{late.id}/", f"/desk/review/{version.id}", f"/desk/registrations/{change.id}/"]
    assert [link for link in links if link in wanted][:3] == wanted
    assert "承認待ち 3件" in page.text
    assert "登録 新規登録" in page.text
    assert "財団法人 新しい会" in page.text
    assert "登録 変更" in page.text
    assert len([box for box in page.all("input") if box.get("name") == "item"]) == 1, "only entries can be chosen"
    assert problems(page) == []
    for path, total, entries in (
        ("/desk/?kind=registration", 2, 0),
        ("/desk/?kind=registration&q=新しい会", 1, 0),
        (f"/desk/?q={name}", 2, 1),
        ("/desk/?kind=job", 1, 1),
        ("/desk/?lamp=clean", 1, 1),
        ("/desk/?due=late", 1, 0),
        ("/desk/?org=07", 2, 1),
    ):
        page = desk.open(path).page
        assert f"承認待ち {total}件" in page.text, path
        assert len(rows_of(page)) == entries, path


def test_a_pane_is_the_entry_alone_and_the_list_the_queue_alone(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    first, second = waiting(make_here, 2, actor=owner)
    address, ids = f"/desk/review/{first.id}?kind=job", (first.id, second.id)

    pane = Page(desk.client.get(address, headers=PANE).text)
    whole = desk.open(address).page

    assert rows_of(pane) == []
    assert text_of(pane.by_id("doc")) == text_of(whole.by_id("doc"))
    assert text_of(pane.by_id("checks")) == text_of(whole.by_id("checks"))
    assert pane.link("次へ") == f"/desk/review/{ids[1]}?kind=job"
    shown = Page(desk.client.get(f"/desk/?kind=job&at={ids[1]}", headers=PANE).text)
    assert rows_of(shown) == rows_of(whole)
    assert [row.get("data-row") for row in shown.all("li") if row.get("aria-current")] == [str(ids[1])]
    assert not shown.all("html")[0].get("lang"), "no page around it"


def test_reading_a_pane_writes_nothing_and_resting_on_it_only_that(
    desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(actor=owner)
    before = everything_written()

    desk.client.get(f"/desk/review/{version.id}", headers=PANE)
    assert everything_written() == before
    answer = desk.client.post(f"/desk/triage/{version.id}/look")

    after = everything_written()
    assert {table for table in after if after[table] != before[table]} == {"presence"}
    assert (answer.status_code, answer.text.strip()) == (200, ""), "nobody else looks"
    desk.client.post("/desk/triage/away")
    assert db.session.query(Presence).count() == 0
    unseen = make_here.draft(actor=owner).id
    assert [desk.client.post(f"/desk/triage/{number}/look").status_code for number in (99999, unseen)] == [404, 404]


def test_a_decision_of_a_script_answers_with_the_undo_and_the_counts(
    desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    first, _second = waiting(make_here, 2, actor=owner)
    desk.open(f"/desk/review/{first.id}")
    address, sent = desk.what_is_sent("掲載承認")

    answer = desk.client.post(address, data=sent, headers=PANE)

    told = Page(answer.text)
    assert answer.status_code == 200
    assert "を承認しました。" in told.text
    assert "承認 1・差戻し 0" in told.text
    assert [part.get("data-total") for part in told.all("span") if part.get("data-total")] == ["1"]
    again = desk.client.post(address, data=sent, headers=PANE)
    assert again.status_code == 409
    assert "競合：あなたがたった今承認しました。" in Page(again.text).text
    assert Page(again.text).by_id("doc") is not None, "in the pane"


def revised(make: Maker, owner: Actor, **content: str) -> Version:
    version = make.published(Kind.notice, actor=owner)
    begin_write()
    draft = drafts.revise(version.entry_id, actor=owner, now=make.now)
    draft = drafts.save(seen(draft), read(draft) | content, actor=owner, now=make.now)
    db.session.commit()
    return make.submit(draft, actor=owner)


def test_one_chooses_what_an_entry_is_compared_with(
    desk: Visitor, make_here: Maker, owner: Actor, office: Actor
) -> None:
    version = revised(make_here, owner, title="差戻した時の題名です")
    version = make_here.move(Action.return_, version, actor=office, comment="直してください。")
    later = make_here.now + timedelta(minutes=1)  # the hold is over
    begin_write()
    draft = drafts.save(seen(version), read(version) | {"title": "公開中とは違う題名です"}, actor=owner, now=later)
    db.session.commit()
    version = make_here.submit(draft, actor=owner)
    here = f"/desk/review/{version.id}"

    public = desk.open(f"{here}?kind=notice").page
    returned = desk.open(public.link("前回の差戻し") or "").page

    assert "公開中の版" in public.text
    assert "差戻した時の題名です" not in text_of(public.by_id("diff"))
    assert desk.path == f"{here}?kind=notice&against=return"
    assert "差戻した時の題名です" in text_of(returned.by_id("diff"))
    assert problems(returned) == []
    assert "公開中の版" in desk.open(f"{here}?against=copy").page.text, "there is no source: what there is"
    desk.open(f"{here}?against=x", status=400)


def test_a_copy_stands_beside_its_source(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    source = make_here.published(Kind.notice, actor=owner, title="もとのお知らせの題名です")
    begin_write()
    draft = drafts.copy(source.entry_id, actor=owner, now=make_here.now)
    values = read(source) | {"title": "写したお知らせの題名です", "attest": True}
    values |= {"publish_at": make_here.now + timedelta(days=5)}
    draft = drafts.save(seen(draft), values, actor=owner, now=make_here.now)
    db.session.commit()
    version = make_here.submit(draft, actor=owner)

    page = desk.open(f"/desk/review/{version.id}").page

    assert "コピー元" in text_of(page.by_id("diff"))
    assert page.by_id("doc").get("data-first-tab") == "preview", "a new entry is read whole first"
    assert "似ている情報" in page.text
    assert "もとのお知らせの題名です" in text_of(page.by_id("checks"))


def test_long_prose_that_stayed_is_folded(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    text = "".join(f"{number}番目の段落では、活動の内容を説明します。" for number in range(40))
    version = make_here.published(Kind.notice, actor=owner, body=text)
    begin_write()
    draft = drafts.revise(version.entry_id, actor=owner, now=make_here.now)
    draft = drafts.save(seen(draft), read(draft) | {"body": text + "以上です。"}, actor=owner, now=make_here.now)
    db.session.commit()
    make_here.submit(draft, actor=owner)

    difference = desk.open(f"/desk/review/{draft.id}").page.by_id("diff")

    assert f"同じ文 {len(text) - 160:,}文字を表示" in text_of(difference)


def test_notes_of_an_entry_and_of_its_organization(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    first, second = waiting(make_here, 2, actor=owner)
    ids = (first.id, second.id)

    desk.open(f"/desk/review/{ids[0]}").press("メモを追加", text="この求人のことを電話で確認した。")
    assert "メモを追加しました。" in desk.page.text
    desk.press("メモを追加", text="担当が交代した。", about="organization")
    desk.press("メモを追加", text=" ", status=422)
    assert "メモを入力してください。" in desk.page.text
    assert problems(desk.page) == []

    assert "この求人のことを電話で確認した。" in desk.open(f"/desk/review/{ids[0]}").page.text
    other = desk.open(f"/desk/review/{ids[1]}").page
    assert "この求人のことを電話で確認した。" not in other.text
    assert "担当が交代した。" in other.text
    assert "担当が交代した。" in desk.open(f"/desk/organizations/{owner.organization_id}/").page.text


def test_an_entry_is_put_aside_and_taken_up_again(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    first, second = waiting(make_here, 2, actor=owner)
    ids, title = (first.id, second.id), first.title
    tomorrow = clock.local(clock.now()) + timedelta(days=1)

    desk.open(f"/desk/review/{ids[0]}").press("保留にする", reason="団体に確認中", until=f"{tomorrow:%Y-%m-%dT%H:%M}")
    assert "保留にしました。" in desk.page.text
    rows = rows_of(desk.open("/desk/").page)
    assert title in rows[1]
    assert "団体に確認中" in rows[1]
    assert len(rows_of(desk.open("/desk/?aside=1").page)) == 1
    desk.open(f"/desk/review/{ids[1]}").press("保留にする", until="2020-01-01T00:00", status=422)
    assert "今より後" in desk.page.text
    desk.press("保留にする", until="明日", reason="長い理由", status=422)
    assert "日時で入力してください。" in desk.page.text
    assert "長い理由" in [field.get("value") for field in desk.page.all("input")]
    desk.open(f"/desk/review/{ids[0]}").press("保留を解除")
    assert title in rows_of(desk.open("/desk/").page)[0]
    assert states([first, second]) == ["submitted", "submitted"]


def test_the_filter_is_a_page_too_and_keeps_what_it_is_given(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    make_here.submitted(Kind.notice, actor=owner)
    page = desk.open("/desk/filter/?kind=notice&lamp=clean&page=3").page
    assert "問題なし 1件" in page.text
    assert problems(page) == []

    desk.press("保存", name="", status=422)
    assert "条件の名前を入力してください。" in desk.page.text
    desk.press("保存", name="お知らせだけ")
    assert desk.path.startswith("/desk/?kind=notice&lamp=clean")
    assert "「お知らせだけ」を保存しました。" in desk.page.text

    page = desk.open("/desk/filter/").page
    assert page.link("お知らせだけ") == "/desk/?kind=notice&lamp=clean"
    desk.press("「お知らせだけ」を削除")
    assert "保存した条件を削除しました。" in desk.page.text
    assert "お知らせだけ" not in [text_of(link) for link in desk.open("/desk/filter/").page.all("a")]
