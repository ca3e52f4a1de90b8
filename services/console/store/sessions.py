"""Who is signed in: sessions of people and keys of programs, found by what they hold."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, delete, insert, select, update
from sqlalchemy.sql import bindparam

from libs.contracts.ids import AccountId
from libs.runtime.database import Database, Statement
from services.console.domain.access import Principal, Right, Role, rights_of
from services.console.tables import (
    account,
    api_key,
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
_OF_KEY = Statement(
    select(
        api_key.c.account_id,
        api_key.c.name,
        api_key.c.role,
        api_key.c.rights,
        api_key.c.key_id,
        api_key.c.used_at,
        api_key.c.expires_at,
    ).where(
        api_key.c.token == bindparam("token", type_=LargeBinary()), api_key.c.revoked_at.is_(None)
    ),
    "api_key.by_token",
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


@dataclass(frozen=True, slots=True)
class Key:
    """A program's key as people see it: never the key itself."""

    key_id: UUID
    shown: str
    name: str
    role: Role
    rights: tuple[Right, ...]
    made_by: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


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
        account_id, email, role, may_export, person_id, session_id = about
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
        )

    async def of_key(self, token: bytes, now: datetime) -> Principal | None:
        """Which program holds a key; None where it is revoked, expired or never was."""
        async with self._database.hot() as connection:
            rows = await _OF_KEY.run(connection, token=token)
        if not rows:
            return None
        account_id, name, role, rights, key_id, used_at, expires_at = rows[0]
        if expires_at is not None and now >= expires_at:
            return None
        if used_at is None or now - used_at >= SEEN_EVERY:
            await self._note_used(AccountId(account_id), key_id, now)
        return Principal(
            account_id=AccountId(account_id),
            name=f"key {name}",
            role=Role(role),
            rights=frozenset(map(Right, rights)),
            key_id=key_id,
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

    async def make_key(self, account_id: AccountId, token: bytes, key: Key) -> None:
        """Keep a program's key, by its hash."""
        async with self._database.transaction() as connection:
            await connection.execute(
                insert(api_key).values(
                    account_id=account_id,
                    token=token,
                    key_id=key.key_id,
                    shown=key.shown,
                    name=key.name,
                    role=key.role.value,
                    rights=[right.value for right in key.rights],
                    made_by=key.made_by,
                    created_at=key.created_at,
                    expires_at=key.expires_at,
                )
            )

    async def keys(self, account_id: AccountId) -> list[Key]:
        """An account's keys, the newest first."""
        statement = (
            select(*(api_key.c[name] for name in Key.__slots__))
            .where(api_key.c.account_id == account_id)
            .order_by(api_key.c.created_at.desc())
            .limit(LISTED_MAX)
        )
        async with self._database.transaction() as connection:
            return [_key(row) for row in await connection.execute(statement)]

    async def revoke_key(self, account_id: AccountId, key_id: UUID, now: datetime) -> bool:
        """End a key; whether there was such a one."""
        async with self._database.transaction() as connection:
            ended = await connection.execute(
                update(api_key)
                .where(
                    api_key.c.account_id == account_id,
                    api_key.c.key_id == key_id,
                    api_key.c.revoked_at.is_(None),
                )
                .values(revoked_at=now)
            )
        return bool(ended.rowcount)

    async def _note_seen(self, account_id: AccountId, session_id: UUID, now: datetime) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                update(session)
                .where(session.c.account_id == account_id, session.c.session_id == session_id)
                .values(seen_at=now)
            )

    async def _note_used(self, account_id: AccountId, key_id: UUID, now: datetime) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(
                update(api_key)
                .where(api_key.c.account_id == account_id, api_key.c.key_id == key_id)
                .values(used_at=now)
            )


def _key(row: Any) -> Key:
    return Key(
        key_id=row.key_id,
        shown=row.shown,
        name=row.name,
        role=Role(row.role),
        rights=tuple(map(Right, row.rights)),
        made_by=row.made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
