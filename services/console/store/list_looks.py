"""How people have their lists: columns as they left them, and views under names of their own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.tables import list_look

LOOKS_MAX = 500  # of a person in an account: columns of every list, and views besides


class TooManyLooks(Exception):
    """Somebody keeps as many as may be kept."""


@dataclass(frozen=True, slots=True)
class Place:
    """Of whom, of which list, and under which name; columns as they were left have none."""

    account_id: AccountId
    person_id: UUID
    list: str
    name: str = ""


class ListLooks:
    """Each person's own, in each account that she belongs to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, account_id: AccountId, person_id: UUID) -> list[tuple[Place, Any]]:
        """All that somebody keeps, by list and name."""
        kept = list_look.c
        statement = (
            select(kept.list, kept.name, kept.look)
            .where(kept.account_id == account_id, kept.person_id == person_id)
            .order_by(kept.list, func.lower(kept.name), kept.name)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [(Place(account_id, person_id, row.list, row.name), row.look) for row in rows]

    async def keep(self, place: Place, look: dict[str, Any], now: datetime) -> None:
        """Keep one, in the place of what was there; raise TooManyLooks."""
        row = {"list": place.list, "name": place.name, "look": look, "kept_at": now}
        statement = (
            upsert(list_look)
            .values(account_id=place.account_id, person_id=place.person_id, **row)
            .on_conflict_do_update(
                index_elements=["account_id", "person_id", "list", "name"],
                set_={"look": look, "kept_at": now},
            )
        )
        held = select(func.count()).where(
            list_look.c.account_id == place.account_id,
            list_look.c.person_id == place.person_id,
            (list_look.c.list != place.list) | (list_look.c.name != place.name),
        )
        async with self._database.transaction() as connection:
            if (await connection.scalar(held) or 0) >= LOOKS_MAX:
                raise TooManyLooks
            await connection.execute(statement)

    async def forget(self, place: Place) -> bool:
        """Keep one no longer; False: there was none."""
        statement = delete(list_look).where(
            list_look.c.account_id == place.account_id,
            list_look.c.person_id == place.person_id,
            list_look.c.list == place.list,
            list_look.c.name == place.name,
        )
        async with self._database.transaction() as connection:
            return bool((await connection.execute(statement)).rowcount)
