"""Random secrets, and what the database keeps of them: never the secret itself."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, safe in a cookie or an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(*parts: object) -> str:
    """For secrets that cannot be guessed. Without a key, so that it survives a change of the key."""
    return hashlib.sha256(_joined(parts)).hexdigest()


def keyed(secret_key: str, *parts: object) -> str:
    """For what could be found by trying: six digits, an e-mail, an address."""
    return hmac.new(secret_key.encode(), _joined(parts), hashlib.sha256).hexdigest()


def _joined(parts: tuple[object, ...]) -> bytes:
    # The lengths keep ("ab", "c") and ("a", "bc") apart.
    texts = [str(part).encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(text).to_bytes(8, "big") + text for text in texts)
