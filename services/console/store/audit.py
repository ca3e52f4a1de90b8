"""The audit log: what changed, who did it, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.editing import Changed
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.tables import audit


@dataclass(frozen=True, slots=True)
class Search:
    """Which entries; what is None does not choose.  `before` is the version to go on from."""

    noun: str | None = None
    key: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


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
            audit.c.version < search.before if search.before is not None else None,
        ]
        statement = (
            select(audit)
            .where(audit.c.account_id == account_id, *(one for one in chosen if one is not None))
            .order_by(audit.c.version.desc())
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
        return [dict(row) for row in rows.mappings()]
