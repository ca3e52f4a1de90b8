"""What tracking keeps: each kind is listed, read, made, changed by version, and retired."""

from collections.abc import Awaitable, Callable, Mapping, Set
from dataclasses import dataclass, field
from functools import partial
from secrets import token_urlsafe
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from libs.contracts.dni import CODE, SaveTrackingTag, SaveUrlParameter, TrackingTag, UrlParameter
from libs.contracts.editing import Edit, Got, Row, Saved
from libs.contracts.editing import Page as Listed
from libs.contracts.message import Document
from libs.contracts.party_tags import PartyTag, PartyTags
from libs.contracts.pixels import Pixel, SavePixel
from libs.contracts.postbacks import PostbackKey, SavePostbackKey
from libs.contracts.publishers import Publisher, SavePublisher
from libs.contracts.saved_reports import SavedReport, SaveReport
from libs.contracts.tracking_edits import GetTracking, ListTracking, RetireTracking, TrackingNoun
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Portals, Principal, Right
from services.console.problems import Problem
from services.console.routes import own_tags
from services.console.routes.asking import (
    BODY,
    CONFLICT,
    CURSOR,
    EDIT_WITHIN_MS,
    ERRORS,
    NOT_FOUND,
    WITHIN_MS,
    BasedOn,
    Fields,
    Page,
    Paging,
    asked,
    formed,
    id_of_new,
    made_before,
    replaced_before,
    row_of,
    rows_of,
    told,
)
from services.console.routes.configuration import shown_as

look, edit = needs(Right.LOOK), needs(Right.EDIT)


def _wanted(
    contains: Annotated[str, Query(max_length=200, description="looked for in names")] = "",
    status: Annotated[str, Query(max_length=20, description="only of this status")] = "",
) -> dict[str, str]:
    return {"contains": contains, "status": status}


Wanted = Annotated[dict[str, str], Depends(_wanted)]


@dataclass(frozen=True)
class OwnKept:
    """How portals list things of their own party, and make them, in a shape of their own."""

    listed_by: Portals
    many: Callable[[Request, Principal, Page], Awaitable[Response]]
    page: type[BaseModel]
    made_by: Portals
    make: Callable[[Request, Principal, Any], Awaitable[Response]]
    row: type[BaseModel]
    retire: Callable[[Request, Principal, UUID, int], Awaitable[Response]]


OWN_TAGS = OwnKept(
    own_tags.SENDERS,
    own_tags.many,
    PartyTags,
    own_tags.MAKING,
    own_tags.make,
    PartyTag,
    own_tags.retire,
)


@dataclass(frozen=True)
class Kind:
    """A kind of thing that tracking keeps, and how the API calls it."""

    path: str
    noun: TrackingNoun
    document: type[Document]
    save: type[Edit]
    draws: Mapping[str, Any] = field(default_factory=dict)
    own: OwnKept | None = None

    @property
    def new(self) -> Any:
        """The document of a new one: it may leave its id, and what else is drawn, to us."""
        drawn = {"id": (UUID, Field(default_factory=uuid4)), **self.draws}
        return create_model(f"New{self.document.__name__}", __base__=self.document, **drawn)


KINDS = (
    Kind("publishers", TrackingNoun.PUBLISHER, Publisher, SavePublisher),
    Kind("pixels", TrackingNoun.PIXEL, Pixel, SavePixel),
    Kind(
        "tracking-tags",
        TrackingNoun.TRACKING_TAG,
        TrackingTag,
        SaveTrackingTag,
        {"code": (str, Field(default_factory=lambda: token_urlsafe(12), pattern=CODE))},
        OWN_TAGS,
    ),
    Kind("postback-keys", TrackingNoun.POSTBACK_KEY, PostbackKey, SavePostbackKey),
    Kind("url-parameters", TrackingNoun.URL_PARAMETER, UrlParameter, SaveUrlParameter),
    Kind("saved-reports", TrackingNoun.REPORT, SavedReport, SaveReport),
)


def tracked_routes() -> APIRouter:
    """The routes of all kinds."""
    router = APIRouter(route_class=Guarded, responses=ERRORS)
    for kind in KINDS:
        _reading(router, kind)
        _writing(router, kind)
        _retiring(router, kind)
    return router


