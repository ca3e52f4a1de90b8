"""What all routes share: asking an owner in time, versions, parts of documents, answers."""

from collections.abc import Awaitable, Callable, Mapping, Set
from typing import Annotated, Any, TypeVar
from uuid import UUID, uuid5

import orjson
from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.responses import Response

from libs.contracts.bidding_edits import GetRtb, RtbNoun
from libs.contracts.editing import Edit, GetConfiguration, Got, Noun, Order, Retire, Row
from libs.contracts.flow_edits import GetFlow
from libs.contracts.ids import AccountId
from libs.contracts.message import Document, Question
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from libs.runtime.ask import Ask, Refused, TooLarge, Unanswered
from libs.runtime.deadline import Deadline
from services.console.auth import IDEMPOTENCY_HEADER
from services.console.domain.access import Principal
from services.console.problems import (
    MEDIA_TYPE,
    Problem,
    ProblemDocument,
    of_misformed,
    of_refusal,
    of_silence,
)

WITHIN_MS = 950  # an owner that is away is named within a second
# Who gives up on an edit does not know whether it was made, so it gets longer.
EDIT_WITHIN_MS = 3_000  # of an edit, and of reading back what it has made
CARRIER_MS = 6_000  # of a question that waits for the carrier while somebody looks on
LONG_MS = 30_000  # imports and lists of numbers are many edits
PAGE_MAX = 200
CONFLICTING = 409
_MADE = UUID("5e0f9c1e-7d0b-4e2a-9f5c-3a1f0b6d2c77")  # names what requests with keys make
VERSION_MAX = 2**63 - 1  # as the database counts
VERSION: TypeAdapter[int] = TypeAdapter(Annotated[int, Field(ge=0, le=VERSION_MAX)])
CURSOR = {name: f"query.{name}" for name in ("cursor", "contains", "status", "order")}
Q = TypeVar("Q", bound=Question)
BODY = {"document": "body"}  # where an edit's document stands in the request

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDocument, "content": {MEDIA_TYPE: {}}, "description": text}
    for status, text in {
        401: "Nobody is signed in",
        403: "Not allowed",
        422: "Something in the request is not allowed: `errors` say where",
        429: "Too many requests: `Retry-After` says how long to wait",
        503: "The service that owns this does not answer: `owner` names it",
    }.items()
}
"""What every route may answer besides."""

NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"model": ProblemDocument, "content": {MEDIA_TYPE: {}}, "description": "Not here"}
}
GONE: dict[int | str, dict[str, Any]] = {
    410: {"model": ProblemDocument, "content": {MEDIA_TYPE: {}}, "description": "It is over"}
}
CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {
        "model": ProblemDocument,
        "content": {MEDIA_TYPE: {}},
        "description": "It has changed since, is taken, or still in use",
    },
    428: {
        "model": ProblemDocument,
        "content": {MEDIA_TYPE: {}},
        "description": "Say in `If-Match` which version you change",
    },
}


class Page(BaseModel):
    """Which part of a list."""

    cursor: str | None = None
    limit: int = 100


