"""Pages of fixed text that the footer links."""

from flask import render_template

from views.public.room import room


@room.get("/help")
def guide() -> str:
    return render_template("public/help.html")


@room.get("/contact")
def contact() -> str:
    return render_template("public/contact.html")


@room.get("/privacy")
def privacy() -> str:
    return render_template("public/privacy.html")


@room.get("/accessibility")
def accessibility() -> str:
    return render_template("public/accessibility.html")
