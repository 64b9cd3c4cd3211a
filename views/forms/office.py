"""Fields of the secretariat's small lists, with words for what cannot be read."""

from typing import Any

from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange, ValidationError

from models.states import MailTopic
from portal.messaging import checking, templates
from portal.office import LAST_POSITION, LONGEST_NAME, LONGEST_PHRASE
from portal.wording import MAIL_CLASS_LABEL, MAIL_TOPIC_LABEL


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
