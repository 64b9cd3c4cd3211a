"""The talents of the demo: people with profiles and résumés that read as people write them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models.states import ResumeType
from portal.clock import local
from portal.demo.careers import ABILITIES, CAREERS, Career, Span
from portal.demo.works import COUNTRIES, Country

BY_CODE = {country.code: country for country in COUNTRIES}
UNIVERSITY, MASTER = 18, 22  # years after `_base` in which they begin
LATER = 6  # years after the first field one turned to the next
LATE = (4, 2)  # who is born from this day on enters school a year later


@dataclass(frozen=True)
class Registered:
    email: str
    name: str
    name_kana: str
    name_roman: str
    birthdate: date
    prefecture: str
    address: str
    career: Career
    school: str
    countries: tuple[Country, Country]
    is_public: bool
    accepts_offers: bool
    level: str
    status: str
    gender: str


def _talent(number: int, name: str, kana: str, roman: str, birth: str, place: str, work: str, signs: str) -> Registered:
    """`work` is career, university and two countries; `signs`: p public, o offers, 4 level, s/a/e/n status, f/m sex."""
    career, school, first, second = work.split("|")
    prefecture, _, address = place.partition("|")
    statuses = {"s": "student", "e": "seeking", "a": "abroad", "n": ""}
    return Registered(
        "talent@example.jp" if number == 1 else f"talent{number}@example.jp",
        name,
        kana,
        roman,
        date.fromisoformat(birth),
        prefecture,
        prefecture + address,
        CAREERS[career],
        school,
        (BY_CODE[first], BY_CODE[second]),
        "p" in signs,
        "o" in signs,
        "4" if "4" in signs else "3",
        next((status for sign, status in statuses.items() if sign in signs), "working"),
        "女" if "f" in signs else "男" if "m" in signs else "",
    )


_PEOPLE = (
    ("青木 千尋", "あおき ちひろ", "AOKI CHIHIRO", "1988-06-14", "東京都|杉並区高円寺北2-14-6", "water|東北大学|LA|KH", "po4f"),
    ("石川 拓真", "いしかわ たくま", "ISHIKAWA TAKUMA", "1992-11-02", "神奈川県|川崎市中原区小杉町1-5-20", "developer|九州工業大学|RW|KE", "m"),
    ("髙橋 由貴子", "たかはし ゆきこ", "TAKAHASHI YUKIKO", "1984-03-28", "埼玉県|さいたま市大宮区桜木町3-8", "nurse|千葉大学|TL|BD", "po4f"),
    ("山﨑 賢治", "やまざき けんじ", "YAMAZAKI KENJI", "1968-09-05", "長野県|松本市中央1-18-1", "farmer|信州大学|TZ|MZ", "p4ma"),
    ("𠮷田 美帆", "よしだ みほ", "YOSHIDA MIHO", "1996-01-19", "大阪府|豊中市本町4-2-9", "publicist|関西学院大学|NP|TL", "pof"),
    ("德永 誠一", "とくなが せいいち", "TOKUNAGA SEIICHI", "1959-07-30", "福岡県|福岡市城南区別府2-6-11", "evaluator|九州大学|PE|GT", "po4m"),
    ("渡邉 彩香", "わたなべ あやか", "WATANABE AYAKA", "1990-12-08", "千葉県|船橋市前原西6-1-3", "coordinator|津田塾大学|SN|MZ", "po4f"),
    ("濵口 大輝", "はまぐち だいき", "HAMAGUCHI DAIKI", "1987-04-22", "三重県|津市栄町3-141", "logistician|名古屋市立大学|SS|JO", "p4m"),
    ("齋藤 優", "さいとう ゆう", "SAITO YU", "2005-08-11", "京都府|京都市左京区田中門前町28", "student|立命館大学|KH|LA", "pos"),
    ("邉見 香代", "へんみ かよ", "HEMMI KAYO", "1979-02-16", "宮城県|仙台市青葉区国分町2-7-5", "accountant|東北学院大学|FJ|PG", "pf"),
    ("榊原 隼人", "さかきばら はやと", "SAKAKIBARA HAYATO", "1993-05-25", "愛知県|岡崎市康生通西3-10", "teacher|愛知教育大学|PG|FJ", "pom"),
    ("Nguyen Thi Lan", "ぐえん てぃ らん", "NGUYEN THI LAN", "1991-10-03", "東京都|新宿区百人町2-23-1", "language|お茶の水女子大学|VN|LA", "pof"),
    ("小野寺 剛", "おのでら つよし", "ONODERA TSUYOSHI", "1972-01-07", "岩手県|盛岡市内丸9-12", "water|岩手大学|KE|RW", "po4m"),
    ("吉川 さくら", "よしかわ さくら", "YOSHIKAWA SAKURA", "2005-04-02", "東京都|八王子市南大沢1-1-9", "student|東京都立大学|NP|BD", "os"),
    ("大久保 実", "おおくぼ みのる", "OKUBO MINORU", "1963-11-19", "茨城県|つくば市吾妻2-5-1", "farmer|筑波大学|UZ|NP", "p4m"),
    ("長谷部 陽菜", "はせべ ひな", "HASEBE HINA", "1998-07-27", "北海道|札幌市北区北24条西5-1", "teacher|北海道教育大学|RW|TZ", "pof"),
    ("宮里 航", "みやざと わたる", "MIYAZATO WATARU", "1985-08-30", "沖縄県|那覇市首里石嶺町4-360", "logistician|琉球大学|PG|SS", "4m"),
    ("藤本 真理子", "ふじもと まりこ", "FUJIMOTO MARIKO", "1976-05-12", "広島県|広島市南区皆実町1-3-15", "nurse|広島大学|SN|RW", "po4f"),
    ("塚本 啓太", "つかもと けいた", "TSUKAMOTO KEITA", "1989-09-17", "静岡県|浜松市中央区鴨江3-7-2", "water|静岡理工科大学|BD|NP", "pom"),
    ("有馬 静香", "ありま しずか", "ARIMA SHIZUKA", "1982-12-24", "鹿児島県|鹿児島市荒田1-8-4", "coordinator|鹿児島大学|TZ|KE", "4f"),
    ("Santos Maria Clara", "さんとす まりあ くらら", "SANTOS MARIA CLARA", "1994-02-05", "群馬県|太田市飯田町1-12", "publicist|群馬県立女子大学|MZ|TL", "po"),
    ("橘 慎之介", "たちばな しんのすけ", "TACHIBANA SHINNOSUKE", "1970-06-01", "兵庫県|神戸市灘区篠原本町2-4-8", "evaluator|神戸大学|LA|VN", "p4m"),
    ("森下 結衣", "もりした ゆい", "MORISHITA YUI", "2004-10-15", "奈良県|奈良市学園北1-9-1", "student|奈良女子大学|BD|KH", "posf"),
    ("鶴岡 義人", "つるおか よしと", "TSURUOKA YOSHITO", "1981-03-09", "山形県|鶴岡市本町1-6-20", "farmer|山形大学|KH|LA", "po4me"),
    ("内海 知世", "うつみ ともよ", "UTSUMI TOMOYO", "1986-11-21", "香川県|高松市番町3-5-17", "accountant|香川大学|JO|KE", "pof"),
    ("早乙女 遥", "さおとめ はるか", "SAOTOME HARUKA", "1995-05-06", "栃木県|宇都宮市泉町4-12", "language|大阪大学|UZ|VN", "po"),
    ("柳井 康弘", "やない やすひろ", "YANAI YASUHIRO", "1974-08-18", "山口県|山口市中央4-5-16", "coordinator|同志社大学|PE|GT", "p4m"),
    ("桜庭 凛", "さくらば りん", "SAKURABA RIN", "1999-12-30", "青森県|弘前市文京町7-3", "nurse|弘前大学|NP|KH", "f"),
    ("五十嵐 光", "いがらし ひかる", "IGARASHI HIKARU", "1997-03-14", "新潟県|新潟市中央区学校町通2-5274", "developer|会津大学|SN|TZ", "po"),
    ("神谷 聡子", "かみや さとこ", "KAMIYA SATOKO", "1966-04-27", "東京都|武蔵野市境南町2-11-3", "language|東京外国語大学|JO|UZ", "p4f"),
    ("蓮見 俊介", "はすみ しゅんすけ", "HASUMI SHUNSUKE", "1983-07-08", "埼玉県|川越市元町1-3-1", "water|東洋大学|MZ|SN", "po4m"),
    ("辻 奈緒子", "つじ なおこ", "TSUJI NAOKO", "1978-01-31", "石川県|金沢市広坂1-2-8", "nurse|金沢大学|KE|MZ", "4f"),
)  # fmt: skip
TALENTS = tuple(_talent(number, *person) for number, person in enumerate(_PEOPLE, start=1))


def profile(talent: Registered, number: int, *, now: datetime) -> dict[str, Any]:
    """What the talent's form of the profile holds."""
    career, today = talent.career, local(now).date()
    first = _base(talent) + career.spans[0].start
    worked = 0 if talent.status == "student" else max(today.year - first, 0)
    return {
        "name_kana": talent.name_kana,
        "birthdate": talent.birthdate,
        "gender_text": talent.gender,
        "phone": f"090-5555-{1000 + number:04}",
        "postal": f"{100 + number * 23:03}-{number * 37:04}",
        "address": talent.address,
        "residence_country": talent.countries[1].code if talent.status == "abroad" else "JP",
        "prefecture": "" if talent.status == "abroad" else talent.prefecture,
        "current_status": talent.status,
        "degree": career.degree,
        "major": career.major,
        "years_total": worked,
        "fields": list(career.fields),
        "field_years": [
            {"field": field, "years": max(worked - LATER * place, 1)}
            for place, field in enumerate(career.fields)
            if worked
        ],
        "job_categories": list(career.categories),
        "languages": [{"language": "ja", "level": _japanese(talent), "test": "", "score": ""}]
        + [dict(zip(("language", "level", "test", "score"), row, strict=True)) for row in career.languages],
        "experiences": [
            {"country": _place(span, talent), "kind": span.kind, "begin": begin, "end": end}
            for span, begin, end in _spans(talent, today)
            if span.country != "JP" and span.kind
        ],
        "qualifications": "\n".join(text for _year, text in _licenses(talent, today)),
        "pr": _told(career.pr, talent, today),
        "wish_kinds": list(career.kinds),
        "wish_countries": [country.code for country in talent.countries] if "INT" not in career.kinds else [],
        "available_from": today.replace(day=1) + timedelta(days=31 * (number % 5 + 2)) if number % 3 else None,
        "level": talent.level,
        "is_public": talent.is_public,
        "accepts_offers": talent.accepts_offers,
        "shows_readers": True,
    }


