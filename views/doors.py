"""Opens every door of the house on an application."""

from flask import Flask

from views import (
    account,
    authenticator,
    health,
    login,
    organization,
    public,
    reissue,
    secretariat,
    talent,
    templating,
    web,
)


def open_all(app: Flask) -> None:
    web.register(app)
    templating.register(app)
    login.register(app)
    for room in (public, account, authenticator, reissue, talent, organization, secretariat, health):
        room.register(app)
    if app.config["PORTAL"].demo:
        from views import demo_mail  # noqa: PLC0415  # exists for the demo alone

        demo_mail.register(app)
