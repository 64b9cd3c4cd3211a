"""What the organizations of the demo registered beyond their names, and registrations that wait at the desk."""

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from models.base import db
from models.registrations import RegistrationFile, RegistrationVersion
from models.states import RegistrationFileKind, RegistrationKind, RegistrationState
from portal.accounts.tokens import digest, new_token
from portal.actors import ANONYMOUS, Actor
from portal.demo.papers import pdf
from portal.demo.people import Registered
from portal.files import intake
from portal.files.kinds import PDF
from portal.registry import applying, changes, contents, deciding, rules
from portal.registry.workflow import Seen

if TYPE_CHECKING:
    from portal.demo.cast import Cast

DAYS = 3
# key: reading, 法人格, 設立年月, 分野, 国, 代表者役職
REGISTERED: Mapping[str, tuple[str, str, str, str, str, str]] = {
    "org": ("トクテイヒエイリカツドウホウジン　アジアノミズトクラシ", "npo", "2004-06", "03 02", "LA KH TL", "代表理事"),
    "org2": ("ニンテイトクテイヒエイリカツドウホウジン　ヒロバ", "certified_npo", "1998-11", "01 21", "JP", "代表理事"),
    "jica": ("ドクリツギョウセイホウジン　コクサイキョウリョクキコウ　シャカイキバンブ", "agency", "2003-10", "07 09 08", "KE VN ID", "部長"),
    "noncorp": ("コクサイキョウリョクサークル　ソヨカゼ", "none", "2012-04", "21 01", "JP NP", "代表"),
    "iryo": ("イッパンザイダンホウジン　コクサイイリョウキョウリョクカイ", "foundation", "1986-02", "02", "KH ZM", "理事長"),
    "tohto": ("コクリツダイガクホウジン　トウトダイガク", "university", "2004-04", "23 16", "JP", "研究科長"),
    "minami": ("カブシキガイシャ　ミナミカイハツコンサルタンツ", "company", "1972-09", "12 07", "TZ MZ SN", "代表取締役"),
    "midori": ("コウエキシャダンホウジン　ミドリノノウソンキョウカイ", "public_association", "1965-05", "12", "TZ UG", "会長"),
    "manabiya": ("イッパンシャダンホウジン　チキュウノマナビヤ", "association", "2015-07", "01 21", "JP", "代表理事"),
    "midorinowa": ("コウエキザイダンホウジン　ミドリノワ", "public_foundation", "1979-03", "13", "ID MG PE", "理事長"),
    "inochi": ("トクテイヒエイリカツドウホウジン　イノチノハシ", "npo", "2001-08", "02 15", "BD NP", "代表理事"),
    "tane": ("トクテイヒエイリカツドウホウジン　マナビノタネ", "npo", "2009-12", "01 03", "NP", "代表理事"),
    "midorigaoka": ("ガッコウホウジン　ミドリガオカイカダイガク", "school", "1974-04", "02", "JP", "理事長"),
    "unjp": ("コクサイレンゴウショクリョウシエンキコウ　ニホンジムショ", "international", "1996-10", "22 12", "SS YE", "所長"),
    "pref": ("ミナトケン　コクサイカ", "state", "1947-05", "21", "JP", "課長"),
    "koutsu": ("イッパンシャダンホウジン　カイガイコウツウケイカクセンター", "association", "1988-06", "07 16", "VN KE", "理事長"),
    "umi": ("トクテイヒエイリカツドウホウジン　ウミノテ", "npo", "2006-03", "14 13", "FJ PG", "代表理事"),
    "jicahealth": ("ドクリツギョウセイホウジン　コクサイキョウリョクキコウ　ニンゲンカイハツブ", "agency", "2003-10", "02 01", "KE LA", "部長"),
    "setsuei": ("カブシキガイシャ　セツエイソウゴウケンキュウジョ", "company", "1994-01", "23", "JP PH", "代表取締役"),
    "kizuna": ("ニンテイトクテイヒエイリカツドウホウジン　キズナキンキュウシエン", "certified_npo", "2000-09", "22", "SS UA", "代表理事"),
    "yamato": ("カブシキガイシャ　ヤマトジョウスイ", "company", "1981-10", "03 11", "KE BD", "代表取締役"),
    "hikari": ("イリョウホウジンシャダン　ヒカリカイ", "medical", "1991-05", "02", "MN", "理事長"),
    "kaihatsu": ("ドクリツギョウセイホウジン　カイハツキョウイクシエンキコウ", "agency", "2001-04", "01 21", "JP", "理事長"),
    "asia": ("ガッコウホウジン　アジアゲンゴガクイン", "school", "1983-04", "19", "VN ID MM", "理事長"),
}  # fmt: skip
SUMMARY = "国内の事務局と現地の職員が、住民、行政、大学と協力して事業を進めています。活動の報告は毎年公開しています。"
PLAN = "現地に派遣する専門家と、国内の事務局で事業を支える職員を募集するときに、登録人材の検索とオファーメールを活用します。"
ACHIEVEMENTS = [
    {
        "begin": "2019-04",
        "end": "2022-03",
        "name": "サバナケット県 村落給水施設整備事業",
        "country": "LA",
        "field": "03",
        "funder": "日本NGO連携無償資金協力",
        "text": "24村で井戸と配水施設を整備し、村の水管理委員会が維持管理を続けられるよう、会計と修理の研修を行いました。",
    },
    {
        "begin": "2022-07",
        "end": "",
        "name": "小学校の手洗いとトイレの改善",
        "country": "KH",
        "field": "02",
        "funder": "助成金・寄付金",
        "text": "小学校40校で手洗い場を設け、教員と保健委員の児童がともに進める衛生教育の教材を作っています。",
    },
]
APPLICANTS = (
    ("kawabe@midorikawa.example.jp", "川辺 由里", "一般社団法人 緑川流域の会", "イッパンシャダンホウジン　ミドリカワリュウイキノカイ", "association", "08"),
    ("office@ajia-mizu.example.jp", "西岡 純", "ＮＰＯ法人アジアの水とくらし", "エヌピーオーホウジンアジアノミズトクラシ", "npo", "07"),
    ("honda@kaze.example.jp", "本田 誠", "風の学び舎サークル", "カゼノマナビヤサークル", "none", "13"),
)  # fmt: skip


