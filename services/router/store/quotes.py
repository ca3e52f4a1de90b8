"""Quotes as they are looked for: by a call that may fulfil one, and by a ping that repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Interval, Text, delete, func, literal, select
from sqlalchemy.dialects.postgresql import UUID, insert
from sqlalchemy.sql import bindparam

from libs.contracts.ids import AccountId, CampaignId, QuoteId
from libs.contracts.money import Money
from libs.contracts.quoting import QUOTE_SECONDS_MAX, Quoted
from libs.runtime.database import Database, Statement
from libs.runtime.given import given, written
from services.router.domain.context import QuoteSeen, QuoteState
from services.router.store.history import kept_text
from services.router.tables import kept_number, quote

REMEMBERED = timedelta(days=1)  # how long after its end a quote explains a late call
KEPT = timedelta(days=30)  # then only its decision is there
SWEEP_MAX = 5_000  # rows forgotten in one round
NUMBER_TRIES_MAX = 3  # two pings may reach for the same free number

_ACCOUNT = bindparam("account_id", type_=UUID(as_uuid=True))
_CAMPAIGN = bindparam("campaign_id", type_=UUID(as_uuid=True))
_CALLER = bindparam("caller", type_=Text())
_DIALLED = bindparam("dialled", type_=Text())
_LIVE: ColumnElement[bool] = quote.c.call_id.is_(None) & (quote.c.expires_at > func.now())

_SEEN = (
    quote.c.id,
    quote.c.call_id,
    (quote.c.expires_at > func.now()).label("holds"),
    quote.c.candidate_id,
    quote.c.publisher,
    quote.c.price,
    quote.c.currency,
    quote.c.expires_at,
    quote.c.tags,
    quote.c.publisher_id,
)


def _nearest() -> Statement:
    """The quote of this caller; else that of the number, kept for whoever calls it; else any."""

    def one(rank: int, *where: ColumnElement[bool]) -> Any:
        """The latest of its kind; one that is live comes before all others."""
        return (
            select(*_SEEN, literal(rank, Integer).label("rank"))
            .where(
                quote.c.account_id == _ACCOUNT,
                quote.c.campaign_id == _CAMPAIGN,
                quote.c.expires_at > func.now() - REMEMBERED,
                *where,
            )
            .order_by(_LIVE.desc(), quote.c.expires_at.desc())
            .limit(1)
            .subquery()
        )

    kinds = (
        one(0, quote.c.caller == _CALLER, quote.c.caller != "", ~quote.c.alone),
        one(1, quote.c.number == _DIALLED, quote.c.alone),
        one(2, quote.c.number == _DIALLED, quote.c.caller != _CALLER, ~quote.c.alone),
    )
    union = select(kinds[0]).union_all(select(kinds[1]), select(kinds[2])).subquery()
    live_first = (union.c.call_id.is_(None) & union.c.holds).desc()
    return Statement(
        select(union).order_by(union.c.rank == 2, live_first, union.c.rank).limit(1),  # noqa: PLR2004
        "quote.nearest",
    )


_NEAREST = _nearest()
_SAME = Statement(
    select(
        quote.c.id,
        quote.c.price,
        quote.c.currency,
        quote.c.number,
        quote.c.alone,
        quote.c.expires_at,
        quote.c.required_seconds,
    )
    .where(
        quote.c.account_id == _ACCOUNT,
        quote.c.campaign_id == _CAMPAIGN,
        quote.c.publisher == bindparam("publisher", type_=Text()),
        quote.c.caller == _CALLER,
        quote.c.key == bindparam("key", type_=Text()),
        _LIVE,
    )
    .limit(1),
    "quote.same",
)
_OF_ADDRESS = Statement(
    select(
        quote.c.account_id, quote.c.campaign_id, quote.c.number, *_SEEN, literal(1, Integer)
    ).where(
        quote.c.id == bindparam("quote_id", type_=UUID(as_uuid=True)),
        quote.c.expires_at > func.now() - REMEMBERED,
    ),
    "quote.of_address",
)
_NUMBERS = given("numbers", kept_number.c.number)
_SECONDS = bindparam("seconds", type_=Integer())
_UNTIL = func.now() + _SECONDS * literal(timedelta(seconds=1), Interval())
_FREE = (
    select(_NUMBERS.c.number)
    .where(
        ~select(kept_number.c.number)
        .where(
            kept_number.c.account_id == _ACCOUNT,
            kept_number.c.number == _NUMBERS.c.number,
            kept_number.c.until > func.now(),
        )
        .exists()
    )
    .limit(1)
)
_KEEPING = insert(kept_number).from_select(
    ["account_id", "number", "quote_id", "until"],
    select(
        _ACCOUNT, _FREE.subquery().c.number, bindparam("quote_id", type_=UUID(as_uuid=True)), _UNTIL
    ),
)
_KEEP_NUMBER = Statement(
    _KEEPING.on_conflict_do_update(
        index_elements=["account_id", "number"],
        set_={"quote_id": _KEEPING.excluded.quote_id, "until": _KEEPING.excluded.until},
        where=kept_number.c.until <= func.now(),
    ).returning(kept_number.c.number),
    "quote.keep_number",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which quote a repeated ping means."""

    account_id: AccountId
    campaign_id: CampaignId
    publisher: str
    caller: str
    key: str


