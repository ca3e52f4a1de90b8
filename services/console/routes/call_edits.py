"""What is done to calls afterwards, many at a time: annotated, written down, callers blocked."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.annotating import CALLS_MAX, AnnotateCalls, CallsAnnotated, NoteText
from libs.contracts.configuration import Defaults
from libs.contracts.editing import SaveDefaults
from libs.contracts.ids import CallId
from libs.contracts.phone import PhoneNumber
from libs.contracts.tags import Tags
from libs.contracts.tracking import CallDetail, CallRecord, GetCall
from libs.contracts.transcribing import TranscribeCalls, Transcribing
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import Right
from services.console.domain.blocking import callers_to_block, with_blocked
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, asked, formed, told
from services.console.routes.defaults import defaults_row

STALE_TRIES = 3  # others edit the same list; then who asked may try again

CallIds = Annotated[tuple[CallId, ...], Field(min_length=1, max_length=CALLS_MAX)]


class Annotation(BaseModel):
    """Tags and a note for these calls; an empty tag takes one away."""

    model_config = ConfigDict(extra="forbid")

    call_ids: CallIds
    tags: Tags = Field(default_factory=dict)
    note: NoteText = ""


class These(BaseModel):
    """Some calls."""

    model_config = ConfigDict(extra="forbid")

    call_ids: CallIds


class CallersBlocked(BaseModel):
    """Who is refused from now on, who was already, and which calls show no number."""

    blocked: tuple[PhoneNumber, ...]
    already: tuple[PhoneNumber, ...]
    without_number: tuple[CallId, ...]


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["calls"])
edit = needs(Right.EDIT)
_PATHS = {name: f"body.{name}" for name in Annotation.model_fields}


@router.post(
    "/call-annotations", response_model=CallsAnnotated, responses=NOT_FOUND, openapi_extra=edit
)
async def annotate(request: Request, who: Who, body: Annotated[Annotation, Body()]) -> Response:
    """Give calls tags, a note, or both: all of them or, where one is not here, none."""
    question = formed(
        AnnotateCalls,
        _PATHS,
        account_id=who.account_id,
        actor=who.actor,
        **body.model_dump(),
    )
    return told(await asked(request, question, _PATHS))


@router.post(
    "/call-transcriptions",
    response_model=Transcribing,
    status_code=202,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.LISTEN),
)
async def transcribe(request: Request, who: Who, body: Annotated[These, Body()]) -> Response:
    """Have the recordings of these calls written down; the texts come with the calls, later."""
    question = TranscribeCalls(account_id=who.account_id, actor=who.actor, call_ids=body.call_ids)
    return told(await asked(request, question), 202)


@router.post(
    "/call-blocks",
    response_model=CallersBlocked,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=edit,
)
async def block(request: Request, who: Who, body: Annotated[These, Body()]) -> Response:
    """Put the callers of these calls on the account's blocklist."""
    calls = [await _call(request, who, call_id) for call_id in dict.fromkeys(body.call_ids)]
    for tries_left in reversed(range(STALE_TRIES)):
        row = await defaults_row(request, who)
        defaults = Defaults.model_validate(row.document)
        blocked = callers_to_block(calls, defaults)
        if blocked.new:
            question = formed(
                SaveDefaults,
                {"document.blocklist.numbers": "body.call_ids"},
                account_id=who.account_id,
                actor=who.actor,
                expected_version=row.version or None,
                document=with_blocked(defaults, blocked),
            )
            try:
                await asked(request, question)
            except Problem as no:
                if no.code == "stale" and tries_left:
                    continue
                raise
        break
    return told(
        CallersBlocked(
            blocked=blocked.new, already=blocked.known, without_number=blocked.without_number
        )
    )


async def _call(request: Request, who: Any, call_id: CallId) -> CallRecord:
    detail: CallDetail = await asked(request, GetCall(account_id=who.account_id, call_id=call_id))
    return detail.call