def resumes(talent: Registered, *, now: datetime) -> Iterator[tuple[ResumeType, dict[str, Any]]]:
    """The general résumé, and the expert's of those who have one."""
    today = local(now).date()
    shared = {
        "licenses": [{"at": at, "text": text} for at, text in _licenses(talent, today)],
        "languages": [
            {"language": language, "level": level, "test": test, "score": score, "taken_on": _taken(test, today)}
            for language, level, test, score in talent.career.languages
        ],
        "appeal": _told(talent.career.appeal, talent, today),
        "wishes": talent.career.wishes,
    }
    yield (
        ResumeType.general,
        shared | {"education": list(_education(talent, today)), "work": list(_work(talent, today))},
    )
    if talent.career.ability:
        yield ResumeType.expert, shared | _expert(talent, today)


def _education(talent: Registered, today: date) -> Iterator[dict[str, str]]:
    year = _base(talent)
    school = f"{talent.school} {talent.career.faculty}"
    yield {"at": f"{year + UNIVERSITY}-03", "text": f"{talent.prefecture}立中央高等学校 卒業"}
    yield {"at": f"{year + UNIVERSITY}-04", "text": f"{school} 入学"}
    if f"{year + MASTER}-03" > f"{today:%Y-%m}":
        yield {"at": f"{year + UNIVERSITY}-04", "text": "現在 在学中"}
        return
    yield {"at": f"{year + MASTER}-03", "text": f"{school} 卒業"}
    if talent.career.graduate:
        course = f"{talent.school}大学院 {talent.career.graduate} {talent.career.major}専攻 修士課程"
        yield {"at": f"{year + MASTER}-04", "text": f"{course} 入学"}
        yield {"at": f"{year + MASTER + 2}-03", "text": f"{course} 修了"}