@dataclass(frozen=True, slots=True)
class Addressed:
    """A quote that a call names by its address, and whose it is."""

    account_id: AccountId
    campaign_id: CampaignId
    number: str
    quote: QuoteSeen


class Quotes:
    """Reads what has been promised; a claim alone writes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def nearest(
        self, account_id: AccountId, campaign_id: CampaignId, caller: str, dialled: str
    ) -> QuoteSeen | None:
        """The quote that a call may be meant by."""
        async with self._database.hot() as connection:
            rows = await _NEAREST.run(
                connection,
                account_id=account_id,
                campaign_id=campaign_id,
                caller=kept_text(caller),
                dialled=kept_text(dialled),
            )
        return _seen(*rows[0]) if rows else None

    async def of_address(self, quote_id: QuoteId) -> Addressed | None:
        """The quote that has an address; None where there is none, or it is long over."""
        async with self._database.hot() as connection:
            rows = await _OF_ADDRESS.run(connection, quote_id=quote_id)
        if not rows:
            return None
        account_id, campaign_id, number, *seen = rows[0]
        return Addressed(account_id, campaign_id, number, _seen(*seen))

    async def same(self, wanted: Wanted) -> Quoted | None:
        """A quote that holds already for the same publisher, caller and key."""
        async with self._database.hot() as connection:
            rows = await _SAME.run(
                connection,
                account_id=wanted.account_id,
                campaign_id=wanted.campaign_id,
                publisher=wanted.publisher,
                caller=kept_text(wanted.caller),
                key=wanted.key,
            )
        if not rows:
            return None
        quote_id, price, currency, number, alone, expires_at, required = rows[0]
        return Quoted(
            quote_id=quote_id,
            price=Money(amount=price, currency=currency),
            number=number,
            alone=alone,
            expires_at=expires_at,
            required_seconds=required,
            repeated=True,
        )

    async def keep_number(
        self, account_id: AccountId, quote_id: QuoteId, numbers: Sequence[str], seconds: int
    ) -> str | None:
        """One of these numbers for a quote alone; None where all are kept for others."""
        assert 0 < seconds <= QUOTE_SECONDS_MAX, "quotes are short"
        for _ in range(NUMBER_TRIES_MAX):
            async with self._database.hot() as connection:
                rows = await _KEEP_NUMBER.run(
                    connection,
                    account_id=account_id,
                    quote_id=quote_id,
                    seconds=seconds,
                    numbers=written({"number": number} for number in numbers),
                )
            if rows:
                number: str = rows[0][0]
                return number
        return None

    async def forget(self) -> None:
        """Delete quotes that are long over."""
        old = (
            select(quote.c.account_id, quote.c.id)
            .where(quote.c.expires_at < func.now() - KEPT)
            .limit(SWEEP_MAX)
            .subquery()
        )
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(quote).where(quote.c.account_id == old.c.account_id, quote.c.id == old.c.id)
            )
            await connection.execute(
                delete(kept_number).where(kept_number.c.until < func.now() - REMEMBERED)
            )


def _seen(  # noqa: PLR0917 - a row
    quote_id: QuoteId,
    call_id: Any,
    holds: bool,
    candidate_id: Any,
    publisher: str,
    price: Any,
    currency: str,
    expires_at: datetime,
    tags: Any,
    publisher_id: Any,
    rank: int,
) -> QuoteSeen:
    state = QuoteState.LIVE if holds else QuoteState.EXPIRED
    if call_id is not None:
        state = QuoteState.USED
    if rank == 2:  # noqa: PLR2004 - the third kind
        state = QuoteState.OF_ANOTHER
    return QuoteSeen(
        id=quote_id,
        state=state,
        candidate_id=candidate_id,
        publisher=publisher,
        price=Money(amount=price, currency=currency),
        expires_at=expires_at,
        told=tags,
        publisher_id=publisher_id,
    )
