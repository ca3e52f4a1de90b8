"""The audit log: searched, and each object's history."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.bidding_edits import RtbNoun
from libs.contracts.editing import Actor, Noun
from libs.contracts.flow_edits import FlowNoun
from libs.contracts.tracking_edits import TrackingNoun
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import PeopleNoun, Right
from services.console.problems import Problem
from services.console.routes.asking import ERRORS, json_of
from services.console.store.audit import Audit, Place, Search

KEY = r"^[0-9A-Za-z-]{1,64}$"
PLACE = r"^[0-9T:.+-]{20,32} [0-9]{1,18} [a-z_]{1,40} [0-9A-Za-z-+]{1,64}$"


class Entry(BaseModel):
    """One change: who made it, why the platform did if it did, and how it was before and after."""

    noun: str
    key: str
    version: int
    at: AwareDatetime
    actor: Actor
    reason: str
    before: dict[str, object] | None
    after: dict[str, object] | None


class Entries(BaseModel):
    """A part of the log; `before` asks for older ones, None: there are none."""

    items: list[Entry]
    before: str | None


class Which(BaseModel):
    """Which entries; what is left out does not choose."""

    model_config = ConfigDict(extra="forbid")

    noun: Noun | RtbNoun | TrackingNoun | FlowNoun | PeopleNoun | None = None
    key: str | None = Field(default=None, pattern=KEY)
    actor: str | None = Field(default=None, max_length=256, pattern=r"^[^\x00]*$")
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before: str | None = Field(default=None, pattern=PLACE, description="of the part before")
    limit: int = Field(default=50, ge=1, le=200)


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["audit"])


@router.get("/audit", response_model=Entries, openapi_extra=needs(Right.LOOK))
async def search(request: Request, who: Who, which: Annotated[Which, Query()]) -> Response:
    """What was changed, the newest first; `noun` and `key` give one thing's history."""
    log: Audit = request.app.state.audit
    chosen = Search(**{**which.model_dump(exclude={"limit"}), "before": _place(which.before)})
    rows = await log.page(who.account_id, chosen, which.limit + 1)
    items = [
        Entry(
            **{name: row[name] for name in ("noun", "key", "version", "at", "reason")},
            actor=Actor(name=row["actor_name"], role=row["actor_role"], via=row["actor_via"]),
            before=row["before"],
            after=row["after"],
        ).model_dump(mode="json")
        for row in rows[: which.limit]
    ]
    more = len(rows) > which.limit
    return json_of({"items": items, "before": _told(rows[which.limit - 1]) if more else None})


def _told(row: Mapping[str, Any]) -> str:
    """An entry's place as a part of the log tells it."""
    place = Place(*(row[name] for name in Place._fields))
    return f"{place.at.isoformat()} {place.version} {place.noun} {place.key}"


def _place(told: str | None) -> Place | None:
    if told is None:
        return None
    at, version, noun, key = told.split(" ")
    try:
        return Place(datetime.fromisoformat(at), int(version), noun, key)
    except ValueError as fault:
        errors = [("query.before", "is no place that a part of the log has told")]
        raise Problem(422, "malformed", "the request has wrong fields", errors=errors) from fault
