"""Passwords: how they are kept, and which are good enough."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_MIN = 12  # OWASP ASVS 5, 6.2: length is what counts, not which characters
LENGTH_MAX = 256  # argon2 takes more; nobody types it
HASHING_AT_ONCE = 2  # each takes 64 MB and most of a core for 50 ms


class Passwords:
    """Hashes with argon2id; a few at once, off the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(HASHING_AT_ONCE)
        self._nobodys = self._hasher.hash("nobody has this password")

    async def hashed(self, password: str) -> str:
        """What is kept of a password."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one; for nobody it takes as long to say no."""
        async with self._turn:
            fits = await asyncio.to_thread(self._verify, kept or self._nobodys, password)
        return fits and kept is not None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
