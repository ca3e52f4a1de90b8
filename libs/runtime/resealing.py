"""Sealing anew, with the first of the platform's secrets, whatever of a service is sealed."""

import re
from dataclasses import dataclass, field
from typing import Any

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from libs.runtime.database import Database
from libs.runtime.seal import CannotOpen, Seal
from libs.runtime.sweeping import Part, sweep

SEALED = re.compile(r"gAAAAA[A-Za-z0-9_-]{90,}={0,2}")  # how what Fernet sealed begins
LOOK = "SELECT t.ctid, t.{0}::text FROM {1} AS t WHERE {2} AND t.{0}::text LIKE %s FOR UPDATE"


@dataclass
class Resealed:
    """How many secrets were sealed anew, and how many no secret of ours opens."""

    anew: int = 0
    lost: int = 0
    at: str | None = field(default=None, kw_only=True)


class Resealing:
    """One service's secrets."""

    def __init__(self, database: Database, schema: str, seal: Seal) -> None:
        self._database = database
        self._schema = schema
        self._seal = seal

    async def step(self, at: str) -> Resealed:
        """Go on from a place for about a second; done again, nothing is left to do."""
        found = Resealed()

        async def work(connection: AsyncConnection[Any], part: Part) -> int:
            before = found.anew
            for column, kind in part.texts.columns:
                look = SQL(LOOK).format(Identifier(column), part.texts.name, part.where)
                cursor = await connection.execute(look, ["%gAAAAA%"], prepare=False)
                for place, text in await cursor.fetchall():
                    changed = SEALED.sub(lambda match: self._again(match[0], found), text)
                    if changed != text:
                        change = SQL("UPDATE {} SET {} = %s::{} WHERE ctid = %s::tid").format(
                            part.texts.name, Identifier(column), SQL(kind)
                        )
                        await connection.execute(change, [changed, str(place)], prepare=False)
            return found.anew - before

        found.at = (await sweep(self._database, self._schema, at, work)).at
        return found

    def _again(self, sealed: str, found: Resealed) -> str:
        renewed = self._seal.renewed(sealed)
        if renewed is not None:
            found.anew += 1
        elif not self._opens(sealed):
            found.lost += 1
        return renewed or sealed

    def _opens(self, sealed: str) -> bool:
        try:
            self._seal.open(sealed)
        except CannotOpen:
            return False
        return True
