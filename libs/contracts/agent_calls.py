"""Agents' calls: taken or missed, wrapped up with what came of them; and their times."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from libs.contracts.agent_states import AGENTS_PAGE_MAX, AgentState
from libs.contracts.call_settings import Text
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, CallId, CampaignId, TargetId
from libs.contracts.message import (
    Document,
    Instant,
    Message,
    Question,
    Value,
    one_of,
    refused_at,
)

TIMES_DAYS_MAX = 92  # a quarter at once
Step = Annotated[int, Field(ge=0, le=32_767)]


class CallOutcome(StrEnum):
    """What became of a call that was offered to an agent."""

    UNKNOWN = "unknown"  # under way, or the carrier has not said
    HANDLED = "handled"
    MISSED = "missed"


class CallNotes(Document):
    """What an agent says of a call; None, or an empty text: nothing."""

    disposition: Text = Field(default="", max_length=120)
    notes: Text = Field(default="", max_length=4_000)
    rating: int | None = Field(default=None, ge=1, le=5)


class AgentCall(Value):
    """A call that was offered to an agent.

    She wraps up from its end until `wrap_up_until`, or until she was done, at `wrapped_at`.
    """

    outcome: Literal["agent_call"] = "agent_call"
    call_id: CallId
    step: int
    agent_id: TargetId
    campaign_id: CampaignId
    offered_at: Instant
    ended_at: Instant | None = None
    became: CallOutcome = CallOutcome.UNKNOWN
    talk_seconds: int = 0
    wrap_up_until: Instant | None = None
    wrapped_at: Instant | None = None
    notes: CallNotes = CallNotes()


class WrapUp(Question):
    """Keep what an agent says of a call, in the place of what she said before.

    `done` ends her wrap-up; refused with `on_call` while the call is under way.
    """

    subject: ClassVar[str] = "ask.router.wrap_up.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(AgentCall)

    account_id: AccountId
    actor: Actor
    agent_id: TargetId
    call_id: CallId
    step: Step
    notes: CallNotes
    done: bool = True


class AgentCalls(Value):
    """An agent's calls, the latest first; `cursor` asks for those before."""

    outcome: Literal["agent_calls"] = "agent_calls"
    calls: tuple[AgentCall, ...]
    cursor: Instant | None = None


class ListAgentCalls(Question):
    """The calls that were offered to an agent; with `call_id` only what there is of that one.

    Calls that are with her now come without an end.
    """

    subject: ClassVar[str] = "ask.router.agent_calls.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(AgentCalls)

    account_id: AccountId
    agent_id: TargetId
    call_id: CallId | None = None
    cursor: Instant | None = None
    limit: int = Field(default=100, ge=1, le=AGENTS_PAGE_MAX)


class AgentTimes(Value):
    """What an agent did in a time: her calls by when they were offered, seconds in each state."""

    agent_id: TargetId
    name: str
    handled: int = 0
    missed: int = 0
    talk_seconds: int = 0
    wrap_up_seconds: int = 0
    state_seconds: dict[AgentState, int] = Field(default_factory=dict)


class AllAgentTimes(Value):
    """The agents' times, in the order of their ids."""

    outcome: Literal["agent_times"] = "agent_times"
    times: tuple[AgentTimes, ...]
    cursor: TargetId | None = None


class ReportAgentTimes(Question):
    """What agents did from `since` until before `until`; with `agent_id` only one."""

    subject: ClassVar[str] = "ask.router.agent_times.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(AllAgentTimes)

    account_id: AccountId
    since: Instant
    until: Instant
    agent_id: TargetId | None = None
    cursor: TargetId | None = None
    limit: int = Field(default=100, ge=1, le=AGENTS_PAGE_MAX)

    @model_validator(mode="after")
    def _a_time(self) -> Self:
        if not timedelta(0) < self.until - self.since <= timedelta(days=TIMES_DAYS_MAX):
            raise refused_at(("until",), f"is after since, by at most {TIMES_DAYS_MAX} days")
        return self


class AgentCallEnded(Message):
    """It is known what became of a call that was offered to an agent."""

    subject: ClassVar[str] = "event.agent.call_ended.v1"
    publisher: ClassVar[str] = "router"

    account_id: AccountId
    agent_id: TargetId
    call_id: CallId
    step: int
    campaign_id: CampaignId
    offered_at: Instant
    at: Instant
    became: CallOutcome
    talk_seconds: int
    wrap_up_until: Instant | None


class AgentWrappedUp(Message):
    """An agent has wrapped a call up, or her time for it is over: then nobody is the `actor`.

    Told again where she changes what she said.
    """

    subject: ClassVar[str] = "event.agent.wrapped_up.v1"
    publisher: ClassVar[str] = "router"

    account_id: AccountId
    agent_id: TargetId
    call_id: CallId
    step: int
    at: Instant
    seconds: int
    notes: CallNotes
    actor: Actor | None = None
