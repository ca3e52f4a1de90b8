"""Programs' keys, found by their hashes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, insert, select, update
from sqlalchemy.sql import bindparam

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.runtime.database import Database, Statement
from services.console.domain.access import Principal, Right, Role
from services.console.store.audit import Told, note
from services.console.tables import api_key

USED_EVERY = timedelta(minutes=1)  # how exactly it is known when one was used last
LISTED_MAX = 200

_OF_KEY = Statement(
    select(
        api_key.c.account_id,
        api_key.c.name,
        api_key.c.role,
        api_key.c.rights,
        api_key.c.party_id,
        api_key.c.key_id,
        api_key.c.used_at,
        api_key.c.expires_at,
    ).where(
        api_key.c.token == bindparam("token", type_=LargeBinary()), api_key.c.revoked_at.is_(None)
    ),
    "api_key.by_token",
)


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
    party_id: UUID | None = None


_COLUMNS = tuple(api_key.c[name] for name in Key.__slots__)


class Keys:
    """The keys of accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_key(self, token: bytes, now: datetime) -> Principal | None:
        """Which program holds a key; None where it is revoked, expired or never was."""
        async with self._database.hot() as connection:
            rows = await _OF_KEY.run(connection, token=token)
        if not rows:
            return None
        account_id, name, role, rights, party_id, key_id, used_at, expires_at = rows[0]
        if expires_at is not None and now >= expires_at:
            return None
        if used_at is None or now - used_at >= USED_EVERY:
            await self._note_used(AccountId(account_id), key_id, now)
        return Principal(
            account_id=AccountId(account_id),
            name=f"key {name}",
            role=Role(role),
            rights=frozenset(map(Right, rights)),
            key_id=key_id,
            party_id=party_id,
        )

    async def make(self, account_id: AccountId, token: bytes, key: Key, actor: Actor) -> None:
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
                    party_id=key.party_id,
                    made_by=key.made_by,
                    created_at=key.created_at,
                    expires_at=key.expires_at,
                )
            )
            told = Told(actor, key.created_at, before=None, after=_told(key))
            await note(connection, account_id, "key", str(key.key_id), told)

    async def all(self, account_id: AccountId) -> list[Key]:
        """An account's keys, the newest first."""
        statement = (
            select(*_COLUMNS)
            .where(api_key.c.account_id == account_id)
            .order_by(api_key.c.created_at.desc())
            .limit(LISTED_MAX)
        )
        async with self._database.transaction() as connection:
            return [_key(row) for row in await connection.execute(statement)]

    async def revoke(
        self, account_id: AccountId, key_id: UUID, actor: Actor, now: datetime
    ) -> bool:
        """End a key; whether there was such a one."""
        statement = (
            update(api_key)
            .where(
                api_key.c.account_id == account_id,
                api_key.c.key_id == key_id,
                api_key.c.revoked_at.is_(None),
            )
            .values(revoked_at=now)
            .returning(*_COLUMNS)
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                return False
            told = Told(actor, now, before=_told(_key(row)), after=None)
            await note(connection, account_id, "key", str(key_id), told)
        return True

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
        party_id=row.party_id,
    )


def _told(key: Key) -> dict[str, Any]:
    """What the audit log says of a key; never the key itself."""
    return {
        "name": key.name,
        "shown": key.shown,
        "role": key.role.value,
        "rights": [right.value for right in key.rights],
        **({"party_id": str(key.party_id)} if key.party_id else {}),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
    }
