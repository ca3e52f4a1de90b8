"""What a call came to, from what was agreed and what happened: a function of its facts alone.

Every connected or dialled leg owes by its own terms.  A call is paid for once: by the first of
its legs that has earned the payout.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from libs.contracts.money import PLACES, Money
from libs.contracts.payouts import PayoutTerms, Withheld
from libs.contracts.pricing import On, Telephony, times
from libs.contracts.tracking import Leg
from libs.contracts.worth import Effect, EffectKind, Party, PartyKind, Unearned, Worth
from services.tracking.domain.adjusting import with_adjustments
from services.tracking.domain.cells import Told, first
from services.tracking.domain.deals import Deal, Post, deals_of, is_confirmed, post_of
from services.tracking.domain.earning import Standing, grown, unearned
from services.tracking.domain.legs import connected_of

CARRIER = Party(kind=PartyKind.CARRIER, id="carrier")
_NOTHING = Decimal(0)


class Came(NamedTuple):
    """What a call came to, with why it did not come to more."""

    effects: tuple[Effect, ...]
    no_conversion: Unearned
    no_payout: Unearned


def came_to(told: Told, legs: tuple[Leg, ...]) -> Came:
    """Everything that is owed for a call."""
    deals = deals_of(told)
    if not deals:
        return Came(with_adjustments((), told), Unearned.NOTHING, Unearned.NOTHING)
    standings = _standings(told, legs, deals)
    post = post_of(told)
    revenues, no_conversion = _revenues(standings, deals, post)
    converted = {one.step for one in revenues}
    payouts, no_payout = _payouts(
        [_as_converted(one, converted) for one in standings], deals, revenues, post
    )
    telephony = deals[max(deals)].telephony
    costs = _costs(told, legs, telephony) if telephony else []
    effects = with_adjustments((*revenues, *payouts, *costs), told)
    return Came(effects, no_conversion, no_payout)


def worth_of(effects: Iterable[Effect]) -> tuple[Worth, ...]:
    """The sums, one for each currency."""
    sums: defaultdict[str, defaultdict[EffectKind, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for effect in effects:
        sums[effect.money.currency][effect.kind] += effect.money.amount
    return tuple(_worth(currency, sums[currency]) for currency in sorted(sums))


def _worth(currency: str, sums: Mapping[EffectKind, Decimal]) -> Worth:
    revenue, payout, cost = (sums.get(kind, _NOTHING).quantize(PLACES) for kind in EffectKind)
    return Worth(
        currency=currency,
        revenue=revenue,
        payout=payout,
        cost=cost,
        profit=revenue - payout - cost,
    )


def _standings(told: Told, legs: tuple[Leg, ...], deals: Mapping[int, Deal]) -> list[Standing]:
    """The legs that were dialled by the router's word, and so on its terms."""
    mine = [leg for leg in legs if leg.step in deals and (leg.target_id or leg.rtb_target_id)]
    waiting = [leg for leg in mine if _waits(deals[leg.step])]
    meant = (connected_of(tuple(waiting)) or tuple(waiting))[-1:]
    seconds = first(told.greatest, "seconds")
    was_posted = post_of(told) is not None
    return [
        Standing(
            leg,
            seconds,
            posted=was_posted and leg in meant,
            confirmed=leg.rtb_target_id is not None and is_confirmed(told, leg.step),
        )
        for leg in mine
    ]


def _waits(deal: Deal) -> bool:
    return deal.terms is not None and deal.terms.on is On.POSTED


def _as_converted(standing: Standing, converted: set[int | None]) -> Standing:
    return Standing(
        standing.leg,
        standing.call_seconds,
        posted=standing.posted,
        converted=standing.leg.step in converted,
    )


