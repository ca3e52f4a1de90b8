"""Secrets at rest: sealed with the platform's secret, opened only where they are used."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class CannotOpen(Exception):
    """The text was sealed with another secret, or is damaged."""


class Seal:
    """Seals and opens short texts.  `purpose` keeps the keys of two uses apart."""

    def __init__(self, secret: str, purpose: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
        key = derived.derive(secret.encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> str:
        """Seal a text.

        >>> seal = Seal("a secret", "tokens")
        >>> seal.open(seal.close("hush"))
        'hush'
        """
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Open what was sealed with the same secret and purpose, else raise CannotOpen."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as fault:
            raise CannotOpen from fault