def _work(talent: Registered, today: date) -> Iterator[dict[str, str]]:
    for span, begin, end in _spans(talent, today):
        employer, (joined, left) = _told(span.employer, talent, today), span.words
        gap = "" if joined.startswith("として") else " "
        title = f"（{_told(span.title, talent, today)}）" if joined in ("入職", "入社") else ""
        yield {"at": begin, "text": f"{employer}{gap}{joined}{title}"}
        yield {"at": end or begin, "text": f"{employer} {left}" if end else "現在に至る"}


def _expert(talent: Registered, today: date) -> dict[str, Any]:
    career, year = talent.career, _base(talent)
    posts = _posts(talent, today)
    return {
        "name_roman": talent.name_roman,
        "nationality": "JP",
        "has_passport": "yes",
        "residence": "abroad" if talent.status == "abroad" else "japan",
        "residence_note": f"{talent.countries[1].name}に滞在中です。" if talent.status == "abroad" else "",
        "main_field": career.fields[0],
        "sub_fields": list(career.fields[1:]),
        "education": [
            {
                "begin": f"{year + UNIVERSITY}-04",
                "end": f"{year + MASTER}-03",
                "school": talent.school,
                "department": career.faculty,
                "major": career.major,
                "degree": "学士",
                "country": "JP",
            },
            *_second_degree(talent),
        ],
        "work": [{name: value for name, value in post.items() if name != "kind"} for post in posts],
        "missions": [_mission(post, career.fields[0]) for post in posts if post["kind"] and post["country"] != "JP"],
        "works": [{"at": f"{year + 37}-03", "text": f"「{career.major}からみた国際協力の実践」国際開発研究（共著）"}]
        if career.graduate and year + 37 < today.year
        else [],
        "societies": [{"at": f"{year + 28}-04", "text": "国際開発学会"}],
        "ability_1": career.ability,
        **{f"ability_{number}": _told(text, talent, today) for number, text in ABILITIES.items()},
    }


