"""The statements by which numbers are taken: compiled once, each for many visitors at once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import column, func, lateral, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.sql import bindparam
from sqlalchemy.types import BigInteger

from libs.contracts.dni import Rotation
from libs.runtime.database import Statement
from libs.runtime.inbox import read_from, unnested
from services.tracking.tables.numbers import lease_rate, line
from services.tracking.tables.visits import visit

_IDS = ARRAY(UUID_TYPE(as_uuid=True))
_PLACE = (line.c.account_id, line.c.pool_id, line.c.visitor)
_WISHED = unnested(*_PLACE)
OWN = Statement(
    select(
        *_PLACE,
        line.c.number_id,
        line.c.number,
        line.c.free_at,
        line.c.until,
        line.c.sticky_until,
        line.c.visit_id,
        func.coalesce(
            select(visit.c.source)
            .where(visit.c.account_id == line.c.account_id, visit.c.id == line.c.visit_id)
            .scalar_subquery(),
            "",
        ),
    )
    .select_from(line)
    .join(
        _WISHED,
        (line.c.account_id == _WISHED.c.account_id)
        & (line.c.pool_id == _WISHED.c.pool_id)
        & (line.c.visitor == _WISHED.c.visitor),
    )
    .order_by(line.c.account_id, line.c.number_id)
    .with_for_update(of=line),
    "line.own",
)

_ASKED = (
    func.unnest(
        bindparam("accounts", type_=_IDS),
        bindparam("pools", type_=_IDS),
        bindparam("counts", type_=ARRAY(BigInteger)),
    )
    .table_valued(
        column("account_id", UUID_TYPE(as_uuid=True)),
        column("pool_id", UUID_TYPE(as_uuid=True)),
        column("wanted", BigInteger),
        name="asked",
    )
    .render_derived()
)
_ORDERS: Mapping[Rotation, Any] = {
    Rotation.LONGEST_FREE: line.c.free_at,
    Rotation.RANDOM: func.random(),
    Rotation.IN_ORDER: line.c.number,
}


def _free_in(rotation: Rotation) -> Statement:
    picked = lateral(
        select(line.c.number_id, line.c.number, line.c.free_at)
        .where(
            line.c.account_id == _ASKED.c.account_id,
            line.c.pool_id == _ASKED.c.pool_id,
            line.c.free_at <= func.now(),
        )
        .order_by(_ORDERS[rotation])
        .limit(_ASKED.c.wanted)
        .with_for_update(skip_locked=True)
    ).alias("picked")
    chosen = select(
        _ASKED.c.account_id,
        _ASKED.c.pool_id,
        picked.c.number_id,
        picked.c.number,
        picked.c.free_at,
    ).select_from(_ASKED.join(picked, literal_column("true")))
    return Statement(chosen, f"line.free_{rotation}")


FREE = {rotation: _free_in(rotation) for rotation in Rotation}

_COUNTED = unnested(lease_rate.c.key, lease_rate.c.count)
_COUNT_ROWS = insert(lease_rate).from_select(
    ["key", "minute", "count"],
    select(_COUNTED.c.key, func.date_trunc("minute", func.now()), _COUNTED.c.count),
)
COUNT = Statement(
    _COUNT_ROWS.on_conflict_do_update(
        index_elements=["key", "minute"],
        set_={"count": lease_rate.c.count + _COUNT_ROWS.excluded["count"]},
    ).returning(lease_rate.c.key, lease_rate.c.count),
    "lease_rate.count",
)

_FORGOTTEN = unnested(line.c.account_id, line.c.number_id)
FORGET = Statement(
    update(line)
    .where(line.c.account_id == _FORGOTTEN.c.account_id, line.c.number_id == _FORGOTTEN.c.number_id)
    .values(visitor=None),
    "line.forget",
)

_TAKEN = (
    line.c.account_id,
    line.c.number_id,
    line.c.free_at,
    line.c.until,
    line.c.sticky_until,
    line.c.visitor,
    line.c.visit_id,
)
_GIVEN = unnested(*_TAKEN)
TAKE = Statement(
    update(line)
    .where(line.c.account_id == _GIVEN.c.account_id, line.c.number_id == _GIVEN.c.number_id)
    .values(dict(zip(_TAKEN[2:], read_from(_GIVEN, *_TAKEN[2:]), strict=True))),
    "line.take",
)

_BEGUN = tuple(visit.columns)
_NEW = unnested(*_BEGUN)
BEGIN = Statement(
    insert(visit).from_select([each.name for each in _BEGUN], select(*read_from(_NEW, *_BEGUN))),
    "visit.begin",
)
_ON = (visit.c.account_id, visit.c.id, visit.c.until, visit.c.page)
_GONE_ON = unnested(*_ON)
GO_ON = Statement(
    update(visit)
    .where(visit.c.account_id == _GONE_ON.c.account_id, visit.c.id == _GONE_ON.c.id)
    .values(
        seen_at=func.now(),
        until=_GONE_ON.c.until,
        page=_GONE_ON.c.page,
        pages=visit.c.pages + 1,
    ),
    "visit.go_on",
)
NOW = Statement(select(func.now()), "now")
