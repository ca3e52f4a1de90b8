"""A thousand recorded decisions of many kinds come out the same from their records, to the byte."""

from collections import Counter as Tally
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from libs.contracts.auction import AuctionUnsold, AuctionWon, Unsold
from libs.contracts.call_settings import Conversion, Recovery
from libs.contracts.calls import Geography
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Group,
    Limited,
    Member,
    Spread,
    Status,
    Sticking,
)
from libs.contracts.explaining import Rule
from libs.contracts.filters import TagFilter, TagTest
from libs.contracts.ids import PublisherId
from libs.contracts.money import usd
from libs.contracts.phone import WITHHELD, PhoneDestination
from libs.contracts.publishers import PublisherStatus
from libs.contracts.routing import Close, RouteReason
from libs.contracts.schedule import Schedule, WeeklyShift
from libs.contracts.screening import Blocklist, CallerHistory, DuplicateRule, EarlierCall
from services.router.domain.context import Estimate, Inputs, Load, PublisherSeen
from services.router.domain.explain import explained
from services.router.domain.plan import Plan
from services.router.domain.record import OUTCOMES, Decision, Record
from services.router.domain.replay import repeat
from tests.unit.router.plans import (
    BUYER,
    CALLER,
    NOW,
    a_counter,
    a_plan,
    a_target,
    counters_of,
    decide,
)

DECISIONS, PLANS = 1_000, 80
OTHER = Buyer(id=UUID(int=20), name="Bold", zone="Asia/Kathmandu")
DAY = WeeklyShift(days=("monday", "tuesday"), opens="09:00", closes="17:00")
SHIFTS = tuple(Schedule(zone=zone, hours=(DAY,)) for zone in ("America/New_York", "Asia/Tokyo"))
SOLAR = TagFilter(tests=(TagTest(tag="product", operator="==", value="solar"),))
ROUTER = UUID(int=71)


def some_caps(draw: Random) -> Caps:
    if draw.random() < 0.4:
        return Caps()
    limit = Limit(period=draw.choice(list(Period)), counts=draw.choice(list(Counted)), most=3)
    return Caps(concurrency=draw.choice((None, 3)), limits=(limit,), overshoot=draw.random() < 0.2)


def rarely(draw: Random, value: Any, otherwise: Any = None, share: float = 0.15) -> Any:
    return value if draw.random() < share else otherwise


def some_plan(draw: Random) -> Plan:
    targets = [
        a_target(
            n,
            buyer_id=draw.choice((BUYER, OTHER)).id,
            zone=draw.choice(("UTC", "America/St_Johns")),
            caps=some_caps(draw),
            status=rarely(draw, Status.PAUSED, Status.ACTIVE),
            schedule=rarely(draw, draw.choice(SHIFTS)),
            filter=rarely(draw, SOLAR),
            duplicates=rarely(draw, DuplicateRule(scope="target", after="connection"), share=0.3),
            conversion=rarely(draw, Conversion(revenue=usd("2.5")), share=0.6),
            earlier_connections_max=rarely(draw, 0),
        )
        for n in range(1, draw.randint(1, 7))
    ]
    group = Group(
        id=UUID(int=50),
        name="Day shift",
        caps=some_caps(draw),
        members=tuple(Member(target_id=one.id) for one in targets[:2]),
    )
    entries = [
        Assignment(target_id=one.id, priority=draw.randint(1, 2), weight=draw.randint(1, 5))
        for one in targets
    ]
    auction = Assignment(rtb_router_id=ROUTER, priority=draw.randint(1, 2))
    return a_plan(
        *targets,
        buyers=(BUYER.model_copy(update={"caps": some_caps(draw)}), OTHER),
        groups=(group,),
        assignments=(*entries, *rarely(draw, (auction,), (), share=0.4)),
        spread=draw.choice(list(Spread)),
        sticking=draw.choice(list(Sticking)),
        caps=rarely(draw, some_caps(draw), Caps(), share=0.3),
        schedule=rarely(draw, SHIFTS[1], share=0.05),
        blocklist=rarely(draw, Blocklist(prefixes=("+1212",)), Blocklist(), share=0.05),
        block_anonymous=rarely(draw, True),
        rtb_enabled=draw.random() < 0.9,
        recovery=rarely(draw, Recovery(seconds=20)),
        fallback_destination=rarely(draw, PhoneDestination(number="+15550199999"), share=0.4),
    )