def details(registered: Registered, number: int) -> dict[str, Any]:
    """The columns of an organization that its name and address do not say."""
    kana, legal_form, founded, fields, countries, title = REGISTERED[registered.key]
    head = registered.members[0]
    has_number = legal_form not in ("none", "international")
    return {
        "name_kana": kana,
        "legal_form": legal_form,
        "corporate_no": rules.numbered(f"01000505{number:04d}") if has_number else "",
        "postal": f"1{number:02d}-00{number:02d}",
        "founded": founded,
        "rep_name": registered.members[-1][2],
        "rep_title": title,
        "staff_japan": 4 + 3 * number,
        "staff_abroad": number % 7,
        "summary": f"{registered.summary}{SUMMARY}",
        "contact_dept": "事務局",
        "contact_name": head[2],
        "contact_kana": "タントウシャ",
        "contact_phone": registered.phone,
        "contact_email": f"contact@{registered.key}.example.jp",
        "complaint_contact": f"事務局 {registered.phone}",
        "fields": fields.split(),
        "countries": countries.split(),
        "activity": f"{registered.summary}{SUMMARY}",
        "achievements": ACHIEVEMENTS if registered.key == "org" else [],
        "talent_use_plan": PLAN,
    }


def wait_at_the_desk(cast: "Cast", *, now: datetime) -> None:
    """Two changes and three new organizations, each a few hours or days old."""
    reviewer = cast.reviewers[0]
    change(
        cast,
        "tane",
        {"name": "認定特定非営利活動法人 まなびの種", "legal_form": "certified_npo"},
        now=now - timedelta(hours=30),
    )
    change(cast, "umi", {"name": "特定非営利活動法人 うみの手"}, now=now - timedelta(days=5))
    returned = changes.open_change(cast.houses["umi"].organization.id, actor=cast.houses["umi"].member)
    if returned is not None:
        deciding.give_back(
            Seen(returned.id, returned.revision),
            "登記されている名称は「海の手」です。名称の変更登記が済んでから、もう一度申請してください。",
            actor=reviewer,
            now=now - timedelta(days=4),
        )
    for place, applicant in enumerate(APPLICANTS):
        apply(*applicant, reviewer=reviewer, now=now - timedelta(hours=6 + 20 * place), is_returned=place == 2)


