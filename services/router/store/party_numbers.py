"""Reads the numbers of one publisher of one account, and the pools that it may take some from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.ids import AccountId, CampaignId, NumberId, PoolId
from libs.contracts.party_numbers import NumberSource, PartyNumber
from libs.runtime.database import Database
from services.router.tables import campaign, number, pool

POOLS_MAX = 200  # that are shown


class PartyNumbers:
    """The numbers of publishers, one publisher at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, account_id: AccountId, publisher_id: UUID, after: UUID | None, limit: int
    ) -> list[PartyNumber]:
        """The publisher's next numbers."""
        statement = _shown(account_id).where(_of(publisher_id)).order_by(number.c.id).limit(limit)
        if after is not None:
            statement = statement.where(number.c.id > after)
        async with self._database.transaction() as connection:
            return [PartyNumber(**row) for row in (await connection.execute(statement)).mappings()]

    async def one(self, account_id: AccountId, number_id: NumberId) -> PartyNumber:
        """A number that was just taken."""
        async with self._database.transaction() as connection:
            found = await connection.execute(_shown(account_id).where(number.c.id == number_id))
            return PartyNumber(**found.mappings().one())

    async def pools(
        self, account_id: AccountId, campaigns: Sequence[CampaignId]
    ) -> list[NumberSource]:
        """The pools that serve these campaigns."""
        statement = (
            select(
                pool.c.id.label("pool_id"),
                pool.c.campaign_id,
                campaign.c.document["name"].astext.label("campaign_name"),
            )
            .join_from(
                pool,
                campaign,
                (campaign.c.account_id == pool.c.account_id)
                & (campaign.c.id == pool.c.campaign_id),
            )
            .where(
                pool.c.account_id == account_id,
                pool.c.campaign_id.in_(campaigns),
                ~pool.c.retired,
            )
            .order_by(pool.c.id)
            .limit(POOLS_MAX)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [NumberSource(**row) for row in rows]

    async def free(self, account_id: AccountId, pool_id: PoolId, limit: int) -> list[NumberId]:
        """Some of a pool's numbers that are no publisher's and stay."""
        statement = (
            select(number.c.id)
            .where(
                number.c.account_id == account_id,
                number.c.pool_id == pool_id,
                number.c.document["publisher_id"].astext.is_(None),
                number.c.document["leaves_at"].astext.is_(None),
                ~number.c.retired,
            )
            .order_by(number.c.id)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            return [NumberId(one) for one in await connection.scalars(statement)]


async def count_of(connection: AsyncConnection, account_id: AccountId, publisher_id: UUID) -> int:
    """How many numbers a publisher has, as an edit sees them."""
    statement = (
        select(func.count())
        .select_from(number)
        .where(number.c.account_id == account_id, _of(publisher_id), ~number.c.retired)
    )
    return int(await connection.scalar(statement) or 0)


def _of(publisher_id: UUID) -> ColumnElement[bool]:
    its: ColumnElement[bool] = number.c.document["publisher_id"].astext == str(publisher_id)
    return its


def _shown(account_id: AccountId) -> Select[Any]:
    serves = (campaign.c.account_id == number.c.account_id) & (
        campaign.c.id == number.c.campaign_id
    )
    return (
        select(
            number.c.id,
            number.c.number,
            number.c.campaign_id,
            func.coalesce(campaign.c.document["name"].astext, "").label("campaign_name"),
        )
        .join_from(number, campaign, serves, isouter=True)
        .where(number.c.account_id == account_id, ~number.c.retired)
    )
