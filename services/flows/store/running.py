"""A call in its flow: its session and turns, read and written whole in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from sqlalchemy import Integer, Table, Text, cast, literal_column, select, update
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql import bindparam

from libs.contracts.ids import AccountId, CallId, FlowId
from libs.runtime.database import Database, Statement
from libs.runtime.inbox import read_from, unnested
from libs.runtime.outbox import Announcement, Outbox
from services.flows.domain.engine import Stepped
from services.flows.domain.session import Session
from services.flows.tables import branch_taken, outbox, session, traffic, turn, walked

BEGINNING = -1  # the step after which a call's first turn comes

_UUID = UUID_TYPE(as_uuid=True)
_ACCOUNT, _CALL = bindparam("account_id", type_=_UUID), bindparam("call_id", type_=_UUID)
_ANSWERED = select(cast(turn.c.outcome, Text)).where(
    turn.c.account_id == _ACCOUNT,
    turn.c.call_id == _CALL,
    turn.c.after == bindparam("after", type_=Integer()),
)
_FIND = Statement(
    select(_ANSWERED.scalar_subquery(), cast(session.c.state, Text), session.c.changed_at)
    .select_from(select(literal_column("1")).subquery("one"))
    .join(session, (session.c.account_id == _ACCOUNT) & (session.c.call_id == _CALL), isouter=True),
    "turn.find",
)
_TURN = Statement(
    insert(turn)
    .values({column: bindparam(column.name, type_=column.type) for column in turn.c})
    .on_conflict_do_nothing()
    .returning(turn.c.after),
    "turn.keep",
)
_SESSION_VALUES = {column.name: bindparam(column.name, type_=column.type) for column in session.c}
_SESSION = Statement(
    insert(session)
    .values(_SESSION_VALUES)
    .on_conflict_do_update(
        index_elements=["call_id"],
        set_={
            name: value
            for name, value in _SESSION_VALUES.items()
            if name not in ("call_id", "account_id")
        },
        where=session.c.account_id == _ACCOUNT,
    ),
    "session.keep",
)


def _into(table: Table) -> Insert:
    """Rows of a table, from one array for each column."""
    given = unnested(*table.c)
    names = [column.name for column in table.c]
    return insert(table).from_select(names, select(*read_from(given, *table.c)))


_WALKED = Statement(_into(walked).on_conflict_do_nothing(), "walked.keep")
_COUNTED = _into(traffic)
_TRAFFIC = Statement(
    _COUNTED.on_conflict_do_update(
        index_elements=["account_id", "flow_id", "node", "port", "hour_at"],
        set_={
            "calls": traffic.c.calls + _COUNTED.excluded.calls,
            "conversations": traffic.c.conversations + _COUNTED.excluded.conversations,
        },
    ),
    "traffic.add",
)
_TAKEN = _into(branch_taken)
_BRANCHES = Statement(
    _TAKEN.on_conflict_do_update(
        index_elements=["account_id", "flow_id", "node", "caller"],
        set_={"branch": _TAKEN.excluded.branch, "at": _TAKEN.excluded.at},
    ),
    "branch.keep",
)
_SCRUB = Statement(
    update(turn)
    .where(turn.c.account_id == _ACCOUNT, turn.c.call_id == _CALL)
    .values(
        outcome=cast(bindparam("outcome", type_=Text()), turn.c.outcome.type),
        heard=None,
        answers=cast("[]", turn.c.answers.type),
    ),
    "turn.scrub",
)
"""What a caller was told, and what she keyed, may be what she gave in secret."""

_OUTBOX = Statement(_into(outbox), "outbox.add")


@dataclass(frozen=True, slots=True)
class Found:
    """What is kept of a call: what was answered after a step, and the session as it is now."""

    answered: str | None
    session: Session | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that one turn writes."""

    session: Session
    after: int
    outcome: str
    heard: str | None
    answers: str
    at: datetime
    steps: Sequence[Stepped] = ()
    facts: Sequence[Announcement] = ()
    branches: Mapping[str, str] = field(default_factory=dict)
    spoken: Sequence[tuple[str, str]] = ()


