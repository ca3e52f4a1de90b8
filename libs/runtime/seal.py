"""Secrets at rest: sealed with the platform's secret, opened only where they are used.

The platform's secret may be several, one a line: the first seals, each opens.  So it can be
changed while services run (docs/operations.md, Keys).
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class CannotOpen(Exception):
    """The text was sealed with another secret, or is damaged."""


class Seal:
    """Seals and opens short texts.  `purpose` keeps the keys of two uses apart."""

    def __init__(self, secret: str, purpose: str) -> None:
        keys = [_key(one, purpose) for one in secret.splitlines()]
        self._first, self._fernet = keys[0], MultiFernet(keys)

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

    def renewed(self, sealed: str) -> str | None:
        r"""The same, sealed with the first secret; None where it was, or where none opens it.

        >>> old, both = Seal("old", "tokens"), Seal("new\nold", "tokens")
        >>> renewed = both.renewed(old.close("hush"))
        >>> Seal("new", "tokens").open(renewed), both.renewed(renewed)
        ('hush', None)
        """
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            try:
                return self._fernet.rotate(sealed.encode()).decode()
            except InvalidToken:
                return None
        return None


def _key(secret: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret.encode())))
