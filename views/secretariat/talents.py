"""Talents at the desk. The list tells nobody's name; opening one is on record."""

from typing import Any

from flask import abort
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Query, joinedload

from models.base import db
from models.talents import Talent
from portal import clock, codes
from portal.administration import talents
from portal.database import begin_write
from portal.dates import moment_short
from portal.errors import Refused
from portal.permissions import may
from views.arguments import LARGEST_ID
from views.secretariat.organizations import in_use
from views.secretariat.records import RecordsView
from views.web import current_actor


class Talents(RecordsView):
    column_list = ("code", "is_public", "accepts_offers", "level", "created_at", "updated_at", "account")
    column_labels = {
        "code": "登録コード",
        "is_public": "プロフィール",
        "accepts_offers": "オファーメール",
        "level": "登録レベル",
        "created_at": "登録日時",
        "updated_at": "更新日時",
        "account": "利用状況",
    }
    column_searchable_list = ("code",)
    column_sortable_list = ("created_at", "updated_at")
    empty_text = "登録コードかメールアドレスの全体を入力すると見つかります。"
    list_note = "登録コードかメールアドレスの全体で探せます。詳細を開くと、閲覧したことを記録します。"
    column_formatters = RecordsView.column_formatters | {
        "code": lambda _view, _context, row, _name: Markup(
            '<a class="title num" href="/desk/talents/{}/">{}</a>'
        ).format(row.id, row.code),
        "is_public": lambda _view, _context, row, _name: "公開" if row.is_public else "非公開",
        "accepts_offers": lambda _view, _context, row, _name: "受け取る" if row.accepts_offers else "受け取らない",
        "level": lambda _view, _context, row, _name: codes.TALENT_LEVELS.label(row.level),
        "updated_at": lambda _view, _context, row, _name: moment_short(row.updated_at, clock.now()),
        "account": lambda _view, _context, row, _name: in_use(row.account),
    }

    def search_placeholder(self) -> str:
        return "登録コード・メールアドレス"

    def get_query(self) -> Query[Any]:
        return super().get_query().options(joinedload(Talent.account))

    def _apply_search(self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str) -> Any:
        found = talents.named(search)
        return query.filter(found), count_query.filter(found), joins, count_joins

    @expose(f"/<int(min=1, max={LARGEST_ID}):talent_id>/")
    def detail(self, talent_id: int) -> str:
        return talent_page(self, talent_id)


def talent_page(view: Any, talent_id: int, *, refusal: Refused | None = None, at: str = "", typed: str = "") -> str:
    """The reading is on record before the page is."""
    actor, now = current_actor(), clock.now()
    begin_write()
    found = talents.open_talent(talent_id, actor=actor, now=now)
    db.session.expunge_all()  # read whole; else the end of the transaction would have it read anew
    db.session.commit()
    page: str = view.render(
        "secretariat/talent.html",
        found=found,
        talent=found.talent,
        account=found.talent.account,
        may_administer=may(actor, "desk.administer"),
        refusal=str(refusal) if refusal else "",
        at=at,
        typed=typed,
        now=now,
    )
    return page


def talent_of(account_id: int) -> int:
    return db.session.scalar(select(Talent.id).where(Talent.account_id == account_id)) or abort(404)
