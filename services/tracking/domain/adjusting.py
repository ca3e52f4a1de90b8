"""What people have changed of what is owed for a call, read from its facts."""

from collections.abc import Iterable
from decimal import Decimal

from libs.contracts.adjusting import ADJUSTMENTS_MAX, CallAdjusted
from libs.contracts.message import Value
from libs.contracts.money import Money
from libs.contracts.tracking import CallRecord
from libs.contracts.worth import Effect, EffectKind, Party, PartyKind
from services.tracking.domain.cells import Cells, Told
from services.tracking.domain.unfit import Unfit

_NAME = "adjusted."


class Adjustment(Value):
    """One of them; one that follows from a dispute takes at most what there is."""

    kind: EffectKind
    party: Party
    money: Money
    disputed: bool = False
    reason: str = ""
    actor: str = ""


def adjusted(fact: CallAdjusted) -> Cells:
    """The cell of an adjustment."""
    made = Adjustment(
        kind=fact.kind,
        party=fact.party,
        money=fact.money,
        disputed=fact.dispute_id is not None,
        reason=fact.reason,
        actor=fact.actor.name,
    )
    return {f"{_NAME}{fact.sequence}": [made.model_dump_json(exclude_defaults=True)]}


def adjustments_of(told: Told) -> dict[int, Adjustment]:
    """All of them by number, in order."""
    found = {
        int(name.removeprefix(_NAME)): Adjustment.model_validate_json(str(cell[0]))
        for name, cell in told.greatest.items()
        if name.startswith(_NAME)
    }
    return dict(sorted(found.items()))


def next_number(told: Told) -> int:
    """The number of one more; raise Unfit where there are too many."""
    number = max(adjustments_of(told), default=0) + 1
    if number > ADJUSTMENTS_MAX:
        raise Unfit("too_many", f"a call is adjusted at most {ADJUSTMENTS_MAX} times")
    return number


def with_adjustments(effects: Iterable[Effect], told: Told) -> tuple[Effect, ...]:
    """Everything that is owed, adjustments too."""
    all_effects = list(effects)
    for number, one in adjustments_of(told).items():
        money = one.money
        if one.disputed:
            money = _at_most(money, there(all_effects, one.kind, one.party, money.currency))
        all_effects.append(
            Effect(
                kind=one.kind,
                adjustment=number,
                party=one.party,
                money=money,
                reason=one.reason,
                actor=one.actor,
            )
        )
    return tuple(all_effects)


def there(effects: Iterable[Effect], kind: EffectKind, party: Party, currency: str) -> Decimal:
    """How much is owed of a kind, with one party, in one currency."""
    return sum(
        (
            effect.money.amount
            for effect in effects
            if effect.kind is kind
            and (effect.party.kind, effect.party.id) == (party.kind, party.id)
            and effect.money.currency == currency
        ),
        Decimal(0),
    )


def party_of(call: CallRecord, kind: EffectKind) -> Party:
    """With whom a call is adjusted: who owes or is owed, else who would; raise Unfit."""
    for effect in reversed(call.effects):
        if effect.kind is kind:
            return effect.party
    if kind is EffectKind.REVENUE and call.rtb_target_id is not None:
        return Party(kind=PartyKind.BIDDER, id=str(call.rtb_target_id), name=call.target_name)
    if kind is EffectKind.REVENUE and call.buyer_id is not None:
        return Party(kind=PartyKind.BUYER, id=str(call.buyer_id), name=call.buyer_name)
    if kind is EffectKind.PAYOUT and call.publisher_id is not None:
        return Party(kind=PartyKind.PUBLISHER, id=str(call.publisher_id))
    text = "nobody owes anything for this call, or would"
    raise Unfit("nobody", text, [("kind", text)])


def _at_most(money: Money, most: Decimal) -> Money:
    """Take away no more than there is."""
    return money.model_copy(update={"amount": max(money.amount, -max(most, Decimal(0)))})
