"""The disputing desk: disputes are opened, and decided once; an accepted one takes back."""

from decimal import Decimal
from secrets import randbits
from uuid import UUID

from libs.contracts.disputes import (
    AskDisputes,
    DecideDispute,
    Dispute,
    DisputeChanged,
    Disputes,
    DisputeState,
    OpenDispute,
)
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.contracts.money import PLACES, Money
from libs.contracts.party_money import (
    AskPartyDisputes,
    OpenPartyDispute,
    PartyDispute,
    PartyDisputes,
)
from libs.contracts.portals import Viewer
from libs.contracts.tracking import CallRecord
from libs.contracts.worth import EffectKind, Party
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from services.tracking.desk.adjusting import AdjustingDesk, Change
from services.tracking.domain.adjusting import party_of, there
from services.tracking.domain.fitting import fitting
from services.tracking.domain.parties import parties_of
from services.tracking.domain.unfit import Missing, Unfit
from services.tracking.store import disputes
from services.tracking.store.journal import Entry, Journal


class DisputingDesk:
    """One per process; holds no state of its own."""

    def __init__(
        self,
        adjusting: AdjustingDesk,
        journal: Journal,
        listed: disputes.Disputes,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._adjusting = adjusting
        self._journal = journal
        self._listed = listed
        self._outbox = outbox
        self._clock = clock

    async def open(self, question: OpenDispute) -> Dispute:
        """Open one; raise Missing, or Unfit where the buyer owes less or one is open."""
        return await self._open(question, None)

    async def open_for_party(self, question: OpenPartyDispute) -> PartyDispute:
        """The same for a buyer itself, about what it owes; raise Missing or Unfit."""
        return _for_party(await self._open(question, question.viewer))

    async def _open(
        self, question: OpenDispute | OpenPartyDispute, viewer: Viewer | None
    ) -> Dispute:
        now = self._clock.now()
        async with self._journal.entry() as entry:
            call = await self._adjusting.call(entry, question.account_id, question.call_id)
            party = _party(call, viewer) if viewer else party_of(call, EffectKind.REVENUE)
            made = Dispute(
                id=_id_at(int(now.timestamp() * 1_000)),
                call_id=call.call_id,
                party=party,
                money=_disputed(call, party, question.money),
                state=DisputeState.OPEN,
                reason=question.reason,
                opened_at=now,
                opened_by=question.actor.name,
            )
            await disputes.add(entry.connection, question.account_id, made)
            told = await self._told(entry, question.account_id, question.actor, None, made)
        self._outbox.announce([told])
        return made

    async def decide(self, question: DecideDispute) -> Dispute:
        """Decide an open one; raise Missing, or Unfit where it is decided."""
        async with self._journal.entry() as entry:
            was = await disputes.one(entry.connection, question.account_id, question.dispute_id)
            if was is None:
                raise Missing
            if was.state is not DisputeState.OPEN:
                raise Unfit("taken", f"it is {was.state.value} already")
            told = await self._taken_back(entry, question, was) if question.accept else []
            state = DisputeState.ACCEPTED if question.accept else DisputeState.REFUSED
            made = was.model_copy(
                update={
                    "state": state,
                    "answer": question.reason,
                    "decided_at": self._clock.now(),
                    "decided_by": question.actor.name,
                }
            )
            await disputes.decide(entry.connection, question.account_id, made)
            told.append(await self._told(entry, question.account_id, question.actor, was, made))
        self._outbox.announce(told)
        return made

    async def page(self, question: AskDisputes) -> Disputes:
        """One page."""
        found = await self._listed.page(question, question.limit + 1)
        shown = found[: min(question.limit, fitting(found))]
        more = len(shown) < len(found)
        return Disputes(disputes=tuple(shown), cursor=shown[-1].id if more else None)

    async def party_page(self, question: AskPartyDisputes) -> PartyDisputes:
        """One page of a party's own."""
        found = await self._listed.page(question, question.limit + 1, question.viewer)
        shown = found[: min(question.limit, fitting(found))]
        more = len(shown) < len(found)
        return PartyDisputes(
            disputes=tuple(_for_party(one) for one in shown),
            cursor=shown[-1].id if more else None,
        )

    async def _taken_back(
        self, entry: Entry, question: DecideDispute, was: Dispute
    ) -> list[Announcement]:
        call = await self._adjusting.call(entry, question.account_id, was.call_id)
        less = was.money.model_copy(update={"amount": -was.money.amount})
        about = (question.reason, question.actor, was.id)
        changes = [Change(EffectKind.REVENUE, was.party, less, *about)]
        if question.claw_back:
            changes += _clawed_back(call, was, about)
        return [(await self._adjusting.enter(entry, call, one))[1] for one in changes]

    async def _told(
        self,
        entry: Entry,
        account_id: AccountId,
        actor: Actor,
        before: Dispute | None,
        after: Dispute,
    ) -> Announcement:
        change = DisputeChanged(
            account_id=account_id,
            key=str(after.id),
            version=1 if before is None else 2,
            at=self._clock.now(),
            actor=actor,
            before=before.model_dump(mode="json") if before else None,
            after=after.model_dump(mode="json"),
        )
        announcement = Announcement(change.subject, change.model_dump_json())
        await entry.announce(announcement)
        return announcement


def _party(call: CallRecord, viewer: Viewer) -> Party:
    """The party itself, as it owes for this call; raise Missing where it has no part in it."""
    if (viewer.kind, viewer.id) not in parties_of(call):
        raise Missing
    owing = [one.party for one in call.effects if one.party.kind is viewer.kind]
    return next(
        (one for one in owing if one.id == str(viewer.id)),
        Party(kind=viewer.kind, id=str(viewer.id)),
    )


def _for_party(one: Dispute) -> PartyDispute:
    return PartyDispute(**one.model_dump(include=set(PartyDispute.model_fields) - {"outcome"}))


def _disputed(call: CallRecord, party: Party, asked: Money | None) -> Money:
    """How much is disputed: what was said, at most all that is owed; raise Unfit."""
    owing = {
        one.money.currency: there(call.effects, EffectKind.REVENUE, party, one.money.currency)
        for one in call.effects
        if one.kind is EffectKind.REVENUE
        and (one.party.kind, one.party.id) == (party.kind, party.id)
    }
    currency = asked.currency if asked else next(iter(owing), "USD")
    most = owing.get(currency, Decimal(0))
    amount = asked.amount if asked else most
    if not 0 < amount <= most:
        text = f"{party.name or party.id} owes {most:f} {currency} for this call"
        raise Unfit("malformed", text, [("money", text)])
    return Money(amount=amount.quantize(PLACES), currency=currency)


def _clawed_back(call: CallRecord, was: Dispute, about: tuple[str, Actor, UUID]) -> list[Change]:
    """The publisher loses the part of the payout that the buyer does not owe."""
    currency = was.money.currency
    revenue = there(call.effects, EffectKind.REVENUE, was.party, currency)
    paid = [one for one in call.effects if one.kind is EffectKind.PAYOUT]
    if not paid or revenue <= 0:
        return []
    part = min(was.money.amount / revenue, Decimal(1))
    changes = []
    for each in sorted({one.money.currency for one in paid}):
        owed = there(call.effects, EffectKind.PAYOUT, paid[0].party, each)
        less = Money(amount=-owed, currency=each).share(part)
        if less.amount:
            changes.append(Change(EffectKind.PAYOUT, paid[0].party, less, *about))
    return changes


def _id_at(milliseconds: int) -> UUID:
    """An id that sorts by its time (UUIDv7)."""
    return UUID(int=milliseconds << 80 | 0x7 << 76 | randbits(12) << 64 | 0b10 << 62 | randbits(62))
