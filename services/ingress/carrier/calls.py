"""The carrier's list of calls: read by pages, and said again as the facts that were lost."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from typing import Any

from twilio.rest import Client

from libs.contracts.calls import CallArrived, CallEnded, CallStatus, Fact, LegEnded
from libs.contracts.carrier_calls import (
    RECONCILED_SEQUENCE,
    CarrierCall,
    CarrierCalls,
    Carriers,
    FactsSaid,
    ListCarrierCalls,
    ListCarriers,
    SayAgain,
    Wanted,
)
from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.ids import AccountId, call_id_of
from libs.contracts.phone import read_caller
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from services.ingress.carrier.access import Access, next_of, place_in_list

TEXT_LENGTH_MAX = 254  # what is kept of an address

Publish = Callable[[Fact], Awaitable[None]]
AccountOf = Callable[[str], AccountId | None]


class CarrierCallList:
    """What the carrier lists of the platform's account and of accounts' own."""

    def __init__(
        self,
        access: Access,
        account_of: AccountOf,
        carriers: Callable[[], tuple[str, ...]],
        publish: Publish,
        clock: Clock,
    ) -> None:
        self._access = access
        self._account_of = account_of
        self._carriers = carriers
        self._publish = publish
        self._clock = clock

    async def carriers(self, _question: ListCarriers, _: Deadline) -> Carriers:
        """Which accounts can be asked."""
        own = (CarrierAccount(account_sid=sid) for sid in self._carriers())
        return Carriers(accounts=(CarrierAccount(platform=True), *own))

    async def page(self, question: ListCarrierCalls, deadline: Deadline) -> CarrierCalls:
        """A page of calls and legs; raise Declined."""
        async with self._access.client(question.account, deadline) as client:
            page = await _page(client, question)
            return CarrierCalls(
                account_sid=client.username,
                calls=tuple(self._told(one) for one in page),
                cursor=next_of(page.next_page_url),
            )

    async def say_again(self, question: SayAgain, deadline: Deadline) -> FactsSaid:
        """Publish what is wanted of a page; raise Declined, or NotPublished."""
        wanted = {one.call_sid: one for one in question.wanted}
        async with self._access.client(question.account, deadline) as client:
            page = await _page(client, question)
            sid, listed = client.username, [self._told(one) for one in page]
        count = 0
        for call in listed:
            if call.call_sid in wanted:
                for fact in _facts(sid, call, wanted[call.call_sid], self._clock.now()):
                    await self._publish(fact)
                    count += 1
        return FactsSaid(count=count)

    def _told(self, one: Any) -> CarrierCall:
        parent = one.parent_call_sid or None
        return CarrierCall(
            call_sid=one.sid,
            parent_sid=parent,
            account_id=None if parent else self._account_of(one.to or ""),
            caller=_text(getattr(one, "_from", "")),
            dialled=_text(one.to),
            status=CallStatus(one.status),
            began_at=one.start_time or one.date_created,
            ended_at=one.end_time,
            seconds=int(one.duration) if one.duration else None,
        )


async def _page(client: Client, question: ListCarrierCalls | SayAgain) -> Any:
    return await client.calls.page_async(
        start_time_after=question.since,
        start_time_before=question.until,
        **place_in_list(question.cursor, question.limit),
    )


def _facts(account_sid: str, call: CarrierCall, wanted: Wanted, now: datetime) -> Iterator[Fact]:
    """The facts that the carrier's list stands for; of calls that last there is no end."""
    over = call.status.terminal
    about = {
        "sequence": RECONCILED_SEQUENCE,
        "account_id": wanted.account_id,
        "seen_at": now,
        "reconciled": True,
    }
    ended = {"at": call.ended_at or now, "status": call.status, "seconds": call.seconds}
    if wanted.call_id is not None:
        if over:
            yield LegEnded(
                call_id=wanted.call_id,
                step=wanted.step,
                leg_sid=call.call_sid,
                **about,
                **ended,
                bridged=None if call.status is CallStatus.COMPLETED else False,
            )
        return
    call_id = call_id_of(account_sid, call.call_sid)
    if wanted.arrival:
        yield CallArrived(
            call_id=call_id,
            at=call.began_at or now,
            account_sid=account_sid,
            call_sid=call.call_sid,
            caller=read_caller(call.caller),
            dialled=call.dialled,
            **about,
        )
    if wanted.end and over:
        yield CallEnded(call_id=call_id, **about, **ended)


def _text(address: str | None) -> str:
    return (address or "")[:TEXT_LENGTH_MAX]
