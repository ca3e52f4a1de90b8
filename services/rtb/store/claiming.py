"""The statements of an auction: look, and take a bidder's room with all that this leaves."""

from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    DateTime,
    Integer,
    Interval,
    Select,
    SmallInteger,
    Text,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import bindparam

from libs.contracts.caps import Period
from libs.runtime.database import Statement
from libs.runtime.given import given, read
from services.rtb.domain.counters import PERIODS
from services.rtb.tables import (
    auction,
    counter,
    edition,
    notice,
    outbox,
    outcome,
    pace,
    reservation,
    sale,
)

_UUID = UUID(as_uuid=True)
_ACCOUNT, _CALL = bindparam("account_id", type_=_UUID), bindparam("call_id", type_=_UUID)
_ROUTER, _TARGET = bindparam("router_id", type_=_UUID), bindparam("target_id", type_=_UUID)
_STEP = bindparam("step", type_=SmallInteger())
_RECORD = cast(bindparam("record", type_=Text()), JSON)
"""On its own: within a row of JSON it would be escaped, and read twice."""
UNLIMITED = 2**31 - 1

COUNTED = (
    counter.c.live,
    *(counter.c[f"{period}_{part}"] for period in PERIODS for part in ("at", "count")),
    counter.c.total_count,
)
"""A counter's columns, in the order of `Counter`'s fields."""


