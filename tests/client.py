"""The test client of all pages."""

import contextvars
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Browser(FlaskClient):
    """Each request in a context of its own, as in a server: Flask would lend it the application context that a test
    has open, and with it who asked last (`g.actor`)."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)  # a file that is sent is closed before the test goes on
        return contextvars.Context().run(super().open, *args, **kwargs)