def _posts(talent: Registered, today: date) -> list[dict[str, str]]:
    """The rows of the career, each with its kind, which the résumé does not say."""
    return [
        {
            "begin": begin,
            "end": end,
            "country": _place(span, talent),
            "duties": _told(span.duties, talent, today),
            "employer": _told(span.employer, talent, today),
            "department": "",
            "title": _told(span.title, talent, today),
            "kind": span.kind,
        }
        for span, begin, end in _spans(talent, today)
    ]


def _mission(post: Mapping[str, str], field: str) -> dict[str, str]:
    return {
        "begin": post["begin"],
        "end": post["end"],
        "country": post["country"],
        "project": f"{post['employer']}での活動",
        "client": "独立行政法人 国際協力機構" if post["kind"] in ("expert", "planner", "volunteer") else "",
        "role": {"planner": "coordinator", "company": "other"}.get(post["kind"], post["kind"]),
        "field": field,
        "duties": post["duties"],
    }


def _second_degree(talent: Registered) -> Iterator[dict[str, str]]:
    year = _base(talent)
    if talent.career.graduate:
        yield {
            "begin": f"{year + MASTER}-04",
            "end": f"{year + MASTER + 2}-03",
            "school": f"{talent.school}大学院",
            "department": talent.career.graduate,
            "major": talent.career.major,
            "degree": "修士",
            "country": "JP",
        }


def _spans(talent: Registered, today: date) -> Iterator[tuple[Span, str, str]]:
    """The posts held until today, each with its months; the last month is empty while it goes on."""
    for span in talent.career.spans:
        begin = _base(talent) + span.start
        end = f"{begin + span.years}-03" if span.years else ""
        if f"{begin}-04" <= f"{today:%Y-%m}":
            yield span, f"{begin}-04", end if end <= f"{today:%Y-%m}" else ""


def _licenses(talent: Registered, today: date) -> list[tuple[str, str]]:
    found = [(f"{_base(talent) + years}-08", text) for years, text in talent.career.licenses]
    return [(at, text) for at, text in found if at <= f"{today:%Y-%m}"]


def _base(talent: Registered) -> int:
    """The year of birth as schools count it."""
    born = talent.birthdate
    return born.year + ((born.month, born.day) >= LATE)


def _place(span: Span, talent: Registered) -> str:
    return {"a": talent.countries[0].code, "b": talent.countries[1].code}.get(span.country, "JP")


def _told(text: str, talent: Registered, today: date) -> str:
    first = _base(talent) + talent.career.spans[0].start
    return text.format(a=talent.countries[0].name, b=talent.countries[1].name, year=max(today.year - first, 1))


def _japanese(talent: Registered) -> str:
    return "A" if talent.name.isascii() else "N"


def _taken(test: str, today: date) -> str:
    return f"{today.year - 1}-06" if test else ""
