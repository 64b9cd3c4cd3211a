"""What an organization registers (団体情報, 担当者情報, 活動情報), declared as postings and résumés are.

The names are those of the columns of `Organization`. 「アカウント情報」, the fourth section, is the login of a member.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from portal import codes
from portal.publishing.shapes import Field, Section, Type, When, when

# Who the organization is in law: a change of these waits for the secretariat (SPEC 2.5).
HELD = ("name", "org_type", "legal_form")
MOST_ACHIEVEMENTS = 50
MOST_NOTIFIED = 5
MOST_SOCIAL = 8
REACHED_BY = "電話番号、代表メール、問合せフォームURLのうち、1つ以上を入力してください。"

IN_JAPAN = when("hq_country", "JP")
HAS_NUMBER = When("legal_form", frozenset(codes.NUMBERED_FORMS))

LINK = (Field("url", "アドレス", Type.text, high=200, width="w-full"),)
ADDRESS = (Field("email", "メールアドレス", Type.email, high=200, width="wi-20"),)
ACHIEVEMENT = (
    Field("begin", "始まり", Type.month, width="wi-9"),
    Field("end", "終わり", Type.month, width="wi-9"),
    Field("name", "事業名", Type.text, required=True, high=100, width="w-full"),
    Field("country", "国", Type.choice, choices=codes.COUNTRIES),
    Field("field", "分野", Type.choice, choices=codes.FIELDS),
    Field("funder", "資金元", Type.text, high=100, width="wi-20"),
    Field("text", "概要", Type.prose, high=400),
)

ORGANIZATION = Section(
    "organization",
    "団体情報",
    (
        Field("name", "団体名", Type.text, required=True, high=100),
        Field(
            "name_kana", "団体名（カナ）", Type.text, required=True, high=150, hint="全角カタカナで入力してください。"
        ),
        Field("name_en", "団体名（英語）", Type.text, high=150),
        Field(
            "short_name",
            "略称",
            Type.text,
            required=True,
            high=50,
            width="wi-20",
            hint="一覧に表示します。略称がない場合は、団体名と同じものを入力してください。",
        ),
        Field("org_type", "団体種別", Type.choice, required=True, choices=codes.ORG_TYPES),
        Field("legal_form", "法人格", Type.choice, required=True, choices=codes.LEGAL_FORMS),
        Field("hq_country", "本部所在国", Type.choice, required=True, choices=codes.COUNTRIES, width="wi-20"),
        Field(
            "corporate_no",
            "法人番号",
            Type.text,
            required=True,
            when=(HAS_NUMBER, IN_JAPAN),
            high=13,
            width="wi-12",
            hint="国税庁が指定した13桁の番号です。",
        ),
        Field("postal", "郵便番号", Type.text, required=True, high=12, width="wi-9"),
        Field(
            "prefecture",
            "都道府県",
            Type.choice,
            required=True,
            when=(IN_JAPAN,),
            choices=codes.PREFECTURES,
            width="wi-12",
        ),
        Field("city", "市区町村", Type.text, required=True, high=80, width="wi-20"),
        Field("street", "番地", Type.text, required=True, high=120),
        Field(
            "building",
            "建物名・階・部屋",
            Type.text,
            high=120,
            hint="建物がある場合は、階と部屋番号まで入力してください。",
        ),
        Field("phone", "電話番号", Type.phone, high=20, width="wi-12", hint=REACHED_BY),
        Field("public_email", "代表メール", Type.email, high=200, width="wi-20"),
        Field("contact_url", "問合せフォームURL", Type.url, high=200),
        Field("website", "WebサイトURL", Type.url, high=200, plain=True, hint="法人は必ず入力してください。"),
        Field(
            "social_links",
            "SNS",
            Type.rows,
            high=MOST_SOCIAL,
            cells=LINK,
            hint="Facebook、X、Instagram、YouTube、LinkedIn、note、LINE、TikTokのアドレスを登録できます。",
        ),
        Field("founded", "設立年月", Type.month, required=True, width="wi-9"),
        Field("rep_name", "代表者氏名", Type.text, required=True, high=60, width="wi-20"),
        Field("rep_title", "代表者役職", Type.text, required=True, high=60, width="wi-20"),
        Field("staff_japan", "職員数（国内）", Type.number, low=0, high=1_000_000, width="wi-6"),
        Field("staff_abroad", "職員数（海外）", Type.number, low=0, high=1_000_000, width="wi-6"),
        Field("summary", "団体概要", Type.prose, required=True, low=50, high=1000),
    ),
    hint="公開サイトの団体のページに表示します。",
)
CONTACT = Section(
    "contact",
    "担当者情報",
    (
        Field("contact_dept", "部署名", Type.text, required=True, high=80, public=False, width="wi-20"),
        Field("contact_title", "役職", Type.text, high=80, public=False, width="wi-20"),
        Field("contact_name", "担当者氏名", Type.text, required=True, high=60, public=False, width="wi-20"),
        Field("contact_kana", "担当者氏名（カナ）", Type.text, required=True, high=60, public=False, width="wi-20"),
        Field("contact_phone", "担当者電話", Type.phone, required=True, high=20, public=False, width="wi-12"),
        Field("contact_email", "担当者メール", Type.email, required=True, high=200, public=False, width="wi-20"),
        Field(
            "notify_emails",
            "通知先メール（追加）",
            Type.rows,
            high=MOST_NOTIFIED,
            cells=ADDRESS,
            public=False,
            hint="応募の到着、掲載の承認と差戻しを、担当者のほかに知らせる先です。5件まで登録できます。",
        ),
        Field(
            "complaint_contact",
            "募集に関する苦情・相談窓口",
            Type.text,
            required=True,
            high=200,
            public=False,
            hint="部署名と、電話番号またはメールアドレスを入力してください。",
        ),
    ),
    hint="公開しません。PARTNER事務局からの連絡に使います。",
)
ACTIVITY = Section(
    "activity",
    "活動情報",
    (
        Field(
            "fields",
            "活動分野",
            Type.choices,
            required=True,
            low=1,
            high=5,
            choices=codes.FIELDS,
            hint="5つまで選べます。",
        ),
        Field(
            "countries",
            "活動国・地域",
            Type.choices,
            required=True,
            choices=codes.COUNTRIES,
            hint="日本国内で活動している場合は、日本を選んでください。",
        ),
        Field("activity", "活動内容", Type.prose, required=True, low=50, high=2000),
        Field("achievements", "活動実績", Type.rows, high=MOST_ACHIEVEMENTS, cells=ACHIEVEMENT),
        Field(
            "talent_use_plan",
            "個人登録者の活用方針",
            Type.prose,
            required=True,
            low=30,
            high=500,
            public=False,
            hint="PARTNERに登録している人材に、どのような活動で協力してもらうかを入力してください。公開しません。",
        ),
    ),
    hint="公開サイトの団体のページに表示します。",
)
# Of a new organization: whoever asks becomes its first member.
ACCOUNT = Section(
    "account",
    "アカウント情報",
    (
        Field(
            "account_name",
            "氏名",
            Type.text,
            required=True,
            high=60,
            public=False,
            width="wi-20",
            hint="はじめに団体マイページを使う方のお名前です。承認後に、ほかの担当者を追加できます。",
        ),
    ),
    hint="公開しません。パスワードは、承認後にお送りするメールから設定します。",
)
SECTIONS = (ORGANIZATION, CONTACT, ACTIVITY)
KEYS = tuple(section.key for section in SECTIONS)


def section_named(key: str) -> Section:
    return next(section for section in SECTIONS if section.key == key)


def fields_of(sections: Iterable[Section] = SECTIONS) -> Iterator[Field]:
    for section in sections:
        yield from section.fields


def rests_on_held(field: Field) -> bool:
    """Whether a field waits, or is there only for some values of one that does."""
    return field.name in HELD or any(condition.field in HELD for condition in field.when)


def without(section: Section, locked: Iterable[str], content: Mapping[str, Any]) -> Section:
    """The section without some of its fields; what the others asked of these is answered by `content`."""
    names = frozenset(locked)
    kept = [
        replace(field, when=tuple(condition for condition in field.when if condition.field not in names))
        for field in section.fields
        if field.name not in names
        and all(condition.holds(content) for condition in field.when if condition.field in names)
    ]
    return replace(section, fields=tuple(kept))
