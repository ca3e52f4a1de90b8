"""What happened in flows: the way of a call, the traffic of ports."""

from datetime import datetime

from sqlalchemy import Text, cast, func, select

from libs.contracts.flow_looks import FlowStep, PortTraffic
from libs.contracts.ids import AccountId, CallId, FlowId
from libs.runtime.database import Database
from services.flows.domain.moves import SPOKEN, TOLD
from services.flows.domain.replaying import RecordedTurn
from services.flows.domain.session import Session
from services.flows.tables import session, traffic, turn, walked


class Looking:
    """Reads alone, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def session(self, account_id: AccountId, call_id: CallId) -> Session | None:
        """A call as it stands in its flow."""
        statement = select(cast(session.c.state, Text)).where(
            session.c.account_id == account_id, session.c.call_id == call_id
        )
        async with self._database.transaction() as connection:
            state = (await connection.execute(statement)).scalar_one_or_none()
        return Session.model_validate_json(state) if state is not None else None

    async def steps(self, account_id: AccountId, call_id: CallId, limit: int) -> list[FlowStep]:
        """The nodes that a call has left, in order."""
        names = list(FlowStep.model_fields)
        statement = (
            select(*(walked.c[name] for name in names))
            .where(walked.c.account_id == account_id, walked.c.call_id == call_id)
            .order_by(walked.c.after, walked.c.at_place)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [FlowStep(**row) for row in rows.mappings()]

    async def turns(self, account_id: AccountId, call_id: CallId) -> list[RecordedTurn]:
        """What was heard and answered in a call, in order."""
        statement = (
            select(turn.c.at, cast(turn.c.heard, Text), cast(turn.c.answers, Text))
            .where(turn.c.account_id == account_id, turn.c.call_id == call_id)
            .order_by(turn.c.after)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [
                RecordedTurn(
                    at,
                    SPOKEN.validate_json(heard) if heard is not None else None,
                    TOLD.validate_json(answers),
                )
                for at, heard, answers in rows
            ]

    async def traffic(
        self, account_id: AccountId, flow_id: FlowId, since: datetime, limit: int
    ) -> list[PortTraffic]:
        """Calls and conversations by port since an hour: of the busiest ports."""
        table = traffic
        statement = (
            select(
                table.c.node,
                table.c.port,
                func.sum(table.c.calls).label("calls"),
                func.sum(table.c.conversations).label("conversations"),
            )
            .where(
                table.c.account_id == account_id,
                table.c.flow_id == flow_id,
                table.c.hour_at >= since,
            )
            .group_by(table.c.node, table.c.port)
            .order_by(func.sum(table.c.calls).desc(), table.c.node, table.c.port)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            found = [PortTraffic(**row) for row in rows.mappings()]
        return sorted(found, key=lambda one: (one.node, one.port))
