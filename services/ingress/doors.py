"""The door at which recordings are heard, by whoever brings a ticket: the console."""

import logging
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from libs.runtime.relay import NotRelayed
from services.ingress.carrier.recordings import DOOR, CarrierRecordings, NoEntry

_PASSED_ON = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)

log = logging.getLogger(__name__)


def recording_routes(recordings: CarrierRecordings) -> list[Route]:
    """One door, for reading alone."""

    async def hear(request: Request) -> Response:
        try:
            answer = await recordings.sound(
                request.path_params["ticket"], request.headers.get("range")
            )
        except NoEntry as no:
            return _problem(HTTPStatus.FORBIDDEN, str(no))
        except NotRelayed as no:
            log.warning("a recording cannot be heard: %s", no)
            return _problem(HTTPStatus.BAD_GATEWAY, "the carrier does not give it now")
        if answer.status_code in _PASSED_ON:
            return answer
        await answer.close()
        if answer.status_code in _GONE:
            return _problem(HTTPStatus.NOT_FOUND, "the carrier has it no more")
        log.warning("a recording cannot be heard: the carrier says %s", answer.status_code)
        return _problem(HTTPStatus.BAD_GATEWAY, "the carrier does not give it now")

    return [Route(f"{DOOR}/{{ticket}}", hear)]


def _problem(status: HTTPStatus, title: str) -> Response:
    problem = {"status": int(status), "title": title}
    return JSONResponse(problem, status, media_type="application/problem+json")
