"""A call in its flow: its session and turns, read and written whole in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    Boolean,
    Integer,
    Table,
    Text,
    cast,
    exists,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql import Update, bindparam

from libs.contracts.ids import AccountId, CallId, FlowId
from libs.runtime.database import Database, Statement
from libs.runtime.given import given, read, written
from libs.runtime.outbox import Announcement, Outbox
from services.flows.domain.engine import Stepped
from services.flows.domain.session import Session
from services.flows.tables import branch_taken, flow, outbox, session, traffic, turn, walked

BEGINNING = -1  # the step after which a call's first turn comes

_UUID = UUID_TYPE(as_uuid=True)
_ACCOUNT, _CALL = bindparam("account_id", type_=_UUID), bindparam("call_id", type_=_UUID)
_ANSWERED = select(cast(turn.c.outcome, Text)).where(
    turn.c.account_id == _ACCOUNT,
    turn.c.call_id == _CALL,
    turn.c.after == bindparam("after", type_=Integer()),
)
_TAKES_CALLS = select(flow.c.published).where(
    flow.c.account_id == _ACCOUNT,
    flow.c.id == bindparam("flow_id", type_=_UUID),
    flow.c.state == "published",
    ~flow.c.retired,
)
_BEGIN = Statement(
    select(_ANSWERED.scalar_subquery(), _TAKES_CALLS.scalar_subquery()), "turn.begin"
)
_FIND = Statement(
    select(_ANSWERED.scalar_subquery(), cast(session.c.state, Text), session.c.changed_at)
    .select_from(select(literal_column("1")).subquery("one"))
    .join(session, (session.c.account_id == _ACCOUNT) & (session.c.call_id == _CALL), isouter=True),
    "turn.find",
)
_TURN = {column: bindparam(column.name, type_=column.type) for column in turn.c}
_SESSION = {column.name: bindparam(column.name, type_=column.type) for column in session.c}
_MINE = insert(turn).values(_TURN).on_conflict_do_nothing().returning(turn.c.after).cte("mine")
"""Nothing where another has answered this turn before: then nothing else is written either."""


def _into(table: Table) -> Insert:
    """The rows of the parameter that is named as the table."""
    rows = given(table.name, *table.c)
    columns = [read(rows, column) for column in table.c]
    chosen = select(*columns).select_from(rows).join(_MINE, true())
    return insert(table).from_select([column.name for column in table.c], chosen)


def _keep() -> Statement:
    """A turn with all that belongs to it, in one statement: a caller waits for each journey."""
    held = insert(session).from_select(
        list(_SESSION), select(*_SESSION.values()).select_from(_MINE)
    )
    whole = held.on_conflict_do_update(
        index_elements=["call_id"],
        set_={
            name: value for name, value in _SESSION.items() if name not in ("call_id", "account_id")
        },
        where=(session.c.account_id == _ACCOUNT) & session.c.finished_at.is_(None),
    )
    counted, taken = _into(traffic), _into(branch_taken)
    counts = counted.on_conflict_do_update(
        index_elements=["account_id", "flow_id", "node", "port", "hour_at"],
        set_={
            "calls": traffic.c.calls + counted.excluded.calls,
            "conversations": traffic.c.conversations + counted.excluded.conversations,
        },
    )
    branches = taken.on_conflict_do_update(
        index_elements=["account_id", "flow_id", "node", "caller"],
        set_={"branch": taken.excluded.branch, "at": taken.excluded.at},
    )
    steps = _into(walked).on_conflict_do_nothing()
    return Statement(
        select(_MINE.c.after).add_cte(
            whole.cte("held"),
            _scrubbing().cte("scrubbed"),
            steps.cte("stepped"),
            counts.cte("counted"),
            branches.cte("branched"),
            _into(outbox).cte("told"),
        ),
        "turn.keep",
    )


def _scrubbing() -> Update:
    """What a caller was told, and what she keyed, may be what she gave in secret."""
    return (
        update(turn)
        .where(turn.c.account_id == _ACCOUNT, turn.c.call_id == _CALL)
        .where(bindparam("scrub", type_=Boolean()), exists(select(_MINE.c.after)))
        .where(turn.c.after != bindparam("after", type_=Integer()))
        .values(outcome=_TURN[turn.c.outcome], heard=None, answers=cast("[]", turn.c.answers.type))
    )


_KEEP = _keep()


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

    async def begin(
        self, account_id: AccountId, call_id: CallId, flow_id: FlowId
    ) -> tuple[str | None, int | None]:
        """What a call was answered when it began, and the version that new callers get, if any."""
        async with self._database.hot() as connection:
            rows = await _BEGIN.run(
                connection,
                account_id=account_id,
                call_id=call_id,
                after=BEGINNING,
                flow_id=flow_id,
            )
        answered, version = rows[0]
        return answered, version

    async def find(self, account_id: AccountId, call_id: CallId, after: int) -> Found:
        """A call of an account, and its answer to a step if there is one already."""
        async with self._database.hot() as connection:
            rows = await _FIND.run(connection, account_id=account_id, call_id=call_id, after=after)
        answered, state, changed_at = rows[0]
        found = Session.model_validate_json(state) if state is not None else None
        return Found(answered, found, changed_at)

    async def keep(self, kept: Kept) -> str | None:
        """Write a turn, whole; what another had answered meanwhile is given instead of None."""
        async with self._database.hot() as connection:
            mine = await _KEEP.run(connection, **_parameters(kept))
        if not mine:
            session_ = kept.session
            found = await self.find(session_.account_id, session_.call_id, kept.after)
            return found.answered
        self._relay.announce(list(kept.facts))
        return None


def _parameters(kept: Kept) -> dict[str, Any]:
    session_ = kept.session
    scrub = bool(session_.finished and session_.sensitive)
    return {
        "call_id": session_.call_id,
        "after": kept.after,
        "account_id": session_.account_id,
        "outcome": kept.outcome,
        "heard": None if scrub else kept.heard,
        "answers": "[]" if scrub else kept.answers,
        "at": kept.at,
        "flow_id": session_.root.flow_id,
        "step": session_.step,
        "state": session_.model_dump_json(),
        "changed_at": kept.at,
        "finished_at": kept.at if session_.finished else None,
        "scrub": scrub,
        walked.name: written(_walked_rows(kept)),
        traffic.name: written(_traffic_rows(kept)),
        branch_taken.name: written(_branch_rows(kept)),
        outbox.name: written(fact.row() for fact in kept.facts),
    }


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
