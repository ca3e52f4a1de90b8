"""Why a candidate, or a whole call, is turned away."""

from libs.contracts.explaining import Rule
from libs.contracts.message import Value
from libs.contracts.routing import RouteReason


class Exclusion(Value):
    """The first rule a candidate fails: whose it is, what was seen and what it takes."""

    rule: Rule
    seen: str
    needed: str
    holder: str = ""


class TurnedAway(Value):
    """Why the campaign does not take the call, whoever there may be."""

    reason: RouteReason
    seen: str
    needed: str
