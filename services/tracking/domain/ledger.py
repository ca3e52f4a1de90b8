"""What a call's effects change in the books: what is booked is taken back, what is owed comes.

An effect is booked once for each version of it.  The difference to what is booked is written, never
what is there already: so facts that come twice, late or in another order change nothing twice.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from libs.contracts.ids import NOBODY, AccountId, CallId
from libs.contracts.tracking import CallRecord
from libs.contracts.worth import Effect, EffectKind
from services.tracking.domain.tally import units

POSTINGS = UUID("5b0d2f6e-3a51-5c0e-9f5f-3f0f3f1f6a10")
"""The space of postings' ids."""

THEY_OWE = {EffectKind.REVENUE: 1, EffectKind.PAYOUT: -1, EffectKind.COST: -1}
"""How an effect counts in its party's book: positive where they owe us."""


class Key(NamedTuple):
    """What is booked at most once in force: one effect of a call with one party.

    Without a call: something that was booked beside calls.
    """

    call_id: CallId | None
    account_id: AccountId
    kind: str
    part: str
    currency: str
    book: str
    party: str


class Booked(NamedTuple):
    """How much is in force, in ten-thousandths, and how often it was booked."""

    amount: int
    version: int


class Owed(NamedTuple):
    """What should be booked, with the party's name; an adjustment says why and by whom."""

    amount: int
    name: str
    reason: str
    actor: str


NOTHING = Owed(0, "", "", "")


class Posting(NamedTuple):
    """Something to be written: `amount` counts in the party's book, its opposite in `own`."""

    key: Key
    id: UUID
    own: str
    name: str
    amount: int
    version: int
    reverses: bool
    belongs_at: datetime
    reason: str = ""
    actor: str = ""


class Changes(NamedTuple):
    """What is to be written, and what is in force after it."""

    postings: list[Posting]
    booked: dict[Key, Booked]


def changes_of(
    calls: Iterable[tuple[CallRecord, datetime]], before: Mapping[Key, Booked]
) -> Changes:
    """How to make the books say what these calls came to."""
    postings: list[Posting] = []
    booked: dict[Key, Booked] = {}
    of_call: dict[CallId | None, dict[Key, Booked]] = {}
    for key, was in before.items():
        of_call.setdefault(key.call_id, {})[key] = was
    for call, belongs_at in calls:
        there = of_call.get(call.call_id, {})
        owed = _owed(call)
        for key in sorted(there.keys() | owed.keys()):
            was = there.get(key, Booked(0, 0))
            of_it = owed.get(key, NOTHING)
            if of_it.amount != was.amount:
                now = Booked(of_it.amount, was.version + (of_it.amount != 0))
                postings += _between(key, was, now, of_it, belongs_at)
                booked[key] = now
    return Changes(postings, booked)


def _owed(call: CallRecord) -> dict[Key, Owed]:
    """What a call should have booked; nothing before it is known whose it is."""
    if call.account_id == NOBODY:
        return {}
    owed: dict[Key, Owed] = {}
    for effect in call.effects:
        key = _key(call, effect)
        amount = units(effect.money.amount) + owed.get(key, NOTHING).amount
        owed[key] = Owed(amount, _storable(effect.party.name), effect.reason, effect.actor)
    return owed


def _key(call: CallRecord, effect: Effect) -> Key:
    party = effect.party
    kind, book = effect.kind.value, party.kind.value
    return Key(
        call.call_id,
        call.account_id,
        kind,
        _part(effect),
        effect.money.currency,
        book,
        _storable(party.id),
    )


def _part(effect: Effect) -> str:
    """What of the call it is about: a leg by its step, an adjustment by its number, or all."""
    if effect.adjustment is not None:
        return f"adjustment {effect.adjustment}"
    return "" if effect.step is None else str(effect.step)


def _between(
    key: Key, was: Booked, now: Booked, of_it: Owed, belongs_at: datetime
) -> Iterable[Posting]:
    sign = THEY_OWE[EffectKind(key.kind)]
    if was.amount:
        yield _posting(key, -sign * was.amount, was.version, of_it, belongs_at, reverses=True)
    if now.amount:
        yield _posting(key, sign * now.amount, now.version, of_it, belongs_at, reverses=False)


def _posting(
    key: Key, amount: int, version: int, of_it: Owed, belongs_at: datetime, *, reverses: bool
) -> Posting:
    said = "/".join((*map(str, key), str(version), str(reverses)))
    id = uuid5(POSTINGS, said)
    return Posting(
        key,
        id,
        key.kind,
        of_it.name,
        amount,
        version,
        reverses,
        belongs_at,
        of_it.reason,
        of_it.actor,
    )


def _storable(text: str) -> str:
    """PostgreSQL's texts cannot hold a zero."""
    return text.replace("\0", "")
