"""The demo's mailbox at /dev/mail: what the SMTP catcher of `make run` holds. Registered in the demo alone."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, current_app, render_template, request, url_for

from portal import demo_mail
from portal.errors import NotFound
from views.arguments import page_number

LAST_PAGE = 1000

room = Blueprint("demo_mail", __name__, url_prefix="/dev/mail")


def register(app: Flask) -> None:
    app.register_blueprint(room)


@room.get("", strict_slashes=False)
def index() -> str:
    recipient, words = (request.args.get(name, "").strip() for name in ("to", "q"))
    page = page_number(request.args.get("page"), last=LAST_PAGE)
    letters, more = demo_mail.list_letters(folder(), recipient=recipient, words=words, page=page)
    shown = {"letters": letters, "page": page, "more": more, "recipient": recipient, "words": words}
    return render_template("demo/mails.html", to=address_of, **shown)


@room.get("/<letter_id>")
def detail(letter_id: str) -> str:
    letter = demo_mail.read_letter(folder(), letter_id)
    if letter is None:
        raise NotFound
    return render_template("demo/mail.html", letter=letter)


def folder() -> Path:
    return Path(current_app.config["PORTAL"].mail_folder)


def address_of(page: int) -> str:
    """The same search on another page."""
    values: dict[str, Any] = request.args.to_dict() | {"page": str(page)}
    return url_for("demo_mail.index", **values)
