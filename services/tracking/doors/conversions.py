"""Tracking's door to pages and sites' servers on which visitors convert without a call."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from libs.contracts.ids import VisitId
from libs.contracts.message import refused_at
from libs.contracts.money import Currency, Money
from libs.contracts.visit_conversions import ConversionKind
from services.tracking.desk.converting_visits import (
    ConvertingVisitsDesk,
    Happened,
    TooManyOfVisit,
)
from services.tracking.domain.unfit import Missing
from services.tracking.doors.said import (
    Refused,
    Visitor,
    answer,
    for_any_page,
    preflight,
    read,
)
from services.tracking.doors.visits import Door

ExternalId = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class ConversionSaid(BaseModel):
    """A page says what its visitor did; a server may name the visitor instead of the visit."""

    model_config = ConfigDict(extra="ignore")

    tag: str = Field(default="", max_length=64)
    campaign: str = Field(default="", max_length=64)
    visit: VisitId | None = None
    visitor: Visitor | None = None
    kind: ConversionKind = ConversionKind.FORM
    amount: Decimal | None = Field(default=None, ge=0, max_digits=14, decimal_places=4)
    currency: Currency = "USD"
    conversion_id: ExternalId = ""

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        if self.visit is None and self.visitor is None:
            raise refused_at(("visit",), "name the visit, or its visitor")
        return self

    @property
    def happened(self) -> Happened:
        """As the desk hears it."""
        money = None if self.amount is None else Money(amount=self.amount, currency=self.currency)
        return Happened(self.visit, self.visitor or "", self.kind, money, self.conversion_id)


def conversion_routes(door: Door, desk: ConvertingVisitsDesk) -> Sequence[BaseRoute]:
    """The path that dni.js and sites' servers use."""

    async def conversions(request: Request) -> Response:
        said = await read(request, ConversionSaid)
        site = await door.site(request, said.tag, said.campaign)
        try:
            kept = await desk.convert(site.account_id, said.happened)
        except Missing as no:
            field = "visitor" if said.visit is None else "visit"
            raise Refused(404, "there is no such visit", [(field, "is not known")]) from no
        except TooManyOfVisit as no:
            raise Refused(429, "the visit has converted too often") from no
        outcome = "kept" if kept else "duplicate"
        return answer({"outcome": outcome}, headers=for_any_page(request))

    return [
        Route("/dni/v1/conversions", door.guarded(conversions), methods=["POST"]),
        Route("/dni/v1/conversions", preflight, methods=["OPTIONS"]),
    ]
