"""Which active campaigns lack what they need, and what taking something away would do."""

from uuid import UUID

from sqlalchemy import ColumnElement, Table, Text, and_, cast, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.configuration import CampaignStatus
from libs.contracts.editing import Noun
from libs.contracts.ids import AccountId
from services.router import tables
from services.router.domain.readiness import Readiness
from services.router.store.kept import Kept
from services.router.store.uses import TABLES, key_of

POINTERS = ("campaign_id", "pool_id", "parent_id")  # what a retired thing lets go of


class Readinesses:
    """An account's active campaigns, as one edit sees them."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId) -> None:
        self._connection = connection
        self._account_id = account_id

    async def incomplete(self) -> list[tuple[Kept, Readiness]]:
        """The active campaigns that nothing leads to, or that lead to nobody."""
        table = tables.campaign
        reached, served = _reached(), _served()
        statement = select(
            cast(table.c.id, Text), table.c.version, table.c.document, reached, served
        ).where(
            table.c.account_id == self._account_id,
            ~table.c.retired,
            table.c.document["status"].astext == CampaignStatus.ACTIVE.value,
            ~(reached & served),
        )
        rows = await self._connection.execute(statement.order_by(table.c.id))
        return [
            (
                Kept(Noun.CAMPAIGN, self._account_id, key, version, False, document),
                Readiness(reached=is_reached, served=is_served),
            )
            for key, version, document, is_reached, is_served in rows
        ]

    async def cut_out(self, noun: Noun, key: str) -> None:
        """Take a thing out of everything that it serves; for finding out what follows."""
        assignment, member, target = tables.assignment, tables.member, tables.target
        gone = select(target.c.id).where(
            target.c.account_id == self._account_id,
            (target.c.buyer_id if noun is Noun.BUYER else target.c.id) == key_of(noun, key),
        )
        match noun:
            case Noun.BUYER | Noun.TARGET:
                await self._leave(assignment, assignment.c.target_id.in_(gone))
                await self._leave(member, member.c.target_id.in_(gone))
            case Noun.GROUP:
                await self._leave(assignment, assignment.c.group_id == UUID(key))
            case Noun.NUMBER | Noun.POOL:
                await self._let_go(TABLES[noun], UUID(key))
            case _:
                pass  # nothing goes through it to a campaign

    async def _leave(self, table: Table, these: ColumnElement[bool]) -> None:
        await self._connection.execute(
            delete(table).where(table.c.account_id == self._account_id, these)
        )

    async def _let_go(self, table: Table, id: UUID) -> None:
        freed = {name: None for name in POINTERS if name in table.columns}
        await self._connection.execute(
            update(table)
            .where(table.c.account_id == self._account_id, table.c.id == id)
            .values(**freed)
        )


def _reached() -> ColumnElement[bool]:
    """Whether a number or pool leads to a campaign."""
    campaign = tables.campaign
    leads = [
        select(table.c.id)
        .where(
            table.c.account_id == campaign.c.account_id,
            table.c.campaign_id == campaign.c.id,
            ~table.c.retired,
        )
        .exists()
        for table in (tables.number, tables.pool)
    ]
    return or_(*leads)


def _by_auction(campaign: Table, assignment: Table) -> ColumnElement[bool]:
    enabled: ColumnElement[bool] = campaign.c.document["rtb_enabled"].astext == "true"
    return and_(assignment.c.rtb_router_id.is_not(None), enabled)


def _served() -> ColumnElement[bool]:
    """Whether a campaign has a flow, or its plan a target, alone or in a group, or an auction."""
    campaign, assignment, member = tables.campaign, tables.assignment, tables.member
    same = (member.c.account_id == assignment.c.account_id) & (
        member.c.group_id == assignment.c.group_id
    )
    flows: ColumnElement[bool] = campaign.c.document["flow_id"].astext.is_not(None)
    planned = (
        select(assignment.c.entry_id)
        .join_from(assignment, member, same, isouter=True)
        .where(
            assignment.c.account_id == campaign.c.account_id,
            assignment.c.campaign_id == campaign.c.id,
            or_(
                assignment.c.target_id.is_not(None),
                member.c.target_id.is_not(None),
                _by_auction(campaign, assignment),
            ),
        )
        .exists()
    )
    return or_(flows, planned)