class Running:
    """The calls that are in flows."""

    def __init__(self, database: Database, relay: Outbox) -> None:
        self._database = database
        self._relay = relay

    async def find(self, account_id: AccountId, call_id: CallId, after: int) -> Found:
        """A call of an account, and its answer to a step if there is one already."""
        async with self._database.hot() as connection:
            rows = await _FIND.run(connection, account_id=account_id, call_id=call_id, after=after)
        answered, state, changed_at = rows[0]
        found = Session.model_validate_json(state) if state is not None else None
        return Found(answered, found, changed_at)

    async def keep(self, kept: Kept) -> str | None:
        """Write a turn, whole; what another had answered meanwhile is given instead of None."""
        session_ = kept.session
        async with self._database.hot() as connection, connection.transaction():
            mine = await _TURN.run(
                connection,
                call_id=session_.call_id,
                after=kept.after,
                account_id=session_.account_id,
                outcome=kept.outcome,
                heard=kept.heard,
                answers=kept.answers,
                at=kept.at,
            )
            if mine:
                await self._write(connection, kept)
        if not mine:
            found = await self.find(session_.account_id, session_.call_id, kept.after)
            return found.answered
        self._relay.announce(list(kept.facts))
        return None

    async def _write(self, connection: AsyncConnection[Any], kept: Kept) -> None:
        session_ = kept.session
        await _SESSION.run(
            connection,
            call_id=session_.call_id,
            account_id=session_.account_id,
            flow_id=session_.frames[0].flow_id if session_.frames else session_.flow_id,
            step=session_.step,
            state=session_.model_dump_json(),
            changed_at=kept.at,
            finished_at=kept.at if session_.finished else None,
        )
        if session_.finished and session_.sensitive:
            key = {"account_id": session_.account_id, "call_id": session_.call_id}
            await _SCRUB.run(connection, **key, outcome=kept.outcome)
        if kept.steps:
            await _WALKED.run(connection, **_columns(walked, _walked_rows(kept)))
        counts = _traffic_rows(kept)
        if counts:
            await _TRAFFIC.run(connection, **_columns(traffic, counts))
        if kept.branches:
            await _BRANCHES.run(connection, **_columns(branch_taken, _branch_rows(kept)))
        if kept.facts:
            rows = [fact.row() for fact in kept.facts]
            for row in rows:
                row["headers"] = orjson.dumps(row["headers"]).decode()
            await _OUTBOX.run(connection, **_columns(outbox, rows))


def _columns(table: Any, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {column.name: [row[column.name] for row in rows] for column in table.c}


def _walked_rows(kept: Kept) -> list[dict[str, Any]]:
    return [
        {
            "call_id": kept.session.call_id,
            "after": kept.after,
            "at_place": place,
            "account_id": kept.session.account_id,
            "flow_id": step.flow_id,
            "version": step.version,
            "node": step.node,
            "type": step.type,
            "port": step.port,
            "heard": step.heard,
            "note": step.note,
            "tags": orjson.dumps(step.tags).decode(),
            "entered_at": step.entered_at,
            "left_at": step.left_at,
        }
        for place, step in enumerate(kept.steps)
    ]


def _traffic_rows(kept: Kept) -> list[dict[str, Any]]:
    """One row for each port, in the order of their keys: so that turns never wait in a circle."""
    counts: dict[tuple[FlowId, str, str], list[int]] = {}
    for step in kept.steps:
        counts.setdefault((step.flow_id, step.node, step.port), [0, 0])[0] += 1
    for place, branch in kept.spoken:
        flow_id, _, node = place.partition("/")
        counts.setdefault((_id(flow_id), node, branch), [0, 0])[1] += 1
    hour = kept.at - timedelta(
        minutes=kept.at.minute, seconds=kept.at.second, microseconds=kept.at.microsecond
    )
    return [
        {
            "account_id": kept.session.account_id,
            "flow_id": flow_id,
            "node": node,
            "port": port,
            "hour_at": hour,
            "calls": calls,
            "conversations": spoken,
        }
        for (flow_id, node, port), (calls, spoken) in sorted(counts.items())
    ]


def _branch_rows(kept: Kept) -> list[dict[str, Any]]:
    rows = []
    for place, branch in sorted(kept.branches.items()):
        flow_id, _, node = place.partition("/")
        rows.append(
            {
                "account_id": kept.session.account_id,
                "flow_id": _id(flow_id),
                "node": node,
                "caller": kept.session.caller.text,
                "branch": branch,
                "at": kept.at,
            }
        )
    return rows


def _id(text: str) -> FlowId:
    return FlowId(UUID(text))
