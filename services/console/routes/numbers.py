"""Numbers at the carrier: looked for, bought, brought in, checked and given back."""

from typing import Annotated, Any
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Body, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.areas import Country
from libs.contracts.bulk import NumbersAdded
from libs.contracts.carrier_numbers import FOUND_MAX, NumberKind, NumberSearch, NumbersFound
from libs.contracts.configuration import OwnTags
from libs.contracts.ids import CampaignId, NumberId, PoolId, PublisherId, Sid
from libs.contracts.numbers import (
    DRAIN_SECONDS_MAX,
    IMPORT_MAX,
    ORDER_MAX,
    BuyNumbers,
    CheckNumbers,
    GetPurchase,
    ImportNumbers,
    ListOwnedNumbers,
    ListPurchases,
    NumberLeaving,
    NumbersChecked,
    OwnedNumbers,
    Purchase,
    Purchases,
    ReleaseNumber,
    SearchNumbers,
)
from libs.contracts.phone import PhoneNumber
from services.console.auth import IDEMPOTENCY_HEADER, Guarded, Who, needs
from services.console.domain.access import Right
from services.console.routes.asking import (
    CONFLICT,
    ERRORS,
    LONG_MS,
    NOT_FOUND,
    BasedOn,
    Paging,
    asked,
    formed,
    told,
)

CARRIER_MS = 12_000  # the carrier itself is asked
_PURCHASES = UUID("0d1f6a1e-5b1c-4a55-8f0c-3f1f0f6c2b11")

AccountSid = Annotated[
    Sid | None, Query(description="a carrier account of one's own; else the platform's")
]


class NewPurchase(BaseModel):
    """Numbers to buy, and the place that they get."""

    model_config = ConfigDict(extra="forbid")

    numbers: tuple[PhoneNumber, ...] = Field(min_length=1, max_length=ORDER_MAX)
    account_sid: Sid | None = Field(default=None, description="None: the platform's own account")
    campaign_id: CampaignId | None = None
    pool_id: PoolId | None = None
    publisher_id: PublisherId | None = None
    tags: OwnTags = Field(default_factory=dict)


class NewImport(BaseModel):
    """Numbers that a carrier account has already, and the place that they get."""

    model_config = ConfigDict(extra="forbid")

    numbers: tuple[PhoneNumber, ...] = Field(min_length=1, max_length=IMPORT_MAX)
    account_sid: Sid | None = Field(default=None, description="None: the platform's own account")
    campaign_id: CampaignId | None = None
    pool_id: PoolId | None = None


class Leaving(BaseModel):
    """How long a number still takes calls before it is given back."""

    model_config = ConfigDict(extra="forbid")

    drain_seconds: int | None = Field(
        default=None,
        ge=0,
        le=DRAIN_SECONDS_MAX,
        description="None: a day for a number of a pool, at once for any other",
    )


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["numbers"])
_SEARCH = {f"search.{name}": f"query.{name}" for name in NumberSearch.model_fields} | {
    "account_sid": "query.account_sid"
}


@router.get(
    "/numbers/search",
    response_model=NumbersFound,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.LOOK),
)
async def search_numbers(  # noqa: PLR0917 - what is looked for
    request: Request,
    who: Who,
    country: Annotated[Country, Query(description="ISO 3166-1")] = "US",
    kind: NumberKind = NumberKind.LOCAL,
    area_code: Annotated[str | None, Query(description="of the US and Canada")] = None,
    contains: Annotated[str | None, Query(description="digits and letters, * for any one")] = None,
    region: Annotated[str | None, Query(description="a state or province")] = None,
    locality: Annotated[str | None, Query(description="a town")] = None,
    limit: Annotated[int, Query(ge=1, le=FOUND_MAX)] = 20,
    account_sid: AccountSid = None,
) -> Response:
    """Numbers that the carrier has to sell."""
    search: dict[str, Any] = {
        "country": country,
        "kind": kind,
        "area_code": area_code,
        "contains": contains,
        "region": region,
        "locality": locality,
        "limit": limit,
    }
    question = formed(
        SearchNumbers, _SEARCH, account_id=who.account_id, account_sid=account_sid, search=search
    )
    return told(await asked(request, question, _SEARCH, CARRIER_MS))


