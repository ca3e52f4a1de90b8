"""Passwords: how they are kept, and which are good enough."""

import asyncio
import base64
import os

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LENGTH_MIN = 12  # OWASP ASVS 5, 6.2: length is what counts, not which characters
LENGTH_MAX = 256  # argon2 takes more; nobody types it
HASHING_AT_ONCE = 2  # each takes the memory that is set, and most of a core for 50 ms


class Passwords:
    """Hashes with argon2id; a few at once, off the event loop."""

    def __init__(self, memory_mib: int) -> None:
        self._hasher = PasswordHasher(memory_cost=memory_mib * 1024)
        self._turn = asyncio.Semaphore(HASHING_AT_ONCE)
        self._nobodys = _drawn(self._hasher)

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


def _drawn(hasher: PasswordHasher) -> str:
    """What would be kept of some password; nobody knows of which, and nothing was hashed."""
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, kept = (
        base64.b64encode(os.urandom(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    return f"$argon2id$v=19${cost}${salt}${kept}"
