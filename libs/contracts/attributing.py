"""What is found of a call's visit after the call was routed without it."""

from typing import ClassVar

from libs.contracts.calls import Fact
from libs.contracts.visits import Attribution


class CallAttributed(Fact):
    """Whose visit a call is, of which the router was told nothing; what it was told outweighs."""

    subject: ClassVar[str] = "event.call.attributed.v1"
    publisher: ClassVar[str] = "tracking"

    attribution: Attribution
