"""Keeps disputes, in the transaction that writes what comes of them."""

from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from sqlalchemy import DateTime, Select, Text, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import bindparam

from libs.contracts.disputes import AskDisputes, Dispute
from libs.contracts.ids import AccountId
from libs.contracts.money import Money
from libs.contracts.party_money import AskPartyDisputes
from libs.contracts.portals import Viewer
from libs.contracts.worth import Party, PartyKind
from libs.runtime.database import Database, Statement
from libs.runtime.given import given, written
from services.tracking.domain.tally import amount_of, units
from services.tracking.domain.unfit import Unfit
from services.tracking.tables.ledger import dispute

_COLUMNS = [str(each.name) for each in dispute.columns]
_ROWS = given("disputes", *dispute.columns)
_ADD = Statement(
    insert(dispute).from_select(_COLUMNS, select(*(_ROWS.c[name] for name in _COLUMNS))),
    "dispute.add",
)
_ACCOUNT = bindparam("account_id", type_=dispute.c.account_id.type)
_ID = bindparam("dispute_id", type_=dispute.c.id.type)
_ONE = Statement(
    select(dispute).where(dispute.c.account_id == _ACCOUNT, dispute.c.id == _ID).with_for_update(),
    "dispute.one",
)
_DECIDE = Statement(
    update(dispute)
    .where(dispute.c.account_id == _ACCOUNT, dispute.c.id == _ID)
    .values(
        state=bindparam("decided", type_=Text()),
        answer=bindparam("said", type_=Text()),
        decided_at=bindparam("now", type_=DateTime(timezone=True)),
        decided_by=bindparam("who", type_=Text()),
    ),
    "dispute.decide",
)


async def add(connection: AsyncConnection[Any], account_id: AccountId, one: Dispute) -> None:
    """Keep a new dispute; raise Unfit where one is open about the same."""
    row = {
        **one.model_dump(exclude={"outcome", "party", "money"}),
        "account_id": account_id,
        "book": one.party.kind.value,
        "party": one.party.id,
        "name": one.party.name,
        "currency": one.money.currency,
        "amount": units(one.money.amount),
    }
    try:
        await _ADD.run(connection, disputes=written([row]))
    except UniqueViolation as fault:
        raise Unfit("taken", "a dispute about this is open already") from fault


async def one(
    connection: AsyncConnection[Any], account_id: AccountId, dispute_id: UUID
) -> Dispute | None:
    """A dispute; nobody else decides it until we are done."""
    rows = await _ONE.run(connection, account_id=account_id, dispute_id=dispute_id)
    return _read(dict(zip(_COLUMNS, rows[0], strict=True))) if rows else None


async def decide(connection: AsyncConnection[Any], account_id: AccountId, one: Dispute) -> None:
    """Keep what was decided."""
    await _DECIDE.run(
        connection,
        account_id=account_id,
        dispute_id=one.id,
        decided=one.state.value,
        said=one.answer,
        now=one.decided_at,
        who=one.decided_by,
    )


class Disputes:
    """The disputes of every account, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, question: AskDisputes | AskPartyDisputes, limit: int, party: Viewer | None = None
    ) -> list[Dispute]:
        """The next disputes, the newest first: of the account, or of a party alone."""
        statement: Select[Any] = (
            select(dispute)
            .where(dispute.c.account_id == question.account_id)
            .order_by(dispute.c.id.desc())
            .limit(limit)
        )
        if party is not None:
            statement = statement.where(
                dispute.c.book == party.kind.value, dispute.c.party == str(party.id)
            )
        if question.state is not None:
            statement = statement.where(dispute.c.state == question.state.value)
        if question.cursor is not None:
            statement = statement.where(dispute.c.id < question.cursor)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [_read(dict(row)) for row in rows]


def _read(row: dict[str, Any]) -> Dispute:
    party = Party(kind=PartyKind(row["book"]), id=row["party"], name=row["name"])
    money = Money(amount=amount_of(row["amount"]), currency=row["currency"])
    return Dispute(**{**row, "party": party, "money": money})
