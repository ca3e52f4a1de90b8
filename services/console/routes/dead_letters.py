"""What readers of facts gave up on, for the platform's operators."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from libs.runtime.dead_letters import DeadLetter
from services.console.auth import Guarded, Who, needs
from services.console.desk.dead_letters import DeadLettersDesk, account_of
from services.console.domain.access import Right
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, json_of

Number = Annotated[int, Path(ge=1, lt=2**63)]


class LetterListed(BaseModel):
    """A fact that a reader gave up on, and why; `subject` is how it was published."""

    number: int
    reader: str
    subject: str
    reason: str
    account_id: UUID | None


class LetterShown(LetterListed):
    """And what is in it; bytes that are no text are written with backslashes."""

    payload: str


class Letters(BaseModel):
    """A part of them, the oldest first; `after` asks for the next, None ends the list."""

    items: list[LetterListed]
    after: int | None


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["platform"], prefix="/platform")

EXTRA: dict[str, Any] = {"openapi_extra": needs(Right.PLATFORM)}
ONE: dict[str, Any] = {**EXTRA, "responses": NOT_FOUND | CONFLICT}


class Which(BaseModel):
    """Which of them."""

    reader: str | None = Field(default=None, pattern="^[a-z-]{1,60}$")
    after: int = Field(default=0, ge=0, lt=2**63)
    limit: int = Field(default=50, ge=1, le=100)


@router.get("/dead-letters", response_model=Letters, responses=CONFLICT, **EXTRA)
async def list_letters(request: Request, who: Who, which: Annotated[Which, Query()]) -> Response:
    """What was given up on in the last 30 days, and not replayed."""
    found = await _desk(request).page(who, which.reader, which.after, which.limit + 1)
    shown = found[: which.limit]
    after = shown[-1].sequence if len(found) > len(shown) else None
    return json_of({"items": [_listed(one) for one in shown], "after": after})


@router.get("/dead-letters/{number}", response_model=LetterShown, **ONE)
async def look(request: Request, who: Who, number: Number) -> Response:
    """One of them with what is in it; its account's audit log says that it was looked at."""
    letter = _there(await _desk(request).look(who, number))
    payload = letter.payload.decode(errors="backslashreplace")
    return json_of({**_listed(letter), "payload": payload})


@router.post("/dead-letters/{number}/replay", response_model=LetterListed, **ONE)
async def replay(request: Request, who: Who, number: Number) -> Response:
    """Publish it again, for all readers of its subject, and take it off the list."""
    return json_of(_listed(_there(await _desk(request).replay(who, number))))


def _desk(request: Request) -> DeadLettersDesk:
    desk: DeadLettersDesk = request.app.state.dead_letters
    return desk


def _there(letter: DeadLetter | None) -> DeadLetter:
    if letter is None:
        raise Problem(404, "not_found", "no such dead letter, or it was replayed")
    return letter


def _listed(letter: DeadLetter) -> dict[str, Any]:
    return LetterListed(
        number=letter.sequence,
        reader=letter.durable,
        subject=letter.subject,
        reason=letter.reason,
        account_id=account_of(letter),
    ).model_dump(mode="json")
