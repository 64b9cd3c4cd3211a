"""Hits are marked where they stand in the text as written, and nothing else of it becomes HTML."""

import pytest

from portal.matching.highlights import excerpt, highlighted, spans


@pytest.mark.parametrize(
    ("text", "keyword", "shown"),
    [
        ("国際協力と国際保健", "国際", "<mark>国際</mark>協力と<mark>国際</mark>保健"),
        ("ｶﾞｰﾅで勤務", "ガーナ", "<mark>ｶﾞｰﾅ</mark>で勤務"),
        ("TOEIC 880", "toe", "<mark>TOE</mark>IC 880"),
        ("元JICA 専門家", "jica専門", "元<mark>JICA 専門</mark>家"),
        ("M & E", "M&E", "<mark>M &amp; E</mark>"),
        ("か\u3099", "が", "<mark>か\u3099</mark>"),
        ("<b>国際</b>", "国際", "&lt;b&gt;<mark>国際</mark>&lt;/b&gt;"),
        ("国際協力", "国際 国際協力", "<mark>国際協力</mark>"),
        ("㍻の水", "平成", "<mark>㍻</mark>の水"),
        ("botoeic", "toeic", "botoeic"),
        ("<script>", "", "&lt;script&gt;"),
        ("", "国際", ""),
    ],
)
def test_hits_are_marked(text: str, keyword: str, shown: str) -> None:
    assert str(highlighted(text, keyword)) == shown


def test_signs_of_regular_expressions_are_letters_or_nothing() -> None:
    for keyword in ("(", "[", "a.c", "\\", "+*", "国(際"):
        spans("国際 a.c abc", keyword)


def test_an_excerpt_shows_the_hit() -> None:
    text = "あ" * 200 + "給水施設" + "い" * 200
    assert excerpt(text, "", length=10) == "あ" * 10 + "…"
    part = excerpt(text, "給水", length=50)
    assert "給水施設" in part
    assert part.startswith("…")
    assert part.endswith("…")
    assert excerpt("短い\n文", "文", length=10) == "短い 文"
