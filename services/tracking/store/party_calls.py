"""Reads the calls of one buyer or publisher of one account."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Text, cast, literal, select, tuple_

from libs.contracts.ids import AccountId, PublisherId
from libs.contracts.party_calls import FindPartyRecording, GetPartyCall, ListPartyCalls
from libs.runtime.database import Database
from services.tracking.domain.cells import Told
from services.tracking.domain.cursor import Place
from services.tracking.store.calls import Listed
from services.tracking.tables.calls import call
from services.tracking.tables.parties import party_call
from services.tracking.tables.publishers import publisher

_PLACE = (party_call.c.listed_at, party_call.c.call_id)


class PartyCalls:
    """The calls of one party of an account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, question: ListPartyCalls, after: Place | None, limit: int) -> list[Listed]:
        """The party's next calls, newest first."""
        statement = _of(question).order_by(*(each.desc() for each in _PLACE)).limit(limit)
        if question.since is not None:
            statement = statement.where(party_call.c.listed_at >= question.since)
        if question.until is not None:
            statement = statement.where(party_call.c.listed_at < question.until)
        if after is not None:
            values = [literal(value, at.type) for value, at in zip(after, _PLACE, strict=True)]
            statement = statement.where(tuple_(*_PLACE) < tuple_(*values))
        return await self._read(statement)

    async def one(self, question: GetPartyCall | FindPartyRecording) -> Listed | None:
        """One of the party's calls."""
        found = await self._read(_of(question).where(party_call.c.call_id == question.call_id))
        return found[0] if found else None

    async def publishers(
        self, account_id: AccountId, ids: Sequence[PublisherId]
    ) -> dict[PublisherId, str]:
        """What publishers are called."""
        statement = select(publisher.c.id, publisher.c.document["name"].astext).where(
            publisher.c.account_id == account_id, publisher.c.id.in_(ids)
        )
        async with self._database.transaction() as connection:
            return {PublisherId(key): name for key, name in await connection.execute(statement)}

    async def _read(self, statement: Any) -> list[Listed]:
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            Listed(Place(listed_at, call_id), Told(**orjson.loads(told)))
            for listed_at, call_id, told in rows
        ]


def _of(question: ListPartyCalls | GetPartyCall | FindPartyRecording) -> Any:
    """The account's calls in which the party has a part."""
    return (
        select(*_PLACE, cast(call.c.told, Text))
        .join(
            call,
            (call.c.call_id == party_call.c.call_id) & (call.c.filed_on == party_call.c.filed_on),
        )
        .where(
            party_call.c.account_id == question.account_id,
            party_call.c.party == question.viewer.kind.value,
            party_call.c.party_id == question.viewer.id,
            call.c.account_id == question.account_id,
        )
    )
