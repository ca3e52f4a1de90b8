"""Playing a caller through a flow, without a carrier: scripts, what came of them, and tests."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.calls import Geography
from libs.contracts.configuration import Name
from libs.contracts.flow_edits import FlowDocument, Version
from libs.contracts.flow_looks import FlowStep
from libs.contracts.ids import AccountId, CallId, FlowId
from libs.contracts.message import Document, Instant, Question, Value, one_of, refused_at
from libs.contracts.phone import Caller
from libs.contracts.tags import Tags
from libs.contracts.voice import TIME_LIMIT_MAX_SECONDS, Verb

INPUTS_MAX = 200  # of one script
LEGS_MAX = 50
TESTS_MAX = 50  # of one flow
SEED_MAX = 2**31 - 1
ANSWER_BYTES_MAX = 450_000  # of what is told of played calls: a message has at most 512 kB


class Does(StrEnum):
    """What a played callee does."""

    ANSWERS = "answers"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    NOBODY = "nobody"


class PlayedLeg(Document):
    """What comes of a search for somebody: she answers and talks, or does not; or nobody is there.

    `caller_hangs_up`: the caller ends the conversation, or leaves while it rings.
    """

    does: Does = Does.ANSWERS
    name: Annotated[str, Field(max_length=120)] = "desk"
    ring_seconds: int = Field(default=5, ge=0, le=600)
    talk_seconds: int = Field(default=30, ge=0, le=TIME_LIMIT_MAX_SECONDS)
    caller_hangs_up: bool = False


class PlayedInput(Document):
    """What the caller does when it is her turn: keys, words, a message, silence, or she leaves."""

    digits: Annotated[str, Field(pattern=r"^[0-9*#]{0,60}$")] = ""
    speech: Annotated[str, Field(max_length=1_000)] = ""
    message_seconds: int = Field(default=0, ge=0, le=600)
    hang_up: bool = False


class PlayedAnswer(Document):
    """What an HTTP node is answered; `status` 0: nothing comes in time."""

    status: int = Field(default=200, ge=0, le=599)
    body: Annotated[str, Field(max_length=20_000)] = ""


class Expected(Document):
    """What must come of a script: the ports in their order, words among what is heard, the end.

    `ports` are written "node port"; None: whatever comes.
    """

    ports: tuple[Annotated[str, Field(max_length=130)], ...] | None = None
    heard: tuple[Annotated[str, Field(max_length=500)], ...] = ()
    finished: Annotated[str, Field(max_length=200)] | None = None
    tags: Tags = Field(default_factory=dict)


class FlowScript(Document):
    """A caller, what she does, and how the world answers.

    `inputs` are taken in turn, silence when they run out; `legs` likewise, nobody when they run
    out; `answers` are by node.  `at` None is 2030-01-07 15:00 UTC, a Monday.
    """

    name: Name = "A caller"
    caller: Caller = Caller(kind="number", text="+12125550100")
    dialled: Annotated[str, Field(max_length=254)] = "+18005550100"
    geography: Geography = Geography()
    tags: Tags = Field(default_factory=dict)
    at: Instant | None = None
    seed: int = Field(default=1, ge=0, le=SEED_MAX)
    inputs: tuple[PlayedInput, ...] = Field(default=(), max_length=INPUTS_MAX)
    legs: tuple[PlayedLeg, ...] = Field(default=(), max_length=LEGS_MAX)
    answers: dict[Annotated[str, Field(max_length=64)], PlayedAnswer] = Field(
        default_factory=dict, max_length=100
    )
    expects: Expected = Expected()


class SimulatedTurn(Value):
    """One turn of a played call: when, after what, and what the caller hears then.

    `tags` are all that are set when it ends, those gathered in secret masked.  `twiml` is what the
    carrier would be told, where somebody has asked for that.
    """

    at: Instant
    heard: str
    verbs: tuple[Verb, ...]
    steps: tuple[FlowStep, ...]
    tags: dict[str, str]
    twiml: str = ""


class FlowSimulated(Value):
    """A played call; `left`: it was given back to the campaign's normal routing.

    `differences` are what a test had expected otherwise, in words.
    """

    outcome: Literal["simulated"] = "simulated"
    name: str
    turns: tuple[SimulatedTurn, ...]
    finished: str
    left: bool
    seconds: float
    differences: tuple[str, ...] = ()


class SimulateFlow(Question):
    """Play a caller through a flow's draft, a published version, or a document that is not kept."""

    subject: ClassVar[str] = "ask.flows.simulate.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowSimulated)

    account_id: AccountId
    flow_id: FlowId | None = None
    version: Version | None = None
    document: FlowDocument | None = None
    script: FlowScript = FlowScript()

    @model_validator(mode="after")
    def _one_flow(self) -> Self:
        if (self.flow_id is None) == (self.document is None):
            raise refused_at(("flow_id",), "name a flow, or give a document")
        return self


class PortUntested(Value):
    """A port that no test goes through."""

    node: str
    port: str


class FlowTested(Value):
    """What came of a flow's tests, and how much of it they go through.

    Where that is too much for one answer, tests tell no `turns` that came out as expected.
    """

    outcome: Literal["tested"] = "tested"
    tests: tuple[FlowSimulated, ...]
    nodes_covered: int
    nodes: int
    ports_covered: int
    ports: int
    untested: tuple[PortUntested, ...]

    @property
    def passed(self) -> bool:
        """Whether every test came out as expected."""
        return not any(test.differences for test in self.tests)


class RunFlowTests(Question):
    """Run the tests that are kept with a flow, by its draft or a version."""

    subject: ClassVar[str] = "ask.flows.test.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowTested)

    account_id: AccountId
    flow_id: FlowId
    version: Version | None = None


class FlowReplayed(Value):
    """A real call walked again with what was heard and answered then.

    `differences` are the steps that came out otherwise than then; none where it is the same
    version.
    """

    outcome: Literal["replayed"] = "replayed"
    simulated: FlowSimulated
    differences: tuple[str, ...]


class ReplayFlow(Question):
    """Walk a real call again: on the version that it was in, another, or (`draft`) the draft."""

    subject: ClassVar[str] = "ask.flows.replay.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowReplayed)

    account_id: AccountId
    call_id: CallId
    version: Version | None = None
    draft: bool = False
