"""研修・イベント・セミナー情報."""

from portal import codes
from portal.publishing.application_fields import INQUIRY, application_section, posting_section
from portal.publishing.file_fields import FILES
from portal.publishing.shapes import MOST_ROWS, Field, Section, Type, when

DATED = when("schedule_kind", "dated", "series")
AT_VENUE = when("formats", "venue")

SECTIONS = (
    Section(
        "basics",
        "基本",
        (
            Field("category", "種別", Type.choice, required=True, choices=codes.EVENT_CATEGORIES, width="wi-12"),
            Field(
                "title",
                "タイトル",
                Type.text,
                required=True,
                low=5,
                high=100,
                hint="5〜100文字。日付や会場は下の欄に入力してください。",
            ),
            Field("organizer", "主催", Type.text, required=True, high=100),
            Field("co_organizers", "共催・後援", Type.text, high=200),
            Field(
                "fields",
                "分野課題",
                Type.choices,
                required=True,
                low=1,
                high=3,
                choices=codes.FIELDS,
                hint="3つまで選べます。",
            ),
        ),
    ),
    Section(
        "body",
        "内容",
        (
            Field(
                "body",
                "概要・内容",
                Type.prose,
                required=True,
                low=100,
                high=10_000,
                hint="100〜10,000文字。目的、内容、対象を文章で書いてください。",
            ),
            Field("audience", "対象者", Type.prose, required=True, low=2, high=500),
            Field(
                "speakers",
                "講師・登壇者",
                Type.rows,
                high=20,
                cells=(
                    Field("name", "氏名", Type.text, required=True, high=100, width="wi-12"),
                    Field("role", "所属・肩書", Type.text, high=200, width="wi-20"),
                ),
            ),
            Field("certificate", "修了要件・証明書", Type.prose, high=500),
            Field("event_languages", "使用言語", Type.choices, required=True, low=1, high=5, choices=codes.LANGUAGES),
            Field("accessibility", "通訳・字幕・手話など", Type.prose, high=500),
            Field("event_url", "詳細URL", Type.url),
        ),
    ),
    Section(
        "place",
        "開催",
        (
            Field("formats", "開催形式", Type.choices, required=True, low=1, high=3, choices=codes.EVENT_FORMATS),
            Field("venue", "会場名", Type.text, required=True, when=(AT_VENUE,), high=100),
            Field("venue_address", "会場の住所", Type.text, required=True, when=(AT_VENUE,), high=200),
            Field(
                "venue_country",
                "会場の国",
                Type.choice,
                required=True,
                when=(AT_VENUE,),
                choices=codes.COUNTRIES,
                width="wi-20",
            ),
            Field(
                "online_url",
                "オンライン参加URL",
                Type.url,
                when=(when("formats", "online"),),
                public=False,
                hint="公開されません。参加が決まった人にだけ知らせます。",
            ),
            Field("event_status", "開催状況", Type.choice, required=True, choices=codes.EVENT_STATUSES, width="wi-12"),
            Field("schedule_kind", "日程区分", Type.choice, required=True, choices=codes.SCHEDULE_KINDS, width="wi-12"),
            Field(
                "sessions", "開催日時", Type.sessions, required=True, when=(DATED,), low=1, high=MOST_ROWS, dated=True
            ),
            Field("capacity", "定員（名）", Type.number, low=1, high=100_000, width="wi-6"),
            Field("overflow", "定員を超えたとき", Type.choice, choices=codes.OVERFLOWS, width="wi-12"),
            Field("fee_kind", "参加費", Type.choice, required=True, choices=codes.FEE_KINDS, width="wi-9"),
            Field(
                "fee_info", "参加費の内訳", Type.prose, required=True, when=(when("fee_kind", "paid"),), low=2, high=500
            ),
            Field(
                "cancel_policy",
                "キャンセル規定",
                Type.prose,
                required=True,
                when=(when("fee_kind", "paid"),),
                low=2,
                high=500,
            ),
        ),
    ),
    application_section(verb="申込", opens="申込開始", closes="申込締切", period_when=(DATED,)),
    Section("inquiry", "問合せ", INQUIRY),
    FILES,
    posting_section(end_hint="入力しない場合は申込締切と同じです（通年・随時は掲載から90日後）。"),
)
