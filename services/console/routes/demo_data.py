"""Demo data of an account: whether it is there, added, removed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from libs.runtime.ask import Refused, Unanswered
from services.console.auth import Guarded, Who, needs
from services.console.desk.demonstrating import Demonstrating
from services.console.domain.access import Right
from services.console.problems import of_refusal, of_silence
from services.console.routes.asking import CONFLICT, ERRORS, json_of

PATH = "/demo-data"


class DemoShown(BaseModel):
    """A thing of the demo; `why` it stays, where it was to be removed."""

    kind: str
    id: str
    name: str
    why: str = ""


class DemoData(BaseModel):
    """What of the demo is there."""

    things: list[DemoShown]


class DemoRemoved(BaseModel):
    """What is gone, and what stays since something that people made needs it."""

    removed: list[DemoShown]
    kept: list[DemoShown]


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["configuration"])


@router.get(PATH, response_model=DemoData, openapi_extra=needs(Right.LOOK))
async def show_demo(request: Request, who: Who) -> Response:
    """What the account has of the demo data; nothing, unless somebody has added it."""
    async with _desk(request) as desk:
        things = await desk.there(who.account_id)
    return json_of({"things": [asdict(one) for one in things]})


@router.post(
    PATH,
    status_code=201,
    response_model=DemoData,
    responses=CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def add_demo(request: Request, who: Who) -> Response:
    """Add a campaign, two buyers, a number that no carrier has and a flow, to try things with."""
    async with _desk(request) as desk:
        things = await desk.add(who.account_id, who.actor)
    return json_of({"things": [asdict(one) for one in things]}, 201)


@router.delete(PATH, response_model=DemoRemoved, openapi_extra=needs(Right.EDIT))
async def remove_demo(request: Request, who: Who) -> Response:
    """Take the demo data out again; what people have made stays, and what that needs."""
    async with _desk(request) as desk:
        removed, kept = await desk.remove(who.account_id, who.actor)
    told = {"removed": removed, "kept": kept}
    return json_of({name: [asdict(one) for one in things] for name, things in told.items()})


@asynccontextmanager
async def _desk(request: Request) -> AsyncIterator[Demonstrating]:
    """The desk, and how HTTP says what its owners refuse."""
    try:
        yield request.app.state.demonstrating
    except Refused as no:
        raise of_refusal(no.refusal, "router", {}) from no
    except Unanswered as fault:
        raise of_silence(fault, "router") from fault
