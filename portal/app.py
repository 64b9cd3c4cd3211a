"""Puts the parts together. The only file of portal/ that imports views."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import connections, multipart, settings
from portal.extensions import babel, csrf, db, mail
from portal.settings import Settings

log = logging.getLogger(__name__)

ROOT = settings.ROOT
LARGEST_REQUEST = 17 * 1024 * 1024  # three attachments of a mail, or one large document
LARGEST_FORM = 3 * 1024 * 1024
MOST_PARTS = 2000
ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  # no name of a machine


def create_app(chosen: Settings | None = None, *, doors: bool = True) -> Flask:
    """The application. `doors=False` leaves the views out: the clock and the commands serve no page."""
    chosen = chosen or settings.load()
    app = Flask("portal", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.from_mapping(configuration(chosen))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = CompiledTemplates()
    _make_folder(chosen)
    db.init_app(app)
    mail.init_app(app)
    with app.app_context():
        connections.prepare(db.engine)
    # What letters and pages share: dates, states, icons.
    from portal import wording  # noqa: PLC0415  # needs the extensions above
    from portal.messaging import stops  # noqa: PLC0415  # likewise

    wording.register(app)
    stops.register(app)
    if doors:
        csrf.init_app(app)
        babel.init_app(app)
        from views import doors as all_doors  # noqa: PLC0415  # the composition root is the one place that knows views

        all_doors.open_all(app)
        multipart.install()
        proxied = ProxyFix(app.wsgi_app, x_for=chosen.proxies, x_proto=chosen.proxies)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # how Flask is wrapped
    return app


class CompiledTemplates(FileSystemBytecodeCache):
    """In the user's own temporary folder: each new process would spend seconds on compiling the same."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        try:
            super().dump_bytecode(bucket)
        except OSError as error:  # a full disk makes the next process slower, and no page fail
            log.warning("a compiled template was not kept", extra={"why": error.strerror})


def configuration(chosen: Settings) -> dict[str, Any]:
    prefix = "__Host-" if chosen.secure else ""
    return {
        "PORTAL": chosen,
        "SECRET_KEY": chosen.secret_key,
        "SQLALCHEMY_DATABASE_URI": chosen.sqlalchemy_url,
        "SQLALCHEMY_ENGINE_OPTIONS": connections.engine_options(chosen),
        "TRUSTED_HOSTS": trusted_hosts(chosen),
        "SESSION_COOKIE_NAME": f"{prefix}sid",
        "SESSION_COOKIE_SECURE": chosen.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FORM,
        "MAX_FORM_PARTS": MOST_PARTS,
        "WTF_CSRF_TIME_LIMIT": None,  # a posting may take longer than an hour to write
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(hours=1),
        "BABEL_DEFAULT_LOCALE": "ja",
        "BABEL_DEFAULT_TIMEZONE": chosen.timezone,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "MAIL_SERVER": chosen.mail_server or "127.0.0.1",
        "MAIL_PORT": chosen.mail_port,
        "MAIL_USERNAME": chosen.mail_username or None,
        "MAIL_PASSWORD": chosen.mail_password or None,
        "MAIL_USE_TLS": chosen.mail_use_tls,
        "MAIL_DEFAULT_SENDER": chosen.mail_default_sender,
        "MAIL_SUPPRESS_SEND": False,
        "FLASK_ADMIN_SWATCH": None,
    }


def trusted_hosts(chosen: Settings) -> list[str]:
    """Names this site answers to: its own, and the address where it listens, by which machines that watch it call it.
    On loopback both usual names of the machine do."""
    hosts = [urlsplit(chosen.base_url).hostname or chosen.host]
    if chosen.host in ("127.0.0.1", "localhost", "::1"):
        return [*hosts, "127.0.0.1", "localhost"]
    return hosts if chosen.host in ANYWHERE else [*hosts, chosen.host]


def _make_folder(chosen: Settings) -> None:
    if chosen.is_sqlite:
        Path(chosen.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
