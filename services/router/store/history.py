"""What is looked up for a decision: a caller's past, a campaign's turn, loads and earnings."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import DateTime, Text, and_, func, select
from sqlalchemy.dialects.postgresql import UUID, insert
from sqlalchemy.sql import bindparam

from libs.contracts.agent_states import AgentState
from libs.contracts.caps import Counted
from libs.contracts.ids import AccountId, CallId, CampaignId, TargetId
from libs.contracts.screening import CallerHistory, EarlierCall
from libs.runtime.database import Database, Statement
from libs.runtime.given import given, written
from services.router.domain.context import AgentSeen, Estimate
from services.router.domain.counters import Counters
from services.router.store.counting import counters_of
from services.router.tables import agent_call, agent_state, counter, leg, rotation

LEGS_MAX = 500  # of one caller, the newest; more is a machine

_ACCOUNT = bindparam("account_id", type_=UUID(as_uuid=True))
_CAMPAIGN = bindparam("campaign_id", type_=UUID(as_uuid=True))

_PAST = Statement(
    select(
        leg.c.at,
        leg.c.campaign_id,
        leg.c.target_id,
        leg.c.buyer_id,
        leg.c.connected_at,
        leg.c.converted_at,
        leg.c.call_id,
    )
    .where(
        leg.c.account_id == _ACCOUNT,
        leg.c.caller == bindparam("caller", type_=Text()),
        leg.c.call_id != bindparam("call_id", type_=UUID(as_uuid=True)),
    )
    .order_by(leg.c.at.desc())
    .limit(LEGS_MAX),
    "history.past",
)
_TURN = Statement(
    insert(rotation)
    .values(account_id=_ACCOUNT, campaign_id=_CAMPAIGN, turn=1)
    .on_conflict_do_update(
        index_elements=["account_id", "campaign_id"], set_={"turn": rotation.c.turn + 1}
    )
    .returning(rotation.c.turn),
    "history.turn",
)
_TARGETS = given("targets", leg.c.target_id)
_LIVE = Statement(
    select(counter.c.scope_id, counter.c.live).where(
        counter.c.account_id == _ACCOUNT,
        counter.c.measure == Counted.ATTEMPT.value,
        counter.c.scope_id.in_(select(_TARGETS.c.target_id)),
    ),
    "history.live",
)
_AGENTS = Statement(
    select(
        agent_state.c.agent_id,
        agent_state.c.state,
        func.coalesce(counter.c.live, 0),
        select(func.max(agent_call.c.wrap_up_until))
        .where(
            agent_call.c.account_id == agent_state.c.account_id,
            agent_call.c.agent_id == agent_state.c.agent_id,
            agent_call.c.wrapped_at.is_(None),
            agent_call.c.wrap_up_until.is_not(None),
        )
        .scalar_subquery(),
    )
    .select_from(
        agent_state.outerjoin(
            counter,
            and_(
                counter.c.account_id == agent_state.c.account_id,
                counter.c.scope_id == agent_state.c.agent_id,
                counter.c.measure == Counted.ATTEMPT.value,
            ),
        )
    )
    .where(
        agent_state.c.account_id == _ACCOUNT,
        agent_state.c.agent_id.in_(select(_TARGETS.c.target_id)),
    ),
    "history.agents",
)
_EARNED = Statement(
    select(leg.c.target_id, func.count(), func.coalesce(func.sum(leg.c.revenue), 0))
    .where(
        leg.c.account_id == _ACCOUNT,
        leg.c.campaign_id == _CAMPAIGN,
        leg.c.at >= bindparam("since", type_=DateTime(timezone=True)),
    )
    .group_by(leg.c.target_id),
    "history.earned",
)


def kept_text(caller: str) -> str:
    """The caller as it stands in the column: PostgreSQL's texts cannot hold a zero."""
    return caller.replace("\0", "")


class History:
    """Reads what has happened; a turn is taken for good, whoever else asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def past(self, account_id: AccountId, caller: str, call_id: CallId) -> CallerHistory:
        """A caller's earlier calls in the account, the latest first; not the present one."""
        async with self._database.hot() as connection:
            rows = await _PAST.run(
                connection, account_id=account_id, caller=kept_text(caller), call_id=call_id
            )
        return CallerHistory(
            calls=tuple(
                EarlierCall(
                    at=row[0],
                    campaign_id=row[1],
                    target_id=row[2],
                    buyer_id=row[3],
                    connected_at=row[4],
                    converted_at=row[5],
                    call_id=row[6],
                )
                for row in rows
            )
        )

    async def next_turn(self, account_id: AccountId, campaign_id: CampaignId) -> int:
        """The campaign's next turn: each is given once, over all replicas."""
        async with self._database.hot() as connection:
            rows = await _TURN.run(connection, account_id=account_id, campaign_id=campaign_id)
        turn: int = rows[0][0]
        return turn

    async def coming_turn(self, account_id: AccountId, campaign_id: CampaignId) -> int:
        """The turn that the campaign's next call will take."""
        statement = select(rotation.c.turn + 1).where(
            rotation.c.account_id == account_id, rotation.c.campaign_id == campaign_id
        )
        async with self._database.transaction() as connection:
            turn: int | None = await connection.scalar(statement)
        return turn or 1

    async def counters(self, account_id: AccountId, scope_ids: Iterable[uuid.UUID]) -> Counters:
        """What is counted of these things now."""
        async with self._database.transaction() as connection:
            return await counters_of(connection, account_id, scope_ids)

    async def live(
        self, account_id: AccountId, targets: Sequence[TargetId]
    ) -> Mapping[TargetId, int]:
        """How many legs are with each target now."""
        rows_given = written({"target_id": target} for target in targets)
        async with self._database.hot() as connection:
            rows = await _LIVE.run(connection, account_id=account_id, targets=rows_given)
        return {TargetId(target): live for target, live in rows}

    async def agents(
        self, account_id: AccountId, agents: Sequence[TargetId]
    ) -> Mapping[TargetId, AgentSeen]:
        """How those of them are who have ever been there."""
        rows_given = written({"target_id": agent_id} for agent_id in agents)
        async with self._database.hot() as connection:
            rows = await _AGENTS.run(connection, account_id=account_id, targets=rows_given)
        return {
            TargetId(agent_id): AgentSeen(state=AgentState(state), live=live, wrap_up_until=until)
            for agent_id, state, live, until in rows
        }

    async def earned(
        self, account_id: AccountId, campaign_id: CampaignId, since: datetime
    ) -> Mapping[TargetId, Estimate]:
        """What each target's legs of a campaign have brought since a moment."""
        async with self._database.hot() as connection:
            rows = await _EARNED.run(
                connection, account_id=account_id, campaign_id=campaign_id, since=since
            )
        return {
            TargetId(target): Estimate(calls=calls, revenue=Decimal(revenue))
            for target, calls, revenue in rows
        }
