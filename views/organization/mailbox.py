"""「メールボックス」: 「受信BOX」 and 「送信BOX」, and the exchange with one talent about one matter.

Reading is every member's; answers are in AnswersView, which viewers do not enter. To an organization without legal
personality the mailbox is closed; the exchange with its applicants stands at 応募編集.
"""

from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from models.base import db
from models.states import Side
from portal import audit, clock
from portal.accounts import keeping
from portal.database import begin_write
from portal.messaging import attachments, boxes, finding, replying, threads, waiting
from portal.messaging.boxes import About, Box, Wanted
from portal.permissions import EDITORS, MEMBERS, may
from portal.recruiting import opening
from views import answering, lost_login
from views.admin import PageView
from views.answering import Typed
from views.arguments import LARGEST_ID, one_of, page_number, whole_number
from views.files import send
from views.lost_login import KeepsInput, Written
from views.organization.lookup import may_search
from views.web import current_actor

MENU = "メールボックス"
THREAD = f"<int(min=1, max={LARGEST_ID}):thread_id>"
FILE = f"<int(min=1, max={LARGEST_ID}):file_id>"
ABOUTS = {about.value: about for about in About}
ENDPOINTS = {Box.received: "organization_mailbox.index", Box.sent: "organization_mailbox.sent"}


class MailboxView(PageView):
    roles = MEMBERS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name=MENU, endpoint="organization_mailbox", url="/mypage/mailbox", **kwargs)

    def is_accessible(self) -> bool:
        return super().is_accessible() and may_search()

    @expose("/")
    def index(self) -> str:
        """「受信BOX」."""
        return self.show(Box.received)

    @expose("/sent/")
    def sent(self) -> str:
        """「送信BOX」, with what is still held."""
        return self.show(Box.sent)

    def show(self, box: Box) -> str:
        wanted = read_wanted(box)
        found = boxes.page_of(wanted, actor=current_actor())
        if found.page > found.last:
            abort(404)
        return self.render(
            "organization/mailbox.html",
            found=found,
            wanted=wanted,
            endpoints=ENDPOINTS,
            link=link_maker(wanted),
            searched=finding.SEARCHED,
            counted=boxes.COUNTED,
            may_write=may(current_actor(), "message.write"),
            now=clock.now(),
        )


class ThreadsView(PageView):
    """One thread to read, whichever way led to it."""

    roles = MEMBERS
    stands_at = MENU

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name=MENU, endpoint="organization_threads", url="/mypage/threads", **kwargs)

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> Response:
        return redirect(url_for("organization_mailbox.index" if may_search() else "organization_applications.index"))

    @expose(f"/{THREAD}/")
    def thread(self, thread_id: int) -> str:
        """Reading it is on record before it is shown, and what is new counts as 「開封済み」."""
        actor, now, before = current_actor(), clock.now(), read_before()
        begin_write()
        thread = boxes.find(thread_id, actor=actor)
        threads.mark_read(thread, side=Side.organization, now=now)
        waiting.see_lost(thread, now=now)
        audit.record("message.read", subject="thread", subject_id=thread_id, actor=actor, now=now)
        db.session.commit()
        g.unread_threads = boxes.count_unread(actor)  # one less now, perhaps
        return render_thread(self, thread_id, begun(thread_id), before=before)

    @expose(f"/{THREAD}/files/{FILE}")
    def file(self, thread_id: int, file_id: int) -> Response:
        boxes.find(thread_id, actor=current_actor())
        return send(attachments.find(thread_id, file_id, actor=current_actor()))


class AnswersView(KeepsInput):
    roles = EDITORS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="返信", endpoint="organization_answers", url="/mypage/answers", **kwargs)

    def is_visible(self) -> bool:
        return False

    def written(self, name: str, **kwargs: Any) -> Written | None:
        """Whose login ran out while answering comes back to the thread."""
        thread_id = kwargs.get("thread_id")
        if not thread_id:
            return None
        fields = [("body", request.form.get("body", ""))]
        return Written(form_of(thread_id), fields, url_for("organization_threads.thread", thread_id=thread_id))

    @expose("/")
    def index(self) -> Response:
        return redirect(url_for("organization_threads.index"))

    @expose(f"/{THREAD}/", methods=("POST",))
    def reply(self, thread_id: int) -> Any:
        typed = answering.take(boxes.find(thread_id, actor=current_actor()), side=Side.organization)
        if typed is None:
            keeping.forget(form_of(thread_id), actor=current_actor())
            db.session.commit()
            flash(_("送信しました。"), "success")
            return redirect(url_for("organization_threads.thread", thread_id=thread_id), 303)
        page = render_thread(self, thread_id, typed)
        return page, typed.status, {"Retry-After": str(typed.retry_after)} if typed.retry_after else {}


def form_of(thread_id: int) -> str:
    return f"answer {thread_id}"


def begun(thread_id: int) -> Typed:
    """The form of an answer, with what was written in it before the login ran out."""
    fields = dict(lost_login.kept_fields(form_of(thread_id)))
    if fields.get("body"):
        flash(lost_login.brought_back(), "info")
    return replace(answering.blank(), body=fields.get("body", ""))


def count_of(label: str) -> int:
    """The number beside a place of the menu: threads with something new. The login has read it already."""
    return cast("int", g.get("unread_threads", current_user.unread)) if label == MENU else 0


def read_wanted(box: Box) -> Wanted:
    return Wanted(
        box,
        unread=request.args.get("unread") == "1",
        about=one_of(request.args.get("about"), ABOUTS, None),
        text=request.args.get("q", "").strip()[: finding.LONGEST_SEARCH],
        page=page_number(request.args.get("page"), last=boxes.LAST_PAGE),
    )


def read_before() -> int | None:
    text = request.args.get("before")
    return whole_number(text, highest=LARGEST_ID) if text else None


def link_maker(wanted: Wanted, endpoint: str = "") -> Any:
    """Links to the same list with something changed; whatever is changed, it begins at its first page."""

    def link(box: Box | None = None, **changes: Any) -> str:
        said = {"unread": wanted.unread, "about": wanted.about, "q": wanted.text, "page": 1} | changes
        query = {
            "unread": "1" if said["unread"] else "",
            "about": said["about"] or "",
            "q": said["q"],
            "page": "" if said["page"] == 1 else str(said["page"]),
        }
        path = url_for(endpoint or ENDPOINTS[box or wanted.box])
        told = urlencode({name: str(value) for name, value in query.items() if value})
        return f"{path}?{told}" if told else path

    return link


def render_thread(view: PageView, thread_id: int, typed: Typed, *, before: int | None = None) -> str:
    actor = current_actor()
    thread = boxes.find(thread_id, actor=actor)
    reading = boxes.read(thread, actor=actor, before=before)
    return view.render(
        "organization/mailbox_thread.html",
        reading=reading,
        thread=thread,
        code=None if reading.is_gone else opening.published_code(thread.talent_id, actor=actor),
        why_not=replying.why_not(thread, side=Side.organization),
        may_write=may(actor, "message.write"),
        typed=typed,
        problems=[("", name, sentence) for name, sentence in typed.errors.items()],
        is_newest=before is None,
        may_search=may_search(),
        now=clock.now(),
    )
