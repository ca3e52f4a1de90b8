"""Money: what calls came to, who owes whom, and what was said afterwards."""

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.contracts.adjusting import (
    AdjustCall,
    AdjustmentKind,
    AdjustParty,
    CallAdjustedBy,
    PartyAdjusted,
    Reason,
)
from libs.contracts.conversions import PostConversion, Posted
from libs.contracts.ids import CallId, PublisherId
from libs.contracts.ledger import (
    AskBalances,
    AskEntries,
    Balances,
    Book,
    BooksProved,
    LedgerEntries,
    PartyName,
    ProveBooks,
)
from libs.contracts.money import Money
from libs.contracts.party_money import AskPartyEntries, PartyEntries
from libs.contracts.payout_caps import AskPayoutCaps, PayoutCapsUsed
from libs.contracts.worth import EffectKind, PartyKind
from services.console.auth import Guarded, Who, needs
from services.console.domain.access import PARTIES, Right
from services.console.routes.asking import CURSOR, ERRORS, NOT_FOUND, Paging, asked, formed, told
from services.console.routes.parties import of_party, own_party

PROVE_WITHIN_MS = 8_000  # all entries are read


class Said(BaseModel):
    """What a call converted for; without an amount: what was agreed."""

    model_config = ConfigDict(extra="forbid")

    amount: Money | None = None


class OfCall(BaseModel):
    """A change of what is owed for a call (negative: less)."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[EffectKind.REVENUE, EffectKind.PAYOUT]
    money: Money
    reason: Reason


class OfParty(BaseModel):
    """Something that is booked with a party beside calls."""

    model_config = ConfigDict(extra="forbid")

    book: PartyKind
    party: PartyName
    kind: AdjustmentKind
    money: Money
    reason: Reason


class Entries(BaseModel):
    """Which entries; what is left out does not choose."""

    model_config = ConfigDict(extra="forbid")

    book: Book | None = None
    party: str = Field(default="", max_length=300)
    call_id: CallId | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=100, ge=1, le=200)


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["money"])
look, edit = needs(Right.LOOK), needs(Right.EDIT)


@router.get("/books/proof", response_model=BooksProved, openapi_extra=look)
async def prove_books(request: Request, who: Who) -> Response:
    """Whether entries, balances, bookings and calls are all equal now, and what is not."""
    question = ProveBooks(account_id=who.account_id)
    return told(await asked(request, question, within_ms=PROVE_WITHIN_MS))


@router.post(
    "/calls/{call_id}/conversions",
    status_code=201,
    response_model=Posted,
    responses=NOT_FOUND,
    openapi_extra=edit,
)
async def post_conversion(
    request: Request, who: Who, call_id: CallId, body: Annotated[Said, Body()]
) -> Response:
    """Say that a call has converted: it counts where its terms wait for that (`posted`)."""
    question = formed(
        PostConversion,
        {"amount": "body.amount"},
        account_id=who.account_id,
        actor=who.actor,
        call_id=call_id,
        amount=body.amount,
    )
    return told(await asked(request, question, {"amount": "body.amount"}), 201)


@router.post(
    "/calls/{call_id}/adjustments",
    status_code=201,
    response_model=CallAdjustedBy,
    responses=NOT_FOUND,
    openapi_extra=edit,
)
async def adjust_call(
    request: Request, who: Who, call_id: CallId, body: Annotated[OfCall, Body()]
) -> Response:
    """Change what is owed for a call, by an entry more; the reason and who stand with it."""
    paths = {name: f"body.{name}" for name in OfCall.model_fields}
    question = formed(
        AdjustCall,
        paths,
        account_id=who.account_id,
        actor=who.actor,
        call_id=call_id,
        **body.model_dump(),
    )
    return told(await asked(request, question, paths | {"money.amount": "body.money.amount"}), 201)


@router.get("/balances", response_model=Balances, openapi_extra=needs(Right.LOOK, PARTIES))
async def list_balances(
    request: Request,
    who: Who,
    page: Paging,
    book: Annotated[Book | None, Query()] = None,
    party: Annotated[str, Query(max_length=300)] = "",
) -> Response:
    """What parties owe us (negative: we owe them), by currency; our own books when named.

    A portal's own alone.
    """
    paths = CURSOR | {"party": "query.party"}
    whose, of = own_party(who, book, party)
    question = formed(
        AskBalances,
        paths,
        account_id=who.account_id,
        book=whose,
        party=of,
        **page.model_dump(),
    )
    return told(await asked(request, question, paths))


@router.post(
    "/balances/adjustments",
    status_code=201,
    response_model=PartyAdjusted,
    responses=NOT_FOUND,
    openapi_extra=edit,
)
async def adjust_party(request: Request, who: Who, body: Annotated[OfParty, Body()]) -> Response:
    """Book a payment or a correction with a party (positive: they owe us more)."""
    paths = {name: f"body.{name}" for name in OfParty.model_fields}
    question = formed(
        AdjustParty, paths, account_id=who.account_id, actor=who.actor, **body.model_dump()
    )
    return told(await asked(request, question, paths | {"money.amount": "body.money.amount"}), 201)


@router.get(
    "/publishers/{publisher_id}/payout-caps",
    response_model=PayoutCapsUsed,
    responses=NOT_FOUND,
    openapi_extra=look,
)
async def show_payout_caps(request: Request, who: Who, publisher_id: PublisherId) -> Response:
    """What of a publisher's caps on payouts is used in the periods of now."""
    question = AskPayoutCaps(account_id=who.account_id, publisher_id=publisher_id)
    return told(await asked(request, question))


@router.get(
    "/ledger-entries",
    response_model=LedgerEntries | PartyEntries,
    openapi_extra=needs(Right.LOOK, PARTIES),
)
async def list_entries(request: Request, who: Who, which: Annotated[Entries, Query()]) -> Response:
    """Entries of all parties, of one, or of one of our own books, in the order they count in.

    A portal's own alone.
    """
    paths = {name: f"query.{name}" for name in Entries.model_fields}
    if who.viewer is not None:
        own_party(who, which.book, which.party)
        chosen = which.model_dump(exclude={"book", "party"})
        return told(await asked(request, of_party(AskPartyEntries, paths, who, **chosen), paths))
    question = formed(AskEntries, paths, account_id=who.account_id, **which.model_dump())
    return told(await asked(request, question, paths))
