"""Looking at flows: what differs, what is wrong, what happened in them."""

from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.flow_edits import FlowDocument, FlowFinding, Version
from libs.contracts.ids import AccountId, CallId, FlowId
from libs.contracts.message import Instant, Question, Value, one_of

WALKED_MAX = 500  # steps of one answer
PORTS_MAX = 4_000  # ports of one answer, the busiest; a message has at most 512 kB


class FlowDifference(Value):
    """One thing that differs between two versions of a flow."""

    kind: Literal["added", "removed", "changed", "rewired"]
    node: str
    path: str
    text: str


class FlowsCompared(Value):
    """All differences; none: callers hear the same."""

    outcome: Literal["compared"] = "compared"
    differences: tuple[FlowDifference, ...]


class CompareFlows(Question):
    """What differs between two documents of a flow; None is its draft."""

    subject: ClassVar[str] = "ask.flows.compare.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowsCompared)

    account_id: AccountId
    flow_id: FlowId
    before: Version | None = None
    after: Version | None = None


class FlowInspected(Value):
    """What is to be said of a document; `document` is as it would be kept."""

    outcome: Literal["inspected"] = "inspected"
    findings: tuple[FlowFinding, ...]
    document: dict[str, Any]


class InspectFlow(Question):
    """Look at a document that need not be kept."""

    subject: ClassVar[str] = "ask.flows.inspect.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowInspected)

    account_id: AccountId
    document: FlowDocument


class FlowLanguage(Value):
    """The JSON Schema of flow documents, and an example of each kind of node."""

    outcome: Literal["language"] = "language"
    spec_version: int
    language: dict[str, Any]
    examples: dict[str, dict[str, Any]]


class DescribeFlows(Question):
    """The language in which flows are written."""

    subject: ClassVar[str] = "ask.flows.describe.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowLanguage)


class FlowStep(Value):
    """A node that a call has left: by which port, after what was heard, with which tags set."""

    flow_id: FlowId
    version: int
    node: str
    type: str
    port: str
    heard: str = ""
    note: str = ""
    tags: dict[str, str] = Field(default_factory=dict)
    entered_at: Instant
    left_at: Instant

    @property
    def milliseconds(self) -> int:
        """How long the call was there."""
        return round((self.left_at - self.entered_at).total_seconds() * 1_000)


class FlowWalk(Value):
    """A call's way through its flow; `finished` says how it ended, empty while it goes on."""

    outcome: Literal["walk"] = "walk"
    call_id: CallId
    flow_id: FlowId
    version: int
    finished: str = ""
    steps: tuple[FlowStep, ...]
    tags: dict[str, str] = Field(default_factory=dict)


class GetFlowWalk(Question):
    """The way of one call of the account."""

    subject: ClassVar[str] = "ask.flows.walk.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowWalk)

    account_id: AccountId
    call_id: CallId


class PortTraffic(Value):
    """How many calls left a node by a port; of a splitter's, how many came to a conversation."""

    node: str
    port: str
    calls: int
    conversations: int


class FlowTraffic(Value):
    """The traffic of a flow since an hour."""

    outcome: Literal["traffic"] = "traffic"
    since: Instant
    ports: tuple[PortTraffic, ...]


class GetFlowTraffic(Question):
    """What went through a flow's ports in the last hours."""

    subject: ClassVar[str] = "ask.flows.traffic.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowTraffic)

    account_id: AccountId
    flow_id: FlowId
    hours: int = Field(default=24, ge=1, le=24 * 31)
