"""Fields of the secretariat's small lists, with words for what cannot be read."""

from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from portal.office import LAST_POSITION, LONGEST_NAME, LONGEST_PHRASE


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
