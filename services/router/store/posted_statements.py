"""The statements of a conversion that is said afterwards: the leg it is for, what counts it."""

from typing import Any

from sqlalchemy import (
    DateTime,
    Numeric,
    SmallInteger,
    and_,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.sql import bindparam

from libs.contracts.caps import Counted
from libs.runtime.database import Statement
from libs.runtime.given import given
from services.router.tables import counter, leg, place

_ACCOUNT = bindparam("account_id", type_=UUID(as_uuid=True))
_CALL = bindparam("call_id", type_=UUID(as_uuid=True))
_STEP = bindparam("step", type_=SmallInteger())
_AT = bindparam("at", type_=DateTime(timezone=True))
_WORTH = bindparam("worth", type_=Numeric(14, 4))
_PERIODS = ("hour", "day", "week", "month")
_LATER = or_(place.c.measure == Counted.CONVERSION.value, place.c.measure == Counted.REVENUE.value)

WAITING = Statement(
    select(leg.c.step, leg.c.worth, leg.c.revenue, leg.c.converted_at, leg.c.posted_at)
    .where(leg.c.account_id == _ACCOUNT, leg.c.call_id == _CALL)
    .where(leg.c.worth.is_not(None), leg.c.converts_after.is_(None))
    .order_by(leg.c.connected_at.is_(None), leg.c.step.desc())
    .limit(1)
    .with_for_update(),
    "leg.waiting",
)
"""The leg of a call whose terms wait for a word: the latest in which people spoke, else any."""

POST = Statement(
    update(leg)
    .values(converted_at=func.coalesce(leg.c.converted_at, _AT), revenue=_WORTH, posted_at=_AT)
    .where(leg.c.account_id == _ACCOUNT, leg.c.call_id == _CALL, leg.c.step == _STEP),
    "leg.post",
)


def _count() -> Statement:
    """Count what is new in each counter, in periods that are not over; its places wait no more."""
    more = given(
        "more",
        counter.c.account_id,
        counter.c.scope_id,
        counter.c.measure,
        place.c.amount,
        *(counter.c[f"{period}_at"] for period in _PERIODS),
    )
    keys = ("account_id", "scope_id", "measure")
    freed = (
        delete(place)
        .where(place.c.account_id == _ACCOUNT, place.c.call_id == _CALL)
        .where(place.c.step == _STEP, _LATER)
        .returning(place.c.account_id, place.c.scope_id, place.c.measure, place.c.amount)
        .cte("freed")
    )
    locked = (
        select(counter)
        .where(
            tuple_(*(counter.c[key] for key in keys)).in_(select(*(more.c[key] for key in keys)))
        )
        .order_by(*(counter.c[key] for key in keys))
        .with_for_update()
        .cte("locked")
    )
    nothing = literal(0, Numeric(14, 4))
    joined = more.join(locked, and_(*(locked.c[key] == more.c[key] for key in keys))).outerjoin(
        freed, and_(*(freed.c[key] == more.c[key] for key in keys))
    )
    changes = (
        select(
            *(more.c[key] for key in keys),
            more.c.amount.label("total_change"),
            func.coalesce(freed.c.amount, 0).label("freed"),
            *(
                case(
                    (locked.c[f"{period}_at"] == more.c[f"{period}_at"], more.c.amount),
                    else_=nothing,
                ).label(f"{period}_change")
                for period in _PERIODS
            ),
        )
        .select_from(joined)
        .cte("changes")
    )
    values: dict[str, Any] = {
        f"{period}_count": counter.c[f"{period}_count"] + changes.c[f"{period}_change"]
        for period in (*_PERIODS, "total")
    }
    return Statement(
        update(counter)
        .values(possible=counter.c.possible - changes.c.freed, **values)
        .where(*(counter.c[key] == changes.c[key] for key in keys))
        .returning(counter.c.scope_id),
        "counter.post",
    )


COUNT = _count()
