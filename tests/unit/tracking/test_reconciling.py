"""The carrier's list is held against ours: what is missing, unfinished, of another length."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from libs.contracts.calls import CallStatus
from libs.contracts.carrier_calls import CarrierCall
from libs.contracts.ids import AccountId, call_id_of
from libs.contracts.reconciling import Gap
from libs.contracts.tracking import CallRecord, Leg
from services.tracking.domain.reconciling import Found, gaps_of, list_of, unlisted
from tests.kit.facts import ACCOUNT, NOON

SID, CALL_SID = "AC1", "CA1"
CALL_ID = call_id_of(SID, CALL_SID)
FIRST, SECOND = "+15550100001", "+15550100002"


def listed(call_sid: str = CALL_SID, **more: Any) -> CarrierCall:
    given = {
        "call_sid": call_sid,
        "account_id": ACCOUNT,
        "caller": "+12125550100",
        "dialled": "+18005550100",
        "status": CallStatus.COMPLETED,
        "began_at": NOON,
        "ended_at": NOON + timedelta(seconds=60),
        "seconds": 60,
    }
    return CarrierCall.model_validate({**given, **more})


def leg_listed(call_sid: str, dialled: str, after: int, **more: Any) -> CarrierCall:
    began = NOON + timedelta(seconds=after)
    given = {"parent_sid": CALL_SID, "account_id": None, "dialled": dialled, "began_at": began}
    return listed(call_sid, **{**given, **more})


def record(*legs: Leg, **more: Any) -> CallRecord:
    given = {
        "call_id": CALL_ID,
        "account_id": ACCOUNT,
        "call_sid": CALL_SID,
        "state": "completed",
        "arrived_at": NOON,
        "ended_at": NOON + timedelta(seconds=60),
        "seconds": 60,
        "legs": legs,
    }
    return CallRecord.model_validate({**given, **more})


def found(*calls: CarrierCall, ours: CallRecord | None = None, **more: Any) -> list[Found]:
    records = {} if ours is None else {ours.call_id: ours}
    return list(gaps_of(list_of(SID, calls), records, more.get("account_id")))


def over(step: int, destination: str, **more: Any) -> Leg:
    status = more.pop("status", CallStatus.COMPLETED)
    given = {"step": step, "destination": destination, "status": status, **more}
    return Leg.model_validate(given)


def test_what_agrees_is_no_gap() -> None:
    leg = over(0, FIRST, connected=True, seconds=45)
    assert found(listed(), leg_listed("CL1", FIRST, 5), ours=record(leg)) == []
    assert found(listed(seconds=61), ours=record()) == []


def test_a_call_that_nobody_heard_of_is_said_with_its_legs_in_order() -> None:
    later = leg_listed("CL2", SECOND, 20)
    earlier = leg_listed("CL1", FIRST, 5, status=CallStatus.BUSY)
    (gap,) = found(later, listed(), earlier)
    assert (gap.account_id, gap.difference.gap) == (ACCOUNT, Gap.MISSING)
    of_call, *legs = gap.wanted
    assert (of_call.call_sid, of_call.arrival, of_call.end) == (CALL_SID, True, True)
    assert [(one.call_sid, one.step) for one in legs] == [("CL1", 0), ("CL2", 1)]


def test_only_what_is_open_is_said_again() -> None:
    """Of two legs to one desk the second has no end; the call itself has."""
    legs = (
        over(0, FIRST, status=CallStatus.NO_ANSWER),
        over(1, SECOND, status=CallStatus.BUSY),
        over(2, FIRST, status=None),
    )
    calls = [
        leg_listed("CL1", FIRST, 5, status=CallStatus.NO_ANSWER),
        leg_listed("CL2", SECOND, 10, status=CallStatus.BUSY),
        leg_listed("CL3", FIRST, 15),
    ]
    (gap,) = found(listed(), *calls, ours=record(*legs))
    assert gap.difference.gap is Gap.UNFINISHED
    assert [(one.call_sid, one.step) for one in gap.wanted] == [("CL3", 2)]


def test_an_end_that_was_lost_is_said_again() -> None:
    (gap,) = found(listed(), ours=record(ended_at=None, seconds=None))
    (wanted,) = gap.wanted
    assert (wanted.arrival, wanted.end) == (False, True)


def test_another_length_is_reported_and_not_changed() -> None:
    (gap,) = found(listed(seconds=75), ours=record())
    assert (gap.difference.gap, gap.wanted) == (Gap.LENGTH, ())
    assert (gap.difference.carrier, gap.difference.ours) == ("completed, 75 s", "completed, 60 s")


def test_who_still_speaks_and_whose_number_nobody_knows_is_left_alone() -> None:
    assert found(listed(status=CallStatus.IN_PROGRESS)) == []
    assert found(listed(account_id=None)) == []
    assert found(listed(), account_id=AccountId(uuid4())) == []


def test_calls_that_the_carrier_does_not_list_are_named() -> None:
    other = record(call_id=call_id_of(SID, "CA2"), call_sid="CA2")
    elsewhere = record(call_id=call_id_of("AC2", "CA3"), call_sid="CA3")
    live = record(call_id=call_id_of(SID, "CA4"), call_sid="CA4", ended_at=None)
    gaps = list(unlisted(list_of(SID, [listed()]), [record(), other, elsewhere, live]))
    assert [(one.difference.call_sid, one.difference.gap) for one in gaps] == [
        ("CA2", Gap.UNLISTED)
    ]
