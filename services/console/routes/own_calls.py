"""What an agent sees of the calls that are offered to her: who calls, with which tags."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.contracts.agent_calls import AgentCall, AgentCalls, ListAgentCalls
from libs.contracts.calls import Geography
from libs.contracts.ids import CallId
from libs.contracts.message import Instant
from libs.contracts.phone import Caller
from libs.contracts.tags import Tags
from libs.contracts.tracking import CallDetail, CallState, GetCall
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.problems import Problem
from services.console.routes.agents import me
from services.console.routes.asking import ERRORS, NOT_FOUND, asked, told


class CallOfHers(BaseModel):
    """A call as the agent needs it who has it: who calls, from where, and what is known of her.

    `offers` are the times it was offered to this agent: a step each.
    """

    call_id: CallId
    offers: tuple[AgentCall, ...]
    state: CallState
    caller: Caller | None
    geography: Geography
    dialled: str
    campaign_name: str
    arrived_at: Instant | None
    answered_at: Instant | None
    ended_at: Instant | None
    tags: Tags


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["agents"])


@router.get(
    "/agents/me/calls/{call_id}",
    response_model=CallOfHers,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.SELF),
)
async def get_my_call(request: Request, who: Who, call_id: UUID) -> Response:
    """One of one's own calls, with the tags that it has by now."""
    agent_id = (await me(request, who)).agent_id
    which = {"account_id": who.account_id, "call_id": CallId(call_id)}
    offered: AgentCalls = await asked(request, ListAgentCalls(**which, agent_id=agent_id))
    if not offered.calls:
        raise Problem(404, "not_found", "no such call was offered to you")
    detail: CallDetail = await asked(request, GetCall(**which))
    call = detail.call
    answered = (leg.answered_at for leg in call.legs if leg.target_id == agent_id)
    return told(
        CallOfHers(
            **call.model_dump(include=set(CallOfHers.model_fields)),
            offers=offered.calls,
            answered_at=next(answered, None),
        )
    )
