"""What a node does with a turn, and what it hears from the world: the words of the engine.

A node never waits, asks or reads a clock.  It says what it wants and is called again with what
became of it: `Go` on by a port, `Stay` until the caller or the carrier speaks, `Ask` the world
something within the turn, or `Finish` the call.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, TypeAdapter

from libs.contracts.calls import LegEnded
from libs.contracts.flow_routing import FlowPlan
from libs.contracts.flows import Keyed, LegOver, Recorded
from libs.contracts.message import Value
from libs.contracts.voice import Verb
from services.flows.domain.effects import Effect

Keep = dict[str, JsonValue]
"""What a node remembers of a visit until it is left."""


class Answered(Value):
    """What the world answered to an `Ask`; `failed` says why it could not."""

    kind: Literal["answered"] = "answered"
    value: JsonValue = None
    failed: str = ""


Spoken = Annotated[Keyed | Recorded | LegOver, Field(discriminator="kind")]
Heard = Keyed | Recorded | LegOver | Answered
SPOKEN: TypeAdapter[Keyed | Recorded | LegOver] = TypeAdapter(Spoken)


class Told(Value):
    """An answer as it is kept: which node had asked for what."""

    node: str
    asked: str
    answer: Answered


TOLD: TypeAdapter[tuple[Told, ...]] = TypeAdapter(tuple[Told, ...])


class Buyer(Value):
    """Wanted: somebody to dial.  Answered with a `Bought`.

    `plan` None is the campaign's own.  `ended` is the leg before, where the same node goes on.
    """

    kind: Literal["buyer"] = "buyer"
    plan: FlowPlan | None = None
    ended: LegEnded | None = None


class Rotation(Value):
    """Wanted: how often this place has been come to since `since`.  Answered with a number."""

    kind: Literal["rotation"] = "rotation"
    since: datetime | None = None


class Stuck(Value):
    """Wanted: the branch that this caller took here before.  Answered with its name or None."""

    kind: Literal["stuck"] = "stuck"
    since: datetime | None = None


class Standings(Value):
    """Wanted: of each branch taken since `since`, the calls and the conversations.

    Answered with {branch: [calls, conversations]}.
    """

    kind: Literal["standings"] = "standings"
    since: datetime | None = None


class HttpCall(Value):
    """Wanted: an answer over HTTP, at most `timeout_ms`.  Answered with [status, body].

    An answer is kept and used again for `cache_seconds`.
    """

    kind: Literal["http"] = "http"
    method: str
    url: str
    headers: dict[str, str] = Field(default_factory=dict)
    body: str = ""
    timeout_ms: int
    cache_seconds: int = 0


class Code(Value):
    """Wanted: what the user's function returns.  Answered with its {route, data, plan}.

    Its `Math.random` draws from `seed`.
    """

    kind: Literal["code"] = "code"
    source: str
    inputs: dict[str, Any]
    seed: int


class Judgement(Value):
    """Wanted: the first of these conditions that holds.  Answered with its index or None."""

    kind: Literal["judgement"] = "judgement"
    expressions: tuple[str, ...]
    variables: dict[str, Any]


Wanted = Annotated[
    Buyer | Rotation | Stuck | Standings | HttpCall | Code | Judgement, Field(discriminator="kind")
]


class Go(Value):
    """Leave the node by a port, having said and noted something.

    `plan` is what the next leg is to be dialled by, on top of what its node says.
    """

    port: str
    say: tuple[Verb, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)
    sensitive: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    plan: FlowPlan | None = None
    note: str = ""


class Stay(Value):
    """End the turn and wait here; the last verb brings the caller back."""

    verbs: tuple[Verb, ...]
    keep: Keep = Field(default_factory=dict)
    effects: tuple[Effect, ...] = ()


class Ask(Value):
    """Ask the world, and go on in the same turn."""

    wanted: Wanted
    keep: Keep = Field(default_factory=dict)


class Finish(Value):
    """The call is over, or another takes it: `normal_routing` gives it back to the campaign."""

    say: tuple[Verb, ...] = ()
    reason: str
    normal_routing: bool = False
    effects: tuple[Effect, ...] = ()


Move = Go | Stay | Ask | Finish
