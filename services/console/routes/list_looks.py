"""How one has one's lists: columns as they were left, and views kept under a name."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr
from starlette.responses import Response

from services.console.auth import Guarded, Who, needs
from services.console.domain.access import PARTIES, Right
from services.console.problems import Problem
from services.console.routes.asking import CONFLICT, ERRORS, NOT_FOUND, json_of
from services.console.routes.forms import Strict
from services.console.routes.session import require_person
from services.console.store.list_looks import LOOKS_MAX, ListLooks, Place, TooManyLooks

COLUMNS_MAX = 100
SEARCH_MAX = 50
TEXTS_MAX = 200

ListName = Annotated[
    str, Path(pattern=r"^[A-Za-z][A-Za-z0-9 -]{0,59}$", description="as the list is called")
]
Id = Annotated[str, Field(min_length=1, max_length=60)]
Width = Annotated[int, Field(ge=20, le=4_000)]
ViewName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^\S([^\x00-\x1f]*\S)?$")]
Text = Annotated[StrictStr, Field(max_length=500)]
Chosen = (
    StrictBool | StrictInt | StrictFloat | Text | Annotated[list[Text], Field(max_length=TEXTS_MAX)]
)


class KeptColumns(Strict):
    """Which columns are shown, in which order, how wide (pixels); what is not named is as usual."""

    visible: dict[Id, bool] = Field(default={}, max_length=COLUMNS_MAX)
    order: list[Id] = Field(default=[], max_length=COLUMNS_MAX)
    widths: dict[Id, Width] = Field(default={}, max_length=COLUMNS_MAX)


class KeptView(Strict):
    """A list as somebody likes to look at it: its filters, as its address has them, and columns."""

    name: ViewName
    search: dict[Id, Chosen] = Field(default={}, max_length=SEARCH_MAX)
    columns: KeptColumns | None = None


class KeptList(BaseModel):
    """What somebody keeps of one list."""

    columns: KeptColumns | None = None
    views: list[KeptView] = []


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["session"])

PATH = "/session/lists"
OWN: dict[str, Any] = {"openapi_extra": needs(Right.SELF, PARTIES)}


@router.get(PATH, response_model=dict[str, KeptList], **OWN)
async def show_lists(request: Request, who: Who) -> Response:
    """All that one keeps of one's lists, by the list's name."""
    looks = _looks(request)
    lists: dict[str, KeptList] = {}
    for place, look in await looks.of(who.account_id, _place(who, "").person_id):
        kept = lists.setdefault(place.list, KeptList())
        if place.name:
            kept.views.append(KeptView(name=place.name, **look))
        else:
            kept.columns = KeptColumns(**look)
    return json_of({name: kept.model_dump(mode="json") for name, kept in lists.items()})


@router.put(PATH + "/{list_name}/columns", status_code=204, responses=CONFLICT, **OWN)
async def keep_columns(
    request: Request, who: Who, list_name: ListName, body: Annotated[KeptColumns, Body()]
) -> Response:
    """Keep a list's columns as they are."""
    place, now = _place(who, list_name), request.app.state.clock.now()
    return await _kept(lambda: _looks(request).keep(place, body.model_dump(mode="json"), now))


@router.delete(PATH + "/{list_name}/columns", status_code=204, **OWN)
async def forget_columns(request: Request, who: Who, list_name: ListName) -> Response:
    """Have a list's columns as they are for everybody; nothing is said where they were."""
    await _looks(request).forget(_place(who, list_name))
    return Response(status_code=204)


@router.put(PATH + "/{list_name}/views", status_code=204, responses=CONFLICT, **OWN)
async def keep_view(
    request: Request, who: Who, list_name: ListName, body: Annotated[KeptView, Body()]
) -> Response:
    """Keep a view, in the place of that of the same name."""
    place, now = _place(who, list_name, body.name), request.app.state.clock.now()
    look = body.model_dump(mode="json", exclude={"name"})
    return await _kept(lambda: _looks(request).keep(place, look, now))


@router.delete(PATH + "/{list_name}/views", status_code=204, responses=NOT_FOUND, **OWN)
async def forget_view(
    request: Request, who: Who, list_name: ListName, name: Annotated[ViewName, Query()]
) -> Response:
    """Keep a view no longer."""
    if not await _looks(request).forget(_place(who, list_name, name)):
        raise Problem(404, "not_found", "no such view of yours")
    return Response(status_code=204)


def _looks(request: Request) -> ListLooks:
    looks: ListLooks = request.app.state.list_looks
    return looks


def _place(who: Who, list_name: str, name: str = "") -> Place:
    require_person(who)
    assert who.person_id is not None, "required above"
    return Place(who.account_id, who.person_id, list_name, name)


async def _kept(keep: Callable[[], Awaitable[None]]) -> Response:
    try:
        await keep()
    except TooManyLooks as no:
        text = f"at most {LOOKS_MAX} are kept: take some away"
        raise Problem(409, "too_many", text) from no
    return Response(status_code=204)