def some_inputs(draw: Random, plan: Plan) -> Inputs:
    calls = tuple(
        EarlierCall(
            at=NOW - timedelta(days=n),
            campaign_id=plan.campaign.id,
            target_id=UUID(int=100 + n),
            buyer_id=BUYER.id,
            connected_at=NOW - timedelta(days=n),
        )
        for n in range(1, draw.randint(1, 4))
    )
    won = AuctionWon(
        auction_id=UUID(int=81),
        target_id=UUID(int=82),
        target_name="Slow high",
        company="Bidder",
        destination=PhoneDestination(number="+15550100031"),
        price=usd("31.25"),
        required_seconds=60,
        expires_at=NOW,
        bids=2,
        asked=5,
    )
    unsold = AuctionUnsold(auction_id=UUID(int=83), reason=draw.choice(list(Unsold)), asked=3)
    places = range(len(plan.candidates))
    return Inputs(
        history=CallerHistory(calls=calls),
        turn=draw.randint(0, 9),
        loads={at: Load(live=draw.randint(0, 3), free=draw.choice((None, 2))) for at in places},
        estimates={at: Estimate(calls=at, revenue=usd("3.3333").amount) for at in places},
        auctions={ROUTER: draw.choice((won, unsold))},
        share_percent=rarely(draw, 50, share=0.1),
    )


def some_decision(draw: Random, plan: Plan) -> Decision:
    publisher = PublisherSeen(
        id=PublisherId(UUID(int=60)),
        name="Mail House",
        status=rarely(draw, PublisherStatus.PAUSED, PublisherStatus.ACTIVE),
        limits=Limited(zone="America/New_York", caps=some_caps(draw)),
        falls_back=draw.random() < 0.5,
    )
    counted = {
        key: a_counter(draw.randint(0, 3), draw.randint(0, 4), possible=draw.randint(0, 1))
        for key in (*counters_of(plan), *((publisher.id, measure) for measure in Counted))
    }
    step = draw.choice((0, 0, 1))
    return decide(
        plan if draw.random() < 0.95 else draw.choice([RouteReason.CAMPAIGN_PAUSED]),
        counted=counted,
        inputs=some_inputs(draw, plan),
        now=NOW + timedelta(seconds=draw.randint(0, 10**6), microseconds=draw.randint(0, 999_999)),
        step=step,
        seed=draw.getrandbits(53),
        caller=draw.choice((CALLER, CALLER, WITHHELD)),
        tags=draw.choice(({}, {"product": "solar"})),
        geography=Geography(state="NY", country="US"),
        publisher=rarely(draw, publisher, share=0.4),
        tried=(UUID(int=101),) if step else (),
        connections=step,
    )


def test_what_an_earlier_edition_of_the_rules_decided_is_repeated_by_it() -> None:
    """Once, a call that nobody bought was closed as one for which nobody had room."""
    plan = a_plan(assignments=(Assignment(rtb_router_id=ROUTER),), rtb_enabled=True)
    unsold = AuctionUnsold(auction_id=UUID(int=83), reason=Unsold.NO_BIDS, asked=3)
    decision = decide(plan, inputs=Inputs(auctions={ROUTER: unsold}))
    assert isinstance(decision.outcome, Close)
    assert decision.outcome.reason is decision.record.reason is RouteReason.UNSOLD
    told = explained(decision.record, plan, heard=True).sentence
    assert told == (
        "The call was closed because nobody bought it; "
        "the RTB auction sold nothing (no bids, 3 asked)."
    )
    before = decision.record.model_dump(mode="json", exclude={"edition"})
    kept = Record.model_validate(before | {"reason": "all_capped"})

    again = repeat(kept, plan)

    assert again.record == kept
    assert isinstance(again.outcome, Close)
    assert again.outcome.reason is RouteReason.ALL_CAPPED


def test_a_thousand_records_of_many_kinds_are_replayed_to_the_byte() -> None:
    draw = Random(2026)
    plans = [some_plan(draw) for _ in range(PLANS)]
    read = {plan.digest: Plan.model_validate_json(plan.text) for plan in plans}
    reasons: Tally[RouteReason] = Tally()
    rules: Tally[Rule] = Tally()
    for at in range(DECISIONS):
        decision = some_decision(draw, plans[at % PLANS])
        text, answer = decision.record.model_dump_json(), decision.outcome.model_dump_json()

        kept = Record.model_validate_json(text)
        again = repeat(kept, read[kept.snapshot] if kept.snapshot else None)

        assert again.record.model_dump_json() == text
        assert again.outcome.model_dump_json() == answer
        assert OUTCOMES.validate_json(answer) == again.outcome
        reasons[decision.record.reason] += 1
        rules.update(seat.rule for seat in decision.record.seats)

    assert len(reasons) >= 9, reasons
    assert len(rules) >= 12, rules
    assert sum(reasons.values()) == DECISIONS