@router.post(
    "/numbers/purchases",
    status_code=202,
    response_model=Purchase,
    responses=CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def buy_numbers(
    request: Request,
    who: Who,
    body: Annotated[NewPurchase, Body()],
    idempotency_key: Annotated[
        str | None, Header(alias=IDEMPOTENCY_HEADER, description="the same again buys nothing new")
    ] = None,
) -> Response:
    """Order numbers; they are bought, placed and set up behind, and looked after by their id."""
    id = (
        uuid4()
        if idempotency_key is None
        else uuid5(_PURCHASES, f"{who.account_id}/{idempotency_key}")
    )
    paths = {name: f"body.{name}" for name in NewPurchase.model_fields} | {
        "id": f"header.{IDEMPOTENCY_HEADER}"
    }
    question = formed(
        BuyNumbers,
        paths,
        account_id=who.account_id,
        actor=who.actor,
        id=id,
        **body.model_dump(),
    )
    return told(await asked(request, question, paths), status=202)


@router.get("/numbers/purchases", response_model=Purchases, openapi_extra=needs(Right.LOOK))
async def list_purchases(request: Request, who: Who, page: Paging) -> Response:
    """The account's purchases, the latest first."""
    paths = {"cursor": "query.cursor", "limit": "query.limit"}
    question = formed(
        ListPurchases, paths, account_id=who.account_id, cursor=page.cursor, limit=page.limit
    )
    return told(await asked(request, question, paths))


@router.get(
    "/numbers/purchases/{purchase_id}",
    response_model=Purchase,
    responses=NOT_FOUND,
    openapi_extra=needs(Right.LOOK),
)
async def get_purchase(request: Request, who: Who, purchase_id: UUID) -> Response:
    """A purchase, and how far each number of it is."""
    return told(await asked(request, GetPurchase(account_id=who.account_id, id=purchase_id)))


@router.get("/numbers/imports", response_model=OwnedNumbers, openapi_extra=needs(Right.LOOK))
async def list_owned_numbers(
    request: Request, who: Who, page: Paging, account_sid: AccountSid = None
) -> Response:
    """What can be brought in from a carrier account."""
    paths = {name: f"query.{name}" for name in ("account_sid", "cursor", "limit")}
    question = formed(
        ListOwnedNumbers,
        paths,
        account_id=who.account_id,
        account_sid=account_sid,
        cursor=page.cursor,
        limit=page.limit,
    )
    return told(await asked(request, question, paths, CARRIER_MS))


@router.post(
    "/numbers/imports",
    response_model=NumbersAdded,
    responses=CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def import_numbers(
    request: Request, who: Who, body: Annotated[NewImport, Body()]
) -> Response:
    """Bring in numbers that a carrier account has already; each has its own result."""
    paths = {name: f"body.{name}" for name in NewImport.model_fields}
    question = formed(
        ImportNumbers, paths, account_id=who.account_id, actor=who.actor, **body.model_dump()
    )
    return told(await asked(request, question, paths, LONG_MS))


@router.get("/numbers/check", response_model=NumbersChecked, openapi_extra=needs(Right.LOOK))
async def see_numbers(request: Request, who: Who) -> Response:
    """How the numbers stand with the carrier, and which of them need a look."""
    return told(await asked(request, CheckNumbers(account_id=who.account_id)))


@router.post("/numbers/check", response_model=NumbersChecked, openapi_extra=needs(Right.EDIT))
async def check_numbers(request: Request, who: Who) -> Response:
    """Compare the carrier's state with ours anew, soon; what differs is put right."""
    return told(await asked(request, CheckNumbers(account_id=who.account_id, again=True)))


@router.post(
    "/numbers/{id}/release",
    response_model=NumberLeaving,
    responses=NOT_FOUND | CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def release_number(
    request: Request, who: Who, id: UUID, version: BasedOn, body: Annotated[Leaving, Body()]
) -> Response:
    """Give a number back to the carrier, once it has drained."""
    question = ReleaseNumber(
        account_id=who.account_id,
        actor=who.actor,
        number_id=NumberId(id),
        expected_version=version,
        drain_seconds=body.drain_seconds,
    )
    paths = {"expected_version": "header.If-Match", "leaves_at": "body.drain_seconds"}
    return told(await asked(request, question, paths))
