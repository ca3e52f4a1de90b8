"""Agents at work: the state that each is in, and every state that she was in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, desc, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from libs.contracts.agent_states import (
    AgentAtWork,
    AgentState,
    AgentStateChanged,
    CallWithHer,
    ListAgents,
    SetAgentState,
    StateTaken,
)
from libs.contracts.agents import Agent
from libs.contracts.caps import Counted
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, PersonId, TargetId
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from services.router.store.kept import Missing
from services.router.tables import (
    agent_call,
    agent_state,
    agent_state_log,
    counter,
    hold,
    leg,
    outbox,
    place,
    target,
)

MOMENT = timedelta(microseconds=1)  # between two states, whatever the clocks say
IS_AGENT = and_(~target.c.retired, target.c.document.has_key("agent"))


@dataclass(frozen=True, slots=True)
class Was:
    """The state before; `since` None: she had never been anything."""

    state: AgentState
    since: datetime | None


class Agents:
    """Reads and changes how agents are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(
        self, account_id: AccountId, agent_id: TargetId | None, person_id: PersonId | None = None
    ) -> AgentAtWork:
        """One agent, by her id or by whoever signs in as her; raise Missing."""
        mine = target.c.id == agent_id if agent_id else target.c.person_id == person_id
        async with self._database.transaction() as connection:
            row = (await connection.execute(_shown(account_id).where(mine))).one_or_none()
        if row is None:
            raise Missing
        return _agent(row)

    async def page(self, question: ListAgents, limit: int) -> list[AgentAtWork]:
        """Agents in the order of their ids, from behind the cursor on."""
        statement = _shown(question.account_id).where(*_wanted(question))
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement.order_by(target.c.id).limit(limit))
            return [_agent(row) for row in rows]

    async def put(self, asked: SetAgentState, now: datetime) -> Announcement | None:
        """Put an agent into a state, with its fact; None: she is in it already.  Raise Missing."""
        mine = (
            agent_state.c.account_id == asked.account_id,
            agent_state.c.agent_id == asked.agent_id,
        )
        async with self._database.transaction() as connection:
            named = select(target.c.document["name"].astext).where(
                target.c.account_id == asked.account_id, target.c.id == asked.agent_id, IS_AGENT
            )
            name: str | None = await connection.scalar(named)
            if name is None:
                raise Missing
            fresh = await connection.execute(
                upsert(agent_state)
                .values(
                    account_id=asked.account_id,
                    agent_id=asked.agent_id,
                    state=AgentState.OFFLINE,
                    since=now,
                    reason="",
                    by="",
                )
                .on_conflict_do_nothing()
                .returning(agent_state.c.agent_id)
            )
            is_new = fresh.first() is not None
            before = (
                await connection.execute(select(agent_state).where(*mine).with_for_update())
            ).one()
            if (before.state, before.reason) == (asked.state, asked.reason) and not is_new:
                return None
            at = max(now, before.since if is_new else before.since + MOMENT)
            seen = {"state": asked.state, "reason": asked.reason}
            await connection.execute(
                update(agent_state).where(*mine).values(**seen, since=at, by=asked.actor.name)
            )
            key = {"account_id": asked.account_id, "agent_id": asked.agent_id, "at": at}
            actor = asked.actor.model_dump(mode="json")
            await connection.execute(insert(agent_state_log).values(**key, **seen, actor=actor))
            was = Was(AgentState(before.state), None if is_new else before.since)
            fact = _changed(asked, name, was, at)
            announcement = Announcement(fact.subject, fact.model_dump_json())
            await connection.execute(insert(outbox), [announcement.row()])
        return announcement

    async def states(
        self, account_id: AccountId, agent_id: TargetId, before: datetime | None, limit: int
    ) -> list[StateTaken]:
        """Her states, the latest first, each until the next."""
        log = agent_state_log
        until = func.lead(log.c.at).over(order_by=log.c.at)
        every = (
            select(log.c.state, log.c.at, until.label("until"), log.c.reason, log.c.actor)
            .where(log.c.account_id == account_id, log.c.agent_id == agent_id)
            .subquery()
        )
        statement = select(every).order_by(desc(every.c.at)).limit(limit)
        if before is not None:
            statement = statement.where(every.c.at < before)
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [
                StateTaken(
                    state=AgentState(row.state),
                    at=row.at,
                    until=row.until,
                    reason=row.reason,
                    by=Actor.model_validate(row.actor),
                )
                for row in rows
            ]


