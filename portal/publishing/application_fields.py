"""応募受付方法: the same for jobs and events, but for a few words (SPEC 4.8)."""

from portal.codes import APPLY_VIA, RESUME_ITEMS, RESUME_TYPES
from portal.publishing.shapes import MOST_ROWS, Field, Section, Type, when

WEB = when("apply_via", "web")


# ① Web応募: what the site asks for. The letters are the manual's.
RESUME_AND_DOCUMENTS = (
    Field(
        "resume_type",
        "提出を求める履歴書タイプ",
        Type.choice,
        when=(WEB,),
        choices=RESUME_TYPES,
        hint="（ア）応募のときに使う履歴書の種別です。",
        public=False,
    ),
    Field(
        "resume_items",
        "履歴書として表示させる項目",
        Type.choices,
        when=(WEB,),
        choices=RESUME_ITEMS,
        hint="（ア）応募画面と履歴書PDFに表示する項目です。未選択でもかまいません。氏名は必ず表示します。"
        "選考に必要な項目だけを選んでください。",
        public=False,
    ),
    Field(
        "resume_file_name",
        "添付する履歴書の名称",
        Type.text,
        when=(WEB,),
        high=60,
        width="wi-20",
        hint="（イ）貴団体の様式の履歴書を添付してもらう場合に入力します。",
    ),
    Field(
        "documents",
        "応募書類",
        Type.documents,
        when=(WEB,),
        high=MOST_ROWS,
        hint="（ウ）（エ）1つの書類名につき1ファイルです。必要な個数だけ追加してください。",
    ),
)


def application_section(*, verb: str, opens: str, closes: str, period_when: tuple = ()) -> Section:
    """`verb` is 応募 or 申込; the period's words differ, and an event held all year round has none."""
    return Section(
        "apply",
        "応募受付方法",
        (
            Field("apply_via", "応募受付方法", Type.choice, required=True, choices=APPLY_VIA),
            *RESUME_AND_DOCUMENTS,
            *_elsewhere(verb),
            Field("open_at", opens, Type.moment, required=True, dated=True, group="募集期間", when=period_when),
            Field("close_at", closes, Type.moment, required=True, dated=True, group="募集期間", when=period_when),
            Field(
                "retention_months",
                "応募情報の保存期間（月）",
                Type.number,
                required=True,
                when=(WEB,),
                low=1,
                high=36,
                width="wi-6",
                hint=f"{verb}の締切から数えて1〜36か月。過ぎると応募書類を消去します。",
            ),
            Field("privacy_purpose", "個人情報の利用目的", Type.prose, required=True, when=(WEB,), low=10, high=500),
        ),
    )


def _elsewhere(verb: str) -> tuple[Field, ...]:
    """② 外部サイトで受付 and ③ その他, and the words that all three need."""
    return (
        Field(
            "apply_url",
            f"{verb}を受け付けるサイトのURL",
            Type.url,
            required=True,
            when=(when("apply_via", "external"),),
            hint="https:// で始まるアドレスを入力してください。",
        ),
        Field(
            "apply_contact",
            f"{verb}先（メールアドレス、住所など）",
            Type.prose,
            required=True,
            when=(when("apply_via", "other"),),
            high=500,
        ),
        Field(
            "how_to_apply",
            f"{verb}方法",
            Type.prose,
            required=True,
            low=30,
            high=5000,
            hint="30〜5,000文字。上の応募書類と同じ名称で書いてください。",
        ),
    )


INQUIRY = (
    Field("inquiry_department", "問合せ先の部署", Type.text, high=80, width="wi-20"),
    Field("inquiry_name", "問合せ先の担当者", Type.text, high=60, width="wi-12"),
    Field("inquiry_phone", "問合せ先の電話番号", Type.phone, high=20, width="wi-12"),
    Field("inquiry_email", "問合せ先のメールアドレス", Type.email, required=True, high=200, width="wi-20"),
)


def posting_section(*, end_hint: str) -> Section:
    return Section(
        "posting",
        "掲載",
        (
            Field(
                "publish_at",
                "掲載希望日時",
                Type.moment,
                required=True,
                dated=True,
                public=False,
                hint="承認には数営業日かかります。承認が希望日時より後になった場合は、承認後すぐに公開します。",
            ),
            Field("unpublish_at", "掲載終了日時", Type.moment, dated=True, public=False, hint=end_hint),
            Field(
                "memo_to_secretariat",
                "事務局への連絡事項",
                Type.prose,
                high=500,
                public=False,
                hint="公開されません。",
            ),
            Field(
                "attest",
                "内容は正確で最新です。変更や終了の際はすぐに直します。",
                Type.flag,
                required=True,
                public=False,
            ),
        ),
    )
