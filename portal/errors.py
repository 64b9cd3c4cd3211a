"""What a rule refuses, each with a sentence for the person who asked."""


class Refused(Exception):
    """A rule said no. `str()` is a Japanese sentence that says what to do; edges show it and answer `status`."""

    status = 422


class NotFound(Refused):
    """There is no such thing, or it is not this person's: both look alike."""

    status = 404

    def __init__(self) -> None:
        super().__init__("ページが見つかりません。")


class Forbidden(Refused):
    status = 403


class Conflict(Refused):
    """Someone else was quicker; nothing was overwritten."""

    status = 409


class Throttled(Refused):
    status = 429

    def __init__(self, message: str, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(Refused):
    """Something the portal stands on is away; later it will do."""

    status = 503


class Invalid(Refused):
    """Input that does not pass; `findings` say where and why."""

    def __init__(self, findings: list) -> None:
        super().__init__("入力内容にエラーがあります。")
        self.findings = findings