def _look() -> Statement:
    """The account's version, what this step was answered, and the call's last auction there."""
    answered = (
        select(cast(outcome.c.answer, Text))
        .where(
            outcome.c.account_id == _ACCOUNT,
            outcome.c.call_id == _CALL,
            outcome.c.step == _STEP,
            outcome.c.router_id == _ROUTER,
        )
        .scalar_subquery()
    )
    held = (
        select(cast(auction.c.record, Text))
        .where(
            auction.c.account_id == _ACCOUNT,
            auction.c.call_id == _CALL,
            auction.c.router_id == _ROUTER,
        )
        .order_by(auction.c.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    sold = (
        select(func.array_agg(sale.c.target_id))
        .where(sale.c.account_id == _ACCOUNT, sale.c.call_id == _CALL)
        .scalar_subquery()
    )
    version = select(edition.c.version).where(edition.c.account_id == _ACCOUNT).scalar_subquery()
    return Statement(select(version, answered, held, sold), "auction.look")


def _counters() -> Statement:
    wanted = given("targets", counter.c.target_id)
    return Statement(
        select(counter.c.target_id, *COUNTED).where(
            counter.c.account_id == _ACCOUNT,
            counter.c.target_id.in_(select(wanted.c.target_id)),
        ),
        "counter.read",
    )


def _past() -> Statement:
    return Statement(
        select(
            sale.c.at,
            sale.c.campaign_id,
            sale.c.target_id,
            sale.c.connected_at,
            sale.c.converted_at,
        )
        .where(
            sale.c.account_id == _ACCOUNT,
            sale.c.caller == bindparam("caller", type_=Text()),
            sale.c.call_id != _CALL,
        )
        .order_by(sale.c.at.desc())
        .limit(bindparam("most", type_=Integer())),
        "sale.past",
    )


def _may_ask() -> Statement:
    """Count one request more of each bidder; those that had room in this minute come back."""
    rows = given("paces", pace.c.target_id, pace.c.most)
    minute = func.date_trunc("minute", func.now())
    counted = upsert(pace).from_select(
        ["account_id", "target_id", "minute_at", "requests", "most"],
        select(_ACCOUNT, rows.c.target_id, minute, literal_column("1"), rows.c.most).order_by(
            rows.c.target_id
        ),
    )
    anew, given_now = pace.c.minute_at < minute, counted.excluded
    return Statement(
        counted.on_conflict_do_update(
            index_elements=["account_id", "target_id"],
            set_={
                "minute_at": minute,
                "requests": case((anew, 1), else_=pace.c.requests + 1),
                "most": given_now.most,
            },
            where=anew | (pace.c.requests < given_now.most),
        ).returning(pace.c.target_id),
        "pace.may_ask",
    )


def _room() -> Select[Any]:
    """The bidder's counter, locked, if each of its caps has room."""
    room: list[ColumnElement[bool]] = [
        counter.c.live < bindparam("live_most", type_=Integer()),
        counter.c.total_count < bindparam("total_most", type_=Integer()),
    ]
    room += [_used(period) < bindparam(f"{period}_most", type_=Integer()) for period in PERIODS]
    return (
        select(counter.c.target_id)
        .where(counter.c.account_id == _ACCOUNT, counter.c.target_id == _TARGET, *room)
        .with_for_update()
    )


def _taken() -> Any:
    """One place more with the bidder; a period that is over begins anew, none goes back."""
    changes: dict[str, Any] = {"live": counter.c.live + 1, "total_count": counter.c.total_count + 1}
    for period in PERIODS:
        changes[f"{period}_at"] = func.greatest(counter.c[f"{period}_at"], _began(period))
        changes[f"{period}_count"] = _used(period) + 1
    mine = (counter.c.account_id == _ACCOUNT, counter.c.target_id == _TARGET)
    return update(counter).values(changes).where(*mine)


def _used(period: Period) -> ColumnElement[int]:
    at, count = counter.c[f"{period}_at"], counter.c[f"{period}_count"]
    return case((at < _began(period), 0), else_=count)


def _began(period: Period) -> Any:
    return bindparam(f"{period}_began", type_=DateTime(timezone=True))


def _into(table: Any, name: str, only_if: ColumnElement[bool], **reckoned: Any) -> Any:
    """Insert the rows of a parameter; what is there already stays."""
    plain = [each for each in table.columns if each.name not in reckoned]
    rows = given(name, *plain, _ASK_AFTER, _LASTS)
    into = {each.name: read(rows, each) for each in plain}
    into |= {key: value(rows) for key, value in reckoned.items() if value is not None}
    chosen = select(*into.values()).where(only_if)
    return upsert(table).from_select(list(into), chosen).on_conflict_do_nothing()


_ONE_SECOND = literal_column("interval '1 second'", Interval())
_ASK_AFTER, _LASTS = Column("ask_after", Integer), Column("lasts", Integer)
"""Seconds from now: whoever gives rows knows durations, the database has the clock."""


def _keep() -> Statement:
    """A place with the winner, if there is one, and with it all that its answer leaves.

    Tells whether there was room, and whether the answer was kept: it is not where this step was
    answered meanwhile.  Nothing is written unless both are so: auction, reservation, sale,
    notices and facts are there if, and only if, the answer is.
    """
    room = _room().cte("room")
    has_room = _TARGET.is_(None) | exists(select(room.c.target_id))
    answered = _into(outcome, "outcomes", has_room).returning(outcome.c.call_id).cte("answered")
    is_kept = exists(select(answered.c.call_id))
    reservations = _into(
        reservation,
        "reservations",
        is_kept,
        decided_at=lambda _: func.now(),
        ask_at=lambda rows: func.now() + rows.c.ask_after * _ONE_SECOND,
        expires_at=lambda rows: func.now() + rows.c.lasts * _ONE_SECOND,
    )
    sales = _into(sale, "sales", is_kept, connected_at=None, converted_at=None)
    facts = _into(outbox, "facts", is_kept, created_at=lambda _: func.now())
    return Statement(
        select(has_room, is_kept).add_cte(
            _taken().where(is_kept).cte("taken"),
            _into(auction, "auctions", is_kept, record=lambda _: _RECORD).cte("held"),
            reservations.cte("reserved"),
            sales.cte("sold"),
            _into(notice, "notices", is_kept).cte("noticed"),
            facts.cte("told"),
        ),
        "auction.keep",
    )


LOOK = _look()
COUNTERS = _counters()
PAST = _past()
MAY_ASK = _may_ask()
KEEP = _keep()
