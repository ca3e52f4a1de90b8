"""Inserting the deliveries of what has fired, in the transaction in which it came to be known."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import Interval, Text, Uuid, cast, column, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql import bindparam

from libs.contracts.pixels import FirePoint
from libs.runtime.database import Statement
from services.tracking.domain.firing import Fired
from services.tracking.tables.pixels import delivery, pixel

SETTLES = timedelta(seconds=2)
"""What a call came to is told a little later: lengths of legs follow its end within a second."""

_AT_ONCE = frozenset((FirePoint.INCOMING, FirePoint.CONNECTED, FirePoint.ERROR, FirePoint.MARKED))
_TYPES: dict[str, Any] = {
    "account_id": Uuid(),
    "call_id": Uuid(),
    "campaign_id": Uuid(),
    "point": Text(),
    "part": Text(),
    "wait": Interval(),
}
_GIVEN = (
    func.unnest(*(bindparam(name, type_=ARRAY(kind)) for name, kind in _TYPES.items()))
    .table_valued(*(column(name, kind) for name, kind in _TYPES.items()), name="given")
    .render_derived()
)
_CAMPAIGNS = pixel.c.document["campaign_ids"]
_EVENTS = pixel.c.document["events"]
_EVENT = func.concat_ws(
    "/", cast(pixel.c.id, Text), cast(_GIVEN.c.call_id, Text), _GIVEN.c.point, _GIVEN.c.part
)
_ROWS = {
    "account_id": _GIVEN.c.account_id,
    "id": cast(func.md5(_EVENT), Uuid()),
    "pixel_id": pixel.c.id,
    "call_id": _GIVEN.c.call_id,
    "point": _GIVEN.c.point,
    "part": _GIVEN.c.part,
    "host": pixel.c.host,
    "made_at": func.now(),
    "due_at": func.now() + _GIVEN.c.wait,
}
_FIRE = Statement(
    insert(delivery)
    .from_select(
        list(_ROWS),
        select(*_ROWS.values())
        .join_from(_GIVEN, pixel, pixel.c.account_id == _GIVEN.c.account_id)
        .where(
            ~pixel.c.retired,
            pixel.c.document["status"].astext == "active",
            pixel.c.document["fire_on"].has_key(_GIVEN.c.point),
            or_(
                func.jsonb_array_length(_CAMPAIGNS) == 0,
                _CAMPAIGNS.has_key(cast(_GIVEN.c.campaign_id, Text)),
            ),
            or_(
                _GIVEN.c.point != FirePoint.MARKED.value,
                func.coalesce(func.jsonb_array_length(_EVENTS), 0) == 0,
                _EVENTS.has_key(_GIVEN.c.part),
            ),
        ),
    )
    .on_conflict_do_nothing(),
    "delivery.fire",
)
"""For each pixel that wants to be told; one that has been told is not told again."""


async def fire(connection: AsyncConnection[Any], all_fired: Sequence[Fired]) -> None:
    """Have everybody told who wants to be."""
    arrays = {name: [getattr(one, name) for one in all_fired] for name in Fired._fields}
    waits = [timedelta() if one.point in _AT_ONCE else SETTLES for one in all_fired]
    await _FIRE.run(connection, **arrays, wait=waits)
