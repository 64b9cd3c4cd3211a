"""Passwords: how they are kept, and which ones a person may choose."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

LONGEST = 128
GOOD_SCORE = 3  # of 4, as zxcvbn counts
SCORED = 72  # zxcvbn takes no more, and its time grows with the square

# OWASP's floor; 25–45 ms on a small machine. Raising it rehashes each password at its next login.
HASHER = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)
# Each hash takes 19 MiB: a rush of logins must not take the machine's memory.
AT_ONCE = BoundedSemaphore(4)

SHORTEST_WORD = 3
SITE_WORDS = ("partner", "jica", "kokusaikyoryoku", "kyaria", "国際協力", "国際協力機構", "パートナー")


def normalize(password: str) -> str:
    """Full-width and half-width input of the same characters is the same password."""
    return unicodedata.normalize("NFKC", password)


def is_too_long(password: str) -> bool:
    # NFKC of a megabyte costs time: what cannot shrink to the limit is not even normalized.
    return len(password) > 4 * LONGEST or len(normalize(password)) > LONGEST


def hash_password(password: str) -> str:
    with AT_ONCE:
        return HASHER.hash(_octets(password))


def verify_password(stored: str, password: str) -> bool:
    """Takes the same time with an empty `stored` (no account, no password yet), and is then False."""
    with AT_ONCE:
        try:
            HASHER.verify(stored or dummy_hash(), _octets(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(stored)


def needs_rehash(stored: str) -> bool:
    return HASHER.check_needs_rehash(stored)


@cache
def dummy_hash() -> str:
    """What an unknown account is checked against. Costs one hash at its first use: call it when the process starts."""
    return HASHER.hash(b"nobody has this password")


def check_policy(password: str, *, shortest: int, words: Iterable[str] = ()) -> str | None:
    """Why this password cannot be chosen, or None. `words` are the person's own: name, e-mail, organization."""
    if is_too_long(password):
        return f"パスワードは{LONGEST}文字以内にしてください。"
    text = normalize(password)
    if len(text) < shortest:
        return f"パスワードは{shortest}文字以上にしてください（現在{len(text)}文字）。"
    if _score(text, _guessable(words)) < GOOD_SCORE:
        return (
            "推測されやすいパスワードです。お名前、メールアドレス、団体名、よく使われる言葉や並びを避け、"
            "関係のない単語を4つほどつなげるなどして、長くしてください。"
        )
    return None


def _score(text: str, guessable: list[str]) -> int:
    """zxcvbn's, and not better than what remains when each guessable word counts as one sign."""
    bare = text.lower()
    for word in sorted(guessable, key=len, reverse=True):
        bare = bare.replace(word, word[0]) if len(word) >= SHORTEST_WORD else bare
    return min(zxcvbn(each[:SCORED], user_inputs=guessable)["score"] for each in {text, bare})


def _guessable(words: Iterable[str]) -> list[str]:
    """The words, and their pieces: of 佐藤 美咲 <sato.misaki@example.jp> also sato, misaki and example."""
    found = {word.lower() for word in SITE_WORDS}
    for word in words:
        whole = normalize(word).lower()
        found |= {whole, "".join(whole.split()), *_pieces(whole)}
    return sorted(word for word in found if len(word) > 1)


def _pieces(text: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in text).split()


def _octets(password: str) -> bytes:
    return normalize(password).encode("utf-8", "surrogatepass")
