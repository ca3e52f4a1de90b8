"""The carrier's configuration of numbers: what is due, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.configuration import Number
from libs.contracts.ids import AccountId, NumberId
from libs.contracts.number_setup import NumberSetup, SetupState
from libs.contracts.numbers import SHOWN_MAX, NumberReport, NumbersChecked
from libs.runtime.database import Database
from services.router.tables import carrier, number, number_setup, purchase

DUE_MAX = 20  # claimed at once; the rest wait for the next round
LOOKED_AT_JUST_NOW = timedelta(minutes=1)  # whoever asks again and again asks the carrier no more
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
LEASE = timedelta(minutes=2)  # longer than the carrier is waited for
_KEY = (number_setup.c.account_id, number_setup.c.number_id)
_TOLD = (
    number_setup.c.state,
    number_setup.c.since,
    number_setup.c.due_at,
    number_setup.c.checked_at,
    number_setup.c.tries,
    number_setup.c.failure,
    number_setup.c.repaired,
)


@dataclass(frozen=True, slots=True)
class Due:
    """A number whose configuration at the carrier is looked at now.

    `own`: the account keeps credentials of that carrier account; `bought`: it bought the number
    under the platform's.
    """

    account_id: AccountId
    number_id: NumberId
    number: str
    account_sid: str
    pool_id: UUID | None
    campaign_id: UUID | None
    revision: int
    state: str  # a SetupState's value
    tries: int
    since: datetime
    own: bool
    bought: bool


class SetupEdits:
    """What an edit of an account's numbers means for the carrier."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId) -> None:
        self._connection = connection
        self._account_id = account_id

    async def due(self, document: Number) -> None:
        """Have a number's configuration made so; or have it given back, when it leaves."""
        leaves = document.leaves_at is not None
        values = {
            "number": document.number,
            "account_sid": document.account_sid,
            "pool_id": document.pool_id,
            "campaign_id": document.campaign_id,
            "state": SetupState.DRAINING if leaves else SetupState.PENDING,
            "since": func.now(),
            "due_at": document.leaves_at if leaves else func.now(),
            "tries": 0,
            "failure": "",
        }
        statement = upsert(number_setup).values(
            account_id=self._account_id, number_id=document.id, **values
        )
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["account_id", "number_id"],
                set_={**values, "revision": number_setup.c.revision + 1},
            )
        )

    async def forget(self, number_id: UUID) -> None:
        """The number is not ours any more."""
        await self._connection.execute(
            delete(number_setup).where(
                number_setup.c.account_id == self._account_id,
                number_setup.c.number_id == number_id,
            )
        )

    async def again(self, account_sid: str) -> None:
        """The credentials of a carrier account changed: what failed with them is tried anew."""
        await self._connection.execute(
            update(number_setup)
            .values(due_at=func.now(), tries=0)
            .where(
                number_setup.c.account_id == self._account_id,
                number_setup.c.account_sid == account_sid,
                number_setup.c.state.in_((SetupState.FAILED, SetupState.PENDING)),
            )
        )


