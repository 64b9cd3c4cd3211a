"""「メールボックス」: 「受信BOX」 and 「送信BOX」, and the exchange with one talent about one matter.

Reading is every member's; answers are in AnswersView, which viewers do not enter.
"""

from typing import Any, cast
from urllib.parse import urlencode

from flask import abort, flash, g, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.states import Side
from portal import audit, clock
from portal.database import begin_write
from portal.messaging import attachments, boxes, finding, replying, threads, waiting
from portal.messaging.boxes import About, Box, Wanted
from portal.permissions import EDITORS, MEMBERS, may
from portal.recruiting import opening
from views import answering
from views.admin import PageView
from views.answering import Typed
from views.arguments import LARGEST_ID, one_of, page_number, whole_number
from views.files import send
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
        return render_thread(self, thread_id, answering.blank(), before=before)

    @expose(f"/{THREAD}/files/{FILE}")
    def file(self, thread_id: int, file_id: int) -> Response:
        boxes.find(thread_id, actor=current_actor())
        return send(attachments.find(thread_id, file_id, actor=current_actor()))


class AnswersView(PageView):
    roles = EDITORS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="返信", endpoint="organization_answers", url="/mypage/answers", **kwargs)

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> Response:
        return redirect(url_for("organization_mailbox.index"))

    @expose(f"/{THREAD}/", methods=("POST",))
    def reply(self, thread_id: int) -> Any:
        typed = answering.take(boxes.find(thread_id, actor=current_actor()), side=Side.organization)
        if typed is None:
            flash(_("送信しました。"), "success")
            return redirect(url_for("organization_mailbox.thread", thread_id=thread_id), 303)
        page = render_thread(self, thread_id, typed)
        return page, typed.status, {"Retry-After": str(typed.retry_after)} if typed.retry_after else {}


def count_of(label: str) -> int:
    """The number beside a place of the menu: threads with something new. Asked once a request."""
    if label != MENU:
        return 0
    if "unread_threads" not in g:
        g.unread_threads = boxes.count_unread(current_actor())
    return cast("int", g.unread_threads)


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
        now=clock.now(),
    )