def _page(
    cursor: Annotated[str | None, Query(max_length=300, description="of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
) -> Page:
    return Page(cursor=cursor, limit=limit)


def _fields(
    fields: Annotated[
        str | None, Query(max_length=1_000, description="only these, separated by commas")
    ] = None,
) -> frozenset[str] | None:
    return None if fields is None else frozenset(fields.split(","))


def _based_on(
    if_match: Annotated[
        str | None, Header(description='the version that you saw, as its ETag: `"17"`')
    ] = None,
) -> int:
    if if_match is None:
        raise Problem(428, "version_needed", "send the ETag that you saw as If-Match")
    try:
        return VERSION.validate_python(if_match.removeprefix("W/").strip('"'))
    except ValidationError as fault:
        errors = [("header.If-Match", 'an ETag, as "17"')]
        raise Problem(422, "malformed", "If-Match is no ETag", errors=errors) from fault


class Sorting(BaseModel):
    """Which things of a list, and in which order."""

    order: Order = Order.ID
    contains: str = ""
    status: str = ""


def _sorting(
    order: Annotated[Order, Query(description="by id, by name, or the latest change first")] = (
        Order.ID
    ),
    contains: Annotated[
        str, Query(max_length=200, description="looked for in names and numbers")
    ] = "",
    status: Annotated[str, Query(max_length=20, description="only of this status")] = "",
) -> Sorting:
    return Sorting(order=order, contains=contains, status=status)


Sorted = Annotated[Sorting, Depends(_sorting)]
Paging = Annotated[Page, Depends(_page)]
Fields = Annotated[frozenset[str] | None, Depends(_fields)]
BasedOn = Annotated[int, Depends(_based_on)]


def formed(kind: type[Q], paths: Mapping[str, str], /, **fields: Any) -> Q:
    """A question of what the request says; a field that the contract refuses is named."""
    try:
        return kind(**fields)
    except ValidationError as fault:
        raise of_misformed(fault, paths) from fault


async def asked(
    request: Request,
    question: Question,
    paths: Mapping[str, str] | None = None,
    within_ms: int | None = None,
) -> Any:
    """The owner's outcome; raise the Problem that its refusal or silence is."""
    ask: Ask = request.app.state.ask
    if within_ms is None:
        within_ms = EDIT_WITHIN_MS if isinstance(question, Edit) else WITHIN_MS
    owner = question.subject.split(".")[1]
    try:
        return await ask(question, Deadline.within(within_ms))
    except Refused as no:
        more = await _versions(request, question) if no.code == "stale" else {}
        raise of_refusal(no.refusal, owner, paths or {}, **more) from no
    except TooLarge as fault:
        raise Problem(413, "too_large", "send it in parts of at most 400 kB") from fault
    except Unanswered as fault:
        raise of_silence(fault, owner) from fault


async def _versions(request: Request, question: Question) -> dict[str, int]:
    """The version that an edit was based on, and the one that is there now."""
    found = {"expected_version": getattr(question, "expected_version", None)}
    thing = _edited(question)
    if thing is not None and (look := _look_at(question, thing)) is not None:
        try:
            got = await request.app.state.ask(look, Deadline.within(WITHIN_MS))
            found["current_version"] = got.row.version
        except (Refused, Unanswered):
            pass  # gone, or unknown: then the one version is all that can be said
    return {name: version for name, version in found.items() if version is not None}


def _edited(question: Question) -> Any:
    """The key of what an edit is about."""
    document = getattr(question, "document", None)
    if isinstance(document, dict):  # a flow's
        return document.get("id")
    key = getattr(question, "key", None) or getattr(question, "flow_id", None)
    return key or getattr(document, "id", None)


def _look_at(question: Question, thing: Any) -> Question | None:
    """What shows the thing that an edit was about."""
    account_id: AccountId = question.account_id  # type: ignore[attr-defined] # every edit has
    _, owner, word, _ = question.subject.split(".")
    noun = getattr(question, "noun", None)
    if owner == "flows":
        return GetFlow(account_id=account_id, flow_id=thing)
    if owner == "rtb":
        known = RtbNoun(f"rtb_{word.removeprefix('save_')}") if noun is None else noun
        return GetRtb(account_id=account_id, noun=known, key=thing)
    if owner == "tracking":
        kept = TrackingNoun(word.removeprefix("save_")) if noun is None else noun
        return GetTracking(account_id=account_id, noun=kept, key=thing)
    if noun is None and word.startswith("save_"):
        noun = Noun(word.removeprefix("save_"))
    if noun is None:
        return None
    return GetConfiguration(account_id=account_id, noun=noun, key=str(thing))


def told(value: BaseModel, status: int = 200) -> Response:
    """An outcome as it is."""
    return json_of(value.model_dump(mode="json"), status)


def json_of(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Any value as JSON."""
    return Response(orjson.dumps(value), status, dict(headers or {}), "application/json")


def row_of(row: Row, fields: frozenset[str] | None = None, status: int = 200) -> Response:
    """One document with its version as ETag."""
    return json_of(_chosen(row, fields), status, {"ETag": f'"{row.version}"'})


def rows_of(rows: tuple[Row, ...], cursor: str | None, fields: frozenset[str] | None) -> Response:
    """A page of documents."""
    return json_of({"items": [_chosen(row, fields) for row in rows], "cursor": cursor})


def _chosen(row: Row, fields: frozenset[str] | None) -> dict[str, Any]:
    document = row.document
    if fields is not None:
        document = {name: value for name, value in document.items() if name in fields}
    shown = {"version": row.version, "document": document}
    if row.standing is not None:
        shown["standing"] = row.standing.model_dump(mode="json")
    return shown


async def row(
    request: Request, who: Principal, noun: Noun, key: str, within_ms: int = WITHIN_MS
) -> Row:
    """One thing of the router's as it is now."""
    question = GetConfiguration(account_id=who.account_id, noun=noun, key=key)
    got: Got = await asked(request, question, within_ms=within_ms)
    return got.row


def id_of_new(request: Request, who: Principal, body: BaseModel) -> UUID:
    """The id of a new thing: its own, else that of the request's key, else any.

    So whoever repeats a request by its key, not knowing whether it was done, means the same thing.
    """
    given: UUID = body.id  # type: ignore[attr-defined]
    key = request.headers.get(IDEMPOTENCY_HEADER)
    if key is None or "id" in body.model_fields_set:
        return given
    return uuid5(_MADE, f"{who.account_id} {who.party_id} {request.url.path} {key}")


async def made_before(
    no: Problem, said: Set[str], document: Document, look: Callable[[], Awaitable[Row]]
) -> Row:
    """The thing as the same request has made it before; raise `no` where that `said` otherwise."""
    if no.status != CONFLICTING or not said:
        raise no
    try:
        found = await look()
    except Problem:
        raise no from None
    there = type(document).model_validate(found.document)
    if any(getattr(there, name) != getattr(document, name) for name in said):
        raise no
    return found


async def replaced_before(
    no: Problem, version: int, document: Document, look: Callable[[], Awaitable[Row]]
) -> Row:
    """The thing as the same request has changed it before; raise `no` where it is otherwise.

    Whoever gets 503 does not know whether it was done, and sends the same again: RFC 9110, 13.1.1,
    lets an edit that appears to have been applied succeed, though its version is no more.
    """
    if no.status != CONFLICTING:
        raise no
    try:
        found = await look()
    except Problem:
        raise no from None
    if found.version != version + 1 or type(document).model_validate(found.document) != document:
        raise no
    return found


async def retired(request: Request, who: Principal, noun: Noun, key: str, version: int) -> Response:
    """Take one thing out of use."""
    question = Retire(
        account_id=who.account_id, actor=who.actor, noun=noun, key=key, expected_version=version
    )
    return told(await asked(request, question))
