"""Flows: drafts, published versions, and their life cycle."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.configuration import Name
from libs.contracts.editing import PAGE_MAX, Saved
from libs.contracts.flow_edits import (
    DuplicateFlow,
    FlowPublished,
    FlowRows,
    FlowShown,
    FlowState,
    FlowVersions,
    GetFlow,
    ListFlows,
    ListFlowVersions,
    PublishFlow,
    RollBackFlow,
    SaveFlow,
    SetFlowState,
)
from libs.contracts.ids import FlowId
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Principal, Right
from services.console.problems import Problem
from services.console.routes.asking import (
    BODY,
    CONFLICT,
    ERRORS,
    LONG_MS,
    NOT_FOUND,
    BasedOn,
    asked,
    formed,
    json_of,
    told,
)

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["flows"])
look, edit = needs(Right.LOOK), needs(Right.EDIT)

Version = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Given(BaseModel):
    """A body that has no other fields."""

    model_config = ConfigDict(extra="forbid")


class Which(Given):
    """Which flows to list; without a state all but archived ones."""

    state: FlowState | None = None
    contains: str = Field(default="", max_length=200, pattern=r"^[^\x00]*$")
    cursor: FlowId | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


QUERY = {name: f"query.{name}" for name in Which.model_fields}


class Note(Given):
    note: str = Field(default="", max_length=1_000)


class To(Given):
    to: int = Field(ge=1, le=2**31 - 1)


class State(Given):
    state: FlowState


class Copy(Given):
    name: Name


def shown(flow: FlowShown, status: int = 200) -> Response:
    """A flow with its version as ETag."""
    return json_of(flow.model_dump(mode="json"), status, {"ETag": f'"{flow.row.version}"'})


async def _one(request: Request, who: Principal, id: UUID, version: int | None = None) -> FlowShown:
    question = GetFlow(account_id=who.account_id, flow_id=FlowId(id), version=version)
    flow: FlowShown = await asked(request, question, within_ms=LONG_MS)
    return flow


async def _kept(
    request: Request, who: Principal, id: UUID, body: dict[str, Any], version: int | None
) -> FlowShown:
    given = body.setdefault("id", str(id))
    if given != str(id):
        errors = [("body.id", "is that of the path, or another flow is meant")]
        raise Problem(422, "malformed", "the ids differ", errors=errors)
    question = formed(
        SaveFlow,
        BODY,
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version,
        document=body,
    )
    await asked(request, question, BODY)
    return await _one(request, who, id)


@router.get("/flows", response_model=FlowRows, openapi_extra=look)
async def list_flows(request: Request, who: Who, which: Annotated[Which, Query()]) -> Response:
    """The account's flows, without their documents."""
    question = formed(ListFlows, QUERY, account_id=who.account_id, **which.model_dump())
    return told(await asked(request, question))


@router.post(
    "/flows",
    status_code=201,
    response_model=FlowShown,
    responses=CONFLICT,
    openapi_extra=edit,
)
async def create_flow(
    request: Request, who: Who, body: Annotated[dict[str, Any], Body()]
) -> Response:
    """Keep the draft of a new flow; `GET /flow-language` is how it is written."""
    id_ = body.get("id", str(uuid4()))
    try:
        key = UUID(str(id_))
    except ValueError as fault:
        errors = [("body.id", "is no id: write a UUID, or leave it out")]
        raise Problem(422, "malformed", "the flow has wrong fields", errors=errors) from fault
    return shown(await _kept(request, who, key, {**body, "id": str(key)}, None), 201)


@router.get("/flows/{id}", response_model=FlowShown, responses=NOT_FOUND, openapi_extra=look)
async def get_flow(request: Request, who: Who, id: UUID) -> Response:
    """A flow's draft, with what is to be said of it; its version is the ETag."""
    return shown(await _one(request, who, id))


@router.put(
    "/flows/{id}",
    response_model=FlowShown,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
)
async def replace_flow(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[dict[str, Any], Body()]
) -> Response:
    """Keep another draft; callers go on by what was published."""
    await _one(request, who, id)
    return shown(await _kept(request, who, id, dict(body), version))


@router.post(
    "/flows/{id}/publication",
    response_model=FlowPublished,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
)
async def publish_flow(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[Note, Body()]
) -> Response:
    """Make the draft a version that new callers get; refused while it has errors."""
    question = formed(
        PublishFlow,
        {"note": "body.note"},
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version,
        flow_id=id,
        note=body.note,
    )
    return told(await asked(request, question, within_ms=LONG_MS))


@router.post(
    "/flows/{id}/rollback",
    response_model=FlowPublished,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
)
async def roll_back_flow(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[To, Body()]
) -> Response:
    """Give new callers an earlier version again."""
    question = RollBackFlow(
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version,
        flow_id=FlowId(id),
        to=body.to,
    )
    return told(await asked(request, question, {"to": "body.to"}))


@router.put(
    "/flows/{id}/state",
    response_model=Saved,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
)
async def set_flow_state(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[State, Body()]
) -> Response:
    """Pause (the campaign's plan takes its calls), resume, or archive."""
    question = formed(
        SetFlowState,
        {"state": "body.state"},
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version,
        flow_id=id,
        state=body.state,
    )
    return told(await asked(request, question, {"state": "body.state"}))


@router.post(
    "/flows/{id}/copies",
    status_code=201,
    response_model=FlowShown,
    responses=NOT_FOUND,
    openapi_extra=edit,
)
async def duplicate_flow(
    request: Request, who: Who, id: UUID, body: Annotated[Copy, Body()]
) -> Response:
    """A draft like this flow's, under another name."""
    new_id = FlowId(uuid4())
    question = formed(
        DuplicateFlow,
        {"name": "body.name"},
        account_id=who.account_id,
        actor=who.actor,
        flow_id=id,
        new_id=new_id,
        name=body.name,
    )
    await asked(request, question)
    return shown(await _one(request, who, new_id), 201)


@router.get(
    "/flows/{id}/versions", response_model=FlowVersions, responses=NOT_FOUND, openapi_extra=look
)
async def list_flow_versions(request: Request, who: Who, id: UUID) -> Response:
    """What was published, the newest first."""
    question = ListFlowVersions(account_id=who.account_id, flow_id=FlowId(id))
    return told(await asked(request, question))


@router.get(
    "/flows/{id}/versions/{version}",
    response_model=FlowShown,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def get_flow_version(request: Request, who: Who, id: UUID, version: Version) -> Response:
    """A published version, as it will always be."""
    return told(await _one(request, who, id, version))
