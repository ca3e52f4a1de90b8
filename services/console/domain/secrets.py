"""Secrets that people and programs hold: drawn here, kept only as hashes."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
ONE_TIME_BYTES = 15  # written as 20 characters
KEY_PREFIX = "ccp_"
SHOWN = 12  # characters of a key by which people tell keys apart


def draw_token() -> str:
    """A secret that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def draw_key() -> str:
    """A program's key; secret scanners know it by its beginning."""
    return f"{KEY_PREFIX}{draw_token()}"


def draw_password() -> str:
    """A one-time password."""
    return secrets.token_urlsafe(ONE_TIME_BYTES)


def digest(token: str) -> bytes:
    """What is kept of a drawn secret: it needs no salt, for nobody can guess it."""
    return hashlib.sha256(token.encode()).digest()


def csrf_of(token: str) -> str:
    """What a page of ours sends along with a session's cookie, and a page of others cannot know."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare without telling how far they agree."""
    return hmac.compare_digest(left.encode(), right.encode())
