"""rtb's door to outside bidders: what is a company's own, by its key."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.rtb.desk.own_door import (
    DAYS_MAX,
    LATELY,
    BiddersDesk,
    Company,
    NoKey,
    Time,
    TooOften,
)
from services.rtb.domain.own import (
    Converted,
    OwnBids,
    OwnConversion,
    OwnLimits,
    OwnReservations,
    OwnSpends,
    OwnTarget,
    OwnTargets,
)
from services.rtb.domain.unfit import Missing, Stale, Unfit

ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"description": "the key opens nothing"},
    429: {"description": "too often: come back after Retry-After seconds"},
}
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "none of the company's own"}}
_MINUTE = 60

bearer = HTTPBearer(auto_error=False, description="the key that the operator has made for you")


class Span(BaseModel):
    """From when to when; the last seven days unless said."""

    model_config = ConfigDict(extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    def time(self, now: datetime, **more: Any) -> Time:
        """The time it means; refuse one that is too long."""
        until = self.until or now
        since = self.since or until - LATELY
        if not timedelta() <= until - since <= timedelta(days=DAYS_MAX):
            raise HTTPException(422, f"until: 0 to {DAYS_MAX} days after since")
        return Time(since, until, **more)


class Paged(Span):
    """A page of a time."""

    cursor: str | None = Field(default=None, pattern=r"^[-0-9T:.+Z]{10,40}/[-0-9a-f]{36}$")
    limit: int = Field(default=50, ge=1, le=200)


router = APIRouter(prefix="/bidders/v1", tags=["bidders"], responses=ERRORS)
"""What companies read and set of their own; the app's state has the `bidders_desk`."""


def _desk(request: Request) -> BiddersDesk:
    desk: BiddersDesk = request.app.state.bidders_desk
    return desk


Desk = Annotated[BiddersDesk, Depends(_desk)]


async def _let_in(
    desk: Desk, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Company:
    try:
        return await desk.let_in(credentials.credentials if credentials else "")
    except NoKey as no:
        scheme = {"WWW-Authenticate": "Bearer"}
        raise HTTPException(401, "the key opens nothing", scheme) from no
    except TooOften as no:
        wait = {"Retry-After": str(max(1, _MINUTE - desk.now().second))}
        raise HTTPException(429, "too often", wait) from no


Own = Annotated[Company, Depends(_let_in)]


@router.get("/targets")
async def own_targets(desk: Desk, company: Own) -> OwnTargets:
    """Your endpoints as they are asked now."""
    return await desk.targets(company)


@router.put("/targets/{target_id}/limits", responses=NOT_FOUND)
async def set_limits(
    desk: Desk, company: Own, target_id: UUID, limits: Annotated[OwnLimits, Body()]
) -> OwnTarget:
    """Pause an endpoint or cap its day, within what the operator allows."""
    with _refusing():
        return await desk.limit(company, target_id, limits)


@router.get("/bids")
async def own_bids(desk: Desk, company: Own, page: Annotated[Paged, Query()]) -> OwnBids:
    """What you were asked, what you bid, and why you lost or what you won."""
    time = page.time(desk.now(), cursor=page.cursor, limit=page.limit)
    return await desk.bids(company, time)


@router.get("/reservations")
async def own_reservations(desk: Desk, company: Own) -> OwnReservations:
    """Places with you that are taken now."""
    return await desk.reservations(company)


@router.get("/spend")
async def own_spend(desk: Desk, company: Own, span: Annotated[Span, Query()]) -> OwnSpends:
    """What you bought, and what you owe for it."""
    return await desk.spend(company, span.time(desk.now()))


@router.post("/conversions", responses=NOT_FOUND)
async def convert(desk: Desk, company: Own, said: Annotated[OwnConversion, Body()]) -> Converted:
    """Say that a call which you bought has converted; it counts once."""
    with _refusing():
        return await desk.convert(company, said)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except Missing as no:
        raise HTTPException(404, "none of yours") from no
    except Unfit as no:
        status = 403 if no.code == "forbidden" else 422
        raise HTTPException(status, "; ".join(": ".join(one) for one in no.problems)) from no
    except Stale as no:
        raise HTTPException(409, "the operator has just changed it: try again") from no
