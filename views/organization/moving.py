"""What a member does with an entry, from the list and from its page: 修正, コピー, 取下げ, 掲載終了, 削除."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.entries import Version
from models.states import Action
from portal import clock
from portal.publishing import drafts, workflow
from portal.publishing.workflow import Seen
from views.arguments import LARGEST_ID, whole_number
from views.organization.lookup import own_entry, own_version, read_seen
from views.organization.rooms import Room
from views.web import current_actor


class Moves:
    """Of a view for one kind, open to those who may write."""

    room: Room

    @expose("/revise/", methods=("POST",))
    def revise(self) -> Response:
        version = drafts.revise(self.posted_entry(), actor=current_actor(), now=clock.now())
        db.session.commit()
        return redirect(url_for(".edit", version_id=version.id))

    @expose("/copy/", methods=("POST",))
    def copy(self) -> Response:
        version = drafts.copy(self.posted_entry(), actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(_("コピーして下書きを作りました。日付を入力してください。"), "success")
        return redirect(url_for(".edit", version_id=version.id))

    @expose("/withdraw/", methods=("POST",))
    def withdraw(self) -> Response:
        return self.move(Action.withdraw, _("取下げました。下書きに戻したので、内容を直して申請し直せます。"))

    @expose("/close/", methods=("POST",))
    def close(self) -> Response:
        return self.move(Action.close, _("掲載を終了しました。公開サイトには表示されません。"))

    def move(self, action: Action, told: str) -> Response:
        seen = self.posted_seen()
        version = own_version(seen.version_id, self.room)
        workflow.perform(action, seen, actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(told, "success")
        return redirect(self.entry_page(version))

    @expose("/discard/", methods=("POST",))
    def discard(self) -> Response:
        seen = self.posted_seen()
        own_version(seen.version_id, self.room)
        drafts.discard(seen, actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(_("下書きを削除しました。"), "success")
        return redirect(url_for(f"{self.room.pages}.index_view"))

    def posted_entry(self) -> int:
        return own_entry(whole_number(request.form.get("entry", ""), highest=LARGEST_ID), self.room).id

    def posted_seen(self) -> Seen:
        return read_seen(request.form.get("seen", ""))

    def entry_page(self, version: Version) -> str:
        return url_for(f"{self.room.pages}.entry", entry_id=version.entry_id)
