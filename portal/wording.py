"""One mapping from a state, kind or role to its word, icon and colour."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask

from models.states import (
    ApplicationState,
    ApplyVia,
    DocumentState,
    Kind,
    MailClass,
    MailState,
    MailTopic,
    RegistrationKind,
    RegistrationState,
    ReminderKind,
    Role,
    State,
)
from portal import codes, dates
from portal.event_words import event_label


@dataclass(frozen=True)
class Look:
    """How a thing is drawn: never by colour alone."""

    label: str
    css: str
    icon: str


STATE_LOOK: Mapping[State, Look] = {
    State.draft: Look("下書き", "st-draft", "pencil"),
    State.submitted: Look("申請中", "st-wait", "clock"),
    State.returned: Look("差戻し", "st-return", "back"),
    State.approved: Look("承認済", "st-ok", "calok"),
    State.published: Look("公開中", "st-live", "globe"),
    State.superseded: Look("旧版", "st-end", "box"),
    State.closed: Look("掲載終了", "st-end", "box"),
    State.suspended: Look("掲載停止", "st-stop", "ban"),
}
MAIL_LOOK: Mapping[MailState, Look] = {
    MailState.queued: Look("送信待ち", "st-wait", "clock"),
    MailState.sending: Look("送信中", "st-wait", "mail"),
    MailState.sent: Look("送信済み", "st-live", "check"),
    MailState.bounced: Look("宛先不明", "st-return", "warn"),
    MailState.failed: Look("送信失敗", "st-return", "warn"),
    MailState.expired: Look("期限切れ", "st-end", "box"),
    MailState.cancelled: Look("取消", "st-end", "ban"),
}
APPLICATION_LOOK: Mapping[ApplicationState, Look] = {
    ApplicationState.draft: Look("入力中", "st-draft", "pencil"),
    ApplicationState.applied: Look("応募中", "st-draft", "inbox"),
    ApplicationState.received: Look("受理済", "st-ok", "check"),
    ApplicationState.rejected: Look("不受理", "st-end", "ban"),
    ApplicationState.resubmit_wait: Look("再提出待ち", "st-wait", "clock"),
    ApplicationState.resubmitted: Look("再提出済", "st-draft", "inbox"),
    ApplicationState.screened: Look("書類選考通過", "st-ok", "check"),
    ApplicationState.interview: Look("面接調整", "st-ok", "cal"),
    ApplicationState.hired: Look("採用", "st-live", "okc"),
    ApplicationState.declined_documents: Look("不採用（書類）", "st-end", "box"),
    ApplicationState.declined_interview: Look("不採用（面接）", "st-end", "box"),
    ApplicationState.accepted: Look("参加決定", "st-live", "okc"),
    ApplicationState.lost: Look("落選", "st-end", "box"),
    ApplicationState.waitlisted: Look("キャンセル待ち", "st-wait", "clock"),
    ApplicationState.attended: Look("出席", "st-live", "okc"),
    ApplicationState.absent: Look("欠席", "st-end", "box"),
    ApplicationState.withdrawn: Look("辞退", "st-end", "box"),
}
DOCUMENT_LOOK: Mapping[DocumentState, Look] = {
    DocumentState.missing: Look("未提出", "lamp-block", "stop"),
    DocumentState.handed: Look("提出", "lamp-info", "file"),
    DocumentState.received: Look("受領", "lamp-ok", "okc"),
    DocumentState.defective: Look("不備", "lamp-warn", "warn"),
    DocumentState.reopened: Look("再提出待ち", "lamp-warn", "clock"),
}
# How it stands with a message, in the words of `portal.messaging.boxes.Shown`.
MESSAGE_LOOK: Mapping[str, Look] = {
    "held": Look("保留中", "st-wait", "clock"),
    "sent": Look("送信済み", "st-draft", "mail"),
    "read": Look("開封済み", "st-live", "check"),
    "failed": Look("届きませんでした", "st-return", "warn"),
    "cancelled": Look("取り消し", "st-end", "ban"),
    "refused": Look("送信せず", "st-end", "ban"),
}
REGISTRATION_LOOK: Mapping[RegistrationState, Look] = {
    RegistrationState.draft: Look("入力中", "st-draft", "pencil"),
    RegistrationState.submitted: Look("申請中", "st-wait", "clock"),
    RegistrationState.returned: Look("差戻し", "st-return", "back"),
    RegistrationState.approved: Look("承認済", "st-live", "okc"),
    RegistrationState.refused: Look("登録不可", "st-stop", "ban"),
    RegistrationState.withdrawn: Look("取下げ", "st-end", "undo"),
    RegistrationState.applied: Look("更新", "st-end", "check"),
}
REGISTRATION_KIND: Mapping[RegistrationKind, str] = {RegistrationKind.new: "新規登録", RegistrationKind.change: "変更"}
MAIL_CLASS_LABEL: Mapping[MailClass, str] = {
    MailClass.offer: "オファーメール",
    MailClass.contact: "連絡メール",
    MailClass.hire: "採用通知メール",
    MailClass.reply: "返信",
}
MAIL_TOPIC_LABEL: Mapping[MailTopic, str] = {
    MailTopic.question: "質問",
    MailTopic.other: "その他",
    MailTopic.resubmission: "再応募依頼",
    MailTopic.arrangement: "選考の調整",
    MailTopic.reminder: "開催リマインド",
}


@dataclass(frozen=True)
class KindWords:
    label: str  # as the manual says it
    short: str
    icon: str
    path: str  # of the public list
    new: str  # menu and title of the empty form
    list: str


KIND_WORDS: Mapping[Kind, KindWords] = {
    Kind.job: KindWords("求人情報", "求人", "brief", "jobs", "求人情報掲載", "求人情報一覧"),
    Kind.event: KindWords(
        "研修・イベント・セミナー情報",
        "イベント",
        "cal",
        "events",
        "研修・イベント・セミナー情報掲載",
        "研修・イベント・セミナー情報一覧",
    ),
    Kind.notice: KindWords("団体からのお知らせ", "お知らせ", "mega", "notices", "お知らせ情報登録", "お知らせ一覧"),
}
ROLE_LABEL: Mapping[Role, str] = {
    Role.anonymous: "訪問者",
    Role.talent: "登録人材",
    Role.viewer: "閲覧者",
    Role.editor: "担当者",
    Role.owner: "管理者",
    Role.reviewer: "審査担当",
    Role.administrator: "事務局管理者",
    Role.system: "自動",
}
LETTER_LABEL: Mapping[str, str] = {
    "one_time_password": "ワンタイムパスワード",
    "new_browser": "新しい端末からのログイン",
    "entry_submitted": "申請の受付",
    "entry_approved": "掲載承認",
    "entry_returned": "差戻し",
    "approval_reversed": "承認の取り消し",
    "entry_published": "公開",
    "entry_closed": "掲載終了",
    "entry_suspended": "掲載停止",
    "entry_restored": "再掲載",
    "entry_extended": "期限延長",
    "talent_confirm": "人材登録の確認",
    "talent_known": "人材登録の確認（登録済み）",
    "account_erased": "人材登録の削除",
    "application_received": "応募の受付",
    "application_arrived": "応募の通知",
    "application_withdrawn": "応募の辞退",
    "application_resubmitted": "書類の再提出",
    "documents_again": "書類の再提出の依頼",
    "seat_free": "キャンセル待ちの繰上げ",
    "saved_search_news": "保存した検索の新着",
    "reminders": "リマインド",
    "event_tomorrow": "開催のリマインド",
    "message_arrived": "メッセージの通知",
    "offer_arrived": "オファーメールの通知",
    "answer_arrived": "返信の通知",
    "mail_test": "メールのテスト送信",
    "password_reissue": "パスワード再発行",
    "account_changed": "アカウントの変更の通知",
    "login_closed": "ログインの失敗が続いた通知",
    "invitation": "メンバーの招待",
    "member_removed": "メンバーの削除の通知",
    "email_confirm": "メールアドレスの変更の確認",
    "email_taken": "メールアドレスの変更の確認（登録済み）",
    "email_changed": "メールアドレスの変更の通知",
    "organization_suspended": "団体の利用停止",
    "organization_reopened": "団体の利用再開",
    "alarm": "定期処理の警告",
    "registration_change_submitted": "登録内容の変更の受付",
    "registration_change_approved": "登録内容の変更の承認",
    "registration_change_returned": "登録内容の変更の差戻し",
    "registration_begin": "団体登録の入力用アドレス",
    "registration_known": "団体登録の確認（登録済み）",
    "registration_received": "団体登録の受付",
    "registration_returned": "団体登録の差戻し",
    "registration_approved": "団体登録の承認",
    "registration_refused": "団体登録の見送り",
}
REMINDER_LABEL: Mapping[ReminderKind, str] = {
    ReminderKind.returned: "差戻しのあと、まだ申請し直していない情報",
    ReminderKind.deadline: "締切が近い募集",
    ReminderKind.unread: "まだ開いていない応募",
    ReminderKind.answer: "まだ開いていない返信",
    ReminderKind.draft: "申請していない下書き",
    ReminderKind.registration: "登録内容の年1回の確認",
    ReminderKind.event: "参加する催しの前日のお知らせ",
    ReminderKind.offer: "返信していないオファーメール",
    ReminderKind.approval: "承認期限が近い、または過ぎた申請",
}
APPLY_LABEL: Mapping[ApplyVia, str] = {via: codes.APPLY_VIA.label(via) for via in ApplyVia}


def sla_look(days_left: int) -> Look:
    """The secretariat's clock in business days; negative is overdue."""
    if days_left < 0:
        return Look(f"超過{-days_left}日", "sla-late", "warn")
    if days_left == 0:
        return Look("本日まで", "sla-today", "clock")
    return Look(f"あと{days_left}日", "sla-1" if days_left == 1 else "sla-n", "clock")


