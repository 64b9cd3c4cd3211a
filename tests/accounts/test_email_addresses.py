"""What is an address, in a time that does not grow with what somebody sends."""

import time

import pytest

from portal.email_addresses import LONGEST_EMAIL, is_email, normalize_email

LONGEST = f"{'a' * 60}@{'.'.join(['b' * 60] * 3)}.{'c' * 7}.jp"


@pytest.mark.parametrize("address", ["name@example.jp", "first.last+tag@sub.example.or.jp", LONGEST])
def test_an_address_is_one(address: str) -> None:
    assert len(address) <= LONGEST_EMAIL
    assert is_email(address)


@pytest.mark.parametrize("address", ["", "name", "@example.jp", "name@", "a b@example.jp", "a@b@example.jp", "名前@例"])
def test_what_is_none_is_refused(address: str) -> None:
    assert not is_email(address)


@pytest.mark.parametrize("letters", ["a", '"', "a.", "@", "\\"])
def test_half_a_megabyte_is_refused_at_once(letters: str) -> None:
    begun = time.perf_counter()
    assert not is_email(letters * (500_000 // len(letters)))
    assert time.perf_counter() - begun < 0.1


def test_one_person_has_one_address_however_it_is_typed() -> None:
    assert normalize_email(" Ｎame＠Example.jp ") == "name@example.jp"
