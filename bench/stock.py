"""A stock Flask-Admin over the same tables with the same columns and filters: what one gets without building anything.

It has the portal's connection settings, so that only the code differs; no login, no CSRF, no trail and no letters.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask, flash, render_template_string, request
from flask_admin import Admin, BaseView, expose
from flask_admin.actions import action
from flask_admin.contrib.sqla import ModelView
from flask_admin.model import typefmt
from flask_babel import Babel
from sqlalchemy import Text, cast, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import selectinload

from bench.rows import BUSY_ORGANIZATION
from bench.weeks import SHOWN
from models.applications import Application
from models.base import db
from models.entries import JobVersion, Version
from models.favorites import Favorite
from models.messages import Message
from models.organizations import Organization
from models.states import Kind, State
from models.talents import Talent
from portal import connections
from portal.figures.folding import week_of
from portal.publishing.fields import Type, fields_of
from portal.settings import Settings, load


class Narrowed(ModelView):
    """As the documentation shows it: list and count share a condition."""

    condition: Any

    def get_query(self) -> Any:
        return super().get_query().filter(*self.condition)

    def get_count_query(self) -> Any:
        return super().get_count_query().filter(*self.condition)


class Queue(Narrowed):
    column_list = ("kind", "title", "organization.name", "due_at", "publish_at", "submitted_at", "warning_count")
    column_filters = ("kind", "warning_count")
    column_searchable_list = ("title", "organization.name")
    column_default_sort = ("due_at", False)
    page_size = 50
    condition = (Version.state == State.submitted,)

    @action("approve", "Approve", "Approve?")
    def approve(self, ids: list[str]) -> None:
        keys = [int(key) for key in ids]
        db.session.execute(update(Version).where(Version.id.in_(keys)).values(state=State.approved))
        db.session.commit()
        flash(f"{len(keys)} approved")


class Own(Narrowed):
    """An organization's list; the organization is fixed, as a login would fix it."""

    column_list = ("entry.number", "title", "state", "publish_at", "open_at", "close_at", "entry.application_count")
    column_filters = ("state",)
    column_searchable_list = ("title",)
    column_default_sort = ("id", True)
    page_size = 20
    condition = (Version.organization_id == BUSY_ORGANIZATION, Version.kind == Kind.job)


POSTED = tuple(field for field in fields_of(Kind.job) if field.name in JobVersion.__mapper__.column_attrs)


class Postings(ModelView):
    """The form of a posting as the library makes it from the columns, with the choices that ours has too."""

    form_columns = tuple(field.name for field in POSTED)
    form_choices: ClassVar = {
        field.name: [(code.value, code.ja) for code in field.choices]
        for field in POSTED
        if field.choices and field.type is Type.choice
    }


class Public(Narrowed):
    column_list = ("title", "organization.name", "employment_kind", "countries", "published_at", "close_at")
    column_searchable_list = ("title", "organization.name")
    column_default_sort = ("published_at", True)
    page_size = 20
    can_create = can_edit = can_delete = False
    condition = (JobVersion.state == State.published,)


class Applications(Narrowed):
    """All of an organization's, with posting and talent joined as the documentation shows it."""

    column_list = (
        "name", "kind", "version.title", "applied_at", "state", "read_at", "missing_count",
        "talent.code", "talent.is_public",
    )  # fmt: skip
    column_select_related_list = (Application.version, Application.talent)
    column_filters = ("kind", "state", "missing_count")
    column_searchable_list = ("number", "name")
    column_default_sort: ClassVar = [("applied_at", True), ("id", True)]
    page_size = 50
    condition = (Application.organization_id == BUSY_ORGANIZATION,)


class Applicants(ModelView):
    """Of the posting that the address names. Documents come with one more statement, which the library does not do by
    itself; what is public of the talent comes as it does it, with a statement for each row."""

    column_list = (
        "number", "name", "state", "applied_at", "read_at", "missing_count",
        "talent.code", "talent.is_public", "documents",
    )  # fmt: skip
    column_details_list = (*column_list, "name_kana", "email", "note", "resume", "state_at")
    column_filters = ("state", "missing_count")
    column_searchable_list = ("number", "name")
    column_default_sort: ClassVar = [("applied_at", True), ("id", True)]
    column_formatters: ClassVar = {
        "documents": lambda _view, _context, row, _name: ", ".join(f"{d.name} {d.state}" for d in row.documents)
    }
    page_size = 50
    can_view_details = True

    def get_query(self) -> Any:
        wanted = Application.entry_id == request.args.get("entry", type=int)
        return super().get_query().filter(wanted).options(selectinload(Application.documents))

    def get_count_query(self) -> Any:
        return super().get_count_query().filter(Application.entry_id == request.args.get("entry", type=int))