def _shown(account_id: AccountId) -> Select[Any]:
    same = and_(
        agent_state.c.account_id == target.c.account_id, agent_state.c.agent_id == target.c.id
    )
    busy = and_(
        counter.c.account_id == target.c.account_id,
        counter.c.scope_id == target.c.id,
        counter.c.measure == Counted.ATTEMPT.value,
    )
    wrapping = (
        select(func.max(agent_call.c.wrap_up_until))
        .where(
            agent_call.c.account_id == target.c.account_id,
            agent_call.c.agent_id == target.c.id,
            agent_call.c.wrapped_at.is_(None),
            agent_call.c.wrap_up_until > func.now(),
        )
        .scalar_subquery()
    )
    return (
        select(
            target.c.id,
            target.c.document,
            agent_state.c.state,
            agent_state.c.since,
            agent_state.c.reason,
            agent_state.c.by,
            counter.c.live,
            wrapping.label("wrap_up_until"),
            _with_her().label("with_her"),
        )
        .select_from(target.outerjoin(agent_state, same).outerjoin(counter, busy))
        .where(target.c.account_id == account_id, IS_AGENT)
    )


def _with_her() -> Any:
    """The calls that are with her, by the places that they have in her counter."""
    call = func.jsonb_build_object(
        *("call_id", hold.c.call_id, "step", hold.c.step),
        *("campaign_id", leg.c.campaign_id, "since", hold.c.decided_at),
    )
    return (
        select(func.jsonb_agg(aggregate_order_by(call, hold.c.decided_at)))
        .select_from(
            place.join(
                hold, and_(hold.c.call_id == place.c.call_id, hold.c.step == place.c.step)
            ).join(leg, and_(leg.c.call_id == hold.c.call_id, leg.c.step == hold.c.step))
        )
        .where(
            place.c.account_id == target.c.account_id,
            place.c.scope_id == target.c.id,
            place.c.measure == Counted.ATTEMPT.value,
        )
        .scalar_subquery()
    )


def _wanted(question: ListAgents) -> list[ColumnElement[bool]]:
    agent = target.c.document["agent"]
    wanted: list[ColumnElement[bool]] = [true()]
    if question.cursor is not None:
        wanted.append(target.c.id > question.cursor)
    if question.state is not None:
        state = func.coalesce(agent_state.c.state, AgentState.OFFLINE.value)
        wanted.append(state == question.state.value)
    if question.supervisor_id is not None:
        wanted.append(agent["supervisor_id"].astext == str(question.supervisor_id))
    if question.skill:
        wanted.append(agent.op("->")("skills").has_key(question.skill.strip().casefold()))
    return wanted


def _agent(row: Row[Any]) -> AgentAtWork:
    return AgentAtWork(
        agent_id=TargetId(row.id),
        name=row.document["name"],
        agent=Agent.model_validate(row.document["agent"]),
        state=AgentState(row.state) if row.state else AgentState.OFFLINE,
        since=row.since,
        reason=row.reason or "",
        by=row.by or "",
        calls=row.live or 0,
        with_her=tuple(CallWithHer.model_validate(call) for call in row.with_her or ()),
        wrap_up_until=row.wrap_up_until,
    )


def _changed(asked: SetAgentState, name: str, was: Was, at: datetime) -> AgentStateChanged:
    return AgentStateChanged(
        account_id=asked.account_id,
        agent_id=asked.agent_id,
        name=name,
        at=at,
        before=was.state,
        after=asked.state,
        reason=asked.reason,
        actor=asked.actor,
        seconds=None if was.since is None else int((at - was.since).total_seconds()),
    )
