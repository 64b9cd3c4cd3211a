"""What a keyword is, and where it is found: in the plain text, and by the tokens of either index."""

import pytest

from portal.matching import tokens


def is_found(keyword: str, *texts: str) -> bool:
    """As both indexes decide it; they must agree."""
    plain, ordered = tokens.plain(texts), tokens.in_order(texts).split()
    by_text = all(word.phrase in plain for word in tokens.words(keyword))
    assert by_text == all(in_order(word, ordered) for word in tokens.words(keyword)), keyword
    assert by_text == all(is_made_sure(word, texts) for word in tokens.words(keyword)), keyword
    return by_text


def in_order(word: tokens.Word, ordered: list[str]) -> bool:
    *head, last = word.in_order
    for begin in range(len(ordered) - len(head)):
        tail = ordered[begin + len(head)]
        if ordered[begin : begin + len(head)] == head and (tail.startswith(last) if word.is_prefix else tail == last):
            return True
    return False


def is_made_sure(word: tokens.Word, texts: tuple[str, ...]) -> bool:
    """By the tokens of a short word, by the stretches of another, and by the text where these do not suffice."""
    if word.is_exact:
        return set(word.unordered) <= tokens.unordered(texts)
    found = tokens.stretches(texts)
    begun = all(any(stretch.startswith(beginning) for stretch in found) for beginning in word.stretches)
    return begun and (len(word.phrase) <= tokens.LONGEST_STRETCH or word.phrase in tokens.plain(texts))


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("国際", "国際協力"),
        ("協力", "国際協力"),
        ("力", "国際協力"),
        ("国", "国際協力"),
        ("国際協力", "国際協力"),
        ("際協", "国際協力"),
        ("ｶﾞｰﾅ", "ガーナで勤務"),
        ("ガーナ", "ｶﾞｰﾅで勤務"),
        ("ＴＯＥＩＣ", "toeic880"),
        ("toe", "TOEIC 880"),
        ("880", "TOEIC 880点"),
        ("JICA専門家", "JICA 専門家として"),
        ("jica", "元JICA職員"),
        ("専門家 jica", "JICAの専門家"),
        ("M&E", "M & E を担当"),
        ("年jica", "12年JICA勤務"),
        ("か\u3099", "が"),
        ("か\u309a", "か\u309aき"),
        ("👍", "よい👍"),
        ("★", "★経験★"),
        ("𠮷田", "𠮷田式"),
        ("プロジェクトサイクル", "プロジェクトサイクルマネジメント手法"),
        ("C++", "C言語とC++"),
        ("and", "AND OR NOT"),
        ("zzf12", "zzf12"),
    ],
)
def test_found(keyword: str, text: str) -> None:
    assert is_found(keyword, text)


@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("際国", "国際協力"),
        ("oeic", "TOEIC"),
        ("国際協力隊", "国際協力"),
        ("国際力", "国際協力"),
        ("国協", "国際協力"),
        ("保健医療", "保健医 健医療"),
        ("コミュニティヘルス", "コミュニティ・ヘルス"),
        ("専門 家", "専門職"),
        ("jica専門家", "jica外専門家"),
        ("x専門jica", "x専門家jica"),
        ("カ", "ガ"),
    ],
)
def test_not_found(keyword: str, text: str) -> None:
    assert not is_found(keyword, text)


def test_nothing_is_found_across_two_texts() -> None:
    assert is_found("保健医療", "保健医療")
    assert not is_found("ngo専門", "NGO", "専門")


@pytest.mark.parametrize("keyword", ["", " ", "!!!", "、。・", "\"'()*:^", "\x00\x01", "\u200b", "-"])
def test_what_has_no_letter_is_no_word(keyword: str) -> None:
    assert tokens.words(keyword) == []


def test_ten_thousand_characters_are_cut() -> None:
    (word,) = tokens.words("長" * 10_000)
    assert len(word.phrase) == tokens.LONGEST_WORD
    assert len(tokens.words("あ い う え お か き く け こ さ し")) == tokens.MOST_WORDS


def test_tokens_never_hold_what_a_query_language_means() -> None:
    written = "".join(map(chr, range(0x20, 0x3100))) + "ａｎｄ＂（＊）：＾\ue000\ud800"
    stretches = (part for stretch in tokens.stretches([written]) for part in stretch.split())
    for token in (*tokens.in_order([written]).split(" "), *tokens.unordered([written]), *stretches):
        assert token
        assert not set(token) & set("\"'()*:^{}%_\\\x00 \ue000\ud800")


@pytest.mark.parametrize("keyword", ["国際協力", "toeicscore", "M&E", "年jica", "プロジェクトサイクルとjicaの事業"])
def test_a_text_with_the_word_has_all_its_unordered_tokens(keyword: str) -> None:
    (word,) = tokens.words(keyword)
    texts = [f"前{keyword}後", f"12{keyword}", keyword]
    assert set(word.unordered) <= tokens.unordered(texts)
    assert is_made_sure(word, (texts[0],))
