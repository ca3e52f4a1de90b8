"""Writes who has a part in which call, in the transaction that folds it, for all accounts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql import bindparam

from libs.contracts.ids import CallId
from libs.contracts.tracking import CallRecord
from libs.runtime.database import Statement
from libs.runtime.given import given, written
from services.tracking.domain.parties import parties_of
from services.tracking.tables.parties import party_call

_KEY = tuple(party_call.primary_key.columns)


def _note() -> Statement:
    """Rows that are not true any more go, the others come or are put right."""
    rows = given("parties", *party_call.columns)
    names = [each.name for each in party_call.columns]
    ids = bindparam("ids", type_=ARRAY(party_call.c.call_id.type))
    periods = bindparam("periods", type_=ARRAY(party_call.c.filed_on.type))
    true = select(*(rows.c[each.name] for each in _KEY))
    gone = (
        delete(party_call)
        .where(
            party_call.c.call_id == func.any(ids),
            party_call.c.filed_on == func.any(periods),
            tuple_(*_KEY).not_in(true),
        )
        .cte("gone")
    )
    come = insert(party_call).from_select(names, select(*(rows.c[name] for name in names)))
    new = come.excluded
    changed = (party_call.c.account_id != new.account_id) | (
        party_call.c.listed_at != new.listed_at
    )
    return Statement(
        come.on_conflict_do_update(
            index_elements=[each.name for each in _KEY],
            set_={"account_id": new.account_id, "listed_at": new.listed_at},
            where=changed,
        ).add_cte(gone),
        "party_call.note",
    )


_NOTE = _note()
_KNOWN = Statement(
    select(party_call.c.call_id, party_call.c.party, party_call.c.party_id).where(
        party_call.c.call_id == func.any(bindparam("ids", type_=ARRAY(party_call.c.call_id.type))),
        party_call.c.filed_on
        == func.any(bindparam("periods", type_=ARRAY(party_call.c.filed_on.type))),
    ),
    "party_call.known",
)


async def note(
    connection: AsyncConnection[Any],
    filed_on: Mapping[CallId, date],
    calls: Sequence[tuple[CallRecord, datetime]],
) -> None:
    """Let it be known who has a part in these calls; they are locked by whoever folds them."""
    rows = [
        {
            "call_id": call.call_id,
            "filed_on": filed_on[call.call_id],
            "party": kind.value,
            "party_id": party_id,
            "account_id": call.account_id,
            "listed_at": listed_at,
        }
        for call, listed_at in calls
        for kind, party_id in parties_of(call)
    ]
    ids = [call.call_id for call, _ in calls]
    periods = sorted({filed_on[call_id] for call_id in ids})
    await _NOTE.run(connection, parties=written(rows), ids=ids, periods=periods)


async def known(
    connection: AsyncConnection[Any], call_ids: Sequence[CallId], periods: Sequence[date]
) -> Mapping[CallId, set[tuple[str, UUID]]]:
    """Who is known to have a part in these calls."""
    found: defaultdict[CallId, set[tuple[str, UUID]]] = defaultdict(set)
    for call_id, party, party_id in await _KNOWN.run(
        connection, ids=list(call_ids), periods=list(periods)
    ):
        found[call_id].add((party, party_id))
    return found
