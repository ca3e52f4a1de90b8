"""Who is signed in: sessions of people, found by what their browsers hold."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import LargeBinary, delete, insert, select, update
from sqlalchemy.sql import bindparam

from libs.contracts.ids import AccountId
from libs.runtime.database import Database, Statement
from services.console.domain.access import Principal, Role, rights_of
from services.console.tables import (
    account,
    membership,
    person,
    second_factor,
    session,
)

IDLE_MAX = timedelta(hours=12)  # a session that nobody uses ends
SEEN_EVERY = timedelta(minutes=1)  # how exactly it is known when one was used last
LISTED_MAX = 200

_OF_SESSION = Statement(
    select(
        session.c.account_id,
        person.c.email,
        membership.c.role,
        membership.c.may_export,
        membership.c.party_id,
        session.c.person_id,
        session.c.session_id,
        person.c.must_change,
        (account.c.requires_second_factor & second_factor.c.confirmed_at.is_(None)).label("bare"),
        session.c.seen_at,
        session.c.expires_at,
    )
    .join_from(session, person, session.c.person_id == person.c.person_id)
    .join(account, account.c.account_id == session.c.account_id)
    .outerjoin(second_factor, second_factor.c.person_id == session.c.person_id)
    .join(
        membership,
        (membership.c.account_id == session.c.account_id)
        & (membership.c.person_id == session.c.person_id),
    )
    .where(session.c.token == bindparam("token", type_=LargeBinary())),
    "session.by_token",
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as its owner sees it."""

    session_id: UUID
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class Sessions:
    """What is signed in now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_token(self, token: bytes, now: datetime) -> Principal | None:
        """Who holds a session's token; None where it has ended or never was."""
        async with self._database.hot() as connection:
            rows = await _OF_SESSION.run(connection, token=token)
        if not rows:
            return None
        *about, must_change, bare, seen_at, ends = rows[0]
        account_id, email, role, may_export, party_id, person_id, session_id = about
        if now >= ends or now - seen_at >= IDLE_MAX:
            return None
        if now - seen_at >= SEEN_EVERY:
            await self._note_seen(AccountId(account_id), session_id, now)
        return Principal(
            account_id=AccountId(account_id),
            name=email,
            role=Role(role),
            rights=rights_of(Role(role), may_export=may_export),
            person_id=person_id,
            session_id=session_id,
            must_change=must_change,
            must_set_up=bare,
            party_id=party_id,
        )

    async def begin(
        self,
        token: bytes,
        account_id: AccountId,
        person_id: UUID,
        one: Listed,
    ) -> None:
        """Somebody signs in."""
        row = {
            "token": token,
            "session_id": one.session_id,
            "account_id": account_id,
            "person_id": person_id,
            "agent": one.agent,
            "address": one.address,
            "created_at": one.created_at,
            "seen_at": one.seen_at,
            "expires_at": one.expires_at,
        }
        async with self._database.transaction() as connection:
            await connection.execute(insert(session).values(row))

    async def end(self, account_id: AccountId, person_id: UUID, session_id: UUID) -> bool:
        """Sign out; whether there was such a session of hers."""
        async with self._database.transaction() as connection:
            gone = await connection.execute(
                delete(session).where(
                    session.c.account_id == account_id,
                    session.c.person_id == person_id,
                    session.c.session_id == session_id,
                )
            )
        return bool(gone.rowcount)

    async def of_person(self, account_id: AccountId, person_id: UUID) -> list[Listed]:
        """Somebody's sessions in an account, the latest used first."""
        statement = (
            select(
                session.c.session_id,
                session.c.agent,
                session.c.address,
                session.c.created_at,
                session.c.seen_at,
                session.c.expires_at,
            )
            .where(session.c.account_id == account_id, session.c.person_id == person_id)
            .order_by(session.c.seen_at.desc())
            .limit(LISTED_MAX)
        )
        async with self._database.transaction() as connection:
            return [Listed(*row) for row in await connection.execute(statement)]

    async def sweep(self, now: datetime) -> None:
        """Forget what has ended."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(session).where(
                    (session.c.expires_at <= now) | (session.c.seen_at <= now - IDLE_MAX)
                )
            )

    async def _note_seen(self, account_id: AccountId, session_id: UUID, now: datetime) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                update(session)
                .where(session.c.account_id == account_id, session.c.session_id == session_id)
                .values(seen_at=now)
            )
