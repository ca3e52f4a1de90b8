"""What agents did in a time: summed from the log of their states, and from their calls."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.agent_calls import AgentTimes, CallOutcome, ReportAgentTimes
from libs.contracts.agent_states import AgentState
from libs.contracts.ids import TargetId
from libs.runtime.database import Database
from services.router.store.agents import IS_AGENT
from services.router.tables import agent_call, agent_state_log, target


class AgentTimesBook:
    """Sums, read when they are asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def times(self, asked: ReportAgentTimes, now: datetime, limit: int) -> list[AgentTimes]:
        """Agents in the order of their ids, from behind the cursor on."""
        async with self._database.transaction() as connection:
            names = await _names(connection, asked, limit)
            calls = {row.agent_id: row for row in await _counts(connection, asked, list(names))}
            states: dict[TargetId, dict[AgentState, int]] = {}
            for row in await _stays(connection, asked, list(names), now):
                states.setdefault(row.agent_id, {})[AgentState(row.state)] = row.seconds
        return [
            AgentTimes.model_validate(
                {
                    "agent_id": agent_id,
                    "name": name,
                    "state_seconds": states.get(agent_id, {}),
                    **(calls[agent_id]._asdict() if agent_id in calls else {}),
                }
            )
            for agent_id, name in names.items()
        ]


async def _names(
    connection: AsyncConnection, asked: ReportAgentTimes, limit: int
) -> dict[TargetId, str]:
    statement = (
        select(target.c.id, target.c.document["name"].astext)
        .where(target.c.account_id == asked.account_id, IS_AGENT)
        .order_by(target.c.id)
        .limit(limit)
    )
    if asked.agent_id is not None:
        statement = statement.where(target.c.id == asked.agent_id)
    if asked.cursor is not None:
        statement = statement.where(target.c.id > asked.cursor)
    return {TargetId(id): name for id, name in await connection.execute(statement)}


async def _counts(
    connection: AsyncConnection, asked: ReportAgentTimes, agents: Sequence[TargetId]
) -> Sequence[Row[Any]]:
    """Calls by when they were offered; a wrap-up that goes on has no time yet."""
    wrapped = agent_call.c.wrapped_at - agent_call.c.ended_at
    statement = (
        select(
            agent_call.c.agent_id,
            func.count().filter(agent_call.c.became == CallOutcome.HANDLED.value).label("handled"),
            func.count().filter(agent_call.c.became == CallOutcome.MISSED.value).label("missed"),
            func.sum(agent_call.c.talk_seconds).label("talk_seconds"),
            _seconds(wrapped).label("wrap_up_seconds"),
        )
        .where(
            agent_call.c.account_id == asked.account_id,
            agent_call.c.agent_id.in_(agents),
            agent_call.c.offered_at >= asked.since,
            agent_call.c.offered_at < asked.until,
        )
        .group_by(agent_call.c.agent_id)
    )
    return (await connection.execute(statement)).all()


async def _stays(
    connection: AsyncConnection, asked: ReportAgentTimes, agents: Sequence[TargetId], now: datetime
) -> Sequence[Row[Any]]:
    """Seconds in each state, of what lies within the time; the last state lasts until now."""
    log = agent_state_log
    until = func.lead(log.c.at).over(partition_by=log.c.agent_id, order_by=log.c.at)
    every = (
        select(log.c.agent_id, log.c.state, log.c.at, func.coalesce(until, now).label("until"))
        .where(
            log.c.account_id == asked.account_id, log.c.agent_id.in_(agents), log.c.at < asked.until
        )
        .subquery()
    )
    stay = func.least(every.c.until, asked.until) - func.greatest(every.c.at, asked.since)
    statement = (
        select(every.c.agent_id, every.c.state, _seconds(stay).label("seconds"))
        .where(every.c.until > asked.since)
        .group_by(every.c.agent_id, every.c.state)
    )
    return (await connection.execute(statement)).all()


def _seconds(length: Any) -> Any:
    return cast(func.coalesce(func.sum(func.extract("epoch", length)), 0), Integer)
