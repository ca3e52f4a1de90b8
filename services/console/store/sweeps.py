"""Work that goes through all owners' tables: asked for, done in steps, found again."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update

from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.domain.sweeping import Sweep, SweepKind, SweepState
from services.console.store.audit import Told, note
from services.console.tables import account, sweep

ASKED = {"account_id", "sweep_id", "kind", "asked_by", "asked_at", "reason"}
"""What stays as it was asked; her number may stand in the reason until it is erased there."""
UNDER_WAY_MAX = 100  # of an account and kind: each reads all of its tables


class TooMany(Exception):
    """So many are under way already."""


class Sweeps:
    """Those of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, one: Sweep, noun: str, told: Told) -> None:
        """Keep a new one; raise TooMany."""
        mine = (sweep.c.account_id == one.account_id) & (sweep.c.kind == one.kind)
        under_way = (
            select(func.count()).select_from(sweep).where(mine, sweep.c.state == "under_way")
        )
        whose = select(account.c.account_id).where(account.c.account_id == one.account_id)
        async with self._database.transaction() as connection:
            await connection.execute(whose.with_for_update())  # so that they count each other
            if (await connection.scalar(under_way) or 0) >= UNDER_WAY_MAX:
                raise TooMany
            await connection.execute(insert(sweep).values(**_row(one), due_at=one.asked_at))
            await note(connection, one.account_id, noun, str(one.sweep_id), told)

    async def claim(self, now: datetime, lease: timedelta) -> Sweep | None:
        """One that is due, for this process alone for a while."""
        due = (
            select(sweep.c.account_id, sweep.c.sweep_id)
            .where(sweep.c.state == SweepState.UNDER_WAY, sweep.c.due_at <= now)
            .order_by(sweep.c.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        statement = (
            update(sweep)
            .where(sweep.c.account_id == due.c.account_id, sweep.c.sweep_id == due.c.sweep_id)
            .values(due_at=now + lease)
            .returning(*sweep.columns)
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else _read(row)

    async def keep(self, one: Sweep, due_at: datetime, told: Told | None, noun: str) -> None:
        """How far it is; `told` where it has ended."""
        these = (sweep.c.account_id == one.account_id) & (sweep.c.sweep_id == one.sweep_id)
        async with self._database.transaction() as connection:
            values = {name: value for name, value in _row(one).items() if name not in ASKED}
            await connection.execute(update(sweep).where(these).values(**values, due_at=due_at))
            if told is not None:
                await note(connection, one.account_id, noun, str(one.sweep_id), told)

    async def page(self, account_id: AccountId, kind: SweepKind, limit: int) -> list[Sweep]:
        """An account's, the newest first."""
        statement = (
            select(sweep)
            .where(sweep.c.account_id == account_id, sweep.c.kind == kind)
            .order_by(sweep.c.asked_at.desc(), sweep.c.sweep_id)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            return [_read(row) for row in await connection.execute(statement)]

    async def one(self, account_id: AccountId, kind: SweepKind, sweep_id: UUID) -> Sweep | None:
        """One of an account's."""
        statement = select(sweep).where(
            sweep.c.account_id == account_id, sweep.c.kind == kind, sweep.c.sweep_id == sweep_id
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).first()
        return None if row is None else _read(row)


def _row(one: Sweep) -> dict[str, Any]:
    return asdict(one)


def _read(row: Row[Any]) -> Sweep:
    values = {name: value for name, value in row._mapping.items() if name != "due_at"}
    kind, state = SweepKind(values.pop("kind")), SweepState(values.pop("state"))
    return Sweep(kind=kind, state=state, **values)
