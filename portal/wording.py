"""One mapping from a state, kind or role to its word, icon and colour, and the way dates are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask

from models.states import (
    Action,
    ApplicationState,
    ApplyVia,
    DocumentState,
    Kind,
    MailClass,
    MailState,
    MailTopic,
    Role,
    State,
)
from portal import codes
from portal.clock import local

WEEKDAYS = "月火水木金土日"


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
ACTION_LABEL: Mapping[str, str] = {
    "create": "下書き作成",
    "revise": "修正を開始",
    "copy": "コピーして作成",
    "discard": "下書きを削除",
    "extend": "期間延長",
    "assign": "担当の変更",
    Action.submit: "掲載申請",
    Action.withdraw: "取下げ",
    Action.return_: "差戻し",
    Action.approve: "掲載承認",
    Action.undo: "判断の取消し",
    Action.publish: "公開",
    Action.supersede: "新しい版と入れ替え",
    Action.close: "掲載終了",
    Action.unpublish: "掲載停止",
    Action.restore: "再掲載",
}
# The trail's other events; those of entries are ACTION_LABEL's.
EVENT_LABEL: Mapping[str, str] = {
    "person.export": "本人の情報の書き出し",
    "desk.approve": "まとめて承認",
    "desk.return": "まとめて差戻し",
    "login.ok": "ログイン",
    "login.failed": "ログイン失敗",
    "login.throttled": "ログインの制限",
    "logout": "ログアウト",
    "session.ended": "ログイン状態の終了",
    "code.issued": "ワンタイムパスワードの発行",
    "code.used": "ワンタイムパスワードの確認",
    "code.failed": "ワンタイムパスワードの誤り",
    "account.create": "アカウントの作成",
    "account.erase": "アカウントの削除",
    "phrase.create": "定型文の追加",
    "phrase.change": "定型文の変更",
    "phrase.remove": "定型文の削除",
    "closed_day.create": "休業日の追加",
    "closed_day.change": "休業日の変更",
    "closed_day.remove": "休業日の削除",
    "talent.profile": "プロフィールの保存",
    "talent.photo": "写真の登録",
    "talent.view": "人材詳細の閲覧",
    "talent.view_limit": "人材詳細の閲覧の制限",
    "talent.hide": "公開しない団体の追加",
    "search.save": "検索の保存",
    "search.rename": "保存した検索の名前の変更",
    "search.remove": "保存した検索の削除",
    "search.digest": "保存した検索の新着メールの設定",
    "favorite.mark": "気になるに追加",
    "favorite.unmark": "気になるから外す",
    "favorite.note": "気になるのメモの保存",
    "talent.show": "公開しない団体の解除",
    "talent.stop": "オファーメールの停止",
    "talent.resume": "オファーメールの再開",
    "message.reply": "メッセージの返信",
    "resume.save": "履歴書の保存",
    "application.move": "選考状態の変更",
    "application.read": "応募の閲覧",
    "application.file": "応募書類の閲覧",
    "application.resume_pdf": "履歴書PDFの出力",
    "application.address": "応募者のアドレスの利用",
    "application.document": "応募書類の確認",
    "application.note": "メモの保存",
    "application.erase": "応募の個人情報の消去",
    "mail_template.create": "メールテンプレートの保存",
    "mail_template.change": "メールテンプレートの変更",
    "mail_template.remove": "メールテンプレートの削除",
    "mail.send": "メールの送信",
    "mail.cancel": "メール送信の取消し",
    "mail.refuse": "届けられなかったメール",
    "mail.test": "メールのテスト送信",
    "trail.verify": "操作記録の検査",
    "download.request": "ダウンロードの作成",
    "download.fetch": "ダウンロード",
}
SUBJECT_LABEL: Mapping[str, str] = {
    "version": "掲載情報",
    "session": "ログイン状態",
    "account": "アカウント",
    "phrase": "定型文",
    "closed_day": "休業日",
    "talent": "登録人材",
    "resume": "履歴書",
    "application": "応募",
    "download": "ダウンロード",
    "saved_search": "保存した検索",
    "mail_template": "メールテンプレート",
    "thread": "メッセージ",
    "message": "メッセージ",
    "dispatch": "メール",
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
    "message_arrived": "メッセージの通知",
    "offer_arrived": "オファーメールの通知",
    "answer_arrived": "返信の通知",
    "mail_test": "メールのテスト送信",
}
APPLY_LABEL: Mapping[ApplyVia, str] = {via: codes.APPLY_VIA.label(via) for via in ApplyVia}


def event_label(action: str) -> str:
    """A dotted action of the trail in words; one that has none stands as it is."""
    return EVENT_LABEL.get(action) or ACTION_LABEL.get(action.removeprefix("entry."), action)


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


def moment(value: datetime | str | None) -> str:
    """2026年12月1日(火) 09:00, in Tokyo. Takes ISO text too, as letters carry it."""
    if not value:
        return ""
    here = _here(value)
    return f"{here.year}年{here.month}月{here.day}日({WEEKDAYS[here.weekday()]}) {here:%H:%M}"


def day(value: datetime | str | None) -> str:
    if not value:
        return ""
    here = _here(value)
    return f"{here.year}年{here.month}月{here.day}日({WEEKDAYS[here.weekday()]})"


def moment_short(value: datetime | str | None, now: datetime) -> str:
    """12/1(火) 09:00; with the year when it is not this one."""
    if not value:
        return ""
    here = _here(value)
    year = "" if here.year == local(now).year else f"{here.year}/"
    return f"{year}{here.month}/{here.day}({WEEKDAYS[here.weekday()]}) {here:%H:%M}"


def day_short(value: datetime | str | None, now: datetime) -> str:
    return moment_short(value, now)[:-6] if value else ""


def on_day(value: date) -> str:
    """A calendar day: 2026年12月1日(火)."""
    return f"{value.year}年{value.month}月{value.day}日({WEEKDAYS[value.weekday()]})"


def span(start: datetime | None, end: datetime | None, now: datetime) -> str:
    if not start and not end:
        return ""
    return f"{day_short(start, now)} 〜 {day_short(end, now)}"


def days_until(value: datetime, now: datetime) -> int:
    """Calendar days in Tokyo from today to the moment's day; 0 is today."""
    return (local(value).date() - local(now).date()) // timedelta(days=1)


