"""A stock Flask-Admin over the same tables with the same columns and filters: what one gets without building anything."""

from typing import Any

from flask import Flask, flash
from flask_admin import Admin
from flask_admin.actions import action
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import update

from models.base import db
from models.entries import JobVersion, Version
from models.organizations import Organization
from models.states import State
from portal.settings import load

# A joined relationship for the column, as the tutorials show it.
COLUMNS = ("kind", "title", "organization.name", "due_at", "publish_at", "submitted_at", "warning_count")


class Queue(ModelView):
    column_list = COLUMNS
    column_filters = ("kind", "warning_count")
    column_searchable_list = ("title", "organization.name")
    column_default_sort = ("due_at", False)
    page_size = 50

    def get_query(self) -> Any:
        return super().get_query().filter(Version.state == State.submitted)

    def get_count_query(self) -> Any:
        return super().get_count_query().filter(Version.state == State.submitted)

    @action("approve", "Approve", "Approve?")
    def approve(self, ids: list[str]) -> None:
        keys = [int(key) for key in ids]
        db.session.execute(update(Version).where(Version.id.in_(keys)).values(state=State.approved))
        db.session.commit()
        flash(f"{len(keys)} approved")


class Own(ModelView):
    """An organization's list; the organization is fixed, as a login would fix it."""

    column_list = ("title", "state", "publish_at", "open_at", "close_at", "revision")
    column_filters = ("state",)
    column_searchable_list = ("title",)
    page_size = 20

    def get_query(self) -> Any:
        return super().get_query().filter(Version.organization_id == 1)

    def get_count_query(self) -> Any:
        return super().get_count_query().filter(Version.organization_id == 1)


class Public(ModelView):
    column_list = ("title", "organization.name", "employment_kind", "countries", "published_at", "close_at")
    column_default_sort = ("published_at", True)
    page_size = 20
    can_create = can_edit = can_delete = False

    def get_query(self) -> Any:
        return super().get_query().filter(JobVersion.state == State.published)

    def get_count_query(self) -> Any:
        return super().get_count_query().filter(JobVersion.state == State.published)


def create_app() -> Flask:
    settings = load()
    app = Flask("stock")
    app.config.update(SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url, SECRET_KEY=settings.secret_key)
    db.init_app(app)
    with app.app_context():
        admin = Admin(app, name="stock")
        admin.add_view(Queue(Version, db, endpoint="queue"))
        admin.add_view(Own(Version, db, endpoint="own"))
        admin.add_view(Public(JobVersion, db, endpoint="public"))
        admin.add_view(ModelView(Organization, db, endpoint="organizations"))
    return app
