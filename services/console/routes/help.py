"""Help: questions about the product, answered whole or as they come; ratings; what was asked."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from services.console.auth import IDEMPOTENCY_HEADER, Guarded, Who, needs
from services.console.desk.assisting import Look
from services.console.desk.helping import Asked, HelpDesk, Kept, asker_of
from services.console.domain.access import PARTIES, Principal, Right
from services.console.domain.helping import Anew, Answer, By, Looking, Step, Telling
from services.console.problems import Problem
from services.console.routes.asking import ERRORS, NOT_FOUND, json_of
from services.console.routes.forms import Strict
from services.console.routes.own_api import as_the_asker
from services.console.store.questions import Questions, QuestionSearch, Rating

QUESTION_LETTERS_MAX = 2_000
STREAM = "text/event-stream"
Text = Annotated[str, Field(max_length=1_000, pattern=r"^[^\x00]*$")]


class QuestionAsked(Strict):
    """A question in one's own words; with `conversation_id`, one that goes on."""

    question: str = Field(min_length=1, max_length=QUESTION_LETTERS_MAX, pattern=r"^[^\x00]+$")
    conversation_id: UUID | None = None


class SourceShown(BaseModel):
    """A part of the manual that the answer rests on."""

    title: str
    link: str
    excerpt: str


class QuestionAnswered(BaseModel):
    """An answer, in Markdown.  `by` has answered; `note` says why nobody else has."""

    question_id: UUID
    conversation_id: UUID
    asked_at: AwareDatetime
    answer: str
    by: By
    sources: list[SourceShown]
    looked_up: list[str] = Field(description="what of the account was looked at")
    note: str


class QuestionShown(QuestionAnswered):
    """A question that was asked, by whom, and what she says of the answer."""

    number: int
    asker: str
    role: str
    question: str
    answered_at: AwareDatetime
    rating: Literal["good", "bad"] | None
    comment: str
    rated_at: AwareDatetime | None


class QuestionsShown(BaseModel):
    """Questions, the newest first; `before` asks for older ones, None: there are none."""

    items: list[QuestionShown]
    before: int | None


class Rated(Strict):
    """Whether the answer helped."""

    rating: Literal["good", "bad"]
    comment: Text = ""


class Mine(BaseModel):
    """Which part of one's own questions."""

    model_config = ConfigDict(extra="forbid")

    before: int | None = Field(default=None, ge=0, lt=2**63)
    limit: int = Field(default=50, ge=1, le=200)


class Everybodys(Mine):
    """Which questions of the account; what is left out does not choose."""

    asker: str | None = Field(default=None, max_length=256, pattern=r"^[^\x00]*$")
    by: By | None = None
    rating: Literal["good", "bad"] | None = None
    contains: str | None = Field(default=None, max_length=200, pattern=r"^[^\x00]*$")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["help"])
own = needs(Right.SELF, PARTIES)


@router.post(
    "/help/questions",
    response_model=QuestionAnswered,
    responses={200: {"content": {STREAM: {}}}},
    openapi_extra=own,
)
async def ask(request: Request, who: Who, body: Annotated[QuestionAsked, Body()]) -> Response:
    """Ask for help; with `Accept: text/event-stream` the answer is told as it comes.

    Events: `look` (something is looked up), `text` (the next words), `anew` (what was told does
    not count), `answer` (all of it, as it is without a stream).
    """
    desk: HelpDesk = request.app.state.help
    streamed = STREAM in request.headers.get("Accept", "")
    if streamed and IDEMPOTENCY_HEADER in request.headers:
        errors = [(f"header.{IDEMPOTENCY_HEADER}", "not with a stream: it is told once")]
        raise Problem(422, "malformed", "a stream cannot be repeated", errors=errors)
    await desk.admit(who)
    asked, look = Asked(**body.model_dump()), as_the_asker(request)
    if streamed:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            _frames(desk, who, asked, look), media_type=STREAM, headers=headers
        )
    async for step in desk.answer(who, asked, look):
        if isinstance(step, Kept):
            return json_of(_kept(step))
    raise AssertionError("every answer is kept")


@router.get("/help/questions", response_model=QuestionsShown, openapi_extra=own)
async def list_mine(request: Request, who: Who, which: Annotated[Mine, Query()]) -> Response:
    """What one has asked oneself, the newest first."""
    search = QuestionSearch(asker_id=asker_of(who), before=which.before)
    return await _page(request, who, search, which.limit)


@router.get(
    "/account/help-questions",
    response_model=QuestionsShown,
    openapi_extra=needs(Right.ACCOUNT),
)
async def list_all(request: Request, who: Who, which: Annotated[Everybodys, Query()]) -> Response:
    """What everybody of the account has asked: for its owners."""
    search = QuestionSearch(**which.model_dump(exclude={"limit"}))
    return await _page(request, who, search, which.limit)


@router.put(
    "/help/questions/{question_id}/rating",
    status_code=204,
    responses=NOT_FOUND,
    openapi_extra=own,
)
async def rate(
    request: Request, who: Who, question_id: UUID, body: Annotated[Rated, Body()]
) -> Response:
    """Say whether an answer helped; the latest word counts."""
    questions: Questions = request.app.state.questions
    rating = Rating(body.rating, body.comment, request.app.state.clock.now())
    if not await questions.rate(who.account_id, question_id, asker_of(who), rating):
        raise Problem(404, "not_found", "you have asked no such question")
    return Response(status_code=204)


async def _page(request: Request, who: Principal, search: QuestionSearch, limit: int) -> Response:
    questions: Questions = request.app.state.questions
    rows = await questions.page(who.account_id, search, limit + 1)
    items = [QuestionShown(**row).model_dump(mode="json") for row in rows[:limit]]
    return json_of({"items": items, "before": items[-1]["number"] if rows[limit:] else None})


async def _frames(
    desk: HelpDesk, who: Principal, asked: Asked, look: Look
) -> AsyncGenerator[bytes, None]:
    async with contextlib.aclosing(desk.answer(who, asked, look)) as steps:
        async for step in steps:
            if not isinstance(step, Answer):
                yield _frame(step)


def _frame(step: Step | Kept) -> bytes:
    """A step as an event of the stream."""
    match step:
        case Looking(what):
            name, value = "look", {"what": what}
        case Telling(text):
            name, value = "text", {"text": text}
        case Anew(reason):
            name, value = "anew", {"reason": reason}
        case Kept():
            name, value = "answer", _kept(step)
        case Answer():
            raise AssertionError("told once it is kept")
    return b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(value))


def _kept(kept: Kept) -> dict[str, Any]:
    return QuestionAnswered(
        question_id=kept.question_id,
        conversation_id=kept.conversation_id,
        asked_at=kept.asked_at,
        **kept.answer.shown(),
    ).model_dump(mode="json")