def _revenues(
    standings: Sequence[Standing], deals: Mapping[int, Deal], post: Post | None
) -> tuple[list[Effect], Unearned]:
    revenues: list[Effect] = []
    missing = Unearned.NOTHING
    for standing in standings:
        terms, step = deals[standing.leg.step].terms, standing.leg.step
        if terms is None:
            continue
        missing = Unearned.NOTHING if standing.confirmed else unearned(terms, standing)
        said = post.amount if post and terms.on is On.POSTED else None
        money = (said or grown(terms.revenue, terms, standing)) if not missing else None
        if money is None:
            missing = missing or Unearned.TOO_SHORT
            continue
        party = _buyer(standing.leg)
        revenues.append(Effect(kind=EffectKind.REVENUE, step=step, party=party, money=money))
    return revenues, Unearned.NOTHING if revenues else missing


def _buyer(leg: Leg) -> Party:
    if leg.rtb_target_id is not None:
        return Party(kind=PartyKind.BIDDER, id=str(leg.rtb_target_id), name=leg.target_name)
    return Party(kind=PartyKind.BUYER, id=str(leg.buyer_id), name=leg.buyer_name)


def _payouts(
    standings: Sequence[Standing],
    deals: Mapping[int, Deal],
    revenues: Sequence[Effect],
    post: Post | None,
) -> tuple[list[Effect], Unearned]:
    missing = Unearned.NOTHING
    for standing in standings:
        deal = deals[standing.leg.step]
        owed, party = deal.owed, _publisher(deal)
        if owed is None or party is None:
            continue
        if owed.withheld is not Withheld.NOTHING:
            missing = Unearned(owed.withheld.value)
            continue
        missing = unearned(owed, standing)
        amounts = _amounts(owed, standing, revenues) if not missing else []
        if amounts:
            if post and post.payout and standing.posted:
                amounts = [post.payout]
            step = standing.leg.step
            made = [
                Effect(kind=EffectKind.PAYOUT, step=step, party=party, money=each)
                for each in amounts
            ]
            return made, Unearned.NOTHING
    return [], missing


def _amounts(owed: PayoutTerms, standing: Standing, revenues: Sequence[Effect]) -> list[Money]:
    if owed.percent is None:
        money = grown(owed.amount, owed, standing) if owed.amount else None
        return [money] if money else []
    totals: dict[str, Money] = {}
    for one in revenues:
        known = totals.get(one.money.currency)
        totals[one.money.currency] = known + one.money if known else one.money
    return [totals[each].share(owed.percent / 100) for each in sorted(totals)]


def _publisher(deal: Deal) -> Party | None:
    if deal.publisher_id is not None:
        name = deal.publisher_name or deal.seller
        return Party(kind=PartyKind.PUBLISHER, id=str(deal.publisher_id), name=name)
    return Party(kind=PartyKind.SELLER, id=deal.seller, name=deal.seller) if deal.seller else None


def _costs(told: Told, legs: Sequence[Leg], rates: Telephony) -> list[Effect]:
    seconds = first(told.greatest, "seconds")
    money = [times(rates.call_minute, seconds)] if seconds else []
    if rates.leg_minute is not None:
        money += [times(rates.leg_minute, leg.seconds) for leg in legs if leg.seconds]
    by_currency: dict[str, Money] = {}
    for each in money:
        known = by_currency.get(each.currency)
        by_currency[each.currency] = known + each if known else each
    return [
        Effect(kind=EffectKind.COST, party=CARRIER, money=by_currency[currency])
        for currency in sorted(by_currency)
    ]


def fields_of(told: Told, legs: tuple[Leg, ...]) -> dict[str, Any]:
    """The fields of a record that say what the call came to."""
    came = came_to(told, legs)
    kinds = {effect.kind for effect in came.effects if effect.adjustment is None}
    return {
        "effects": came.effects,
        "worth": worth_of(came.effects),
        "converted": EffectKind.REVENUE in kinds,
        "paid": EffectKind.PAYOUT in kinds,
        "no_conversion": came.no_conversion,
        "no_payout": came.no_payout,
    }
