"""Links by which people set new passwords: kept as hashes, used once."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select

from libs.runtime.database import Database
from services.console.store.audit import Told, note_of_person
from services.console.store.people import renew_password
from services.console.tables import password_reset, person

LIFE = timedelta(hours=1)  # of a link


class Resets:
    """The links that were given out and not used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, person_id: UUID, token: bytes, told: Told) -> None:
        """Keep a link."""
        row = {"token": token, "person_id": person_id, "expires_at": told.at + LIFE}
        async with self._database.transaction() as connection:
            await connection.execute(insert(password_reset).values(row))
            await note_of_person(connection, person_id, told)

    async def whose(self, token: bytes, now: datetime) -> str | None:
        """The address of whoever may set a password by a link; None: it is over."""
        statement = (
            select(person.c.email)
            .join_from(password_reset, person, person.c.person_id == password_reset.c.person_id)
            .where(password_reset.c.token == token, password_reset.c.expires_at > now)
        )
        async with self._database.transaction() as connection:
            email: str | None = await connection.scalar(statement)
        return email

    async def use(self, token: bytes, password: str, told: Told) -> bool:
        """Set the password: this link, the person's others and her sessions end.

        False where the link is over; also for all but one of those who use it at once.
        """
        statement = (
            delete(password_reset)
            .where(password_reset.c.token == token, password_reset.c.expires_at > told.at)
            .returning(password_reset.c.person_id)
        )
        async with self._database.transaction() as connection:
            person_id = await connection.scalar(statement)
            if person_id is None:
                return False
            await renew_password(connection, person_id, password, told, must_change=False)
        return True

    async def sweep(self, now: datetime) -> None:
        """Forget what has expired."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(password_reset).where(password_reset.c.expires_at <= now)
            )
