"""Agents' calls: kept when their holds end, learned of by facts, wrapped up by her or by time."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Row,
    Select,
    and_,
    case,
    desc,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.agent_calls import (
    AgentCall,
    AgentCallEnded,
    AgentWrappedUp,
    CallNotes,
    CallOutcome,
    ListAgentCalls,
    WrapUp,
)
from libs.contracts.caps import Counted
from libs.contracts.message import Message
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement, Outbox
from services.router import tables
from services.router.store.hold_statements import KNOWN, wrap_up_time
from services.router.store.holds import Known, written_known
from services.router.store.kept import Missing
from services.router.tables import (
    agent_call,
    hold,
    leg,
    place,
    target,
)

NAMES = ("account_id", "call_id", "step", "agent_id", "campaign_id", "offered_at")
OVER_MAX = 200  # wrap-ups whose time is over, told in one round


class OnCall(Exception):
    """The call is under way: nobody has wrapped it up yet."""


class AgentCalls:
    """Reads and changes what is kept of agents' calls."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def learn(self, known: Sequence[Known]) -> None:
        """It is known what became of legs, and thus of those that were agents'."""
        if not known:
            return
        async with self._database.transaction() as connection:
            rows = (await connection.execute(_LEARN, {"known": written_known(known)})).all()
            told = await _tell(connection, [_ended(row) for row in rows])
        self._outbox.announce(told)

    async def wrap_up(self, asked: WrapUp, now: datetime) -> AgentCall:
        """Keep what is said of a call; raise Missing, or OnCall."""
        mine = and_(
            agent_call.c.account_id == asked.account_id,
            agent_call.c.agent_id == asked.agent_id,
            agent_call.c.call_id == asked.call_id,
            agent_call.c.step == asked.step,
        )
        async with self._database.transaction() as connection:
            await _begin(connection, asked)
            row = (
                await connection.execute(select(agent_call).where(mine).with_for_update())
            ).one_or_none()
            if row is None:
                raise Missing
            if row.ended_at is None and asked.done:
                raise OnCall
            values = asked.notes.model_dump()
            if asked.done and row.wrapped_at is None:
                values["wrapped_at"] = max(row.ended_at, min(now, row.wrap_up_until or now))
            changed = update(agent_call).where(mine).values(**values).returning(agent_call)
            kept = (await connection.execute(changed)).one()
            told: list[Announcement] = []
            if kept.wrapped_at is not None:
                fact = _wrapped_up(kept).model_copy(update={"actor": asked.actor, "at": now})
                told = await _tell(connection, [fact])
        self._outbox.announce(told)
        return _call(kept)

    async def over(self) -> None:
        """End wrap-ups whose time is over."""
        due = (
            select(agent_call.c.call_id, agent_call.c.step)
            .where(agent_call.c.wrapped_at.is_(None), agent_call.c.wrap_up_until < func.now())
            .limit(OVER_MAX)
            .with_for_update(skip_locked=True)
        )
        statement = (
            update(agent_call)
            .values(wrapped_at=agent_call.c.wrap_up_until)
            .where(tuple_(agent_call.c.call_id, agent_call.c.step).in_(due))
            .returning(agent_call)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
            told = await _tell(connection, [_wrapped_up(row) for row in rows])
        self._outbox.announce(told)

    async def page(self, asked: ListAgentCalls, limit: int) -> list[AgentCall]:
        """An agent's calls, the latest first: those that are with her, and those that were."""
        statement = (
            select(agent_call)
            .where(
                agent_call.c.account_id == asked.account_id,
                agent_call.c.agent_id == asked.agent_id,
            )
            .order_by(desc(agent_call.c.offered_at))
            .limit(limit)
        )
        live = _live(asked)
        if asked.call_id is not None:
            statement = statement.where(agent_call.c.call_id == asked.call_id)
            live = live.where(hold.c.call_id == asked.call_id)
        if asked.cursor is not None:
            statement = statement.where(agent_call.c.offered_at < asked.cursor)
            live = live.where(hold.c.decided_at < asked.cursor)
        async with self._database.transaction() as connection:
            with_her = [AgentCall(**row) for row in (await connection.execute(live)).mappings()]
            kept = [_call(row) for row in await connection.execute(statement)]
        # what ends in between, or has notes already, is found twice: then the latter counts
        found = {(call.call_id, call.step): call for call in (*with_her, *kept)}
        return sorted(found.values(), key=attrgetter("offered_at"), reverse=True)[:limit]


def _learn() -> Any:
    """Each is learned of once; whoever did not speak has nothing to wrap up."""
    until = case(
        (KNOWN.c.connected, func.coalesce(agent_call.c.wrap_up_until, _wrap_up_until())),
        else_=None,
    )
    became = case((KNOWN.c.connected, CallOutcome.HANDLED), else_=CallOutcome.MISSED)
    talked = case((KNOWN.c.connected, func.coalesce(KNOWN.c.seconds, 0)), else_=0)
    return (
        update(agent_call)
        .values(became=became, talk_seconds=talked, wrap_up_until=until)
        .where(agent_call.c.call_id == KNOWN.c.call_id, agent_call.c.step == KNOWN.c.step)
        .where(agent_call.c.became == CallOutcome.UNKNOWN.value, agent_call.c.ended_at.is_not(None))
        .returning(agent_call)
    )


def _wrap_up_until() -> Any:
    """For calls of which no fact had said that they were answered."""
    seconds = (
        select(wrap_up_time())
        .where(target.c.account_id == agent_call.c.account_id, target.c.id == agent_call.c.agent_id)
        .scalar_subquery()
    )
    return agent_call.c.ended_at + seconds


_LEARN = _learn()


async def _begin(connection: AsyncConnection, asked: WrapUp) -> None:
    """A call that is under way has a row once something is said of it."""
    live = _live(asked).where(
        hold.c.account_id == asked.account_id,
        hold.c.call_id == asked.call_id,
        hold.c.step == asked.step,
    )
    begun = upsert(agent_call).from_select(NAMES, live).on_conflict_do_nothing()
    await connection.execute(begun)


def _live(asked: WrapUp | ListAgentCalls) -> Select[Any]:
    """The calls that are with an agent, found by the places that they have in her counter."""
    same_leg = and_(leg.c.call_id == hold.c.call_id, leg.c.step == hold.c.step)
    same_place = and_(place.c.call_id == hold.c.call_id, place.c.step == hold.c.step)
    columns = (
        *(hold.c.account_id, hold.c.call_id, hold.c.step),
        *(hold.c.target_id, leg.c.campaign_id, hold.c.decided_at),
    )
    named = (column.label(name) for column, name in zip(columns, NAMES, strict=True))
    return (
        select(*named)
        .select_from(place.join(hold, same_place).join(leg, same_leg))
        .where(
            place.c.account_id == asked.account_id,
            place.c.scope_id == asked.agent_id,
            place.c.measure == Counted.ATTEMPT.value,
        )
    )


async def _tell(connection: AsyncConnection, facts: Sequence[Message]) -> list[Announcement]:
    told = [Announcement(fact.subject, fact.model_dump_json()) for fact in facts]
    if told:
        await connection.execute(insert(tables.outbox), [one.row() for one in told])
    return told


def _notes(row: Row[Any]) -> CallNotes:
    return CallNotes(disposition=row.disposition, notes=row.notes, rating=row.rating)


def _call(row: Row[Any]) -> AgentCall:
    return AgentCall(
        call_id=row.call_id,
        step=row.step,
        agent_id=row.agent_id,
        campaign_id=row.campaign_id,
        offered_at=row.offered_at,
        ended_at=row.ended_at,
        became=CallOutcome(row.became),
        talk_seconds=row.talk_seconds,
        wrap_up_until=row.wrap_up_until,
        wrapped_at=row.wrapped_at,
        notes=_notes(row),
    )


def _ended(row: Row[Any]) -> AgentCallEnded:
    return AgentCallEnded(
        account_id=row.account_id,
        agent_id=row.agent_id,
        call_id=row.call_id,
        step=row.step,
        campaign_id=row.campaign_id,
        offered_at=row.offered_at,
        at=row.ended_at,
        became=CallOutcome(row.became),
        talk_seconds=row.talk_seconds,
        wrap_up_until=row.wrap_up_until,
    )


def _wrapped_up(row: Row[Any]) -> AgentWrappedUp:
    return AgentWrappedUp(
        account_id=row.account_id,
        agent_id=row.agent_id,
        call_id=row.call_id,
        step=row.step,
        at=row.wrapped_at,
        seconds=int((row.wrapped_at - row.ended_at).total_seconds()),
        notes=_notes(row),
    )