class Talents(ModelView):
    """Published profiles; the address may name a field and a level of English, as filters of a developer's own."""

    column_list = (
        "code", "fields", "languages", "experiences", "wish_kinds", "wish_countries", "years_total", "updated_at",
        "accepts_offers", "pr",
    )  # fmt: skip
    column_details_list = (
        *column_list, "level", "degree", "major", "job_categories", "qualifications", "available_from",
        "residence_country", "prefecture", "current_status", "mark", "mails",
    )  # fmt: skip
    column_searchable_list = ("pr", "qualifications", "major")
    column_default_sort: ClassVar = [("updated_at", True), ("id", True)]
    column_formatters: ClassVar = {"pr": lambda _view, _context, row, _name: row.pr[:80]}
    column_formatters_detail: ClassVar = {
        "mark": lambda _view, _context, row, _name: mark_of(row),
        "mails": lambda _view, _context, row, _name: mails_of(row),
    }
    page_size = 20
    can_view_details = True

    def get_query(self) -> Any:
        return super().get_query().filter(*self.wanted())

    def get_count_query(self) -> Any:
        return super().get_count_query().filter(*self.wanted())

    def wanted(self) -> list[Any]:
        criteria = [Talent.is_public]
        if field := request.args.get("field"):
            criteria.append(holds(Talent.fields, field))
        if request.args.get("english"):
            rows = ({"language": "en", "level": level} for level in "SA")
            criteria.append(or_(*(holds(Talent.languages, row) for row in rows)))
        return criteria


class Dashboard(BaseView):
    """As dashboards begin: what waits, what was published and who applied, each counted when somebody looks."""

    PAGE = (
        "{% for rows in tables %}<table>"
        "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}"
        "</table>{% endfor %}<table>{% for week, until, number in applied %}<tr><td>"
        '<a href="?act=application.apply&amp;since={{ week }}&amp;until={{ until }}">{{ "{:,}".format(number) }}</a>'
        "</td></tr>{% endfor %}</table>"
    )

    @expose("/")
    def index(self) -> str:
        waiting = select(Version.kind, Version.state, func.count()).group_by(Version.kind, Version.state)
        published, applied = (self.by_week(column) for column in (Version.published_at, Application.applied_at))
        last = week_of(datetime.now(UTC))
        mondays = [last - timedelta(weeks=back) for back in range(SHOWN)]
        return render_template_string(
            self.PAGE,
            tables=[db.session.execute(waiting).all(), published.items()],
            applied=[(day, day + timedelta(days=6), applied.get(day.isoformat(), 0)) for day in mondays],
        )

    def by_week(self, column: Any) -> dict[str, int]:
        """Of weeks in Tokyo, by their Mondays."""
        if db.engine.dialect.name == "sqlite":
            week = func.date(column, "+9 hours", "weekday 0", "-6 days")
        else:
            week = func.to_char(func.date_trunc("week", func.timezone("Asia/Tokyo", column)), "YYYY-MM-DD")
        counted = select(week.label("week"), func.count()).where(column.is_not(None)).group_by(text("1"))
        return dict(db.session.execute(counted.order_by(text("1 DESC"))).all())


def mark_of(talent: Talent) -> str:
    """What the organization noted about a talent."""
    mine = select(Favorite).filter_by(organization_id=BUSY_ORGANIZATION, talent_id=talent.id)
    found = db.session.scalars(mine).first()
    return f"{found.created_at} {found.label} {found.note} {found.next_on}" if found else ""


def mails_of(talent: Talent) -> str:
    """Its mails with a talent, as Flask-Admin's own formatter of lists writes them."""
    mine = select(Message).filter_by(organization_id=BUSY_ORGANIZATION, talent_id=talent.id)
    found = db.session.scalars(mine.order_by(Message.id.desc()))
    words = [f"{row.subject} {row.account.name} {row.delivered_at} {row.state}" for row in found]
    return typefmt.list_formatter(None, words, "mails")


def holds(column: Any, value: Any) -> Any:
    """Whether a list has it. PostgreSQL keeps JSON with its keys in an order of its own, SQLite as it was written."""
    if db.session.get_bind().dialect.name == "postgresql":
        return column.op("@>")(cast([value], JSONB))
    return cast(column, Text).contains(json.dumps(value).strip("{}"))


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or load()
    app = Flask("stock", root_path=str(Path(__file__).parent), template_folder=None)  # the library's own templates
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS=connections.engine_options(settings),
        SECRET_KEY=settings.secret_key,
    )
    Babel(app)  # Flask-Admin asks for it wherever Flask-Babel is installed
    db.init_app(app)
    with app.app_context():
        connections.prepare(db.engine)
        admin = Admin(app, name="stock")
        admin.add_view(Queue(Version, db, endpoint="queue"))
        admin.add_view(Own(Version, db, endpoint="own"))
        admin.add_view(Postings(JobVersion, db, endpoint="postings"))
        admin.add_view(Public(JobVersion, db, endpoint="public"))
        admin.add_view(Applications(Application, db, endpoint="applications"))
        admin.add_view(Applicants(Application, db, endpoint="applicants"))
        admin.add_view(Dashboard(name="Dashboard", endpoint="dashboard"))
        admin.add_view(Talents(Talent, db, endpoint="talents"))
        admin.add_view(ModelView(Organization, db, endpoint="organizations"))
    return app
