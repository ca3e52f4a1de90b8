"""Keys that partners bring: they name what they open, and prove that it was we who wrote them.

A call's key opens that call, an account's key all of its calls.  Neither is kept anywhere.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

PROOF_BYTES = 12  # 96 bits: nobody guesses one
_UUID_BYTES = 16


class Keys:
    """Writes keys with the platform's secret, the first of several, and reads them with each."""

    def __init__(self, secret: str) -> None:
        self._secrets = [one.encode() for one in secret.splitlines()]

    def of_call(self, call_id: UUID) -> str:
        r"""The key of one call.

        >>> keys = Keys("a secret")
        >>> keys.call_of(keys.of_call(UUID(int=7)))
        UUID('00000000-0000-0000-0000-000000000007')
        >>> Keys("a newer\na secret").call_of(keys.of_call(UUID(int=7)))
        UUID('00000000-0000-0000-0000-000000000007')
        >>> keys.call_of(Keys("another").of_call(UUID(int=7))) is None
        True
        """
        return self._written("call", [call_id])

    def call_of(self, key: str) -> UUID | None:
        """The call that a key opens; None where it is no call's key."""
        found = self._read("call", key, 1)
        return found[0] if found else None

    def of_account(self, account_id: UUID, postback_key_id: UUID) -> str:
        """The key of an account; its id lets it be taken out of use."""
        return self._written("account", [account_id, postback_key_id])

    def account_of(self, key: str) -> tuple[UUID, UUID] | None:
        """The account and the id of its key; None where it is no account's key."""
        found = self._read("account", key, 2)
        return (found[0], found[1]) if found else None

    def _written(self, kind: str, names: Sequence[UUID]) -> str:
        body = b"".join(one.bytes for one in names)
        return base64.urlsafe_b64encode(body + self._proofs(kind, body)[0]).decode().rstrip("=")

    def _read(self, kind: str, key: str, count: int) -> list[UUID] | None:
        try:
            whole = base64.b64decode(f"{key}{'=' * (-len(key) % 4)}", altchars=b"-_", validate=True)
        except ValueError:
            return None
        body, proof = whole[:-PROOF_BYTES], whole[-PROOF_BYTES:]
        if len(body) != count * _UUID_BYTES or not any(
            hmac.compare_digest(proof, ours) for ours in self._proofs(kind, body)
        ):
            return None
        return [UUID(bytes=body[at : at + _UUID_BYTES]) for at in range(0, len(body), _UUID_BYTES)]

    def _proofs(self, kind: str, body: bytes) -> list[bytes]:
        text = b"postback:" + kind.encode() + b":" + body
        return [hmac.digest(one, text, hashlib.sha256)[:PROOF_BYTES] for one in self._secrets]
