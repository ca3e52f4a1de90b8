"""A configured thing as it is kept, and why an edit of it cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from libs.contracts.editing import Noun
from libs.contracts.finding import Use
from libs.contracts.ids import AccountId


class Missing(Exception):
    """There is no such thing in this account."""


class Stale(Exception):
    """The thing has changed since the editor looked; `current` is its version now."""

    def __init__(self, current: int | None) -> None:
        super().__init__(f"the current version is {current}")
        self.current = current


class InUse(Exception):
    """Something else still needs it; `users` says what."""

    def __init__(self, users: Sequence[Use]) -> None:
        super().__init__(", ".join(f"{use.noun} {use.name}" for use in users))
        self.users = users


@dataclass(frozen=True, slots=True)
class Kept:
    """One configured thing as it is kept."""

    noun: Noun
    account_id: AccountId
    key: str
    version: int
    retired: bool
    document: dict[str, Any]
