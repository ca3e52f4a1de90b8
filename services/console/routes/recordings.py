"""Recordings: heard here by who may, and nowhere else."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from libs.contracts.ids import CallId, Sid
from libs.contracts.message import Question
from libs.contracts.party_calls import FindPartyRecording
from libs.contracts.recordings import (
    DoorOpened,
    FindRecording,
    OpenRecording,
    RecordingFound,
)
from libs.runtime.relay import NotRelayed, Relay
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import HEARING, Right
from services.console.problems import Problem
from services.console.routes.asking import (
    ERRORS,
    NOT_FOUND,
    asked,
)
from services.console.routes.parties import of_party

router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["calls"])


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
