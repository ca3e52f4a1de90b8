"""Replacing what a pattern finds in every text that an account has with a service."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from libs.runtime.database import Database
from libs.runtime.sweeping import Part, Swept, sweep

OF_THE_ACCOUNT = "t.account_id = %(account_id)s"
REPLACING = "SET LOCAL callcenter.replacing = 'on'"
"""What the database keeps from being changed may look at this (tracking's books do)."""


class Replacing:
    """One service's texts.  `later` tells an account's rows (`t`) that do not name it yet."""

    def __init__(self, database: Database, schema: str, later: str = OF_THE_ACCOUNT) -> None:
        self._database = database
        self._schema = schema
        self._whose = {"always": SQL(OF_THE_ACCOUNT), "later": SQL(later)}

    async def step(self, account_id: UUID, pattern: str, instead: str, at: str) -> Swept:
        """Go on from a place: found are the rows that were changed."""
        return await sweep(
            self._database, self._schema, at, self._work(account_id, pattern, instead)
        )

    def _work(
        self, account_id: UUID, pattern: str, instead: str
    ) -> Callable[[AsyncConnection[Any], Part], Awaitable[int]]:
        given = {"account_id": account_id, "pattern": pattern, "instead": instead}

        async def replace(connection: AsyncConnection[Any], part: Part) -> int:
            if part.texts.owned is None:
                return 0
            changed = SQL("{} = regexp_replace({}::text, %(pattern)s, %(instead)s, 'g')::{}")
            columns = [
                (Identifier(column), Identifier("t", column), SQL(kind))
                for column, kind in part.texts.columns
            ]
            changes = [changed.format(*each) for each in columns]
            tests = [SQL("{}::text ~ %(pattern)s").format(there) for _, there, _ in columns]
            statement = SQL("UPDATE {} AS t SET {} WHERE {} AND {} AND ({})").format(
                part.texts.name,
                SQL(", ").join(changes),
                part.where,
                self._whose[part.texts.owned],
                SQL(" OR ").join(tests),
            )
            await connection.execute(REPLACING)
            return (await connection.execute(statement, given, prepare=False)).rowcount

        return replace
