"""Agents at work: who is there; one's own state, and by whom else it may be changed."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from starlette.responses import Response

from libs.contracts.agent_calls import (
    AgentCall,
    AgentCalls,
    AllAgentTimes,
    CallNotes,
    ListAgentCalls,
    ReportAgentTimes,
    WrapUp,
)
from libs.contracts.agent_states import (
    AgentAtWork,
    AgentsAtWork,
    AgentState,
    GetAgent,
    ListAgents,
    ListAgentStates,
    Reason,
    SetAgentState,
    StatesTaken,
)
from libs.contracts.ids import CallId, PersonId, TargetId
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Principal, Right
from services.console.problems import Problem
from services.console.routes.asking import (
    CONFLICT,
    CURSOR,
    ERRORS,
    NOT_FOUND,
    asked,
    formed,
    told,
)
from services.console.routes.forms import Strict

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["agents"])
look, own = needs(Right.LOOK), needs(Right.SELF)


class StateWanted(Strict):
    """The state to go into; whoever changes another's says why."""

    state: AgentState
    reason: Reason = ""


class CallSaid(CallNotes):
    """What is said of a call, in the place of what was said before; `done` ends the wrap-up."""

    done: bool = True


def _page(
    cursor: Annotated[datetime | None, Query(description="of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> dict[str, object]:
    return {"cursor": cursor, "limit": limit}


Times = Annotated[dict[str, object], Depends(_page)]
Wanted = Annotated[StateWanted, Body()]
Said = Annotated[CallSaid, Body()]
Step = Annotated[int, Path(ge=0, le=32_767)]
Since = Annotated[datetime | None, Query(description="with its offset; else a day before `until`")]
Until = Annotated[datetime | None, Query(description="at most 92 days later; else now")]
TIMES = {name: f"query.{name}" for name in ("since", "until", "cursor")}


@router.get("/agents", response_model=AgentsAtWork, openapi_extra=look)
async def list_agents(  # noqa: PLR0917 - what is looked for
    request: Request,
    who: Who,
    state: AgentState | None = None,
    supervisor_id: UUID | None = None,
    skill: Annotated[str, Query(max_length=60, pattern=r"^[^\x00]*$")] = "",
    cursor: Annotated[UUID | None, Query(description="of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Response:
    """The account's agents, each as she is now."""
    question = formed(
        ListAgents,
        CURSOR,
        account_id=who.account_id,
        state=state,
        supervisor_id=supervisor_id,
        skill=skill,
        cursor=cursor,
        limit=limit,
    )
    return told(await asked(request, question))


@router.get("/agents/me", response_model=AgentAtWork, responses=NOT_FOUND, openapi_extra=own)
async def get_me(request: Request, who: Who) -> Response:
    """The agent as whom one signs in."""
    return told(await me(request, who))


@router.put("/agents/me/state", response_model=AgentAtWork, responses=NOT_FOUND, openapi_extra=own)
async def set_my_state(request: Request, who: Who, body: Wanted) -> Response:
    """Sign in, take a break, go: calls reach only who is available."""
    return await _put(request, who, (await me(request, who)).agent_id, body)


@router.get("/agents/me/states", response_model=StatesTaken, responses=NOT_FOUND, openapi_extra=own)
async def list_my_states(request: Request, who: Who, page: Times) -> Response:
    """One's own states, the latest first."""
    return await _states(request, who, (await me(request, who)).agent_id, page)


@router.get("/agents/me/calls", response_model=AgentCalls, responses=NOT_FOUND, openapi_extra=own)
async def list_my_calls(request: Request, who: Who, page: Times) -> Response:
    """One's own calls, the latest first."""
    return await _calls(request, who, (await me(request, who)).agent_id, page)


@router.put(
    "/agents/me/calls/{call_id}/{step}",
    response_model=AgentCall,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=own,
)
async def wrap_my_call_up(
    request: Request, who: Who, call_id: UUID, step: Step, body: Said
) -> Response:
    """Say what came of a call: disposition, notes, rating; and be done with it, or not yet."""
    return await _wrapped_up(request, who, await me(request, who), (call_id, step), body)


@router.get(
    "/agents/me/times", response_model=AllAgentTimes, responses=NOT_FOUND, openapi_extra=own
)
async def get_my_times(
    request: Request, who: Who, since: Since = None, until: Until = None
) -> Response:
    """What one did in a time: calls handled and missed, talk, wrap-up, each state."""
    agent_id = (await me(request, who)).agent_id
    return await _times(request, who, since=since, until=until, agent_id=agent_id)


@router.get("/agents/times", response_model=AllAgentTimes, openapi_extra=look)
async def list_times(  # noqa: PLR0917 - what is asked for
    request: Request,
    who: Who,
    since: Since = None,
    until: Until = None,
    cursor: Annotated[UUID | None, Query(description="of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Response:
    """What each agent did in a time."""
    return await _times(request, who, since=since, until=until, cursor=cursor, limit=limit)


@router.get("/agents/{id}", response_model=AgentAtWork, responses=NOT_FOUND, openapi_extra=look)
async def get_agent(request: Request, who: Who, id: UUID) -> Response:
    """One agent as she is now."""
    return told(await agent_of(request, who, id))


@router.put(
    "/agents/{id}/state", response_model=AgentAtWork, responses=NOT_FOUND, openapi_extra=own
)
async def set_state(request: Request, who: Who, id: UUID, body: Wanted) -> Response:
    """Put an agent into a state: she herself, or with a reason her supervisor and who may edit."""
    agent = await agent_of(request, who, id)
    if not is_own(who, agent):
        _check_charge(who, agent)
        if not body.reason.strip():
            errors = [("body.reason", "say why: it stands in her log")]
            raise Problem(422, "reason_needed", "another's state needs a reason", errors=errors)
    return await _put(request, who, agent.agent_id, body)


@router.get(
    "/agents/{id}/states", response_model=StatesTaken, responses=NOT_FOUND, openapi_extra=look
)
async def list_states(request: Request, who: Who, id: UUID, page: Times) -> Response:
    """An agent's states, the latest first, with who put her into each and why."""
    return await _states(request, who, TargetId(id), page)


@router.get(
    "/agents/{id}/calls", response_model=AgentCalls, responses=NOT_FOUND, openapi_extra=look
)
async def list_calls(request: Request, who: Who, id: UUID, page: Times) -> Response:
    """An agent's calls, the latest first, with what she said of them."""
    return await _calls(request, who, TargetId(id), page)


@router.put(
    "/agents/{id}/calls/{call_id}/{step}",
    response_model=AgentCall,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=own,
)
async def wrap_call_up(  # noqa: PLR0917 - a place and a body
    request: Request, who: Who, id: UUID, call_id: UUID, step: Step, body: Said
) -> Response:
    """The same for an agent, by her supervisor or who may edit."""
    agent = await agent_of(request, who, id)
    if not is_own(who, agent):
        _check_charge(who, agent)
    return await _wrapped_up(request, who, agent, (call_id, step), body)


async def me(request: Request, who: Principal) -> AgentAtWork:
    """The agent as whom the asker signs in."""
    if who.person_id is None:
        raise Problem(403, "no_person", "a program is no agent: sign in, or name one by her id")
    question = GetAgent(account_id=who.account_id, person_id=PersonId(who.person_id))
    agent: AgentAtWork = await asked(request, question)
    return agent


async def agent_of(request: Request, who: Principal, id: UUID) -> AgentAtWork:
    """One agent of the asker's account."""
    question = GetAgent(account_id=who.account_id, agent_id=TargetId(id))
    agent: AgentAtWork = await asked(request, question)
    return agent


def is_own(who: Principal, agent: AgentAtWork) -> bool:
    """Whether the asker signs in as this agent."""
    return who.person_id is not None and agent.agent.person_id == who.person_id


def _check_charge(who: Principal, agent: AgentAtWork) -> None:
    """Raise the Problem that somebody is who has no charge of her."""
    supervises = who.person_id is not None and agent.agent.supervisor_id == who.person_id
    if Right.EDIT not in who.rights and not supervises:
        raise Problem(403, "forbidden", "only she, her supervisor or who may edit can do this")


async def _put(request: Request, who: Principal, agent_id: TargetId, body: StateWanted) -> Response:
    question = SetAgentState(
        account_id=who.account_id,
        actor=who.actor,
        agent_id=agent_id,
        state=body.state,
        reason=body.reason.strip(),
    )
    return told(await asked(request, question))


async def _states(
    request: Request, who: Principal, agent_id: TargetId, page: dict[str, object]
) -> Response:
    question = formed(ListAgentStates, CURSOR, account_id=who.account_id, agent_id=agent_id, **page)
    return told(await asked(request, question))


async def _calls(
    request: Request, who: Principal, agent_id: TargetId, page: dict[str, object]
) -> Response:
    question = formed(ListAgentCalls, CURSOR, account_id=who.account_id, agent_id=agent_id, **page)
    return told(await asked(request, question))


async def _wrapped_up(
    request: Request, who: Principal, agent: AgentAtWork, call: tuple[UUID, int], body: CallSaid
) -> Response:
    call_id, step = call
    question = WrapUp(
        account_id=who.account_id,
        actor=who.actor,
        agent_id=agent.agent_id,
        call_id=CallId(call_id),
        step=step,
        notes=CallNotes.model_validate(body.model_dump(exclude={"done"})),
        done=body.done,
    )
    return told(await asked(request, question))


async def _times(
    request: Request, who: Principal, *, since: Since, until: Until, **about: object
) -> Response:
    until = until or request.app.state.clock.now()
    about |= {"since": since or until - timedelta(days=1), "until": until}
    question = formed(ReportAgentTimes, TIMES, account_id=who.account_id, **about)
    return told(await asked(request, question))
