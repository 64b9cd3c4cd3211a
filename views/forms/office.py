"""Fields of the secretariat's small lists, with words for what cannot be read."""

from datetime import datetime
from typing import Any

from wtforms import DateField, DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional, ValidationError

from models.states import SECRETARIAT_ROLES, Audience, MailTopic
from portal import clock
from portal.administration import news, secretaries
from portal.clock import TOKYO, local
from portal.email_addresses import LONGEST_EMAIL
from portal.messaging import checking, templates
from portal.office import LAST_POSITION, LONGEST_NAME, LONGEST_PHRASE
from portal.wording import MAIL_CLASS_LABEL, MAIL_TOPIC_LABEL, ROLE_LABEL

YEARS = (2000, 2100)
NO_MOMENT = "日時を「2026-12-01 09:00」の形で入力してください。"


class Day(DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("日付を「2026-12-01」の形で入力してください。") from None


class Position(IntegerField):
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("並び順を数字で入力してください。") from None


PHRASE_FIELDS = {"title": StringField, "text": TextAreaField, "position": Position}
PHRASE_RULES = {
    "title": {"validators": [DataRequired("名称を入力してください。")], "render_kw": {"maxlength": LONGEST_NAME}},
    "text": {
        "validators": [DataRequired("文を入力してください。")],
        "render_kw": {"rows": 5, "maxlength": LONGEST_PHRASE},
    },
    "position": {
        "validators": [NumberRange(0, LAST_POSITION, f"並び順は0〜{LAST_POSITION:,}の数字で入力してください。")],
        "description": "小さいものから順に並びます。",
    },
}
CLOSED_DAY_FIELDS = {"day": Day, "name": StringField}
CLOSED_DAY_RULES = {
    "day": {"validators": [InputRequired("日付を入力してください。")]},
    "name": {"validators": [DataRequired("名称を入力してください。")], "render_kw": {"maxlength": LONGEST_NAME}},
}


class Choice(SelectField):
    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)
        except ValidationError:
            raise ValidationError("選択肢から選んでください。") from None


class Moment(DateTimeLocalField):
    """A date and time in Tokyo."""

    data: datetime | None

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(NO_MOMENT) from None
        if self.data is not None:
            if not YEARS[0] <= self.data.year <= YEARS[1]:
                self.data = None
                raise ValueError(NO_MOMENT)
            self.data = self.data.replace(tzinfo=TOKYO)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return f"{local(self.data):%Y-%m-%dT%H:%M}" if self.data else ""


AUDIENCE_LABEL = {
    Audience.everyone: "すべての人",
    Audience.organizations: "団体の担当者",
    Audience.talents: "登録人材",
}
NEWS_FIELDS = {
    "title": StringField,
    "body": TextAreaField,
    "audience": Choice,
    "starts_at": Moment,
    "ends_at": Moment,
}
NEWS_RULES = {
    "title": {
        "validators": [DataRequired("タイトルを入力してください。")],
        "render_kw": {"maxlength": news.LONGEST_TITLE},
    },
    "body": {
        "validators": [DataRequired("本文を入力してください。")],
        "render_kw": {"rows": 6, "maxlength": news.LONGEST_BODY},
    },
    "audience": {"choices": [(each.value, AUDIENCE_LABEL[each]) for each in Audience], "default": "everyone"},
    "starts_at": {"validators": [InputRequired("表示の開始を入力してください。")], "default": clock.now},
    "ends_at": {"validators": [Optional()], "description": "空欄にすると、削除するまで表示します。"},
}
SECRETARY_FIELDS = {"email": StringField, "name": StringField, "role": Choice}
SECRETARY_RULES = {
    "email": {
        "validators": [DataRequired("メールアドレスを入力してください。")],
        "render_kw": {"maxlength": LONGEST_EMAIL, "autocomplete": "off"},
    },
    "name": {
        "validators": [DataRequired("氏名を入力してください。")],
        "render_kw": {"maxlength": secretaries.LONGEST_NAME},
    },
    "role": {
        "choices": [(role.value, ROLE_LABEL[role]) for role in SECRETARIAT_ROLES],
        "description": "事務局管理者は、アカウント、コード表、点検ルール、休業日、設定、利用停止も扱います。",
    },
}
SAMPLE_FIELDS = {
    "name": StringField,
    "mail_class": Choice,
    "topic": Choice,
    "subject": StringField,
    "body": TextAreaField,
}
SAMPLE_RULES = {
    "name": {
        "validators": [DataRequired("テンプレート名を入力してください。")],
        "render_kw": {"maxlength": templates.LONGEST_NAME},
    },
    "mail_class": {"choices": [(each.value, MAIL_CLASS_LABEL[each]) for each in templates.CLASSES]},
    "topic": {
        "choices": [("", "指定しない"), *((topic.value, MAIL_TOPIC_LABEL[topic]) for topic in MailTopic)],
        "description": "連絡メールのときに選べます。",
        "filters": [lambda value: (value or "").strip()],
    },
    "subject": {
        "validators": [DataRequired("件名を入力してください。")],
        "render_kw": {"maxlength": checking.LONGEST_SUBJECT},
    },
    "body": {
        "validators": [DataRequired("本文を入力してください。")],
        "render_kw": {"rows": 10, "maxlength": checking.LONGEST_BODY},
    },
}
