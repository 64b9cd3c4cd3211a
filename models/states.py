"""Enumerations that everything else speaks of. Imports nothing of ours."""

from enum import StrEnum


class Kind(StrEnum):
    job = "job"
    event = "event"
    notice = "notice"


class State(StrEnum):
    """Where a version stands, and who sees it there."""

    draft = "draft"  # the organization only
    submitted = "submitted"  # waits for the secretariat; nobody edits it
    returned = "returned"  # back at the organization, with a comment
    approved = "approved"  # waits for its time; not public
    published = "published"  # everyone, when the entry's pointer is on it
    superseded = "superseded"  # was public until a revision took its place
    closed = "closed"  # the organization and the secretariat; takes no applications
    suspended = "suspended"  # taken down by the secretariat


# One version of an entry at most may be in one of these (a partial unique index says so).
OPEN_STATES = (State.draft, State.submitted, State.returned, State.approved)
EDITABLE_STATES = (State.draft, State.returned)


class Action(StrEnum):
    submit = "submit"
    withdraw = "withdraw"
    return_ = "return"
    approve = "approve"
    undo = "undo"
    publish = "publish"
    supersede = "supersede"
    close = "close"
    unpublish = "unpublish"
    restore = "restore"


class Role(StrEnum):
    anonymous = "anonymous"
    talent = "talent"
    viewer = "viewer"
    editor = "editor"
    owner = "owner"
    reviewer = "reviewer"
    administrator = "administrator"
    system = "system"


MEMBER_ROLES = (Role.viewer, Role.editor, Role.owner)
SECRETARIAT_ROLES = (Role.reviewer, Role.administrator)


class ApplyVia(StrEnum):
    """応募受付方法 (① Web応募, ② 外部サイトで受付, ③ その他)."""

    web = "web"
    external = "external"
    other = "other"


class MailState(StrEnum):
    queued = "queued"
    sending = "sending"  # leased by a worker
    sent = "sent"
    bounced = "bounced"  # the server refused the recipient for good
    failed = "failed"  # given up after the last retry
    expired = "expired"  # a code that could not be sent within its life
    cancelled = "cancelled"


class Lane(StrEnum):
    """Login mail never queues behind bulk mail."""

    login = "login"
    normal = "normal"
    bulk = "bulk"