def lamp_look(errors: int, warnings: int) -> Look:
    if errors:
        return Look(f"公開不可 {errors}", "lamp-block", "stop")
    if warnings:
        return Look(f"要確認 {warnings}", "lamp-warn", "warn")
    return Look("問題なし", "lamp-ok", "okc")


def register(app: Flask) -> None:
    """Makes dates and words known to pages and letters alike."""
    app.jinja_env.filters.update(dates.FILTERS)
    app.jinja_env.globals.update(
        STATE_LOOK=STATE_LOOK,
        MAIL_LOOK=MAIL_LOOK,
        APPLICATION_LOOK=APPLICATION_LOOK,
        DOCUMENT_LOOK=DOCUMENT_LOOK,
        MESSAGE_LOOK=MESSAGE_LOOK,
        REGISTRATION_LOOK=REGISTRATION_LOOK,
        REGISTRATION_KIND=REGISTRATION_KIND,
        MAIL_CLASS_LABEL=MAIL_CLASS_LABEL,
        KIND_WORDS=KIND_WORDS,
        MAIL_TOPIC_LABEL=MAIL_TOPIC_LABEL,
        ROLE_LABEL=ROLE_LABEL,
        LETTER_LABEL=LETTER_LABEL,
        REMINDER_LABEL=REMINDER_LABEL,
        event_label=event_label,
        sla_look=sla_look,
        lamp_look=lamp_look,
        codes=codes,
    )
