"""What goes wrong, as HTTP says it: problem documents (RFC 9457) with paths of fields."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from libs.contracts.message import Refusal
from libs.runtime.ask import Unanswered

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1  # an owner that is away is looked for again that soon
ERRORS_MAX = 100  # of one answer; who has more has another problem


class FieldError(BaseModel):
    """One field that was refused: where it stands in the request, and what is allowed."""

    path: str = Field(examples=["body.caps.limits.0.most"])
    problem: str = Field(examples=["Input should be greater than or equal to 1"])


class ProblemDocument(BaseModel):
    """Why a request was not done."""

    type: str = Field(default="about:blank")
    title: str
    status: int
    code: str = Field(description="stable, for programs")
    detail: str = ""
    errors: list[FieldError] = []
    request_id: str = ""
    owner: str | None = Field(default=None, description="the service that did not answer")
    expected_version: int | None = None
    current_version: int | None = None


class Problem(Exception):
    """A request that is not done."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.more = more


TITLES = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    403: "This is not allowed",
    404: "There is no such thing",
    405: "This cannot be done here",
    409: "It is otherwise than you thought",
    410: "It is gone",
    412: "It is otherwise than you thought",
    413: "The request is too large",
    415: "This type of content is not taken",
    422: "Something in the request is not allowed",
    428: "Say which version you change",
    429: "Too many requests",
    502: "A service failed",
    503: "A service does not answer",
}
_STATUS = {
    "not_found": 404,
    "gone": 410,
    "full": 409,
    "not_recorded": 409,
    "stale": 409,
    "taken": 409,
    "in_use": 409,
    "leased": 409,
    "on_call": 409,
    "not_live": 409,
    "not_recording": 409,
    "number_gone": 409,
    "number_owned": 409,
    "busy": 503,
    "unavailable": 503,
    "not_ready": 503,
    "internal": 502,
}
"""Refusals that are not about what was asked; all others are 422."""


_PLAIN = {
    "Input should be a valid dictionary or object to extract fields from": (
        "is an object with fields of its own: /api/v1/openapi.json names them"
    ),
}


def plain(text: str) -> str:
    """What is wrong with a field, for somebody who does not know what reads it.

    >>> plain("Value error, '12' is no phone number")
    "'12' is no phone number"
    """
    text = text.removeprefix("Value error, ")
    return _PLAIN.get(text, text)


def answer(request: Request, problem: Problem) -> Response:
    """The problem as a response."""
    document = ProblemDocument(
        title=TITLES.get(problem.status, "The request was not done"),
        status=problem.status,
        code=problem.code,
        detail=problem.detail,
        errors=[
            FieldError(path=path, problem=plain(text)) for path, text in problem.errors[:ERRORS_MAX]
        ],
        request_id=getattr(request.state, "request_id", ""),
        **problem.more,
    )
    return Response(
        orjson.dumps(document.model_dump(exclude_none=True)),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )


def of_refusal(refusal: Refusal, owner: str, paths: Mapping[str, str], **more: Any) -> Problem:
    """What an owner refuses; `paths` say where its fields stand in the request."""
    status = _STATUS.get(refusal.code, 422)
    errors = [(_renamed(one.path, paths), one.problem) for one in refusal.fields]
    if status >= 500:  # noqa: PLR2004 - the owner's fault, whatever it is
        headers = {"Retry-After": str(RETRY_SECONDS)}
        return Problem(status, refusal.code, refusal.text, owner=owner, headers=headers)
    return Problem(status, refusal.code, refusal.text, errors=errors, **more)


def of_silence(fault: Unanswered, owner: str) -> Problem:
    """An owner that does not answer."""
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return Problem(503, "unanswered", str(fault), owner=owner, headers=headers)


def of_validation(fault: RequestValidationError) -> Problem:
    """Fields that are not as the document of the API says."""
    errors = [(".".join(map(str, one["loc"])), str(one["msg"])) for one in fault.errors()]
    if any(one["type"] == "json_invalid" for one in fault.errors()):
        return Problem(400, "unreadable", "the body is no JSON", errors=errors)
    return Problem(422, "malformed", "the request has wrong fields", errors=errors)


def of_misformed(fault: ValidationError, paths: Mapping[str, str]) -> Problem:
    """Fields that the API takes and the owner's question does not."""
    errors = [
        (_renamed(".".join(map(str, one["loc"])), paths), str(one["msg"])) for one in fault.errors()
    ]
    return Problem(422, "malformed", "the request has wrong fields", errors=errors)


def of_http(fault: HTTPException) -> Problem:
    """What the framework itself refuses: unknown paths and methods, unreadable bodies."""
    code = {404: "not_found", 405: "method_not_allowed", 400: "unreadable"}
    text = str(fault.detail)
    headers = dict(fault.headers or {})
    return Problem(fault.status_code, code.get(fault.status_code, "refused"), text, headers=headers)


def _renamed(path: str, paths: Mapping[str, str]) -> str:
    """Where a field of the question stands in the request."""
    for inner, outer in paths.items():
        if path == inner or path.startswith(f"{inner}."):
            return f"{outer}{path.removeprefix(inner)}"
    return path
