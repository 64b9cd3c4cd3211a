"""Passwords: how they are kept, and which ones may be chosen."""

import time

import pytest
from argon2 import PasswordHasher, extract_parameters

from portal.accounts import passwords
from portal.accounts.passwords import check_policy, hash_password, is_too_long, needs_rehash, verify_password

pytestmark = pytest.mark.usefixtures("true_passwords")

GOOD = "卵焼き-ring-渡り鳥-48-quartz"


def test_a_hash_is_argon2id_with_owasps_parameters_and_its_own_salt() -> None:
    first, second = hash_password(GOOD), hash_password(GOOD)
    parameters = extract_parameters(first)

    assert first.startswith("$argon2id$")
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19_456, 2, 1)
    assert first != second


def test_only_the_right_password_fits() -> None:
    stored = hash_password(GOOD)

    assert verify_password(stored, GOOD)
    assert not verify_password(stored, GOOD + " ")
    assert not verify_password(stored, "")


@pytest.mark.parametrize(
    ("chosen", "typed"), [("ｐａｒｔｎｅｒ１２３", "partner123"), ("がくしゅう", "か\u3099くしゅう")]
)
def test_the_same_characters_are_the_same_password_however_they_are_encoded(chosen: str, typed: str) -> None:
    assert verify_password(hash_password(chosen), typed)


def test_an_account_without_password_lets_nobody_in() -> None:
    assert not verify_password("", "")
    assert not verify_password("", "nobody has this password")
    assert not verify_password("not a hash", GOOD)


def test_a_lone_surrogate_is_an_ordinary_wrong_password() -> None:
    assert not verify_password(hash_password(GOOD), "\ud800")


def test_a_hash_with_lower_parameters_is_due_for_a_new_one() -> None:
    assert needs_rehash(PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash("x"))
    assert not needs_rehash(hash_password("x"))


@pytest.mark.parametrize(("length", "too_long"), [(127, False), (128, False), (129, True), (1_000_000, True)])
def test_a_password_has_at_most_128_characters(length: int, too_long: bool) -> None:
    assert is_too_long("あ" * length) is too_long


def test_a_decomposed_password_is_counted_as_it_is_kept() -> None:
    assert not is_too_long("か\u3099" * 128)


@pytest.mark.parametrize(("length", "fits"), [(11, False), (12, True), (13, True)])
def test_the_shortest_length_is_exact(length: int, fits: bool) -> None:
    sentence = check_policy("mV8#qLw2$tZ9r"[:length], shortest=12)

    assert (sentence is None) is fits
    assert fits or sentence == "パスワードは12文字以上にしてください（現在11文字）。"


def test_a_password_beyond_the_limit_is_refused_in_words_and_at_once() -> None:
    begun = time.monotonic()

    assert check_policy("x" * 1_000_000, shortest=12) == "パスワードは128文字以内にしてください。"
    assert time.monotonic() - begun < 0.1


@pytest.mark.parametrize(
    "weak",
    [
        "password1234",
        "aaaaaaaaaaaaaaa",
        "qwertyuiop12",
        "123456789012345",
        "partnerpartner",
        "partner-jica-2026",
        "国際協力国際協力国際協力",
    ],
)
def test_what_can_be_guessed_is_refused(weak: str) -> None:
    assert check_policy(weak, shortest=12)


@pytest.mark.parametrize("own", ["sato.misaki2026", "misaki.sato.misaki", "midorinochikyu", "MidoriNoChikyu1"])
def test_the_persons_own_words_are_refused(own: str) -> None:
    words = ["佐藤 美咲", "sato.misaki@example.jp", "Midori no Chikyu"]

    assert check_policy(own, shortest=12, words=words)


@pytest.mark.parametrize(
    "good", [GOOD, "mV8#qLw2$tZ9", "時計 ラクダ 北極 縦笛 段ボール", "correct horse battery staple " * 4]
)
def test_a_long_or_random_one_passes_without_rules_of_composition(good: str) -> None:
    assert check_policy(good, shortest=12, words=["佐藤 美咲", "sato@example.jp"]) is None


def test_the_score_of_the_longest_password_is_quick() -> None:
    begun = time.monotonic()
    check_policy("あいう" * 42, shortest=12)

    assert time.monotonic() - begun < 2
    assert passwords.SCORED == 72
