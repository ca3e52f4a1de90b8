"""What the router keeps: each kind is listed, read, made, changed by version, and retired."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Path, Request
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from libs.contracts.agents import Agent
from libs.contracts.configuration import (
    Buyer,
    Campaign,
    Group,
    Number,
    Pool,
    Target,
)
from libs.contracts.editing import (
    Edit,
    Got,
    ListConfiguration,
    Noun,
    SaveBuyer,
    SaveCampaign,
    Saved,
    SaveGroup,
    SaveNumber,
    SavePool,
    SaveTarget,
)
from libs.contracts.editing import Page as Listed
from libs.contracts.finding import Affected, FindAffected, FindCampaign
from libs.contracts.flow_edits import GetFlow
from libs.contracts.ids import FlowId
from libs.contracts.message import Document
from libs.contracts.number_setup import NumberStanding
from libs.contracts.party_targets import PartyTarget, PartyTargets
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import BUYERS, Portals, Principal, Right
from services.console.problems import Problem
from services.console.routes import own_targets
from services.console.routes.asking import (
    BODY,
    CONFLICT,
    CURSOR,
    EDIT_WITHIN_MS,
    ERRORS,
    NOT_FOUND,
    BasedOn,
    Fields,
    Page,
    Paging,
    Sorted,
    asked,
    formed,
    id_of_new,
    made_before,
    replaced_before,
    retired,
    row,
    row_of,
    rows_of,
    told,
)
from services.console.store.members import Members

NOT_THERE = 404


@dataclass(frozen=True)
class Own:
    """How portals read things of a kind: those of their own party, in a shape of their own."""

    portals: Portals
    many: Callable[[Request, Principal, Page], Awaitable[Response]]
    one: Callable[[Request, Principal, UUID], Awaitable[Response]]
    page: type[BaseModel]
    row: type[BaseModel]


@dataclass(frozen=True)
class Kind:
    """A kind of thing that the router keeps, and how the API calls it."""

    path: str
    noun: Noun
    document: type[Document]
    save: type[Edit]
    own: Own | None = None

    @property
    def name(self) -> str:
        """As people write it: `Campaign`."""
        return self.document.__name__

    @property
    def new(self) -> Any:
        """The document of a new one: it may leave its id to us."""
        drawn = (UUID, Field(default_factory=uuid4))
        return create_model(f"New{self.name}", __base__=self.document, id=drawn)

    @property
    def row(self) -> Any:
        """What is shown of one."""
        return shown_as(self.document)[0]

    @property
    def page(self) -> Any:
        """What is shown of many."""
        return shown_as(self.document)[1]


@cache
def shown_as(document: type[Document]) -> tuple[Any, Any]:
    """What is shown of one document, and of many."""
    name = document.__name__
    more: Any = {"standing": (NumberStanding | None, None)} if document is Number else {}
    row: Any = create_model(f"{name}Row", version=(int, ...), document=(document, ...), **more)
    page = create_model(f"{name}Page", items=(list[row], ...), cursor=(str | None, None))
    return row, page


OWN_TARGETS = Own(BUYERS, own_targets.many, own_targets.one, PartyTargets, PartyTarget)
KINDS = (
    Kind("campaigns", Noun.CAMPAIGN, Campaign, SaveCampaign),
    Kind("buyers", Noun.BUYER, Buyer, SaveBuyer),
    Kind("targets", Noun.TARGET, Target, SaveTarget, OWN_TARGETS),
    Kind("groups", Noun.GROUP, Group, SaveGroup),
    Kind("pools", Noun.POOL, Pool, SavePool),
    Kind("numbers", Noun.NUMBER, Number, SaveNumber),
)


def configuration_routes() -> APIRouter:
    """The routes of all kinds."""
    router = APIRouter(route_class=Guarded, responses=ERRORS)
    for kind in KINDS:
        _reading(router, kind)
        _writing(router, kind)
    _by_rtb_id(router)
    return router


def _reading(router: APIRouter, kind: Kind) -> None:
    look, own = needs(Right.LOOK), kind.own
    read = needs(Right.LOOK, own.portals) if own else look

    @router.get(
        f"/{kind.path}",
        response_model=kind.page | own.page if own else kind.page,
        openapi_extra=read,
        summary=f"List {kind.path}",
        operation_id=f"list_{kind.path}",
        tags=[kind.path],
    )
    async def many(
        request: Request, who: Who, page: Paging, wanted: Sorted, fields: Fields
    ) -> Response:
        if own and who.viewer is not None:
            return await own.many(request, who, page)
        question = formed(
            ListConfiguration,
            CURSOR,
            account_id=who.account_id,
            noun=kind.noun,
            **page.model_dump(),
            **wanted.model_dump(),
        )
        listed: Listed = await asked(request, question)
        return rows_of(listed.rows, listed.cursor, fields)

    @router.get(
        f"/{kind.path}/{{id}}",
        response_model=kind.row | own.row if own else kind.row,
        responses=NOT_FOUND,
        openapi_extra=read,
        summary=f"One of the {kind.path}; its version is the ETag",
        operation_id=f"get_{kind.noun}",
        tags=[kind.path],
    )
    async def one(request: Request, who: Who, id: UUID, fields: Fields) -> Response:
        if own and who.viewer is not None:
            return await own.one(request, who, id)
        found = await row(request, who, kind.noun, str(id))
        return row_of(found, fields)

    @router.get(
        f"/{kind.path}/{{id}}/affected",
        response_model=Affected,
        responses=NOT_FOUND,
        openapi_extra=look,
        summary="What uses it, and which campaigns would pause without it",
        operation_id=f"affected_by_{kind.noun}",
        tags=[kind.path],
    )
    async def affected(request: Request, who: Who, id: UUID) -> Response:
        question = FindAffected(account_id=who.account_id, noun=kind.noun, key=str(id))
        return told(await asked(request, question))


def _writing(router: APIRouter, kind: Kind) -> None:
    edit = needs(Right.EDIT)
    new, document = kind.new, kind.document

    @router.post(
        f"/{kind.path}",
        status_code=201,
        response_model=kind.row,
        responses=CONFLICT,
        openapi_extra=edit,
        summary=f"Make one of the {kind.path}",
        operation_id=f"create_{kind.noun}",
        tags=[kind.path],
    )
    async def create(request: Request, who: Who, body: Annotated[new, Body()]) -> Response:  # type: ignore[valid-type]
        drawn = {"id": id_of_new(request, who, body)}
        made = document.model_validate(body.model_dump() | drawn)  # type: ignore[attr-defined]
        said: set[str] = body.model_fields_set  # type: ignore[attr-defined]
        return await _saved(request, who, kind, made, None, said=said)

    @router.put(
        f"/{kind.path}/{{id}}",
        response_model=kind.row,
        responses=NOT_FOUND | CONFLICT,
        openapi_extra=edit,
        summary="Put another document in the place of the version in If-Match",
        operation_id=f"replace_{kind.noun}",
        tags=[kind.path],
    )
    async def replace(
        request: Request,
        who: Who,
        id: UUID,
        version: BasedOn,
        body: Annotated[document, Body()],  # type: ignore[valid-type]
    ) -> Response:
        if body.id != id:  # type: ignore[attr-defined]
            errors = [("body.id", "is that of the path, or another thing is meant")]
            raise Problem(422, "malformed", "the ids differ", errors=errors)
        await row(request, who, kind.noun, str(id))
        return await _saved(request, who, kind, body, version)

    @router.delete(
        f"/{kind.path}/{{id}}",
        response_model=Saved,
        responses=NOT_FOUND | CONFLICT,
        openapi_extra=edit,
        summary="Take it out of use",
        operation_id=f"retire_{kind.noun}",
        tags=[kind.path],
    )
    async def retire_one(request: Request, who: Who, id: UUID, version: BasedOn) -> Response:
        return await retired(request, who, kind.noun, str(id), version)


async def _saved(
    request: Request,
    who: Who,
    kind: Kind,
    document: Any,
    version: int | None,
    *,
    said: Set[str] = frozenset(),
) -> Response:
    """Keep it; what is new has `said` so much, the rest was drawn."""
    if isinstance(document, Campaign) and document.flow_id is not None:
        await _require_flow(request, who, document.flow_id)
    if isinstance(document, Target) and document.agent is not None:
        await _require_people(request, who, document.agent)
    question = kind.save(
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version,
        document=document,
    )
    look = partial(row, request, who, kind.noun, str(document.id), EDIT_WITHIN_MS)
    try:
        await asked(request, question, BODY)
    except Problem as no:
        if version is not None:
            return row_of(await replaced_before(no, version, document, look))
        return row_of(await made_before(no, said, document, look), status=201)
    return row_of(await look(), status=201 if said else 200)


async def _require_flow(request: Request, who: Who, flow_id: FlowId) -> None:
    """The router does not know flows, and their owner not campaigns: here both are asked."""
    try:
        await asked(request, GetFlow(account_id=who.account_id, flow_id=flow_id))
    except Problem as no:
        if no.status != NOT_THERE:
            raise
        errors = [("body.flow_id", "no such flow in this account")]
        raise Problem(422, "points_nowhere", "the flow is not there", errors=errors) from no


async def _require_people(request: Request, who: Who, agent: Agent) -> None:
    """The router does not know who belongs to the account."""
    members: Members = request.app.state.members
    errors = [
        (f"body.agent.{field}", "nobody of this account")
        for field in ("person_id", "supervisor_id")
        if (named := getattr(agent, field)) is not None
        and await members.one(who.account_id, named) is None
    ]
    if errors:
        raise Problem(422, "points_nowhere", "names nobody of the account", errors=errors)


def _by_rtb_id(router: APIRouter) -> None:
    rtb_id_path = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
    shown: Any = KINDS[0].row

    @router.get(
        "/campaigns/by-rtb-id/{rtb_id}",
        response_model=shown,
        responses=NOT_FOUND,
        openapi_extra=needs(Right.LOOK),
        operation_id="find_campaign",
        tags=["campaigns"],
    )
    async def find_campaign(request: Request, who: Who, rtb_id: rtb_id_path) -> Response:
        """The campaign that publishers know by this id."""
        got: Got = await asked(request, FindCampaign(account_id=who.account_id, rtb_id=rtb_id))
        return row_of(got.row)
