"""What is said at the door: read within limits, and answered so that a page can read it."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from libs.contracts.ids import VisitId
from libs.runtime.answers import problems_of
from services.tracking.domain.arrival import ADDRESS_MAX, PAIRS_MAX, Said

BODY_BYTES_MAX = 32 * 1024  # a page says a tenth of that
LONG = 4_000  # characters of an address; browsers send no longer ones
PROBLEM = "application/problem+json"
PREFLIGHT_SECONDS = "86400"

Visitor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{8,80}$")]
Pairs = Annotated[
    dict[Annotated[str, Field(max_length=120)], Annotated[str, Field(max_length=LONG)]],
    Field(max_length=PAIRS_MAX),
]
Form = TypeVar("Form", bound=BaseModel)


class Refused(Exception):
    """What is said cannot be answered as it was meant."""

    def __init__(
        self,
        status: int,
        title: str,
        errors: list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.errors = errors or []
        self.headers = dict(headers or {})


class PageSaid(BaseModel):
    """A page says who looks at it and what has brought her."""

    model_config = ConfigDict(extra="ignore")

    tag: str = Field(default="", max_length=64)
    campaign: str = Field(default="", max_length=64)
    visitor: Visitor
    page: str = Field(default="", max_length=LONG)
    referrer: str = Field(default="", max_length=LONG)
    parameters: Pairs = Field(default_factory=dict)
    geography: Pairs = Field(default_factory=dict)
    address: str = Field(default="", max_length=45)
    user_agent: str = Field(default="", max_length=ADDRESS_MAX)

    def said(self, user_agent: str) -> Said:
        """As the desk hears it; a browser's own header counts unless a server speaks for it."""
        return Said(
            visitor=self.visitor,
            page=self.page,
            referrer=self.referrer,
            parameters=self.parameters,
            geography=self.geography,
            user_agent=user_agent,
        )


class BeatSaid(BaseModel):
    """A page says that it is still open, or that it closes."""

    model_config = ConfigDict(extra="ignore")

    tag: str = Field(default="", max_length=64)
    campaign: str = Field(default="", max_length=64)
    visit: VisitId
    closed: bool = False


async def read(request: Request, form: type[Form]) -> Form:
    """The body as a form; raise Refused where it is too large, or a field is not allowed."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise Refused(413, f"more than {BODY_BYTES_MAX // 1024} kB")
    try:
        return form.model_validate_json(body)
    except ValidationError as fault:
        raise misformed(fault, body) from fault


def misformed(fault: ValidationError, body: bytes) -> Refused:
    """Which fields are not allowed, and why."""
    return Refused(422, "what was said cannot be read", problems_of(fault, body))


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Any value as JSON that nobody keeps."""
    told = {"Cache-Control": "no-store", **(headers or {})}
    return Response(orjson.dumps(value), status, told, "application/json")


def refusal(no: Refused, headers: Mapping[str, str]) -> Response:
    """Why not, as a problem document (RFC 9457)."""
    document = {
        "status": no.status,
        "title": no.title,
        "errors": [{"path": path, "problem": problem} for path, problem in no.errors],
    }
    told = {"Cache-Control": "no-store", **headers, **no.headers}
    return Response(orjson.dumps(document), no.status, told, PROBLEM)


def for_any_page(request: Request) -> dict[str, str]:
    """Headers by which a page on another host may read an answer."""
    origin = request.headers.get("origin")
    if origin is None:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}


async def preflight(request: Request) -> Response:
    """What a browser asks before it says JSON; whether the site may is answered afterwards."""
    return Response(
        status_code=204,
        headers={
            **for_any_page(request),
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": PREFLIGHT_SECONDS,
        },
    )
