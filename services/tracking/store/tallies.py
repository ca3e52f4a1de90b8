"""Writes what calls count for, in the transaction that folds them, for all accounts at once.

A call's old lines go and its new ones come, and both are written down as changes; the sums
take the changes up later, many at a time, so that no fold waits for a sum that others change.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import bindparam

from libs.contracts.ids import CallId
from libs.contracts.tracking import CallRecord
from libs.runtime.database import Statement
from libs.runtime.given import given, written
from services.tracking.domain.dimensions import LABELS
from services.tracking.domain.tally import lines_of
from services.tracking.tables.tallies import label, tally, tally_change

LABELS_KNOWN_MAX = 20_000  # names that a process remembers to have written

_COUNTED = [each.name for each in tally_change.columns if each.name in tally.columns]
_LABEL = [str(each.name) for each in label.columns]


def _uncount() -> Statement:
    ids = bindparam("ids", type_=ARRAY(tally.c.call_id.type))
    periods = bindparam("periods", type_=ARRAY(tally.c.filed_on.type))
    gone = (
        delete(tally)
        .where(tally.c.call_id == func.any(ids), tally.c.filed_on == func.any(periods))
        .returning(*(tally.c[name] for name in _COUNTED))
        .cte("gone")
    )
    rows = select(literal(-1), *(gone.c[name] for name in _COUNTED))
    return Statement(insert(tally_change).from_select(["sign", *_COUNTED], rows), "tally.uncount")


def _count() -> Statement:
    lines = given("lines", *tally.columns)
    names = [each.name for each in tally.columns]
    came = (
        insert(tally)
        .from_select(names, select(*(lines.c[name] for name in names)))
        .returning(*(tally.c[name] for name in _COUNTED))
        .cte("came")
    )
    rows = select(literal(1), *(came.c[name] for name in _COUNTED))
    return Statement(insert(tally_change).from_select(["sign", *_COUNTED], rows), "tally.count")


def _name() -> Statement:
    rows = given("labels", *label.columns)
    named = upsert(label).from_select(
        [each.name for each in label.columns],
        select(*(rows.c[each.name] for each in label.columns)),
    )
    return Statement(
        named.on_conflict_do_update(
            index_elements=list(label.primary_key.columns), set_={"name": named.excluded.name}
        ),
        "label.name",
    )


_UNCOUNT, _COUNT, _NAME = _uncount(), _count(), _name()


class Labels:
    """Which names this process has written already: a name is written when it is new to us."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, str], str] = OrderedDict()

    def new(self, calls: Sequence[CallRecord]) -> dict[tuple[str, str, str], str]:
        """The names that these calls tell and that were not written yet."""
        told = {
            (str(call.account_id), dimension, str(value)): name.replace("\0", "")
            for call in calls
            for dimension, names in LABELS.items()
            for value, name in names(call)
            if value is not None and name
        }
        return {key: name for key, name in told.items() if self._known.get(key) != name}

    def learn(self, names: Mapping[tuple[str, str, str], str]) -> None:
        """These are written."""
        for key, name in names.items():
            self._known[key] = name
            self._known.move_to_end(key)
        while len(self._known) > LABELS_KNOWN_MAX:
            self._known.popitem(last=False)


async def count(
    connection: AsyncConnection[Any],
    filed_on: Mapping[CallId, date],
    calls: Sequence[tuple[CallRecord, datetime]],
) -> None:
    """Replace what these calls count for; they are locked by whoever folds them."""
    lines = [
        {"call_id": call.call_id, "filed_on": filed_on[call.call_id], **line}
        for call, listed_at in calls
        for line in lines_of(call, listed_at)
    ]
    ids = [call.call_id for call, _ in calls]
    periods = sorted({filed_on[call_id] for call_id in ids})
    await _UNCOUNT.run(connection, ids=ids, periods=periods)
    await _COUNT.run(connection, lines=written(lines))


async def name(connection: AsyncConnection[Any], names: Mapping[tuple[str, str, str], str]) -> None:
    """Write down what things are called, in the order of their keys: nobody waits in a circle."""
    if names:
        rows = [dict(zip(_LABEL, (*key, names[key]), strict=True)) for key in sorted(names)]
        await _NAME.run(connection, labels=written(rows))
