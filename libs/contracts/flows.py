"""Running a flow: the questions that a caller in it waits for, and what is told of it."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.calls import Fact, Geography, LegEnded
from libs.contracts.ids import AccountId, CallId, CampaignId, FlowId, PublisherId, Sid
from libs.contracts.message import Question, Value, one_of
from libs.contracts.money import Money
from libs.contracts.phone import Caller
from libs.contracts.tags import Tags
from libs.contracts.voice import Verb

VERBS_MAX = 200  # of one turn
REQUEST_URL_MAX = 8_192  # characters of an address that a partner is told at
REQUEST_BODY_MAX = 65_536
KEYED_MAX = 1_000  # characters of what a caller keyed or said; the rest is cut off


EventName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_. -]{1,60}$")]
"""What a node of a flow calls something that happened in a call."""


class FlowTurn(Value):
    """What the caller hears next; the last verb brings her back as a turn after `step`."""

    outcome: Literal["turn"] = "turn"
    account_id: AccountId
    step: int
    verbs: tuple[Verb, ...] = Field(default=(), max_length=VERBS_MAX)


class FlowLeft(Value):
    """The flow gives the call back after `step`: her campaign's plan takes it.

    She hears `verbs` before.
    """

    outcome: Literal["left"] = "left"
    account_id: AccountId
    step: int
    reason: str
    verbs: tuple[Verb, ...] = Field(default=(), max_length=VERBS_MAX)


class StartFlow(Question):
    """A call has come to its campaign's flow.  Asked again, the same is answered."""

    subject: ClassVar[str] = "ask.flows.start.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowTurn, FlowLeft)

    account_id: AccountId
    call_id: CallId
    flow_id: FlowId
    campaign_id: CampaignId
    campaign_name: str = ""
    publisher_id: PublisherId | None = None
    caller: Caller
    dialled: str = Field(max_length=254)
    geography: Geography = Geography()
    tags: Tags = Field(default_factory=dict)


class Keyed(Value):
    """What a caller keyed or said; both empty: she was silent."""

    kind: Literal["keyed"] = "keyed"
    digits: str = Field(default="", max_length=KEYED_MAX)
    speech: str = Field(default="", max_length=KEYED_MAX)

    @property
    def silent(self) -> bool:
        """Whether nothing came."""
        return not self.digits and not self.speech


class Recorded(Value):
    """A caller's recording is over; `seconds` 0: she said nothing."""

    kind: Literal["recorded"] = "recorded"
    recording_sid: Sid | None = None
    seconds: int = Field(default=0, ge=0)


class LegOver(Value):
    """The leg that the flow had dialled has ended."""

    kind: Literal["leg_over"] = "leg_over"
    ended: LegEnded


class ContinueFlow(Question):
    """The caller is back from a turn.  Idempotent by (call_id, step)."""

    subject: ClassVar[str] = "ask.flows.turn.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowTurn, FlowLeft)

    account_id: AccountId
    call_id: CallId
    step: int = Field(ge=0)
    heard: Annotated[Keyed | Recorded | LegOver, Field(discriminator="kind")]


class FlowFinished(Fact):
    """A call has come to the end of its flow, or has been given back (`left`).

    `nodes` are those that it came through, in order; sensitive tags are masked.
    """

    subject: ClassVar[str] = "event.flow.finished.v1"
    publisher: ClassVar[str] = "flows"

    flow_id: FlowId
    version: int
    reason: str
    left: bool
    nodes: tuple[str, ...] = ()
    tags: Tags = Field(default_factory=dict)


class FlowMarked(Fact):
    """A node of a flow names an event of the call, for reports."""

    subject: ClassVar[str] = "event.flow.marked.v1"
    publisher: ClassVar[str] = "flows"

    flow_id: FlowId
    node: str
    event: str


class FlowConverted(Fact):
    """A node of a flow says that the call has converted, and what that is worth."""

    subject: ClassVar[str] = "event.flow.converted.v1"
    publisher: ClassVar[str] = "flows"

    flow_id: FlowId
    node: str
    value: Money | None = None


class PixelAsked(Fact):
    """A node of a flow wants a partner told something: a request, whole as it is to be sent."""

    subject: ClassVar[str] = "event.pixel.asked.v1"
    publisher: ClassVar[str] = "flows"

    flow_id: FlowId
    node: str
    method: str
    url: str = Field(max_length=REQUEST_URL_MAX)
    headers: dict[str, str] = Field(default_factory=dict)
    body: str = Field(default="", max_length=REQUEST_BODY_MAX)
