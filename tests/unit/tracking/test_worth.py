"""What a call came to: by its buyer's rule, its publisher's, and what the carrier takes."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.bidder_keys import SaleConverted
from libs.contracts.calls import CallStatus, Fact
from libs.contracts.conversions import ConversionPosted
from libs.contracts.flows import FlowConverted
from libs.contracts.ids import AuctionId, BuyerId, FlowId, PublisherId, RtbTargetId
from libs.contracts.money import Money, usd
from libs.contracts.payouts import PayoutTerms
from libs.contracts.pricing import Telephony
from libs.contracts.routing import Terms
from libs.contracts.tracking import CallRecord
from services.tracking.domain.call import fold
from services.tracking.domain.cells import NOTHING
from services.tracking.domain.record import record_of
from services.tracking.domain.tally import lines_of
from tests.kit.facts import ACCOUNT, NOON, CallStory

PUBLISHER = PublisherId(UUID(int=77))
SECOND_BUYER = BuyerId(UUID(int=78))


def record(facts: list[Fact]) -> CallRecord:
    return record_of(facts[0].call_id, fold(NOTHING, facts))


def a_call(
    terms: dict[str, Any] | None = None,
    payout: dict[str, Any] | None = None,
    seconds: int = 90,
    *,
    connected: bool = True,
    accepted: bool = False,
    **routed: Any,
) -> tuple[CallStory, list[Fact]]:
    """A call that rang 1 s, was talked for so long, and lasted 5 s more."""
    story = CallStory()
    agreed: dict[str, Any] = (
        {} if terms is None else {"terms": Terms(**{"after_seconds": 0, **terms})}
    )
    owed: dict[str, Any] = (
        {} if payout is None else {"payout": PayoutTerms(**payout), "publisher_id": PUBLISHER}
    )
    facts: list[Fact] = [story.arrived(), story.routed(**agreed, **owed, **routed)]
    facts += [story.ringing(), story.answered()]
    if accepted:
        facts.append(story.accepted())
    facts.append(story.leg_ended(bridged=connected, seconds=seconds))
    return story, [*facts, story.ended(seconds=seconds + 5)]


def came_to(facts: list[Fact]) -> tuple[object, ...]:
    """Revenue, payout, cost."""
    worth = record(facts).worth
    if not worth:
        return 0, 0, 0
    assert worth[0].profit == worth[0].revenue - worth[0].payout - worth[0].cost
    return worth[0].revenue, worth[0].payout, worth[0].cost


TEN = {"revenue": usd("10")}


@pytest.mark.parametrize(
    ("terms", "story", "revenue", "missing"),
    [
        ({}, {}, "10", ""),
        ({}, {"connected": False}, "0", "not_connected"),
        ({"on": "dialled"}, {"connected": False}, "10", ""),
        ({"after_seconds": 90}, {}, "10", ""),
        ({"after_seconds": 91}, {}, "0", "too_short"),
        ({"after_seconds": 91, "counted_from": "dial"}, {}, "10", ""),
        ({"after_seconds": 92, "counted_from": "dial"}, {}, "0", "too_short"),
        ({"after_seconds": 95, "counted_from": "incoming"}, {}, "10", ""),
        ({"after_seconds": 96, "counted_from": "incoming"}, {}, "0", "too_short"),
        ({"on": "accepted"}, {}, "0", "not_accepted"),
        ({"on": "accepted"}, {"accepted": True}, "10", ""),
        ({"after_seconds": 90, "counted_from": "accept"}, {"accepted": True}, "0", "too_short"),
        ({"after_seconds": 89, "counted_from": "accept"}, {"accepted": True}, "10", ""),
        ({"per": "minute"}, {}, "20", ""),
        ({"per": "minute"}, {"seconds": 60}, "10", ""),
        ({"tiers": [{"from_seconds": 60, "amount": "15"}]}, {}, "15", ""),
        ({"tiers": [{"from_seconds": 91, "amount": "15"}]}, {}, "10", ""),
        ({"on": "posted"}, {}, "0", "not_posted"),
    ],
)
def test_a_buyer_owes_by_her_rule(
    terms: dict[str, Any], story: dict[str, Any], revenue: str, missing: str
) -> None:
    _, facts = a_call(TEN | terms, **story)
    made = record(facts)
    assert came_to(facts)[0] == Decimal(revenue)
    assert made.no_conversion == missing
    assert made.converted == (Decimal(revenue) > 0)


@pytest.mark.parametrize(
    ("payout", "owed", "missing"),
    [
        ({"amount": usd("4")}, "4", ""),
        ({"amount": usd("4"), "on": "connected", "after_seconds": 91}, "0", "too_short"),
        ({"amount": usd("4"), "per": "minute"}, "8", ""),
        ({"percent": "33.3333"}, "3.3333", ""),
        ({"amount": usd("4"), "tiers": [{"from_seconds": 60, "amount": "6"}]}, "6", ""),
        ({"amount": usd("4"), "withheld": "duplicate"}, "0", "duplicate"),
        ({"amount": usd("4"), "on": "accepted"}, "0", "not_accepted"),
    ],
)
def test_a_publisher_is_owed_by_theirs(payout: dict[str, Any], owed: str, missing: str) -> None:
    _, facts = a_call(TEN, payout)
    assert came_to(facts) == (10, Decimal(owed), 0)
    assert record(facts).no_payout == missing


def test_without_a_conversion_nothing_is_owed_that_waits_for_one() -> None:
    _, facts = a_call(TEN | {"after_seconds": 120}, {"percent": "50"})
    assert came_to(facts) == (0, 0, 0)
    assert record(facts).no_payout == "not_converted"


def test_the_latest_posted_conversion_counts() -> None:
    story, facts = a_call(TEN | {"on": "posted"}, {"percent": "50"})

    def said(amount: Money | None, second: int) -> ConversionPosted:
        at = NOON.replace(second=second)
        return ConversionPosted.said(ACCOUNT, story.call_id, amount, at=at)

    by_flow = FlowConverted(
        call_id=story.call_id,
        account_id=ACCOUNT,
        at=NOON,
        seen_at=NOON,
        flow_id=FlowId(UUID(int=9)),
        node="sold",
        value=usd("7"),
    )
    assert came_to([*facts, by_flow]) == (7, Decimal("3.5"), 0)
    assert came_to([*facts, said(None, 1), by_flow]) == (10, 5, 0)
    assert came_to([*facts, said(usd("25"), 3), said(usd("99"), 2)]) == (25, Decimal("12.5"), 0)
    assert came_to([*facts, said(usd("25"), 3), said(usd("0"), 4)]) == (0, 0, 0)


def test_what_is_posted_changes_nothing_where_it_is_not_waited_for() -> None:
    story, facts = a_call(TEN)
    at = NOON.replace(second=1)
    posted = ConversionPosted.said(ACCOUNT, story.call_id, usd("99"), at=at)
    assert came_to([*facts, posted]) == (10, 0, 0)


def test_a_bidder_owes_its_bid_by_its_own_word_too() -> None:
    bought: dict[str, Any] = {
        "rtb_target_id": RtbTargetId(UUID(int=8)),
        "target_id": None,
        "buyer_id": None,
    }
    story, short = a_call(TEN | {"after_seconds": 120}, {"percent": "50"}, **bought)
    _, for_a_buyer = a_call(TEN | {"after_seconds": 120})

    def said(step: int) -> SaleConverted:
        return SaleConverted(
            call_id=story.call_id,
            account_id=ACCOUNT,
            step=step,
            at=NOON,
            seen_at=NOON,
            auction_id=AuctionId(UUID(int=9)),
            rtb_target_id=RtbTargetId(UUID(int=8)),
            amount=usd("10"),
        )

    assert came_to(short) == (0, 0, 0)
    assert came_to([said(0), *short, said(0)]) == (10, 5, 0)
    assert record([*short, said(0)]).effects[0].party.kind == "bidder"
    assert came_to([*short, said(1)]) == (0, 0, 0)
    assert came_to([*for_a_buyer, said(0)]) == (0, 0, 0)


def test_a_quote_is_owed_whatever_the_rules_say() -> None:
    story, facts = a_call(TEN, {"amount": usd("4")}, seller="acme", quoted=usd("6"))
    assert came_to(facts) == (10, 6, 0)
    by_name = a_call(TEN, seller="acme", quoted=usd("6"))[1]
    assert record(by_name).effects[1].party.model_dump() == {
        "kind": "seller",
        "id": "acme",
        "name": "acme",
    }
    assert story.call_id == record(facts).call_id


def test_the_carrier_takes_every_begun_minute() -> None:
    rates = Telephony(call_minute=usd("0.01"), leg_minute=usd("0.02"))
    _, facts = a_call(telephony=rates)
    assert came_to(facts) == (0, 0, Decimal("0.06"))


def test_each_buyer_owes_for_her_own_leg_and_the_publisher_is_paid_once() -> None:
    story = CallStory()
    terms, payout = Terms(after_seconds=0, revenue=usd("10")), PayoutTerms(amount=usd("4"))
    owed: dict[str, Any] = {"terms": terms, "payout": payout, "publisher_id": PUBLISHER}
    facts = [
        story.arrived(),
        story.routed(**owed),
        story.answered(),
        story.leg_ended(bridged=True, seconds=5),
        story.routed(1, buyer_id=SECOND_BUYER, buyer_name="Bo's", **owed),
        story.answered(1),
        story.leg_ended(1, bridged=True, seconds=50),
    ]
    made = record(facts)
    assert came_to(facts) == (20, 4, 0)
    lines = [line for line in lines_of(made, NOON) if line["currency"] == "USD"]
    owing = {str(line["buyer"]): line.get("revenue", 0) for line in lines}
    assert owing == {str(leg.buyer_id): 100_000 for leg in made.legs}
    assert sum(line.get("payout", 0) for line in lines) == 40_000


def test_a_leg_that_was_never_bought_owes_nothing() -> None:
    story = CallStory()
    terms = Terms(after_seconds=0, revenue=usd("10"))
    facts = [
        story.routed(terms=terms),
        story.fell_back(),
        story.answered(),
        story.leg_ended(status=CallStatus.COMPLETED, bridged=True, seconds=9),
    ]
    assert came_to(facts) == (0, 0, 0)