def _reading(router: APIRouter, kind: Kind) -> None:
    shown, page_shown = shown_as(kind.document)
    own = kind.own

    @router.get(
        f"/{kind.path}",
        response_model=page_shown | own.page if own else page_shown,
        openapi_extra=needs(Right.LOOK, own.listed_by) if own else look,
        summary=f"List {kind.path}",
        operation_id=f"list_{kind.path}",
        tags=[kind.path],
    )
    async def many(
        request: Request,
        who: Who,
        page: Paging,
        fields: Fields,
        wanted: Wanted,
    ) -> Response:
        if own and who.viewer is not None:
            return await own.many(request, who, page)
        question = formed(
            ListTracking,
            CURSOR,
            account_id=who.account_id,
            noun=kind.noun,
            **wanted,
            **page.model_dump(),
        )
        listed: Listed = await asked(request, question)
        return rows_of(listed.rows, listed.cursor, fields)

    @router.get(
        f"/{kind.path}/{{id}}",
        response_model=shown,
        responses=NOT_FOUND,
        openapi_extra=look,
        summary=f"One of the {kind.path}; its version is the ETag",
        operation_id=f"get_{kind.noun}",
        tags=[kind.path],
    )
    async def one(request: Request, who: Who, id: UUID, fields: Fields) -> Response:
        return row_of(await _row(request, who, kind, id), fields)


def _writing(router: APIRouter, kind: Kind) -> None:
    new, document, own = kind.new, kind.document, kind.own
    shown, _ = shown_as(document)

    @router.post(
        f"/{kind.path}",
        status_code=201,
        response_model=shown | own.row if own else shown,
        responses=CONFLICT,
        openapi_extra=needs(Right.EDIT, own.made_by) if own else edit,
        summary=f"Make one of the {kind.path}",
        operation_id=f"create_{kind.noun}",
        tags=[kind.path],
    )
    async def create(request: Request, who: Who, body: Annotated[new, Body()]) -> Response:  # type: ignore[valid-type]
        if own and who.viewer is not None:
            return await own.make(request, who, body)
        drawn = {"id": id_of_new(request, who, body)}
        made = document.model_validate(body.model_dump() | drawn)  # type: ignore[attr-defined]
        said: set[str] = body.model_fields_set  # type: ignore[attr-defined]
        return await _saved(request, who, kind, made, None, said=said)

    @router.put(
        f"/{kind.path}/{{id}}",
        response_model=shown,
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
        await _row(request, who, kind, id)
        return await _saved(request, who, kind, body, version)


def _retiring(router: APIRouter, kind: Kind) -> None:
    own = kind.own

    @router.delete(
        f"/{kind.path}/{{id}}",
        response_model=Saved,
        responses=NOT_FOUND | CONFLICT,
        openapi_extra=needs(Right.EDIT, own.made_by) if own else edit,
        summary="Take it out of use; what was accounted with it stays",
        operation_id=f"retire_{kind.noun}",
        tags=[kind.path],
    )
    async def retire(request: Request, who: Who, id: UUID, version: BasedOn) -> Response:
        if own and who.viewer is not None:
            return await own.retire(request, who, id, version)
        question = RetireTracking(
            account_id=who.account_id,
            actor=who.actor,
            expected_version=version,
            noun=kind.noun,
            key=id,
        )
        return told(await asked(request, question))


async def _row(
    request: Request, who: Principal, kind: Kind, id: UUID, within_ms: int = WITHIN_MS
) -> Row:
    question = GetTracking(account_id=who.account_id, noun=kind.noun, key=id)
    got: Got = await asked(request, question, within_ms=within_ms)
    return got.row


async def _saved(
    request: Request,
    who: Principal,
    kind: Kind,
    document: Any,
    version: int | None,
    *,
    said: Set[str] = frozenset(),
) -> Response:
    """Keep it; what is new has `said` so much, the rest was drawn."""
    question = kind.save(
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version,
        document=document,
    )
    look = partial(_row, request, who, kind, document.id, EDIT_WITHIN_MS)
    try:
        await asked(request, question, BODY)
    except Problem as no:
        if version is not None:
            return row_of(await replaced_before(no, version, document, look))
        return row_of(await made_before(no, said, document, look), status=201)
    return row_of(await look(), status=201 if said else 200)
