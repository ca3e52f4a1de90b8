"""The adjusting desk: people change what is owed, by a fact of the call or an entry more."""

from typing import NamedTuple
from uuid import UUID, uuid4

from libs.contracts.adjusting import (
    AdjustCall,
    AdjustParty,
    BalanceChanged,
    CallAdjusted,
    CallAdjustedBy,
    PartyAdjusted,
)
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, CallId
from libs.contracts.money import Money
from libs.contracts.tracking import CallRecord
from libs.contracts.worth import EffectKind, Party
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from services.tracking.desk.calls import Desk
from services.tracking.domain.adjusting import next_number, party_of
from services.tracking.domain.call import Heard
from services.tracking.domain.record import record_of
from services.tracking.domain.tally import amount_of, units
from services.tracking.domain.unfit import Missing, Unfit
from services.tracking.store.journal import Entry, Journal


class Change(NamedTuple):
    """What is changed of a call."""

    kind: EffectKind
    party: Party
    money: Money
    reason: str
    actor: Actor
    dispute_id: UUID | None = None


class AdjustingDesk:
    """One per process; holds no state of its own."""

    def __init__(self, desk: Desk, journal: Journal, outbox: Outbox, clock: Clock) -> None:
        self._desk = desk
        self._journal = journal
        self._outbox = outbox
        self._clock = clock

    async def adjust_call(self, question: AdjustCall) -> CallAdjustedBy:
        """Change what is owed for a call; raise Missing, or Unfit where nobody would owe it."""
        _check(question.money)
        async with self._journal.entry() as entry:
            call = await self.call(entry, question.account_id, question.call_id)
            party = party_of(call, question.kind)
            change = Change(question.kind, party, question.money, question.reason, question.actor)
            fact, told = await self.enter(entry, call, change)
        self._outbox.announce([told])
        return CallAdjustedBy(call_id=question.call_id, adjustment=fact.sequence)

    async def call(self, entry: Entry, account_id: AccountId, call_id: CallId) -> CallRecord:
        """A call of the account, locked until the entry is written; raise Missing."""
        if not await entry.is_of(account_id, call_id):
            raise Missing
        told = await entry.reopen([call_id])
        return record_of(call_id, told[call_id])

    async def enter(
        self, entry: Entry, call: CallRecord, change: Change
    ) -> tuple[CallAdjusted, Announcement]:
        """Keep a change of a call that is locked; the announcement is to be told after that."""
        now = self._clock.now()
        told = (await entry.lock([call.call_id]))[call.call_id]
        fact = CallAdjusted(
            call_id=call.call_id,
            account_id=call.account_id,
            sequence=next_number(told),
            at=now,
            seen_at=now,
            **change._asdict(),
        )
        payload = fact.model_dump_json()
        announcement = Announcement(fact.subject, payload)
        await self._desk.enter(entry, [Heard(fact, payload)])
        await entry.announce(announcement)
        return fact, announcement

    async def adjust_party(self, question: AdjustParty) -> PartyAdjusted:
        """Book an amount with a party; raise Missing where there were no dealings with it."""
        _check(question.money)
        now, posting = self._clock.now(), uuid4()
        async with self._journal.entry() as entry:
            before = await entry.balance(
                question.account_id, question.book, question.party, question.money.currency
            )
            if before is None:
                raise Missing
            await entry.book_beside(question, posting, units(question.money.amount))
            after = before + units(question.money.amount)
            change = BalanceChanged(
                account_id=question.account_id,
                key=f"{question.book}/{question.party}",
                version=int(now.timestamp() * 1_000),
                at=now,
                actor=question.actor,
                before={"units": before, "currency": question.money.currency},
                after={"units": after, "currency": question.money.currency},
                reason=question.reason,
            )
            announcement = Announcement(change.subject, change.model_dump_json())
            await entry.announce(announcement)
        self._outbox.announce([announcement])
        money = Money(amount=amount_of(after), currency=question.money.currency)
        return PartyAdjusted(posting=posting, balance=money)


def _check(money: Money) -> None:
    if money.amount == 0:
        raise Unfit("malformed", "nothing is changed", [("money.amount", "is not zero")])
