"""What a talent's profile consists of, declared as postings and résumés are."""

from portal import codes
from portal.code_list import CodeList
from portal.publishing.shapes import Field, Section, Type

DEGREES = CodeList(tuple(code for code in codes.DEGREES if code.value != "any"))
LANGUAGE_CELLS = (
    Field("language", "言語", Type.choice, required=True, choices=codes.LANGUAGES),
    Field("level", "水準", Type.choice, required=True, choices=codes.LANGUAGE_LEVELS),
    Field("test", "試験", Type.text, high=60, width="wi-12"),
    Field("score", "点数・級", Type.text, high=40, width="wi-9"),
)
EXPERIENCE_CELLS = (
    Field("country", "国", Type.choice, required=True, choices=codes.COUNTRIES),
    Field("kind", "立場", Type.choice, required=True, choices=codes.EXPERIENCE_KINDS),
    Field("begin", "始まり", Type.month, width="wi-9"),
    Field("end", "終わり", Type.month, width="wi-9"),
)
FIELD_CELLS = (
    Field("field", "分野課題", Type.choice, required=True, choices=codes.FIELDS),
    Field("years", "経験年数", Type.number, required=True, low=0, high=60, unit="年", width="wi-6"),
)

SECTIONS = (
    Section(
        "person",
        "氏名・連絡先",
        (
            Field("name", "氏名", Type.text, required=True, high=60, width="wi-20"),
            Field("name_kana", "ふりがな", Type.text, required=True, high=60, width="wi-20"),
            Field("birthdate", "生年月日", Type.day, width="wi-12"),
            Field("gender_text", "性別（記載は任意）", Type.text, high=20, width="wi-12"),
            Field("phone", "電話番号", Type.phone, high=20, width="wi-12"),
            Field("postal", "郵便番号", Type.text, high=10, width="wi-9"),
            Field("address", "現住所", Type.text, high=200),
        ),
        hint="検索結果や人材詳細には表示しません。応募した団体だけに、募集で求められた項目を提供します。",
    ),
    Section(
        "career",
        "プロフィール",
        (
            Field("residence_country", "居住国", Type.choice, required=True, choices=codes.COUNTRIES, width="wi-20"),
            Field("prefecture", "都道府県", Type.choice, choices=codes.PREFECTURES, width="wi-12"),
            Field("current_status", "現在の状況", Type.choice, choices=codes.CURRENT_STATUSES, width="wi-12"),
            Field("degree", "最終学歴", Type.choice, choices=DEGREES, width="wi-12"),
            Field("major", "専攻", Type.text, high=100),
            Field("years_total", "実務経験年数", Type.number, low=0, high=60, unit="年", width="wi-6"),
            Field("fields", "専門の分野課題", Type.choices, high=5, choices=codes.FIELDS, hint="5つまで選べます。"),
            Field(
                "field_years",
                "分野ごとの経験年数",
                Type.rows,
                high=5,
                cells=FIELD_CELLS,
                hint="専門の分野課題ごとの実務年数です。団体は、分野と年数を合わせて探せます。",
            ),
            Field("job_categories", "経験した職種", Type.choices, high=10, choices=codes.JOB_CATEGORIES),
            Field("languages", "語学", Type.rows, high=10, cells=LANGUAGE_CELLS),
            Field("experiences", "海外での経験", Type.rows, high=20, cells=EXPERIENCE_CELLS),
            Field("qualifications", "資格・免許", Type.prose, high=1000),
            Field("pr", "自己PR", Type.prose, high=1000),
        ),
        hint="プロフィールを公開にすると、登録団体がこの内容を閲覧します。",
    ),
    Section(
        "wishes",
        "希望",
        (
            Field("wish_kinds", "希望する募集区分", Type.choices, high=6, choices=codes.EMPLOYMENT_KINDS),
            Field("wish_countries", "希望する国", Type.choices, high=20, choices=codes.COUNTRIES),
            Field("available_from", "着任できる時期", Type.day, width="wi-12"),
            Field(
                "level",
                "登録レベル",
                Type.choice,
                required=True,
                choices=codes.TALENT_LEVELS,
                width="wi-12",
                hint="募集によっては、応募に必要なレベルが決まっています。",
            ),
        ),
    ),
    Section(
        "switches",
        "公開の設定",
        (
            Field(
                "is_public",
                "プロフィールを登録団体に公開する",
                Type.flag,
                hint="公開すると、登録団体の検索結果に登録コードとプロフィールが表示されます。氏名、連絡先、生年月日、"
                "写真は表示しません。公開しない場合は、応募した団体も応募の内容だけを見ます。",
            ),
            Field(
                "accepts_offers",
                "団体からのオファーメールを受け取る",
                Type.flag,
                hint="プロフィールを見た団体が、このサイトを通してメールを送れます。"
                "メールアドレスは団体に知らせません。",
            ),
            Field(
                "shows_readers",
                "履歴書を開いた団体を表示する",
                Type.flag,
                hint="応募内容や履歴書を開いた団体と日時を、人材マイページに表示します。",
            ),
        ),
    ),
)
