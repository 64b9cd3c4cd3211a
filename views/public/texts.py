"""Pages of fixed text that the footer links."""

from flask import render_template

from views.public.room import room
from views.visitor import settings


@room.get("/help")
def guide() -> str:
    return render_template("public/help.html", approval_days=settings().approval_days)


@room.get("/contact")
def contact() -> str:
    return render_template("public/contact.html")


@room.get("/privacy")
def privacy() -> str:
    return render_template("public/privacy.html")


@room.get("/accessibility")
def accessibility() -> str:
    return render_template("public/accessibility.html")
