"""Opens every door of the house on an application."""

from flask import Flask

from views import (
    account,
    authenticator,
    health,
    login,
    metering,
    organization,
    public,
    reissue,
    reminders,
    secretariat,
    talent,
    templating,
    web,
)
from views.forms import drawing


def open_all(app: Flask) -> None:
    metering.register(app)
    web.register(app)
    templating.register(app)
    drawing.register(app)
    login.register(app)
    for room in (public, account, authenticator, reminders, reissue, talent, organization, secretariat, health):
        room.register(app)
    if app.config["PORTAL"].demo:
        from views import demo_mail  # noqa: PLC0415  # exists for the demo alone

        demo_mail.register(app)
