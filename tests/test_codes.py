"""Code lists: each code once, each with a word, and old codes stay readable."""

import re

import pytest

from models.states import ApplyVia
from portal import codes
from portal.codes import CodeList, may_search_talents
from portal.countries import COUNTRY_NAMES

LISTS = {name: value for name, value in vars(codes).items() if isinstance(value, CodeList)}


@pytest.mark.parametrize("name", LISTS)
def test_each_code_stands_once_and_has_a_word(name: str) -> None:
    listed = LISTS[name]

    assert len(listed.values) == len(set(listed.values)) > 1
    assert all(code.value and code.ja for code in listed)
    assert len({code.ja for code in listed}) == len(listed.values)
    assert all(value in listed for value in listed.values)
    assert not any(re.search(r"[\s:]", value) for value in listed.values)  # they are words of a search


@pytest.mark.parametrize("name", LISTS)
def test_an_unknown_code_is_shown_as_it_is(name: str) -> None:
    assert LISTS[name].label("以前のコード") == "以前のコード"
    assert "以前のコード" not in LISTS[name]
    assert LISTS[name].label("") == ""


def test_the_lists_that_rules_speak_of() -> None:
    assert codes.ORG_TYPES.label(codes.JICA) == "JICA"
    assert codes.ORG_TYPES.label(codes.NO_LEGAL_PERSONALITY) == "国際協力実施団体（法人格無）"
    assert codes.APPLY_VIA.values == tuple(ApplyVia)
    assert set(codes.EMPLOYMENT_KINDS.values) >= codes.EMPLOYMENT
    assert set(codes.JOB_CATEGORIES.values) >= codes.PROJECT_CATEGORIES != set()
    assert len(codes.PREFECTURES.values) == 47


@pytest.mark.parametrize("org_type", codes.ORG_TYPES.values)
def test_only_groups_without_legal_personality_do_not_search_talents(org_type: str) -> None:
    assert may_search_talents(org_type) is (org_type != "13")


# ---- countries


def test_japan_comes_first_then_names_as_they_are_read() -> None:
    names = [name for _code, name in COUNTRY_NAMES]

    assert COUNTRY_NAMES[0] == ("JP", "日本")
    assert names[1:] == sorted(names[1:])


def test_countries_are_countries() -> None:
    found = dict(COUNTRY_NAMES)

    assert 230 < len(found) < 260
    assert all(re.fullmatch(r"[A-Z]{2}", code) for code in found)
    assert not found.keys() & {"EU", "UN", "ZZ", "XA", "QO", "AQ"}
    assert not [name for name in found.values() if re.search(r"[()（）]", name)]
    assert [found[code] for code in ("LA", "KE", "MM", "CD", "PS", "TL")] == [
        "ラオス",
        "ケニア",
        "ミャンマー",
        "コンゴ民主共和国",
        "パレスチナ",
        "東ティモール",
    ]
