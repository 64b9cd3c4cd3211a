"""Profiles in a line: the strongest language first, few countries, and nothing made up."""

import pytest

from portal.matching import outlines

ENGLISH = {"language": "en", "level": "A", "test": "TOEIC", "score": "880"}
FRENCH = {"language": "fr", "level": "B", "test": "", "score": ""}
SPANISH = {"language": "es", "level": "S", "test": "DELE", "score": ""}
NATIVE = {"language": "ja", "level": "N", "test": "", "score": ""}


@pytest.mark.parametrize(
    ("rows", "most", "words"),
    [
        ([ENGLISH], 2, "英語 A（TOEIC 880）"),
        ([FRENCH, ENGLISH, SPANISH], 2, "スペイン語 S（DELE）、英語 A（TOEIC 880）"),
        ([FRENCH, ENGLISH, SPANISH], None, "スペイン語 S（DELE）、英語 A（TOEIC 880）、フランス語 B"),
        ([NATIVE, FRENCH], 2, "フランス語 B"),
        ([NATIVE], 2, "日本語 母語"),
        ([{"language": "xx"}], 2, "xx"),
        ([], 2, ""),
    ],
)
def test_languages(rows: list[dict[str, str]], most: int | None, words: str) -> None:
    assert outlines.languages_of(rows, most=most) == words


def test_countries_stand_once_the_newest_first() -> None:
    rows = [
        {"country": country, "begin": begin}
        for country, begin in (("LA", "2001-04"), ("NP", "2019-04"), ("LA", "2020-01"), ("KH", "2010-01"), ("VN", ""))
    ]
    assert outlines.countries_of(rows) == "ラオス、ネパール、カンボジア ほか1か国"
    assert outlines.countries_of([]) == ""


def test_wishes() -> None:
    assert outlines.wishes_of(["LA"], ["EMP", "EXP"]) == "ラオス／雇用・専門家"
    assert outlines.wishes_of([], ["VOL"]) == "ボランティア"
    assert outlines.wishes_of(["LA"], []) == "ラオス"
    assert outlines.fields_of(["03", "18"]) == "水資源・防災、環境管理"
