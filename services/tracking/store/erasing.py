"""What a caller has left: her recordings, and what was written down of them."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import Text, cast, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.sql import bindparam

from libs.contracts.calls import RecordingTranscribed, TranscriptStatus
from libs.contracts.ids import AccountId, CallId
from libs.runtime.database import Database, Statement
from services.tracking.store.recordings import Due
from services.tracking.tables.calls import call, fact
from services.tracking.tables.recordings import recording

EARLY = """(t.account_id = %(account_id)s OR t.account_id IS NULL AND EXISTS (
    SELECT FROM tracking.call c WHERE c.call_id = t.call_id AND c.account_id = %(account_id)s))"""
"""An account's rows: the carrier's first word of a call does not know yet whose it is."""

_WRITTEN = fact.c.subject == RecordingTranscribed.subject
_NOTHING = f'{{"status": "{TranscriptStatus.FAILED}", "text": ""}}'
_UNSAY = Statement(
    update(fact)
    .where(
        fact.c.call_id == bindparam("call_id", type_=fact.c.call_id.type),
        fact.c.call_id.in_(
            select(call.c.call_id).where(
                call.c.account_id == bindparam("account_id", type_=call.c.account_id.type)
            )
        ),
        _WRITTEN,
    )
    .values(
        payload=cast(
            cast(fact.c.payload, JSONB).op("||")(cast(literal(_NOTHING, Text), JSONB)), JSON
        )
    ),
    "fact.unsay",
)


class Erasing:
    """One caller of an account, by her number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recordings(
        self, account_id: AccountId, number: str, after: tuple[UUID, str], limit: int
    ) -> list[Due]:
        """Some of hers that the carrier has, in the order of their keys."""
        statement = (
            select(
                recording.c.account_id,
                recording.c.call_id,
                recording.c.recording_sid,
                recording.c.step,
                recording.c.account_sid,
            )
            .join(call, call.c.call_id == recording.c.call_id)
            .where(
                recording.c.account_id == account_id,
                call.c.account_id == account_id,
                call.c.caller == number,
                tuple_(recording.c.call_id, recording.c.recording_sid) > after,
            )
            .order_by(recording.c.call_id, recording.c.recording_sid)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            return [Due(*row, known=True) for row in await connection.execute(statement)]

    async def written(
        self, account_id: AccountId, number: str, after: UUID, limit: int
    ) -> list[CallId]:
        """Some of her calls of which something was written down."""
        text = cast(fact.c.payload, JSONB)["text"].astext
        statement = (
            select(call.c.call_id)
            .where(
                call.c.account_id == account_id,
                call.c.caller == number,
                call.c.call_id > after,
                select(literal(1))
                .where(
                    fact.c.call_id == call.c.call_id,
                    fact.c.filed_on == call.c.filed_on,
                    _WRITTEN,
                    func.length(cast(text, Text)) > 0,
                )
                .exists(),
            )
            .order_by(call.c.call_id)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            return list((await connection.execute(statement)).scalars())


async def unsay(
    connection: AsyncConnection[object], account_id: AccountId, call_ids: Sequence[CallId]
) -> None:
    """Have what was said of recordings of these calls say that nothing could be written down."""
    for call_id in call_ids:
        await _UNSAY.run(connection, account_id=account_id, call_id=call_id)
