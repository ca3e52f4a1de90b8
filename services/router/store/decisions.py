"""Decisions as they were taken, and the plans they were taken from."""

from sqlalchemy import BigInteger, Text, cast, select
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import bindparam, func

from libs.contracts.ids import AccountId, CallId
from libs.runtime.database import Database, Statement
from services.router.domain.plan import Plan
from services.router.domain.record import Record
from services.router.tables import decision, snapshot

STEPS_MAX = 1_000  # a call's ring budget ends long before

_SINCE = Statement(
    select(decision.c.step, cast(decision.c.outcome, Text), cast(decision.c.record, Text))
    .where(
        decision.c.account_id == bindparam("account_id", type_=UUID_TYPE(as_uuid=True)),
        decision.c.call_id == bindparam("call_id", type_=UUID_TYPE(as_uuid=True)),
        decision.c.step >= bindparam("step", type_=BigInteger()),
    )
    .order_by(decision.c.step)
    .limit(STEPS_MAX),
    "decision.since",
)


_LATEST = Statement(
    select(decision.c.step, cast(decision.c.outcome, Text), cast(decision.c.record, Text))
    .where(
        decision.c.account_id == bindparam("account_id", type_=UUID_TYPE(as_uuid=True)),
        decision.c.call_id == bindparam("call_id", type_=UUID_TYPE(as_uuid=True)),
        decision.c.step <= bindparam("step", type_=BigInteger()),
        decision.c.record.is_not(None),
    )
    .order_by(decision.c.step.desc())
    .limit(1),
    "decision.latest",
)


_KEEP_PLAN = Statement(
    insert(snapshot)
    .values(
        digest=bindparam("digest", type_=Text()),
        account_id=bindparam("account_id", type_=UUID_TYPE(as_uuid=True)),
        plan=bindparam("plan", type_=Text()),
        kept_at=func.now(),
    )
    .on_conflict_do_nothing(),
    "snapshot.keep",
)


class Decided:
    """One kept decision: its outcome as it was answered, and its record.

    `outcome` None: the ingress had fallen back before it heard this decision.
    """

    __slots__ = ("outcome", "record", "step")

    def __init__(self, step: int, outcome: str | None, record: str) -> None:
        self.step = step
        self.outcome = outcome
        self.record = Record.model_validate_json(record)


class Decisions:
    """The router's memory of what it decided."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: set[str] = set()

    async def since(self, account_id: AccountId, call_id: CallId, step: int) -> list[Decided]:
        """A call's decisions from a step on, in order; none of another account's."""
        async with self._database.hot() as connection:
            rows = await _SINCE.run(connection, account_id=account_id, call_id=call_id, step=step)
        return [Decided(*row) for row in rows if row[2] is not None]

    async def latest(self, account_id: AccountId, call_id: CallId, step: int) -> Decided | None:
        """A call's decision at a step, else the one before it; none of another account's."""
        async with self._database.hot() as connection:
            rows = await _LATEST.run(connection, account_id=account_id, call_id=call_id, step=step)
        return next((Decided(*row) for row in rows), None)

    async def keep_plan(self, plan: Plan) -> None:
        """Keep a plan by its content, before the first decision is taken from it."""
        if plan.digest in self._kept:
            return
        async with self._database.hot() as connection:  # a caller waits
            await _KEEP_PLAN.run(
                connection, digest=plan.digest, account_id=plan.account_id, plan=plan.text
            )
        self._kept.add(plan.digest)

    async def plan(self, account_id: AccountId, digest: str | None) -> Plan | None:
        """The plan that a record names; None where it names none."""
        if digest is None:
            return None
        statement = select(snapshot.c.plan).where(
            snapshot.c.account_id == account_id, snapshot.c.digest == digest
        )
        async with self._database.transaction() as connection:
            text: str = (await connection.execute(statement)).scalar_one()
        return Plan.model_validate_json(text)
