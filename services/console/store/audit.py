"""The audit log: what changed, who did it, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.editing import Actor, Changed
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.tables import audit, change_version, membership


class Place(NamedTuple):
    """Where an entry stands in the log: by time, since versions are each service's own."""

    at: datetime
    version: int
    noun: str
    key: str


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries; what is None does not choose.  `before` is the place to go on from."""

    noun: str | None = None
    key: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A change of the console's own things: who made it, when, and how it was before and after."""

    actor: Actor
    at: datetime
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str = ""

    def row(self) -> dict[str, Any]:
        """What every entry has of it."""
        return {
            "at": self.at,
            "actor_name": self.actor.name,
            "actor_role": self.actor.role,
            "actor_via": self.actor.via,
            "reason": self.reason,
            "before": self.before,
            "after": self.after,
        }


_PLACE = tuple(audit.c[name] for name in Place._fields)


def own_act(email: str) -> Actor:
    """Somebody who changes what is hers in all her accounts; each knows her by her role there."""
    return Actor(name=email, role="", via="console")


async def note(
    connection: AsyncConnection, account_id: AccountId, noun: str, key: str, told: Told
) -> None:
    """Keep a change of an account's, in the transaction that makes it."""
    await connection.execute(
        insert(audit).values(
            account_id=account_id,
            noun=noun,
            key=key,
            version=change_version.next_value(),
            **told.row(),
        )
    )


async def note_of_person(connection: AsyncConnection, person_id: UUID, told: Told) -> None:
    """Keep a change of somebody's, in each account that she belongs to."""
    row: dict[str, ColumnElement[Any]] = {
        name: literal(value, audit.c[name].type) for name, value in told.row().items()
    }
    if not told.actor.role:
        row["actor_role"] = membership.c.role
    of_each = select(
        membership.c.account_id,
        literal("person"),
        literal(str(person_id)),
        change_version.next_value(),
        *row.values(),
    ).where(membership.c.person_id == person_id)
    names = ["account_id", "noun", "key", "version", *row]
    await connection.execute(insert(audit).from_select(names, of_each))


class Audit:
    """Everything that was changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, changes: Sequence[Changed]) -> None:
        """Keep what was told; told twice is kept once."""
        rows = [
            {
                "account_id": one.account_id,
                "noun": one.subject.split(".")[1],
                "key": one.key,
                "version": one.version,
                "at": one.at,
                "actor_name": one.actor.name,
                "actor_role": one.actor.role,
                "actor_via": one.actor.via,
                "reason": one.reason,
                "before": one.before,
                "after": one.after,
            }
            for one in changes
        ]
        async with self._database.transaction() as connection:
            await connection.execute(insert(audit).on_conflict_do_nothing(), rows)

    async def page(self, account_id: AccountId, search: Search, limit: int) -> list[dict[str, Any]]:
        """Entries of an account, the newest first."""
        chosen = [
            audit.c.noun == search.noun if search.noun is not None else None,
            audit.c.key == search.key if search.key is not None else None,
            audit.c.actor_name == search.actor if search.actor is not None else None,
            audit.c.at >= search.since if search.since is not None else None,
            audit.c.at < search.until if search.until is not None else None,
            tuple_(*_PLACE) < tuple_(*search.before) if search.before is not None else None,
        ]
        statement = (
            select(audit)
            .where(audit.c.account_id == account_id, *(one for one in chosen if one is not None))
            .order_by(*(column.desc() for column in _PLACE))
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
        return [dict(row) for row in rows.mappings()]
