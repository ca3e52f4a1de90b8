"""Recordings: heard here by who may, and nowhere else; and how long they are kept."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.contracts.editing import Got, Row
from libs.contracts.ids import CallId, Sid
from libs.contracts.message import Question
from libs.contracts.party_calls import FindPartyRecording
from libs.contracts.recordings import (
    DoorOpened,
    FindRecording,
    OpenRecording,
    RecordingFound,
    RecordingRule,
    SaveRecordingRule,
)
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from libs.runtime.relay import NotRelayed, Relay
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import HEARING, Right
from services.console.problems import Problem
from services.console.routes.asking import (
    BODY,
    CONFLICT,
    ERRORS,
    NOT_FOUND,
    BasedOn,
    asked,
    row_of,
)
from services.console.routes.parties import of_party

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["calls"])


class RuleRow(BaseModel):
    """How long recordings are kept, with its version; 0: it was never set."""

    version: int
    document: RecordingRule


_SOUND = {
    200: {"content": {"audio/x-wav": {}}, "description": "The sound"},
    206: {"content": {"audio/x-wav": {}}, "description": "The bytes that `Range` asks for"},
    409: {"description": "There is nothing to hear: it still runs, or nothing was said"},
    410: {"description": "It was deleted"},
    416: {"description": "It has no such bytes"},
}
_PASSED_ON = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)


@router.get(
    "/calls/{call_id}/recordings/{recording_sid}",
    response_class=Response,
    responses={**NOT_FOUND, **_SOUND},  # type: ignore[dict-item] # of two shapes
    openapi_extra=needs(Right.LISTEN, HEARING),
)
async def hear(request: Request, who: Who, call_id: CallId, recording_sid: Sid) -> Response:
    """The sound of a recording, or the part of it that `Range` asks for."""
    which = {"call_id": call_id, "recording_sid": recording_sid}
    if who.viewer is not None:
        look: Question = of_party(FindPartyRecording, {}, who, **which)
    else:
        look = FindRecording.model_validate({"account_id": who.account_id, **which})
    found: RecordingFound = await asked(request, look)
    question = OpenRecording(account_sid=found.account_sid, recording_sid=recording_sid)
    door: DoorOpened = await asked(request, question)
    relay: Relay = request.app.state.relay
    ranged = {"Range": part} if (part := request.headers.get("range")) else {}
    try:
        answer = await relay.get(f"{request.app.state.ingress_base_url}{door.path}", ranged)
    except NotRelayed as no:
        raise Problem(503, "unanswered", str(no), owner="ingress") from no
    if answer.status_code in _PASSED_ON:
        answer.headers["Content-Disposition"] = f'inline; filename="{recording_sid}.wav"'
        return answer
    await answer.close()
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise Problem(404, "not_found", "the carrier has it no more")
    raise Problem(503, "unanswered", "the carrier does not give it now", owner="ingress")


@router.get("/recording-rule", response_model=RuleRow, openapi_extra=needs(Right.LOOK))
async def get_rule(request: Request, who: Who) -> Response:
    """How long the account's recordings are kept."""
    return row_of(await _rule(request, who))


@router.put(
    "/recording-rule",
    response_model=RuleRow,
    responses=CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def replace_rule(
    request: Request, who: Who, version: BasedOn, body: RecordingRule
) -> Response:
    """Change how long they are kept; older ones are deleted at once. The first version is 0."""
    question = SaveRecordingRule(
        account_id=who.account_id,
        actor=who.actor,
        expected_version=version or None,
        document=body,
    )
    await asked(request, question, BODY)
    return row_of(await _rule(request, who))


async def _rule(request: Request, who: Who) -> Row:
    noun, key = TrackingNoun.RECORDING_RULE, UUID(str(who.account_id))
    try:
        got: Got = await asked(request, GetTracking(account_id=who.account_id, noun=noun, key=key))
    except Problem as no:
        if no.status != HTTPStatus.NOT_FOUND:  # not there: nothing was ever set
            raise
        return Row(version=0, document=RecordingRule().model_dump(mode="json"))
    return got.row
