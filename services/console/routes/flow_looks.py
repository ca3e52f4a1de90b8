"""Looking at flows: what differs, what is wrong, played callers, and what happened in them."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.finding import Affected, FindFlowed
from libs.contracts.flow_edits import GetFlow
from libs.contracts.flow_imports import (
    FlowImported,
    FlowTemplates,
    ImportFlow,
    ListFlowTemplates,
)
from libs.contracts.flow_looks import (
    CompareFlows,
    DescribeFlows,
    FlowInspected,
    FlowLanguage,
    FlowsCompared,
    FlowTraffic,
    FlowWalk,
    GetFlowTraffic,
    GetFlowWalk,
    InspectFlow,
)
from libs.contracts.flow_simulation import (
    FlowReplayed,
    FlowScript,
    FlowSimulated,
    FlowTested,
    ReplayFlow,
    RunFlowTests,
    SimulateFlow,
)
from libs.contracts.ids import CallId, FlowId
from libs.contracts.rendering import TURNS_MAX, Rendered, RenderTurns
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.problems import Problem
from services.console.routes.asking import (
    BODY,
    ERRORS,
    LONG_MS,
    NOT_FOUND,
    asked,
    formed,
    told,
)

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["flows"])
look = needs(Right.LOOK)

Versioned = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="none: the draft")]


class Given(BaseModel):
    """A body that has no other fields."""

    model_config = ConfigDict(extra="forbid")


def _named(document: dict[str, Any]) -> dict[str, Any]:
    """A document that is not kept needs no id of its own."""
    return {"id": str(uuid4()), **document}


class Played(Given):
    """A caller to be played, through a flow that is kept or a document that is not."""

    flow_id: FlowId | None = None
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    document: dict[str, Any] | None = None
    script: FlowScript = FlowScript()


class Again(Given):
    """On which version a call is walked again: the one it was in, another, or the draft."""

    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    draft: bool = False


@router.get(
    "/flows/{id}/differences",
    response_model=FlowsCompared,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def compare_flow(
    request: Request, who: Who, id: UUID, before: Versioned = None, after: Versioned = None
) -> Response:
    """What differs between two versions, in words; layout is no difference."""
    question = CompareFlows(
        account_id=who.account_id, flow_id=FlowId(id), before=before, after=after
    )
    return told(await asked(request, question))


@router.get(
    "/flows/{id}/affected", response_model=Affected, responses=NOT_FOUND, openapi_extra=look
)
async def affected_by_flow(request: Request, who: Who, id: UUID) -> Response:
    """Which campaigns send their calls here."""
    await asked(request, GetFlow(account_id=who.account_id, flow_id=FlowId(id)))
    return told(await asked(request, FindFlowed(account_id=who.account_id, flow_id=FlowId(id))))


@router.get(
    "/flows/{id}/traffic", response_model=FlowTraffic, responses=NOT_FOUND, openapi_extra=look
)
async def flow_traffic(
    request: Request, who: Who, id: UUID, hours: Annotated[int, Query(ge=1, le=744)] = 24
) -> Response:
    """How many calls left each node by each port, and of branches how many came to talk."""
    question = GetFlowTraffic(account_id=who.account_id, flow_id=FlowId(id), hours=hours)
    return told(await asked(request, question))


@router.post(
    "/flows/{id}/test-runs", response_model=FlowTested, responses=NOT_FOUND, openapi_extra=look
)
async def run_flow_tests(
    request: Request, who: Who, id: UUID, version: Versioned = None
) -> Response:
    """Run the tests that are kept with the flow, and say what they go through."""
    question = RunFlowTests(account_id=who.account_id, flow_id=FlowId(id), version=version)
    return told(await asked(request, question, within_ms=LONG_MS))


@router.post("/flow-inspections", response_model=FlowInspected, openapi_extra=look)
async def inspect_flow(
    request: Request, who: Who, body: Annotated[dict[str, Any], Body()]
) -> Response:
    """What is to be said of a document that need not be kept."""
    question = formed(InspectFlow, BODY, account_id=who.account_id, document=_named(body))
    return told(await asked(request, question, BODY, within_ms=LONG_MS))


@router.post("/flow-imports", response_model=FlowImported, openapi_extra=look)
async def import_flow(
    request: Request, who: Who, body: Annotated[dict[str, Any], Body()]
) -> Response:
    """Read a flow of the system before; nothing is kept: save the document that you like."""
    question = formed(ImportFlow, BODY, account_id=who.account_id, document=body)
    return told(await asked(request, question, BODY, within_ms=LONG_MS))


@router.get("/flow-templates", response_model=FlowTemplates, openapi_extra=look)
async def flow_templates(request: Request, who: Who) -> Response:
    """Flows to begin with, each with tests."""
    return told(await asked(request, ListFlowTemplates()))


@router.get("/flow-language", response_model=FlowLanguage, openapi_extra=look)
async def flow_language(request: Request, who: Who) -> Response:
    """The JSON Schema of flows, and an example of each kind of node."""
    return told(await asked(request, DescribeFlows()))


@router.post(
    "/flow-simulations", response_model=FlowSimulated, responses=NOT_FOUND, openapi_extra=look
)
async def simulate_flow(request: Request, who: Who, body: Annotated[Played, Body()]) -> Response:
    """Play a caller through a flow: every turn with what she hears, every step with its tags."""
    names = ("flow_id", "version", "script")
    question = formed(
        SimulateFlow,
        {name: f"body.{name}" for name in (*names, "document")},
        account_id=who.account_id,
        document=None if body.document is None else _named(body.document),
        **{name: getattr(body, name) for name in names},
    )
    paths = {"document": "body.document"}
    came: FlowSimulated = await asked(request, question, paths, within_ms=LONG_MS)
    render = RenderTurns(
        account_id=who.account_id,
        call_id=CallId(uuid4()),
        turns=tuple(turn.verbs for turn in came.turns[:TURNS_MAX]),
    )
    try:
        rendered: Rendered = await asked(request, render)
    except Problem:  # the ingress is away: everything else is there
        return told(came)
    turns = zip(came.turns, rendered.documents, strict=False)
    shown = tuple(turn.model_copy(update={"twiml": document}) for turn, document in turns)
    return told(came.model_copy(update={"turns": (*shown, *came.turns[TURNS_MAX:])}))


@router.get(
    "/calls/{call_id}/flow", response_model=FlowWalk, responses=NOT_FOUND, openapi_extra=look
)
async def get_flow_walk(request: Request, who: Who, call_id: UUID) -> Response:
    """The way that a call went through its flow."""
    question = GetFlowWalk(account_id=who.account_id, call_id=CallId(call_id))
    return told(await asked(request, question))


@router.post(
    "/calls/{call_id}/flow-replays",
    response_model=FlowReplayed,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def replay_flow(
    request: Request, who: Who, call_id: UUID, body: Annotated[Again, Body()]
) -> Response:
    """Walk a real call again: on its own version nothing differs, on a draft what would."""
    question = ReplayFlow(
        account_id=who.account_id, call_id=CallId(call_id), version=body.version, draft=body.draft
    )
    return told(await asked(request, question, within_ms=LONG_MS))
