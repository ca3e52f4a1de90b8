"""Agents at work: whether one is there, since when and by whose word; and what everybody hears."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.agents import Agent
from libs.contracts.call_settings import Text
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, CallId, CampaignId, PersonId, TargetId
from libs.contracts.message import Instant, Message, Question, Value, one_of

AGENTS_PAGE_MAX = 200  # of one answer

Reason = Annotated[Text, Field(max_length=500)]


class AgentState(StrEnum):
    """What an agent says of herself; calls reach only who is available."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    BUSY = "busy"
    ON_BREAK = "on_break"
    TRAINING = "training"


class CallWithHer(Value):
    """A call that rings at an agent, or that she talks to, since it was sent to her."""

    call_id: CallId
    step: int
    campaign_id: CampaignId
    since: Instant


class AgentAtWork(Value):
    """One agent as she is now.  `since` None: she has never signed in.

    `by` is who put her into the state, `calls` how many are with her now and `with_her` which,
    the first first; until `wrap_up_until` she wraps one up, unless she is done before.
    """

    outcome: Literal["agent"] = "agent"
    agent_id: TargetId
    name: str
    agent: Agent
    state: AgentState = AgentState.OFFLINE
    since: Instant | None = None
    reason: str = ""
    by: str = ""
    calls: int = 0
    with_her: tuple[CallWithHer, ...] = ()
    wrap_up_until: Instant | None = None


class SetAgentState(Question):
    """Put an agent into a state; `reason` is kept with it.  The same again changes nothing."""

    subject: ClassVar[str] = "ask.router.set_agent_state.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(AgentAtWork)

    account_id: AccountId
    actor: Actor
    agent_id: TargetId
    state: AgentState
    reason: Reason = ""


class GetAgent(Question):
    """One agent, by her own id or by the person who signs in as her."""

    subject: ClassVar[str] = "ask.router.get_agent.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(AgentAtWork)

    account_id: AccountId
    agent_id: TargetId | None = None
    person_id: PersonId | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.agent_id is None) == (self.person_id is None):
            raise ValueError("name one of agent_id and person_id")
        return self


class AgentsAtWork(Value):
    """Agents in the order of their ids; `cursor` asks for the next page."""

    outcome: Literal["agents"] = "agents"
    agents: tuple[AgentAtWork, ...]
    cursor: TargetId | None = None


class ListAgents(Question):
    """The account's agents; with `state`, `supervisor_id` or `skill` only those."""

    subject: ClassVar[str] = "ask.router.list_agents.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(AgentsAtWork)

    account_id: AccountId
    state: AgentState | None = None
    supervisor_id: PersonId | None = None
    skill: Annotated[Text, Field(max_length=60)] = ""
    cursor: TargetId | None = None
    limit: int = Field(default=100, ge=1, le=AGENTS_PAGE_MAX)


class StateTaken(Value):
    """A state that an agent was put into, by whom and why; `until` None: she is in it."""

    state: AgentState
    at: Instant
    until: Instant | None
    reason: str
    by: Actor


class StatesTaken(Value):
    """An agent's states, the latest first; `cursor` asks for what was before."""

    outcome: Literal["states"] = "states"
    states: tuple[StateTaken, ...]
    cursor: Instant | None = None


class ListAgentStates(Question):
    """The log of an agent's states."""

    subject: ClassVar[str] = "ask.router.agent_states.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(StatesTaken)

    account_id: AccountId
    agent_id: TargetId
    cursor: Instant | None = None
    limit: int = Field(default=100, ge=1, le=AGENTS_PAGE_MAX)


class AgentStateChanged(Message):
    """An agent was put into a state; `seconds` she had been in the one before."""

    subject: ClassVar[str] = "event.agent.state_changed.v1"
    publisher: ClassVar[str] = "router"

    account_id: AccountId
    agent_id: TargetId
    name: str
    at: Instant
    before: AgentState
    after: AgentState
    reason: str
    actor: Actor
    seconds: int | None = Field(default=None, ge=0)
