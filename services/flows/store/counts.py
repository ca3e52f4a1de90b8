"""What splitters and requests look up: turns, branches, standings, and answers that still serve."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import orjson
from sqlalchemy import Integer, cast, func, select
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.ids import AccountId, FlowId
from libs.runtime.database import Database
from services.flows.domain.moves import HttpCall
from services.flows.tables import branch_taken, fetched, rotation, traffic

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STANDINGS_OVER = timedelta(days=7)  # where a splitter never begins anew


class Counts:
    """Counts that all replicas share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def turn(
        self, account_id: AccountId, flow_id: FlowId, node: str, since: datetime | None
    ) -> int:
        """Take the next turn at a node, counted from 0 since `since`."""
        given = insert(rotation).values(
            account_id=account_id, flow_id=flow_id, node=node, since=since or EPOCH, turns=1
        )
        taken = given.on_conflict_do_update(
            index_elements=["account_id", "flow_id", "node"],
            set_={
                "turns": func.coalesce(
                    func.nullif(cast(rotation.c.since >= given.excluded.since, Integer), 0)
                    * rotation.c.turns,
                    0,
                )
                + 1,
                "since": func.greatest(rotation.c.since, given.excluded.since),
            },
        ).returning(rotation.c.turns)
        async with self._database.transaction() as connection:
            turns: int = (await connection.execute(taken)).scalar_one()
        return turns - 1

    async def branch(
        self,
        account_id: AccountId,
        flow_id: FlowId,
        node: str,
        caller: str,
        since: datetime | None,
    ) -> str | None:
        """The branch that a caller took at a node, since `since`."""
        table = branch_taken
        statement = select(table.c.branch).where(
            table.c.account_id == account_id,
            table.c.flow_id == flow_id,
            table.c.node == node,
            table.c.caller == caller,
            table.c.at >= (since or EPOCH),
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def standings(
        self, account_id: AccountId, flow_id: FlowId, node: str, since: datetime
    ) -> Mapping[str, list[int]]:
        """Of each port of a node, the calls and the conversations since an hour."""
        statement = (
            select(traffic.c.port, func.sum(traffic.c.calls), func.sum(traffic.c.conversations))
            .where(
                traffic.c.account_id == account_id,
                traffic.c.flow_id == flow_id,
                traffic.c.node == node,
                traffic.c.hour_at >= since,
            )
            .group_by(traffic.c.port)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return {port: [int(calls), int(spoken)] for port, calls, spoken in rows}

    async def known(
        self, account_id: AccountId, call: HttpCall, now: datetime
    ) -> tuple[int, str] | None:
        """An answer to the same request that still serves."""
        statement = select(fetched.c.status, fetched.c.body).where(
            fetched.c.account_id == account_id,
            fetched.c.digest == digest_of(call),
            fetched.c.expires_at > now,
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return (row[0], row[1]) if row else None

    async def learn(
        self, account_id: AccountId, call: HttpCall, answer: tuple[int, str], now: datetime
    ) -> None:
        """Keep an answer for as long as it is to serve."""
        status, body = answer
        values = {
            "status": status,
            "body": body.replace("\0", ""),
            "expires_at": now + timedelta(seconds=call.cache_seconds),
        }
        given = insert(fetched).values(account_id=account_id, digest=digest_of(call), **values)
        async with self._database.transaction() as connection:
            await connection.execute(
                given.on_conflict_do_update(index_elements=["account_id", "digest"], set_=values)
            )


def digest_of(call: HttpCall) -> str:
    """The name of a request by its content."""
    content = orjson.dumps(
        [call.method, call.url, call.headers, call.body], option=orjson.OPT_SORT_KEYS
    )
    return hashlib.sha256(content).hexdigest()[:32]