def time_left(value: datetime, now: datetime) -> str:
    days = days_until(value, now)
    return "終了しました" if value <= now else "本日まで" if days == 0 else f"あと{days}日"


def _here(value: datetime | str) -> datetime:
    return local(datetime.fromisoformat(value) if isinstance(value, str) else value)


def register(app: Flask) -> None:
    """Makes dates and words known to pages and letters alike."""
    filters: dict[str, Any] = {
        "moment": moment,
        "day": day,
        "moment_short": moment_short,
        "day_short": day_short,
        "on_day": on_day,
        "span": span,
        "time_left": time_left,
        "days_until": days_until,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(
        STATE_LOOK=STATE_LOOK,
        MAIL_LOOK=MAIL_LOOK,
        APPLICATION_LOOK=APPLICATION_LOOK,
        DOCUMENT_LOOK=DOCUMENT_LOOK,
        MESSAGE_LOOK=MESSAGE_LOOK,
        MAIL_CLASS_LABEL=MAIL_CLASS_LABEL,
        KIND_WORDS=KIND_WORDS,
        MAIL_TOPIC_LABEL=MAIL_TOPIC_LABEL,
        ROLE_LABEL=ROLE_LABEL,
        LETTER_LABEL=LETTER_LABEL,
        event_label=event_label,
        sla_look=sla_look,
        lamp_look=lamp_look,
        codes=codes,
    )
