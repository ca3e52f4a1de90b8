"""Sessions whose callers are gone: ended, told, and without what was gathered in secret."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, cast, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.flows import FlowFinished, FlowTurn
from libs.contracts.ids import CallId
from libs.contracts.voice import Hangup
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement, Outbox
from services.flows.domain.session import Session
from services.flows.tables import outbox, session, turn


class Leaving:
    """A fact of a call is known by the call alone: its session says whose it is."""

    def __init__(self, database: Database, relay: Outbox) -> None:
        self._database = database
        self._relay = relay

    async def finish(self, call_ids: Sequence[CallId], reason: str, now: datetime) -> None:
        """End sessions that go on; each once, whatever is delivered again."""
        facts: list[Announcement] = []
        async with self._database.transaction() as connection:
            facts += [
                await self._finished(connection, one, reason, now)
                for one in await self._unfinished(connection, call_ids)
            ]
            if facts:
                await connection.execute(insert(outbox), [fact.row() for fact in facts])
        self._relay.announce(facts)

    async def silent(self, since: datetime, limit: int) -> list[CallId]:
        """Calls whose sessions go on, and of which nothing has been heard since."""
        statement = (
            select(session.c.call_id)
            .where(session.c.finished_at.is_(None), session.c.changed_at < since)
            .order_by(session.c.changed_at)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            return list((await connection.execute(statement)).scalars())

    async def _unfinished(
        self, connection: AsyncConnection, call_ids: Sequence[CallId]
    ) -> list[Session]:
        statement = (
            select(cast(session.c.state, Text))
            .where(session.c.call_id.in_(call_ids), session.c.finished_at.is_(None))
            .order_by(session.c.call_id)
            .with_for_update()
        )
        rows = (await connection.execute(statement)).scalars()
        return [Session.model_validate_json(row) for row in rows]

    async def _finished(
        self, connection: AsyncConnection, one: Session, reason: str, now: datetime
    ) -> Announcement:
        over = one.model_copy(update={"finished": reason}).scrubbed()
        await connection.execute(
            update(session)
            .where(session.c.account_id == one.account_id, session.c.call_id == one.call_id)
            .values(state=over.model_dump(mode="json"), finished_at=now, changed_at=now)
        )
        if one.sensitive:
            nothing = FlowTurn(account_id=one.account_id, step=one.step, verbs=(Hangup(),))
            await connection.execute(
                update(turn)
                .where(turn.c.account_id == one.account_id, turn.c.call_id == one.call_id)
                .values(outcome=nothing.model_dump(mode="json"), heard=None, answers=[])
            )
        fact = FlowFinished(
            call_id=over.call_id,
            account_id=over.account_id,
            step=over.step,
            at=now,
            seen_at=now,
            flow_id=over.root.flow_id,
            version=over.root.version,
            reason=reason,
            left=False,
            nodes=tuple(over.visits),
            tags=over.shown_tags,
        )
        return Announcement(fact.subject, fact.model_dump_json())