def change(cast: "Cast", key: str, values: Mapping[str, Any], *, now: datetime) -> None:
    house = cast.houses[key]
    db.session.flush()
    changes.save(
        "organization",
        house.organization.organization_revision,
        contents.read(house.organization) | dict(values),
        organization=house.organization,
        actor=house.member,
        now=now,
        days=DAYS,
    )


def apply(
    email: str,
    name: str,
    called: str,
    kana: str,
    legal_form: str,
    org_type: str,
    *,
    reviewer: Actor,
    now: datetime,
    is_returned: bool,
) -> None:
    token = new_token()
    content = content_of(email, name, called, kana, legal_form, org_type)
    version = RegistrationVersion(
        kind=RegistrationKind.new,
        state=RegistrationState.draft,
        content=contents.tidied(content),
        account_email=email,
        account_name=name,
        token_hash=digest(token),
        created_at=now,
        updated_at=now,
        expires_at=now + applying.LIFE,
    )
    db.session.add(version)
    db.session.flush()
    paper = io.BytesIO(pdf([called, "", "活動報告書", "", "流域の清掃と水質の調査を年に12回行いました。"]))
    stored = intake.keep_made(paper, "活動報告書.pdf", PDF.media_type, owner_id=None, now=now)
    db.session.add(
        RegistrationFile(kind=RegistrationFileKind.review, version_id=version.id, file_id=stored.id, created_at=now)
    )
    db.session.flush()
    applying.submit(version, version.revision, token, consent=True, actor=ANONYMOUS, now=now, days=DAYS)
    if is_returned:
        seen = Seen(version.id, version.revision)
        deciding.give_back(
            seen, "活動の内容がわかる資料を追加してください。", actor=reviewer, now=now + timedelta(hours=3)
        )


def content_of(email: str, name: str, called: str, kana: str, legal_form: str, org_type: str) -> dict[str, Any]:
    """What an organization that is not registered yet says of itself."""
    return contents.blank() | {
        "name": called,
        "name_kana": kana,
        "short_name": called.rsplit(maxsplit=1)[-1],
        "org_type": org_type,
        "legal_form": legal_form,
        "corporate_no": "" if legal_form == "none" else rules.numbered("010005059901"),
        "postal": "150-0001",
        "prefecture": "東京都",
        "city": "渋谷区",
        "street": "神宮前5-53-67",
        "phone": "03-5555-0190",
        "website": "https://www.example.jp/",
        "founded": "2018-05",
        "rep_name": name,
        "rep_title": "代表",
        "staff_japan": 3,
        "summary": f"川の流域に暮らす人たちと、水源の保全と環境学習に取り組む団体です。{SUMMARY}",
        "contact_dept": "事務局",
        "contact_name": name,
        "contact_kana": "タントウシャ",
        "contact_phone": "03-5555-0190",
        "contact_email": email,
        "complaint_contact": "事務局 03-5555-0190",
        "fields": ["13"],
        "countries": ["JP", "PH"],
        "activity": f"川の流域に暮らす人たちと、水源の保全と環境学習に取り組む団体です。{SUMMARY}",
        "talent_use_plan": PLAN,
    }
