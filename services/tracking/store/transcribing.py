"""Which recordings are to be written down, and when the carrier is asked about them next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, tuple_, update

from libs.contracts.ids import AccountId, CallId
from libs.runtime.database import Database
from services.tracking.tables.recordings import recording

_KEY = (recording.c.account_id, recording.c.call_id, recording.c.recording_sid)
Key = tuple[CallId, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A recording that somebody wants to read; `tries`: how often the carrier was asked."""

    account_id: AccountId
    call_id: CallId
    recording_sid: str
    step: int
    account_sid: str
    tries: int


class Transcribing:
    """The recordings of all accounts that are being written down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def want(self, account_id: AccountId, keys: Sequence[Key]) -> int:
        """Have the carrier asked; give how many recordings it has."""
        statement = (
            update(recording)
            .where(
                recording.c.account_id == account_id,
                tuple_(recording.c.call_id, recording.c.recording_sid).in_(keys),
            )
            .values(transcribe_at=func.now(), transcribe_tries=0)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).rowcount

    async def claim(self, limit: int, first: timedelta, most: timedelta) -> list[Wanted]:
        """Some that are due; the next time they are so later, twice as late each time."""
        due = (
            select(*_KEY)
            .where(recording.c.account_id.is_not(None), recording.c.transcribe_at <= func.now())
            .order_by(recording.c.transcribe_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        doubled = func.power(2, func.least(recording.c.transcribe_tries, 16))
        statement = (
            update(recording)
            .where(tuple_(*_KEY).in_(due))
            .values(
                transcribe_at=func.now() + func.least(first * doubled, most),
                transcribe_tries=recording.c.transcribe_tries + 1,
            )
            .returning(
                *_KEY, recording.c.step, recording.c.account_sid, recording.c.transcribe_tries
            )
        )
        async with self._database.transaction() as connection:
            return [Wanted(*row) for row in await connection.execute(statement)]

    async def over(self, one: Wanted) -> None:
        """It is written down, or cannot be."""
        statement = (
            update(recording)
            .where(
                recording.c.account_id == one.account_id,
                recording.c.call_id == one.call_id,
                recording.c.recording_sid == one.recording_sid,
            )
            .values(transcribe_at=None)
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)
