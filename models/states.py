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


class ApplicationState(StrEnum):
    """Where an application stands. Jobs and events each use some of these (`portal.recruiting.selection`)."""

    draft = "draft"  # the talent is still filling it in
    applied = "applied"
    received = "received"
    rejected = "rejected"  # 不受理
    resubmit_wait = "resubmit_wait"
    resubmitted = "resubmitted"
    screened = "screened"
    interview = "interview"
    hired = "hired"
    declined_documents = "declined_documents"
    declined_interview = "declined_interview"
    accepted = "accepted"  # events from here on
    lost = "lost"
    waitlisted = "waitlisted"
    attended = "attended"
    absent = "absent"
    withdrawn = "withdrawn"


class DocumentState(StrEnum):
    """Of one document of an application."""

    missing = "missing"
    handed = "handed"  # not yet looked at
    received = "received"
    defective = "defective"
    reopened = "reopened"  # asked for again, until the application's date


class ResumeType(StrEnum):
    general = "general"
    expert = "expert"


class Scan(StrEnum):
    """What the virus scanner said; without a scanner files stay unscanned and are served."""

    unscanned = "unscanned"
    pending = "pending"
    clean = "clean"
    infected = "infected"


class DownloadState(StrEnum):
    queued = "queued"
    working = "working"  # leased by a worker
    ready = "ready"
    failed = "failed"
    cancelled = "cancelled"
    expired = "expired"


class DownloadKind(StrEnum):
    """What a download holds."""

    person = "person"  # all documents of one application
    posting = "posting"  # all documents of a posting
    xlsx = "xlsx"
    csv = "csv"
    favorites_xlsx = "favorites_xlsx"  # 人材お気に入り一覧
    favorites_csv = "favorites_csv"
    own_data = "own_data"  # all that the portal keeps about a talent
    trail_xlsx = "trail_xlsx"  # 操作記録
    trail_csv = "trail_csv"


class MailClass(StrEnum):
    """種類 of a mail between an organization and a talent."""

    offer = "offer"  # オファーメール: to talents who publish their profile and welcome offers
    contact = "contact"  # 連絡メール: to applicants
    hire = "hire"  # 採用通知メール: to applicants; proposes 採用
    reply = "reply"  # an answer in a thread, of either side


class MailTopic(StrEnum):
    """メール種別 of a contact mail."""

    question = "question"
    resubmission = "resubmission"  # 再応募依頼: opens the chosen documents again
    arrangement = "arrangement"  # 選考の調整
    reminder = "reminder"  # 開催リマインド
    other = "other"


class Side(StrEnum):
    """Who wrote a message of a thread."""

    organization = "organization"
    talent = "talent"


class MessageState(StrEnum):
    """Of one message to one person; what became of the mail that tells of it, its outbox row says."""

    held = "held"  # waits for its time; nobody but the sender's organization sees it
    delivered = "delivered"  # stands in the other side's mailbox
    cancelled = "cancelled"  # taken back by the sender while it was held
    refused = "refused"  # at its time the talent was not reachable any more; `reason` says why


class AddressPurpose(StrEnum):
    """What a mailed one-time address leads to."""

    reissue = "reissue"  # パスワード再発行
    invitation = "invitation"  # the first password of an invited person
    email_old = "email_old"  # a new login e-mail, confirmed from the mailbox of the one before
    email_new = "email_new"  # and from its own
    email_undo = "email_undo"  # takes the change back


class Audience(StrEnum):
    """Who is shown a piece of the secretariat's news."""

    everyone = "everyone"  # also on the public home page
    organizations = "organizations"
    talents = "talents"


class RegistrationKind(StrEnum):
    """What a version of a registration asks for."""

    new = "new"  # an organization that is not there yet
    change = "change"  # of what a registered organization says of itself


class RegistrationState(StrEnum):
    draft = "draft"  # of a new one: whoever has the mailed address fills it in
    submitted = "submitted"  # waits for the secretariat
    returned = "returned"  # back at the organization, with a comment
    approved = "approved"
    refused = "refused"  # of a new one, for good
    withdrawn = "withdrawn"
    applied = "applied"  # a change that needed nobody: the record of what was before


# One change of an organization at most may be in one of these (a partial unique index says so).
OPEN_REGISTRATION_STATES = (RegistrationState.submitted, RegistrationState.returned)


class RegistrationAction(StrEnum):
    submit = "submit"
    withdraw = "withdraw"
    return_ = "return"
    approve = "approve"
    refuse = "refuse"


class RegistrationFileKind(StrEnum):
    review = "review"  # 審査用資料: for the secretariat alone
    logo = "logo"  # public


class ReminderKind(StrEnum):
    """What somebody is reminded of."""

    draft = "draft"  # that lies
    returned = "returned"  # an entry that was not handed in again
    deadline = "deadline"  # of an application period that nears
    unread = "unread"  # applications that nobody opened
    answer = "answer"  # of a talent, that nobody opened
    registration = "registration"  # to be confirmed once a year
    offer = "offer"  # that the talent did not answer
    event = "event"  # of tomorrow, for those who take part
    approval = "approval"  # the secretariat's business days near their end


class ReminderState(StrEnum):
    sent = "sent"
    late = "late"  # nobody could be told in time; now it would say what is over
