"""What people asked for help with, what they were told, and whether it helped."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.console.tables import help_question


@dataclass(frozen=True, slots=True)
class QuestionSearch:
    """Which questions; what is None does not choose.  `before` is the number to go on from."""

    asker_id: UUID | None = None
    asker: str | None = None
    by: str | None = None
    rating: str | None = None
    contains: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """Whether an answer helped, and what is said about it."""

    rating: str
    comment: str
    at: datetime


class Questions:
    """All questions of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, account_id: AccountId, row: dict[str, Any]) -> None:
        """Keep a question with its answer."""
        async with self._database.transaction() as connection:
            await connection.execute(insert(help_question).values(account_id=account_id, **row))

    async def conversation(
        self, account_id: AccountId, asker_id: UUID, conversation_id: UUID, limit: int
    ) -> list[tuple[str, str]]:
        """The latest questions and answers of somebody's conversation, the oldest first."""
        statement = (
            select(help_question.c.question, help_question.c.answer)
            .where(
                help_question.c.account_id == account_id,
                help_question.c.asker_id == asker_id,
                help_question.c.conversation_id == conversation_id,
            )
            .order_by(help_question.c.number.desc())
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [(row.question, row.answer) for row in reversed(rows)]

    async def page(
        self, account_id: AccountId, search: QuestionSearch, limit: int
    ) -> list[dict[str, Any]]:
        """Questions of an account, the newest first."""
        of = help_question.c
        chosen = [
            of.asker_id == search.asker_id if search.asker_id is not None else None,
            of.asker == search.asker if search.asker is not None else None,
            of.by == search.by if search.by is not None else None,
            of.rating == search.rating if search.rating is not None else None,
            of.question.icontains(search.contains, autoescape=True) if search.contains else None,
            of.asked_at >= search.since if search.since is not None else None,
            of.asked_at < search.until if search.until is not None else None,
            of.number < search.before if search.before is not None else None,
        ]
        statement = (
            select(help_question)
            .where(of.account_id == account_id, *(one for one in chosen if one is not None))
            .order_by(of.number.desc())
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
        return [dict(row) for row in rows.mappings()]

    async def rate(
        self, account_id: AccountId, question_id: UUID, asker_id: UUID, rating: Rating
    ) -> bool:
        """Say whether an answer helped; only who has asked may; False: there is none of hers."""
        statement = (
            update(help_question)
            .where(
                help_question.c.account_id == account_id,
                help_question.c.question_id == question_id,
                help_question.c.asker_id == asker_id,
            )
            .values(rating=rating.rating, comment=rating.comment, rated_at=rating.at)
        )
        async with self._database.transaction() as connection:
            return bool((await connection.execute(statement)).rowcount)

    async def sweep(self, before: datetime) -> None:
        """Forget what was asked before."""
        statement = delete(help_question).where(help_question.c.asked_at < before)
        async with self._database.transaction() as connection:
            await connection.execute(statement)
