"""People's second factors, and the codes for when an app is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.runtime.database import Database
from services.console.store.audit import Told, note_of_person
from services.console.tables import recovery_code, second_factor


@dataclass(frozen=True, slots=True)
class Factor:
    """Somebody's second factor; until it is confirmed nobody is asked for it."""

    secret: str
    confirmed: bool
    codes_left: int


class SecondFactors:
    """One for each person, whatever her accounts; secrets are sealed, codes hashed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person_id: UUID) -> Factor | None:
        """Somebody's, if she has begun to set one up."""
        left = (
            select(func.count())
            .select_from(recovery_code)
            .where(recovery_code.c.person_id == person_id)
            .scalar_subquery()
        )
        statement = select(
            second_factor.c.secret, second_factor.c.confirmed_at.is_not(None), left
        ).where(second_factor.c.person_id == person_id)
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return Factor(*row) if row else None

    async def propose(self, person_id: UUID, secret: str) -> bool:
        """Keep a secret to be confirmed, in place of an earlier; False: one is in use."""
        statement = (
            upsert(second_factor)
            .values(person_id=person_id, secret=secret)
            .on_conflict_do_update(
                index_elements=["person_id"],
                set_={"secret": secret},
                where=second_factor.c.confirmed_at.is_(None),
            )
            .returning(second_factor.c.person_id)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).first() is not None

    async def confirm(
        self, person_id: UUID, secret: str, step: int, codes: Sequence[bytes], told: Told
    ) -> bool:
        """Put the proposed secret to use; False where it is not the proposed one any more."""
        statement = (
            update(second_factor)
            .where(
                second_factor.c.person_id == person_id,
                second_factor.c.secret == secret,
                second_factor.c.confirmed_at.is_(None),
            )
            .values(confirmed_at=told.at, last_step=step)
        )
        async with self._database.transaction() as connection:
            if not (await connection.execute(statement)).rowcount:
                return False
            await _keep_codes(connection, person_id, codes)
            await note_of_person(connection, person_id, told)
        return True

    async def accept(self, person_id: UUID, secret: str, step: int) -> bool:
        """Take a step's code; False where that step or a later one was taken before."""
        statement = (
            update(second_factor)
            .where(
                second_factor.c.person_id == person_id,
                second_factor.c.secret == secret,
                second_factor.c.last_step < step,
            )
            .values(last_step=step)
        )
        async with self._database.transaction() as connection:
            return bool((await connection.execute(statement)).rowcount)

    async def spend(self, person_id: UUID, code: bytes, told: Told) -> bool:
        """Take a recovery code, which is gone then; False where there is none such."""
        statement = delete(recovery_code).where(
            recovery_code.c.person_id == person_id, recovery_code.c.code == code
        )
        async with self._database.transaction() as connection:
            if not (await connection.execute(statement)).rowcount:
                return False
            await note_of_person(connection, person_id, told)
        return True

    async def replace_codes(self, person_id: UUID, codes: Sequence[bytes], told: Told) -> bool:
        """Give new recovery codes, which end the old; False where no factor is in use."""
        held = (
            select(second_factor.c.person_id)
            .where(
                second_factor.c.person_id == person_id, second_factor.c.confirmed_at.is_not(None)
            )
            .with_for_update()
        )
        async with self._database.transaction() as connection:
            if (await connection.execute(held)).first() is None:
                return False
            await _keep_codes(connection, person_id, codes)
            await note_of_person(connection, person_id, told)
        return True

    async def remove(self, person_id: UUID, told: Told) -> bool:
        """Ask her for no second factor any more; whether there was one in use."""
        statement = (
            delete(second_factor)
            .where(second_factor.c.person_id == person_id)
            .returning(second_factor.c.confirmed_at)
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
            await _keep_codes(connection, person_id, ())
            if row is None or row[0] is None:
                return False
            await note_of_person(connection, person_id, told)
        return True


async def _keep_codes(connection: AsyncConnection, person_id: UUID, codes: Sequence[bytes]) -> None:
    await connection.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
    if codes:
        rows = [{"person_id": person_id, "code": code} for code in codes]
        await connection.execute(insert(recovery_code), rows)
