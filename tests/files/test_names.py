"""What a file may be called: everything a person would, nothing that leads, hides or reorders."""

import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.files import names
from views.files import disposition

CLEANED = {
    "履歴書(山田)①.pdf": "履歴書(山田)①.pdf",
    "葛󠄀城 髙﨑.docx": "葛󠄀城 髙﨑.docx",
    "家族👨‍👩‍👧の写真.jpg": "家族👨‍👩‍👧の写真.jpg",
    "100%達成_#1&2=3;.pdf": "100%達成_#1&2=3;.pdf",
    "か\u3099くれき.pdf": "がくれき.pdf",
    "か\u200b\u3099くれき.pdf": "がくれき.pdf",
    "履歴書.\u00a0": "履歴書",
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\win.ini": "win.ini",
    "C:\\Users\\山田\\履歴書.pdf": "履歴書.pdf",
    "/tmp/a/": "書類",
    ".htaccess": "htaccess",
    "...": "書類",
    "": "書類",
    " 　\t ": "書類",
    "履歴書.pdf. . ": "履歴書.pdf",
    "履歴\0書\r\n.pdf": "履歴書.pdf",
    "履歴書\u202efdp.exe": "履歴書fdp.exe",
    "履\u200b歴\ufeff書\u2028.pdf": "履歴書.pdf",
    "履歴書\ud800.pdf": "履歴書.pdf",
    'a"b<c>d|e?f*g:h.pdf': "abcdefgh.pdf",
    "CON.pdf": "_CON.pdf",
    "con": "_con",
    "console.pdf": "console.pdf",
    "あ" * 300 + ".pdf": "あ" * 196 + ".pdf",
    "あ" * 300: "あ" * 200,
}
FITTED = [
    ("履歴書.pdf", (".pdf",), "履歴書.pdf"),
    ("履歴書.PDF", (".pdf",), "履歴書.PDF"),
    ("履歴書", (".pdf",), "履歴書.pdf"),
    ("履歴書.docx", (".pdf",), "履歴書.pdf"),
    ("履歴書.pdf.exe", (".pdf",), "履歴書.pdf"),
    ("履歴書．ＰＤＦ", (".pdf",), "履歴書.pdf"),
    ("山田.太郎", (".pdf",), "山田.太郎.pdf"),
    ("履歴書 No.5", (".pdf",), "履歴書 No.5.pdf"),
    ("写真.jpeg", (".jpg", ".jpeg"), "写真.jpeg"),
    ("写真.png", (".jpg", ".jpeg"), "写真.jpg"),
    (".pdf", (".pdf",), "pdf.pdf"),
    ("", (".pdf",), "書類.pdf"),
    ("c:on．o", (".jpg",), "_con.jpg"),
    ("あ" * 250, (".docx",), "あ" * 195 + ".docx"),
]


@pytest.mark.parametrize(("given_name", "kept"), CLEANED.items())
def test_a_name_is_cleaned(given_name: str, kept: str) -> None:
    assert names.clean(given_name) == kept


@pytest.mark.parametrize(("name", "suffixes", "kept"), FITTED)
def test_a_suffix_tells_the_truth(name: str, suffixes: tuple[str, ...], kept: str) -> None:
    assert names.fit(name, suffixes) == kept


def test_words_become_one_name_and_keep_all_their_parts() -> None:
    assert names.of_words("E000000001_山田/太郎") == "E000000001_山田_太郎"
    assert names.of_words("..\\..\\x") == "_.._x"
    assert names.of_words("/") == "_"


@given(st.text(st.characters(), max_size=400))
def test_whatever_comes_a_name_is_plain_and_stays_as_it_is(name: str) -> None:
    kept = names.clean(name)
    assert 1 <= len(kept) <= names.LONGEST
    assert not set(kept) & set('/\\:*?"<>|\0\r\n\t\u202e\u2066')
    assert kept == kept.strip().strip(".")
    assert unicodedata.is_normalized("NFC", kept)
    assert names.clean(kept) == kept
    kept.encode()


@given(st.text(st.characters(), max_size=400))
def test_whatever_comes_a_fitted_name_ends_as_its_kind(name: str) -> None:
    kept = names.fit(name, (".jpg", ".jpeg"))
    assert names.suffix_of(kept) in (".jpg", ".jpeg")
    assert len(kept) <= names.LONGEST
    assert names.fit(kept, (".jpg", ".jpeg")) == kept


@given(st.text(st.characters(), max_size=400))
def test_whatever_comes_the_header_is_one_line_of_ascii_and_says_the_name(name: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="download')
    assert header.count('"') == 2
    assert unquote(header.partition("filename*=UTF-8''")[2]) == names.of_words(name)
