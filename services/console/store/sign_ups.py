"""Links by which people found accounts of their own: kept as hashes, used once."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.domain.access import Role
from services.console.store.accounts import found_account
from services.console.store.members import EmailTaken
from services.console.store.people import Person
from services.console.tables import sign_up

LIFE = timedelta(days=1)  # of a link


class SignUps:
    """The links that were given out and not used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(self, email: str, token: bytes, now: datetime) -> None:
        """Keep a link."""
        row = {"token": token, "email": email, "expires_at": now + LIFE}
        async with self._database.transaction() as connection:
            await connection.execute(insert(sign_up).values(row))

    async def whose(self, token: bytes, now: datetime) -> str | None:
        """The address that a link confirms; None: it is over."""
        statement = select(sign_up.c.email).where(
            sign_up.c.token == token, sign_up.c.expires_at > now
        )
        async with self._database.transaction() as connection:
            email: str | None = await connection.scalar(statement)
        return email

    async def use(self, token: bytes, account: str, owner: Person, now: datetime) -> bool:
        """Found an account with its owner; False where the link is over, also for all but one.

        Raise EmailTaken where somebody has her address meanwhile.
        """
        statement = (
            delete(sign_up)
            .where(sign_up.c.token == token, sign_up.c.expires_at > now)
            .returning(sign_up.c.email)
        )
        actor = Actor(name=owner.email, role=Role.OWNER, via="sign-up")
        try:
            async with self._database.transaction() as connection:
                if await connection.scalar(statement) is None:
                    return False
                account_id = AccountId(uuid4())
                await found_account(connection, account_id, account, owner, actor, now)
        except IntegrityError as fault:
            raise EmailTaken from fault
        return True

    async def sweep(self, now: datetime) -> None:
        """Forget what has expired."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(sign_up).where(sign_up.c.expires_at <= now))
