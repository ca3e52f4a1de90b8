"""Reads the tags of one publisher of one account, and the pools that it may use."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from libs.contracts.ids import AccountId, CampaignId
from libs.contracts.party_tags import PartyPool
from libs.contracts.tracking_edits import TrackingNoun
from libs.runtime.database import Database
from services.tracking.store.configuration import Kept
from services.tracking.tables.dni import tracking_tag
from services.tracking.tables.numbers import pool

POOLS_MAX = 200  # that are shown


class PartyTags:
    """The tags of publishers, one publisher at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, account_id: AccountId, publisher_id: UUID, after: UUID | None, limit: int
    ) -> list[Kept]:
        """The publisher's next tags."""
        statement = _of(account_id, publisher_id).order_by(tracking_tag.c.id).limit(limit)
        if after is not None:
            statement = statement.where(tracking_tag.c.id > after)
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [Kept(TrackingNoun.TRACKING_TAG, *row) for row in rows]

    async def one(self, account_id: AccountId, publisher_id: UUID, tag_id: UUID) -> Kept | None:
        """One of them."""
        statement = _of(account_id, publisher_id).where(tracking_tag.c.id == tag_id)
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return Kept(TrackingNoun.TRACKING_TAG, *row) if row else None

    async def pools(
        self, account_id: AccountId, campaigns: Sequence[CampaignId]
    ) -> list[PartyPool]:
        """The pools that serve these campaigns."""
        statement = (
            select(pool.c.id.label("pool_id"), pool.c.campaign_id, pool.c.campaign_name)
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
            return [PartyPool.model_validate(dict(row)) for row in rows]


def _of(account_id: AccountId, publisher_id: UUID) -> Select[Any]:
    table = tracking_tag
    return select(table.c.id, table.c.version, table.c.retired, table.c.document).where(
        table.c.account_id == account_id,
        table.c.document["publisher_id"].astext == str(publisher_id),
        ~table.c.retired,
    )
