"""What uses what: whom it would affect to take a configured thing away."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.configuration import CampaignStatus, Status
from libs.contracts.editing import Noun
from libs.contracts.finding import Use
from libs.contracts.ids import AccountId
from services.router import tables

USES_MAX = 10  # of one kind; enough to say why something cannot be retired

TABLES: Mapping[Noun, Table] = {
    Noun.CAMPAIGN: tables.campaign,
    Noun.BUYER: tables.buyer,
    Noun.TARGET: tables.target,
    Noun.NUMBER: tables.number,
    Noun.POOL: tables.pool,
    Noun.CARRIER: tables.carrier,
    Noun.DEFAULTS: tables.defaults,
    Noun.GROUP: tables.group,
}

_POINTERS: Mapping[Noun, tuple[tuple[Noun, ColumnElement[Any]], ...]] = {
    Noun.BUYER: ((Noun.TARGET, tables.target.c.buyer_id),),
    Noun.CAMPAIGN: (
        (Noun.NUMBER, tables.number.c.campaign_id),
        (Noun.POOL, tables.pool.c.campaign_id),
    ),
    Noun.POOL: ((Noun.NUMBER, tables.number.c.pool_id),),
    Noun.GROUP: ((Noun.GROUP, tables.group.c.parent_id),),
    Noun.CARRIER: ((Noun.NUMBER, tables.number.c.document["account_sid"].astext),),
}
"""The columns that may point to a kind of thing, beside entries and members."""


def key_of(noun: Noun, key: str) -> UUID | str:
    """A thing's key as its table has it."""
    return key if noun is Noun.CARRIER else UUID(key)


async def uses_of(
    connection: AsyncConnection, account_id: AccountId, noun: Noun, key: str
) -> list[Use]:
    """What points to a thing, at most so many of each kind."""
    uses: list[Use] = []
    for user, statement in _questions(noun, key_of(noun, key)):
        table = TABLES[user]
        rows = await connection.execute(
            statement.with_only_columns(cast(table.c.id, Text), table.c.document)
            .where(table.c.account_id == account_id, ~table.c.retired)
            .order_by(table.c.id)
            .limit(USES_MAX)
        )
        uses += [_use(user, *row) for row in rows]
    return uses


def _questions(noun: Noun, key: UUID | str) -> Iterator[tuple[Noun, Select[Any]]]:
    for user, column in _POINTERS.get(noun, ()):
        table = TABLES[user]
        yield user, select(table.c.account_id).where(column == key)
    if noun in (Noun.TARGET, Noun.GROUP):
        entry = tables.assignment.c[f"{noun}_id"]
        yield Noun.CAMPAIGN, _through(tables.campaign, tables.assignment, "campaign_id", entry, key)
    if noun is Noun.TARGET:
        member = tables.member.c.target_id
        yield Noun.GROUP, _through(tables.group, tables.member, "group_id", member, key)


def _through(
    user: Table, link: Table, owner: str, points: ColumnElement[Any], key: UUID | str
) -> Select[Any]:
    same = (user.c.account_id == link.c.account_id) & (user.c.id == link.c[owner])
    return select(user.c.account_id).join_from(link, user, same).where(points == key)


def _use(noun: Noun, key: str, document: Mapping[str, Any]) -> Use:
    active = document.get("status", Status.ACTIVE) in (Status.ACTIVE, CampaignStatus.ACTIVE)
    name = document.get("name") or document.get("number") or key
    return Use(noun=noun, key=key, name=name, active=active)
