"""What the database must keep readable for the portal and for nobody who has the database alone."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

from portal.accounts.tokens import keyed


def seal(text: str, *, secret_key: str, purpose: str) -> str:
    return _box(secret_key, purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, secret_key: str, purpose: str) -> str | None:
    """None for what was sealed under another secret key, or changed since."""
    try:
        return _box(secret_key, purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box(secret_key: str, purpose: str) -> Fernet:
    return Fernet(urlsafe_b64encode(bytes.fromhex(keyed(secret_key, "sealing", purpose))))