class Setups:
    """How the numbers of all accounts stand with the carrier."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self) -> list[Due]:
        """Claim what is due, what was only looked at again last; each replica gets others."""
        mine = (
            select(*_KEY)
            .where(number_setup.c.due_at <= func.now())
            .order_by(number_setup.c.state == SetupState.CONFIGURED, number_setup.c.due_at)
            .limit(DUE_MAX)
            .with_for_update(skip_locked=True)
        )
        statement = (
            update(number_setup)
            .values(
                due_at=func.now() + LEASE,
                tries=number_setup.c.tries + 1,
                state=case(
                    (number_setup.c.state == SetupState.DRAINING, SetupState.RELEASING.value),
                    else_=number_setup.c.state,
                ),
            )
            .where(tuple_(*_KEY).in_(mine))
            .returning(
                *_KEY,
                number_setup.c.number,
                number_setup.c.account_sid,
                number_setup.c.pool_id,
                number_setup.c.campaign_id,
                number_setup.c.revision,
                number_setup.c.state,
                number_setup.c.tries,
                number_setup.c.since,
                _own(number_setup.c.account_id, number_setup.c.account_sid),
                _bought(number_setup.c.account_id, number_setup.c.number),
            )
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [Due(*row) for row in rows]

    async def configured(self, due: Due, repaired: Sequence[str], again: timedelta) -> None:
        """It is as it should be, and is looked at again after a while."""
        was = number_setup.c.state == SetupState.CONFIGURED
        await self._settle(
            due,
            {
                "state": SetupState.CONFIGURED,
                "since": case((was, number_setup.c.since), else_=func.now()),
                "due_at": func.now() + again,
                "checked_at": func.now(),
                "tries": 0,
                "failure": "",
                "repaired": list(repaired) if due.state == SetupState.CONFIGURED else [],
            },
        )

    async def failed(self, due: Due, failure: str, again: timedelta, *, refused: bool) -> None:
        """It is not; `refused`: the carrier will not, else it could not be asked."""
        values: dict[str, Any] = {"failure": failure, "due_at": func.now() + again}
        if refused and due.state != SetupState.RELEASING:
            values |= {"state": SetupState.FAILED, "checked_at": func.now()}
            if due.state != SetupState.FAILED:
                values["since"] = func.now()
        await self._settle(due, values)

    async def postpone(self, due: Due, until: datetime) -> None:
        """Somebody still has the number: it is given back when she has not."""
        await self._settle(due, {"state": SetupState.DRAINING, "due_at": until, "tries": 0})

    async def put_back(self, due: Due, again: timedelta) -> None:
        """Nobody could be asked: that is no try."""
        await self._settle(due, {"due_at": func.now() + again, "tries": due.tries - 1})

    async def _settle(self, due: Due, values: dict[str, Any]) -> None:
        statement = (
            update(number_setup)
            .values(**values)
            .where(
                number_setup.c.account_id == due.account_id,
                number_setup.c.number_id == due.number_id,
                number_setup.c.revision == due.revision,
            )
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)

    async def look_again(self, account_id: AccountId) -> None:
        """Have an account's numbers looked at soon, but for those that just were."""
        known = exists().where(
            number_setup.c.account_id == number.c.account_id,
            number_setup.c.number_id == number.c.id,
        )
        unknown = select(
            number.c.account_id,
            number.c.id,
            number.c.number,
            number.c.document["account_sid"].astext,
            number.c.pool_id,
            number.c.campaign_id,
            literal(SetupState.PENDING.value),
            func.now(),
        ).where(number.c.account_id == account_id, ~number.c.retired, ~known)
        columns = (
            *("account_id", "number_id", "number", "account_sid", "pool_id", "campaign_id"),
            *("state", "due_at"),
        )
        soon = (
            update(number_setup)
            .values(due_at=func.now(), tries=0)
            .where(
                number_setup.c.account_id == account_id,
                number_setup.c.state.not_in((SetupState.DRAINING, SetupState.RELEASING)),
                func.coalesce(number_setup.c.checked_at, LONG_AGO)
                < func.now() - LOOKED_AT_JUST_NOW,
            )
        )
        async with self._database.transaction() as connection:
            await connection.execute(soon)
            await connection.execute(
                upsert(number_setup).from_select(columns, unknown).on_conflict_do_nothing()
            )

    async def report(self, account_id: AccountId) -> NumbersChecked:
        """How an account's numbers stand, and which need a look."""
        ours = number_setup.c.account_id == account_id
        counted = select(number_setup.c.state, func.count()).where(ours)
        total = (
            select(func.count())
            .select_from(number)
            .where(number.c.account_id == account_id, ~number.c.retired)
        )
        named = (
            select(number_setup.c.number_id, number_setup.c.number, *_TOLD)
            .where(
                ours,
                (number_setup.c.state != SetupState.CONFIGURED)
                | (func.jsonb_array_length(number_setup.c.repaired) > 0),
            )
            .order_by(number_setup.c.since)
            .limit(SHOWN_MAX)
        )
        async with self._database.transaction() as connection:
            states = await connection.execute(counted.group_by(number_setup.c.state))
            rows = await connection.execute(named)
            return NumbersChecked(
                total=(await connection.execute(total)).scalar_one(),
                states={row[0]: row[1] for row in states},
                shown=tuple(
                    NumberReport(number_id=row[0], number=row[1], setup=_told(row[2:]))
                    for row in rows
                ),
            )

    async def of(self, account_id: AccountId, numbers: Sequence[UUID]) -> dict[UUID, NumberSetup]:
        """How these numbers stand."""
        statement = select(number_setup.c.number_id, *_TOLD).where(
            number_setup.c.account_id == account_id, number_setup.c.number_id.in_(numbers)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return {row[0]: _told(row[1:]) for row in rows}

    async def keeps(self, account_id: AccountId, account_sid: str) -> bool:
        """Whether an account keeps credentials of this carrier account."""
        statement = select(_own(account_id, account_sid))
        async with self._database.transaction() as connection:
            return bool((await connection.execute(statement)).scalar_one())


def _own(account_id: Any, account_sid: Any) -> ColumnElement[bool]:
    return exists().where(
        and_(carrier.c.account_id == account_id, carrier.c.id == account_sid, ~carrier.c.retired)
    )


def _bought(account_id: Any, phone: Any) -> ColumnElement[bool]:
    return exists().where(
        purchase.c.account_id == account_id,
        purchase.c.number == phone,
        purchase.c.account_sid.is_not(None),
    )


def _told(row: Any) -> NumberSetup:
    state, since, due_at, checked_at, tries, failure, repaired = row
    return NumberSetup(
        state=state,
        since=since,
        due_at=due_at,
        checked_at=checked_at,
        tries=tries,
        failure=failure,
        repaired=tuple(repaired),
    )
