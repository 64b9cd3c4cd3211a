"""操作記録: who did what to what, when, from where. Read by the whole secretariat, exported by administrators."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.states import DownloadKind, Role
from portal import clock
from portal.database import begin_write
from portal.errors import Refused
from portal.event_words import SUBJECT_LABEL
from portal.finding import LONGEST
from portal.permissions import SECRETARIAT, may
from portal.recruiting import downloads
from portal.trail import finding, table, words
from portal.trail.finding import Place, Wanted
from views.account import require_fresh
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of
from views.files import send
from views.forms.inputs import read_day, written_day
from views.web import current_actor

PATH = "/desk/trail/"
NAME = "操作記録"
EVENT = f"<int(min=1, max={LARGEST_ID}):event_id>"
DOWNLOAD = f"<int(min=1, max={LARGEST_ID}):download_id>"
PLACE = re.compile(r"([0-9]{1,16})-([0-9]{1,10})", re.ASCII)
KINDS = (DownloadKind.trail_xlsx, DownloadKind.trail_csv)
SUBJECTS = {name: name for name in SUBJECT_LABEL}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TrailView(PageView):
    roles = SECRETARIAT

    @expose("/")
    def index(self) -> str:
        actor, now, wanted = current_actor(), clock.now(), read_wanted()
        page = finding.page_of(wanted, actor=actor)
        if not page.events and (wanted.before or wanted.after):
            abort(404)
        may_export = may(actor, "trail.export")
        made = downloads.recent(actor=actor, now=now) if may_export else ()
        return self.render(
            "secretariat/trail.html",
            page=page,
            wanted=wanted,
            days=(written_day(wanted.since), written_day(wanted.until)),
            words=words,
            subjects=SUBJECT_LABEL,
            newer=address_of(wanted, after=page.newer) if page.newer else "",
            older=address_of(wanted, before=page.older) if page.older else "",
            query=address_of(wanted).removeprefix(PATH),
            may_export=may_export,
            downloads=[row for row in made if row.kind in KINDS],
            here=address_of(wanted),
            now=now,
        )

    @expose(f"/{EVENT}/")
    def event(self, event_id: int) -> str:
        event, names = finding.find(event_id, actor=current_actor())
        return self.render("secretariat/trail_event.html", event=event, names=names, words=words, now=clock.now())


class TrailExport(PageView):
    """The trail as a sheet, made in the background for the person who asked."""

    roles = frozenset({Role.administrator})
    stands_at = NAME

    def is_visible(self) -> bool:
        return False

    @expose("/", methods=("GET",))
    def index(self) -> Response:
        return redirect(PATH)

    @expose("/make", methods=("POST",))
    @require_fresh()
    def make(self) -> Response:
        actor, wanted = current_actor(), read_wanted()
        kind = one_of(request.form.get("kind"), {kind.value: kind for kind in KINDS}, DownloadKind.trail_xlsx)
        table.require_export(actor)
        downloads.queue(kind, table.params_of(wanted), total=0, actor=actor, now=clock.now())
        db.session.commit()
        flash(_("作成を始めました。できあがると、この画面からダウンロードできます。"), "info")
        return redirect(address_of(wanted))

    @expose(f"/{DOWNLOAD}", methods=("GET",))
    def fetch(self, download_id: int) -> Response:
        actor, now = current_actor(), clock.now()
        begin_write()
        made = downloads.fetch(download_id, actor=actor, now=now)
        db.session.commit()
        if made.file is None:
            raise Refused(downloads.OVER)
        return send(made.file)

    @expose(f"/{DOWNLOAD}/cancel", methods=("POST",))
    def cancel(self, download_id: int) -> Response:
        if downloads.cancel(download_id, actor=current_actor()):
            flash(_("作成を中止しました。"), "info")
        db.session.commit()
        return redirect(address_of(read_wanted()))


# ---- what the address says


def read_wanted() -> Wanted:
    values = request.args
    since, until = day_of(values.get("since", "")), day_of(values.get("until", ""))
    if since and until and since > until:
        abort(400, "期間は、開始日が終了日より後にならないように指定してください。")
    return Wanted(
        **{name: values.get(name, "").strip()[:LONGEST] for name in ("who", "organization", "act", "number")},
        subject=one_of(values.get("subject"), SUBJECTS, ""),
        since=since,
        until=until,
        before=place_of(values.get("before", "")),
        after=place_of(values.get("after", "")),
    )


def day_of(text: str) -> date | None:
    try:
        day = read_day(text)
    except ValueError:
        abort(400, "期間は「2026-12-01」の形で指定してください。")
    if day is not None and not 2000 <= day.year < 2100:
        abort(400, "期間は2000年から2099年までの日付で指定してください。")
    return day


def place_of(text: str) -> Place | None:
    if not text:
        return None
    found = PLACE.fullmatch(text)
    if not found or int(found[2]) > LARGEST_ID:
        abort(400, "ページの位置が正しくありません。")
    return Place(EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))


def address_of(wanted: Wanted, *, before: Place | None = None, after: Place | None = None) -> str:
    said: Mapping[str, Any] = {
        "who": wanted.who,
        "organization": wanted.organization,
        "act": wanted.act,
        "subject": wanted.subject,
        "number": wanted.number,
        "since": written_day(wanted.since),
        "until": written_day(wanted.until),
        "before": written_place(before),
        "after": written_place(after),
    }
    query = urlencode([(name, value) for name, value in said.items() if value])
    return f"{PATH}?{query}" if query else PATH


def written_place(place: Place | None) -> str:
    return f"{(place.at - EPOCH) // timedelta(microseconds=1)}-{place.id}" if place else ""
