"""E-mail addresses of people: how they are compared, and what is one."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

LONGEST_EMAIL = 254  # characters, RFC 5321 4.5.3.1.3 without its angle brackets
NO_EMAIL = "メールアドレスは name@example.jp の形で入力してください。"


def normalize_email(email: str) -> str:
    return unicodedata.normalize("NFKC", email).strip().lower()


def is_email(address: str) -> bool:
    """By its form alone. Whatever is too long is refused unread: the library's time grows with the square of it."""
    if len(address) > LONGEST_EMAIL:
        return False
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
