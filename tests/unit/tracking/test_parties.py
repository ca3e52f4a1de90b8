"""Whatever a call was, a party is told nothing of anybody else's."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.caps import Bounds, Caps, Limit, Period
from libs.contracts.ids import AccountId, BuyerId, CallId, PublisherId, TargetId
from libs.contracts.money import Money
from libs.contracts.phone import Caller, CallerKind
from libs.contracts.portals import Viewer
from libs.contracts.tracking import CallRecord, CallState, Leg
from libs.contracts.worth import Effect, EffectKind, Party, PartyKind
from services.tracking.domain.parties import parties_of, seen_by

BUYERS = tuple(BuyerId(UUID(int=one)) for one in range(1, 4))
PUBLISHER = PublisherId(UUID(int=9))
AMOUNT = st.decimals(min_value=1, max_value=99, places=2)


def a_leg(step: int, buyer: BuyerId) -> Leg:
    about = {"buyer_id": buyer, "buyer_name": f"Buyer {buyer}", "destination": "+13105550123"}
    return Leg(step=step, target_id=TargetId(buyer), target_name=f"Desk {buyer}", **about)


def a_call(buyers: list[BuyerId], amounts: list[Decimal]) -> CallRecord:
    kinds = [EffectKind.REVENUE] * len(amounts)
    parties = [Party(kind=PartyKind.BUYER, id=str(one), name=f"Buyer {one}") for one in buyers]
    effects = [
        Effect(kind=kind, step=step, party=party, money=Money(amount=amount, currency="USD"))
        for step, (kind, party, amount) in enumerate(zip(kinds, parties, amounts, strict=False))
    ]
    paid = Party(kind=PartyKind.PUBLISHER, id=str(PUBLISHER), name="Mail House")
    owed = Effect(kind=EffectKind.PAYOUT, party=paid, money=Money(amount="1", currency="USD"))
    return CallRecord(
        call_id=CallId(uuid4()),
        account_id=AccountId(uuid4()),
        state=CallState.COMPLETED,
        caller=Caller(kind=CallerKind.NUMBER, text="+12125550100"),
        publisher_id=PUBLISHER,
        tags={"source": "Mail House"},
        reason="the plan of Buyer",
        legs=tuple(a_leg(step, buyer) for step, buyer in enumerate(buyers)),
        effects=(*effects, owed),
    )


@given(st.lists(st.sampled_from(BUYERS), max_size=4), st.lists(AMOUNT, max_size=4))
def test_a_buyer_is_told_of_nobody_else(buyers: list[BuyerId], amounts: list[Decimal]) -> None:
    call = a_call(buyers, amounts)
    for buyer in BUYERS:
        seen: Any = seen_by(Viewer(kind=PartyKind.BUYER, id=buyer), call)
        assert (seen is not None) == (buyer in buyers)
        if seen is None:
            continue
        text = seen.model_dump_json()
        others = [str(one) for one in (*BUYERS, PUBLISHER) if one != buyer]
        for hidden in (*others, "Mail House", "Buyer ", "+12125550100", "+13105550123"):
            assert hidden not in text
        owes = sum(one for each, one in zip(buyers, amounts, strict=False) if each == buyer)
        assert sum(one.amount for one in seen.charges) == owes
        assert len(seen.legs) == buyers.count(buyer)


@given(st.lists(st.sampled_from(BUYERS), max_size=4), st.lists(AMOUNT, max_size=4))
def test_a_publisher_is_told_of_no_buyer(buyers: list[BuyerId], amounts: list[Decimal]) -> None:
    call = a_call(buyers, amounts)
    text = str(seen_by(Viewer(kind=PartyKind.PUBLISHER, id=PUBLISHER), call))
    for hidden in (*map(str, BUYERS), "Buyer ", "Desk ", "revenue", "+12125550100"):
        assert hidden not in text
    assert seen_by(Viewer(kind=PartyKind.PUBLISHER, id=uuid4()), call) is None
    assert len(parties_of(call)) == len(set(buyers)) + 1


LIMITS = st.dictionaries(st.sampled_from(Period), st.integers(1, 9), max_size=3)
CAP = st.none() | st.integers(1, 9)


@given(CAP, LIMITS, CAP, LIMITS)
def test_what_a_buyer_sets_itself_only_tightens(
    most: int | None, limits: dict[Period, int], own: int | None, own_limits: dict[Period, int]
) -> None:
    caps = Caps(concurrency=most, limits=_listed(limits))
    theirs = Bounds(concurrency=own, limits=_listed(own_limits))
    both = caps.within(theirs)
    assert both.concurrency == min((one for one in (most, own) if one is not None), default=None)
    kept = {limit.period: limit.most for limit in both.limits}
    assert kept.keys() == limits.keys() | own_limits.keys()
    for period, found in kept.items():
        assert found == min(each[period] for each in (limits, own_limits) if period in each)
    if not caps.looser(theirs):
        assert all(kept[period] == one for period, one in own_limits.items())


def _listed(limits: dict[Period, int]) -> tuple[Limit, ...]:
    return tuple(Limit(period=period, most=most) for period, most in limits.items())
