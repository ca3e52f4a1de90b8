"""Holding the carrier's list of calls against our records."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from libs.contracts.carrier_calls import CarrierCall, Wanted
from libs.contracts.ids import AccountId, CallId, call_id_of
from libs.contracts.reconciling import Difference, Gap
from libs.contracts.tracking import CallRecord, Leg

SECONDS_APART = 1  # lengths that differ by so much are the same


@dataclass(frozen=True, slots=True)
class Found:
    """A gap, whose call it is in, and what is to be said again of it."""

    account_id: AccountId
    difference: Difference
    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True)
class CarrierList:
    """Calls with their legs, as a carrier account lists those of a time; legs oldest first."""

    account_sid: str
    calls: Mapping[CallId, CarrierCall]
    legs: Mapping[CallId, Sequence[CarrierCall]]


def list_of(account_sid: str, listed: Sequence[CarrierCall]) -> CarrierList:
    """Put calls and legs of all pages in order; who still speaks is left out."""
    calls = {
        call_id_of(account_sid, one.call_sid): one
        for one in listed
        if one.parent_sid is None and one.status.terminal
    }
    legs: defaultdict[CallId, list[CarrierCall]] = defaultdict(list)
    for one in sorted(listed, key=lambda one: (str(one.began_at), one.call_sid)):
        if one.parent_sid is not None and one.status.terminal:
            legs[call_id_of(account_sid, one.parent_sid)].append(one)
    return CarrierList(account_sid, calls, dict(legs))


def gaps_of(
    listed: CarrierList, records: Mapping[CallId, CallRecord], account_id: AccountId | None
) -> Iterator[Found]:
    """Every gap of calls that the carrier lists; `account_id` None: of all accounts."""
    for call_id, call in listed.calls.items():
        record = records.get(call_id)
        whose = call.account_id if record is None else record.account_id
        if whose is None or (account_id is not None and whose != account_id):
            continue
        legs = listed.legs.get(call_id, ())
        yield from _gaps_of_call(call_id, call, legs, record, whose)


def unlisted(listed: CarrierList, records: Sequence[CallRecord]) -> Iterator[Found]:
    """The calls of ours that came by this carrier account, and that it does not list."""
    for record in records:
        is_theirs = record.call_id == call_id_of(listed.account_sid, record.call_sid or "none")
        if is_theirs and record.ended_at and record.call_id not in listed.calls:
            difference = _difference(record.call_id, record.call_sid, Gap.UNLISTED, "", record)
            yield Found(record.account_id, difference)


def _gaps_of_call(
    call_id: CallId,
    call: CarrierCall,
    legs: Sequence[CarrierCall],
    record: CallRecord | None,
    whose: AccountId,
) -> Iterator[Found]:
    said = f"{call.status}, {call.seconds or 0} s"
    arrival = record is None or record.arrived_at is None
    end = record is None or record.ended_at is None or record.seconds is None
    open_legs = tuple(_open_legs(call_id, whose, legs, record))
    of_call = Wanted(call_sid=call.call_sid, account_id=whose, arrival=arrival, end=end)
    wanted = (*((of_call,) if arrival or end else ()), *open_legs)
    if wanted:
        gap = Gap.MISSING if arrival else Gap.UNFINISHED
        yield Found(whose, _difference(call_id, call.call_sid, gap, said, record), wanted)
    elif record and abs((record.seconds or 0) - (call.seconds or 0)) > SECONDS_APART:
        yield Found(whose, _difference(call_id, call.call_sid, Gap.LENGTH, said, record))


def _open_legs(
    call_id: CallId, whose: AccountId, legs: Sequence[CarrierCall], record: CallRecord | None
) -> Iterator[Wanted]:
    """The carrier's legs whose end we have not heard, each with its step.

    Legs to one destination are the same ones in the same order; those that were only found in a
    list have none with us.  A leg that we know nothing of is the next step.
    """
    ours: defaultdict[str, list[Leg]] = defaultdict(list)
    for leg in record.legs if record else ():
        ours[_address(leg.destination)].append(leg)
    unknown = max((leg.step for leg in record.legs), default=-1) if record else -1
    for listed in legs:
        known = ours[_address(listed.dialled)] or ours[""]
        if not known:
            unknown += 1
        leg = known.pop(0) if known else Leg(step=unknown)
        if leg.status is None or not leg.status.terminal or _unmeasured(leg):
            yield Wanted(call_sid=listed.call_sid, account_id=whose, call_id=call_id, step=leg.step)


def _unmeasured(leg: Leg) -> bool:
    """A conversation that is over and of which nobody said how long it was."""
    return bool(leg.connected) and leg.seconds is None


def _address(text: str) -> str:
    """A number or SIP address as both sides write it."""
    return text.removeprefix("sip:").partition("?")[0].casefold()


def _difference(
    call_id: CallId, call_sid: str, gap: Gap, said: str, record: CallRecord | None
) -> Difference:
    ours = "nothing" if record is None else f"{record.state}, {record.seconds or 0} s"
    return Difference(
        call_id=call_id, call_sid=call_sid, gap=gap, carrier=said or "nothing", ours=ours
    )
