"""Résumés as people write them, of both types."""

from typing import Any

APPEAL = (
    "大学で水資源工学を学び、卒業後は建設コンサルタントで上水道の設計に携わってきました。ラオスの地方都市で給水計画の調査に"
    "参加した際、設備を造ることと同じくらい、それを守る人を育てることが大切だと知りました。\n"
    "貴団体が続けてこられた水道公社への支援は、現場の職員が自分たちの言葉で手順を作る点に特色があると感じています。"
    "漏水調査と料金徴収の改善に取り組んだ経験を生かし、維持管理の体制づくりに貢献したいと考えています。"
)


def _dated(*rows: tuple[str, str]) -> list[dict[str, str]]:
    return [{"at": at, "text": text} for at, text in rows]


def _rows(names: str, *rows: tuple[str, ...]) -> list[dict[str, str]]:
    return [dict(zip(names.split(), row, strict=True)) for row in rows]


GENERAL: dict[str, Any] = {
    "alt_postal": "",
    "alt_address": "",
    "alt_phone": "",
    "education": _dated(
        ("2006-03", "東京都立国際高等学校 卒業"),
        ("2006-04", "東北大学 工学部 建築・社会環境工学科 入学"),
        ("2010-03", "東北大学 工学部 建築・社会環境工学科 卒業"),
        ("2010-04", "東京大学大学院 新領域創成科学研究科 国際協力学専攻 修士課程 入学"),
        ("2012-03", "東京大学大学院 新領域創成科学研究科 国際協力学専攻 修士課程 修了"),
    ),
    "work": _dated(
        ("2012-04", "株式会社みなとコンサルタンツ 入社（水環境部）"),
        ("2016-09", "同社 退職"),
        ("2016-10", "青年海外協力隊（ラオス、水質検査）として派遣"),
        ("2018-10", "任期満了により帰国"),
        ("2019-01", "特定非営利活動法人 水と暮らしの会 海外事業部 プログラム・オフィサー"),
        ("2019-01", "現在に至る"),
    ),
    "licenses": _dated(("2005-08", "普通自動車第一種運転免許 取得"), ("2015-03", "技術士補（上下水道部門） 登録")),
    "languages": _rows(
        "language level test score taken_on", ("en", "A", "TOEIC L&R", "865", "2025-06"), ("lo", "B", "", "", "")
    ),
    "appeal": APPEAL,
    "wishes": "勤務地はビエンチャンを希望します。着任は2027年4月以降であれば調整できます。",
}
DUTIES = (
    "州水道局の能力強化プロジェクトで、無収水対策の計画づくり、管網図の整備、漏水調査の実地訓練を担当。"
    "対象3都市の無収水率を3年間で42%から27%へ下げ、手順書は国の標準として採用された。"
)
ABILITY = (
    "3か国の水道事業体で、現状分析から計画、実施、評価までを一貫して担当した。"
    "相手国の職員が自ら数値を読み、対策を選べるよう、会議の進め方と資料の形をともに作ってきた。"
)
JICA = "独立行政法人国際協力機構"
EXPERT: dict[str, Any] = {
    "alt_postal": "980-0811",
    "alt_address": "宮城県仙台市青葉区一番町1-2-3 青葉方",
    "alt_phone": "022-000-0000",
    "name_roman": "TSUJI NAOKO",
    "nationality": "JP",
    "has_passport": "yes",
    "residence": "abroad",
    "residence_note": "ラオス（ビエンチャン）。2027年2月に帰国の予定。",
    "main_field": "03",
    "sub_fields": ["16", "18"],
    "education": _rows(
        "begin end school department major degree country",
        ("1996-04", "2000-03", "東北大学", "工学部", "土木工学", "学士（工学）", "JP"),
        ("2004-09", "2005-09", "IHE Delft", "Water Supply Engineering", "", "MSc", "NL"),
    ),
    "work": _rows(
        "begin end employer department title country duties",
        ("2000-04", "2004-08", "仙台市水道局", "給水部 計画課", "技師", "JP", "配水管網の更新計画と水圧管理を担当。"),
        ("2005-10", "2014-03", "株式会社みなとコンサルタンツ", "海外事業部", "主任技師", "JP", DUTIES),
        ("2014-04", "", "フリーランス（水道計画・研修）", "", "", "LA", ""),
    ),
    "missions": _rows(
        "begin end country project client role field duties",
        ("2014-05", "2017-04", "LA", "水道公社事業管理能力向上プロジェクト", JICA, "expert", "03", DUTIES),
        ("2018-01", "2020-06", "KH", "都市給水施設維持管理強化プロジェクト", JICA, "expert", "03", DUTIES),
        ("2021-04", "", "LA", "水安全計画の普及", "Asian Development Bank", "consultant", "18", ""),
    ),
    "licenses": _dated(("2009-03", "技術士（上下水道部門） 登録"), ("2013-11", "PMP 取得")),
    "languages": _rows(
        "language level test score taken_on",
        ("en", "S", "IELTS", "7.5", "2024-02"),
        ("lo", "A", "", "", ""),
        ("fr", "C", "DELF", "A2", "2011-06"),
    ),
    "works": _dated(("2019-07", "「小規模水道における無収水対策の定着要因」水道協会雑誌 第88巻第7号（共著）")),
    "societies": _dated(("2010-04", "国際開発学会"), ("2001-04", "公益社団法人 土木学会")),
    **{f"ability_{number}": ABILITY for number in range(1, 7)},
    "appeal": APPEAL,
    "wishes": "家族帯同での赴任を希望します。",
}
