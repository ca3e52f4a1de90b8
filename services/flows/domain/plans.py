"""Plans on top of one another: what a node says, and what nodes before it have set."""

from libs.contracts.flow_routing import FlowPlan

_WHO = ("entries", "numbers")


def over(plan: FlowPlan, upper: FlowPlan | None) -> FlowPlan:
    """`plan` with what `upper` sets put on top; who is dialled is taken as a whole.

    >>> over(FlowPlan(ring_seconds=20, whisper="a"), FlowPlan(whisper="b")).ring_seconds
    20
    """
    if upper is None:
        return plan
    update = {
        name: value
        for name in FlowPlan.model_fields
        if name not in _WHO and (value := getattr(upper, name)) is not None
    }
    if upper.entries or upper.numbers:
        update |= {name: getattr(upper, name) for name in _WHO}
    return plan.model_copy(update=update)
