"""Agents at work: who is there; one's own state, and by whom else it may be changed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request
from starlette.responses import Response

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
from libs.contracts.ids import PersonId, TargetId
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Principal, Right
from services.console.problems import Problem
from services.console.routes.asking import CURSOR, ERRORS, NOT_FOUND, asked, formed, told
from services.console.routes.forms import Strict

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["agents"])
look, own = needs(Right.LOOK), needs(Right.SELF)


class StateWanted(Strict):
    """The state to go into; whoever changes another's says why."""

    state: AgentState
    reason: Reason = ""


def _page(
    cursor: Annotated[datetime | None, Query(description="of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> dict[str, object]:
    return {"cursor": cursor, "limit": limit}


Times = Annotated[dict[str, object], Depends(_page)]
Wanted = Annotated[StateWanted, Body()]


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
        if Right.EDIT not in who.rights and not _supervises(who, agent):
            raise Problem(403, "forbidden", "only she, her supervisor or who may edit can do this")
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


def _supervises(who: Principal, agent: AgentAtWork) -> bool:
    return who.person_id is not None and agent.agent.supervisor_id == who.person_id


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
