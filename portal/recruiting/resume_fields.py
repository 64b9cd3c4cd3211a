"""What 一般履歴書 and 専門家履歴書 consist of, declared as postings are. A section is the item of its key.

What must not be asked has no field here, so nothing can hold it: 通勤時間, 扶養家族, 配偶者, 本籍, 健康状態, 口座 …
"""

from collections.abc import Iterable, Mapping

from models.states import ResumeType
from portal import codes
from portal.codes import EXPERT_ITEMS, RESUME_ITEMS
from portal.publishing.shapes import Field, Section, Type

MOST_PROSE = 2000
PERIOD_HINT = "現在も続いている場合は、終わりの年月を空けておいてください。"

AT = Field("at", "年月", Type.month, required=True, width="wi-9")
PERIOD = (
    Field("begin", "始まり", Type.month, required=True, width="wi-9"),
    Field("end", "終わり", Type.month, width="wi-9"),
)
COUNTRY = Field("country", "国", Type.choice, required=True, choices=codes.COUNTRIES)
LANGUAGE_CELLS = (
    Field("language", "言語", Type.choice, required=True, choices=codes.LANGUAGES),
    Field("level", "水準", Type.choice, choices=codes.LANGUAGE_LEVELS),
    Field("test", "試験", Type.text, high=60, width="wi-12"),
    Field("score", "点数・級", Type.text, high=40, width="wi-9"),
    Field("taken_on", "受験年月", Type.month, width="wi-9"),
)


def _section(item: str, *fields: Field, hint: str = "") -> Section:
    return Section(item, RESUME_ITEMS.label(item), fields, hint)


def _dated(name: str, label: str, high: int, *, required: bool = False, hint: str = "") -> Field:
    """Rows of 年月 and 内容, as on the paper form."""
    cells = (AT, Field("text", "内容", Type.text, required=True, high=200))
    return Field(name, label, Type.rows, required=required, high=high, cells=cells, hint=hint)


CONTACT = _section(
    "contact",
    Field("alt_postal", "別の連絡先の郵便番号", Type.text, high=10, width="wi-9"),
    Field("alt_address", "別の連絡先の住所", Type.text, high=200),
    Field("alt_phone", "別の連絡先の電話番号", Type.phone, high=20, width="wi-12"),
    hint="現住所、電話番号、メールアドレスはプロフィールのものを使います。"
    "ほかへの連絡を希望する場合のみ入力してください。",
)
LICENSES = _section(
    "licenses", _dated("licenses", "免許・資格", 30, hint="正式な名称で、取得した順に入力してください。")
)
APPEAL = _section(
    "appeal",
    Field(
        "appeal",
        "志望の動機",
        Type.prose,
        high=MOST_PROSE,
        hint="特技やアピールポイントも書けます。",
    ),
)
WISHES = _section(
    "wishes",
    Field(
        "wishes",
        "本人希望",
        Type.prose,
        high=1000,
        hint="職種や勤務地などの希望を書けます。",
    ),
)


def _languages(*, required: bool = False) -> Section:
    rows = Field("languages", "語学", Type.rows, required=required, high=20, cells=LANGUAGE_CELLS)
    return _section("languages", rows)


GENERAL = (
    CONTACT,
    _section(
        "education",
        _dated("education", "学歴", 20, required=True, hint="中学校卒業以降を、古い順に入力してください。"),
    ),
    _section(
        "work",
        _dated("work", "職歴", 40, hint="古い順に入力し、在職中の場合は最後に「現在に至る」と書いてください。"),
    ),
    LICENSES,
    _languages(),
    APPEAL,
    WISHES,
)

EDUCATION_CELLS = (
    *PERIOD,
    Field("school", "学校名", Type.text, required=True, high=100),
    Field("department", "学部・研究科", Type.text, high=100),
    Field("major", "専攻", Type.text, high=100),
    Field("degree", "学位", Type.text, high=60, width="wi-12"),
    COUNTRY,
)
WORK_CELLS = (
    *PERIOD,
    Field("employer", "勤務先", Type.text, required=True, high=100),
    Field("department", "部署", Type.text, high=100),
    Field("title", "役職", Type.text, high=80),
    COUNTRY,
    Field("duties", "業務内容", Type.prose, high=600),
)
MISSION_CELLS = (
    *PERIOD,
    COUNTRY,
    Field("project", "案件名", Type.text, required=True, high=150),
    Field("client", "発注者", Type.text, high=100),
    Field("role", "立場", Type.choice, choices=codes.MISSION_ROLES),
    Field("field", "分野", Type.choice, choices=codes.FIELDS),
    Field("duties", "担当業務", Type.prose, high=600),
)
EXPERT = (
    CONTACT,
    _section(
        "nationality",
        Field("name_roman", "ローマ字（旅券の表記）", Type.text, required=True, high=80, hint="例：YAMADA TARO"),
        Field("nationality", "国籍", Type.choice, required=True, choices=codes.COUNTRIES),
        Field(
            "has_passport",
            "旅券の有無",
            Type.choice,
            required=True,
            choices=codes.PASSPORTS,
            hint="番号は不要です。",
        ),
    ),
    _section(
        "residence",
        Field("residence", "居住地", Type.choice, required=True, choices=codes.RESIDENCES),
        Field("residence_note", "国・都市と居住の予定", Type.prose, high=400),
    ),
    _section(
        "specialty",
        Field("main_field", "主な分野", Type.choice, required=True, choices=codes.FIELDS),
        Field("sub_fields", "そのほかの分野", Type.choices, high=4, choices=codes.FIELDS, hint="4つまで。"),
    ),
    _section(
        "education",
        Field("education", "学歴", Type.rows, required=True, high=20, cells=EDUCATION_CELLS, hint=PERIOD_HINT),
    ),
    _section("work", Field("work", "職歴", Type.rows, required=True, high=40, cells=WORK_CELLS, hint=PERIOD_HINT)),
    _section(
        "missions",
        Field("missions", "国際協力業務従事経験", Type.rows, high=40, cells=MISSION_CELLS, hint=PERIOD_HINT),
    ),
    LICENSES,
    _languages(required=True),
    _section(
        "publications",
        _dated("works", "著作・論文", 30),
        _dated("societies", "所属学会", 10, hint="入会した年月を入力してください。"),
    ),
    _section(
        "abilities",
        *(Field(f"ability_{code.value}", code.ja, Type.prose, high=800) for code in codes.SIX_ABILITIES),
        hint="各800文字まで。",
    ),
    APPEAL,
    WISHES,
)
SECTIONS: Mapping[ResumeType, tuple[Section, ...]] = {ResumeType.general: GENERAL, ResumeType.expert: EXPERT}


def fields_of(resume_type: ResumeType) -> Iterable[Field]:
    return (field for section in SECTIONS[resume_type] for field in section.fields)


def section_of(resume_type: ResumeType, item: str) -> Section | None:
    """None for items that the profile alone fills: photo, birthdate, gender."""
    return next((section for section in SECTIONS[resume_type] if section.key == item), None)


def items_of(resume_type: ResumeType, chosen: Iterable[str]) -> list[str]:
    """Those of the chosen items that this résumé has, in its own order."""
    wanted = set(chosen) - (EXPERT_ITEMS if resume_type is ResumeType.general else set())
    return [code.value for code in RESUME_ITEMS if code.value in wanted]
