"""Deliveries that are due: claimed by one process each, settled, and spared hosts with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    FromClause,
    Integer,
    Text,
    Update,
    Uuid,
    and_,
    case,
    column,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from libs.contracts.deliveries import DeliveryState, Try
from libs.contracts.ids import AccountId, CallId, PixelId, ReportId
from libs.contracts.pixels import Pixel, Told
from libs.rules.secrets import with_secrets
from libs.runtime.database import Database
from libs.runtime.seal import Seal
from services.tracking.domain.asking import FLOW, Asked
from services.tracking.domain.told_values import Values
from services.tracking.tables.pixels import attempt, delivery, partner, pixel

LEASE = timedelta(seconds=90)  # whoever has claimed a row and died leaves it to the next
BROKEN_AFTER = 5  # failures in a row; from then on a host is spared, and tried by one at a time
SPARED_FIRST_SECONDS = 15
SPARED_MAX_SECONDS = 300  # a host that is back is heard of so late at the most
DOUBLINGS_MAX = 10

Host = tuple[AccountId, str]


@dataclass(frozen=True, slots=True)
class Due:
    """One delivery that is to be tried now, for the `tries`th time (from 1)."""

    account_id: AccountId
    id: UUID
    pixel_id: PixelId | None
    report_id: ReportId | None
    call_id: CallId | None
    point: str
    part: str
    host: str
    made_at: datetime
    tries: int
    tries_before: int
    told: Values | None
    request_sealed: str | None


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one try.  `again_at` None: there will be no other."""

    due: Due
    state: DeliveryState
    at: datetime
    said: str = ""
    again_at: datetime | None = None
    attempt: Try | None = None


class Deliveries:
    """The deliveries of all accounts; `seal` keeps pixels' secrets."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def claim(
        self, now: datetime, most: int, of_one_host: int, busy: Mapping[Host, int]
    ) -> list[Due]:
        """Claim what is due: a few of each host that is not spared, less those under way."""
        there = _busy(busy)
        room = case((partner.c.failures >= BROKEN_AFTER, 1), else_=of_one_host)
        next_ones = (
            select(delivery.c.account_id, delivery.c.id, delivery.c.due_at)
            .where(
                delivery.c.account_id == partner.c.account_id,
                delivery.c.host == partner.c.host,
                delivery.c.due_at <= now,
            )
            .order_by(delivery.c.due_at)
            .limit(func.greatest(0, room - func.coalesce(there.c.count, 0)))
            .with_for_update(skip_locked=True)
            .lateral("next_ones")
        )
        mine = (
            select(next_ones.c.account_id, next_ones.c.id)
            .select_from(
                partner.outerjoin(
                    there,
                    and_(
                        there.c.account_id == partner.c.account_id, there.c.host == partner.c.host
                    ),
                ).join(next_ones, true())
            )
            .where(or_(partner.c.spared_until.is_(None), partner.c.spared_until <= now))
            .order_by(next_ones.c.due_at)
            .limit(most)
            .cte("mine")
        )
        statement = (
            update(delivery)
            .values(due_at=now + LEASE, tries=delivery.c.tries + 1)
            .where(tuple_(delivery.c.account_id, delivery.c.id).in_(select(mine)))
            .returning(*(delivery.c[name] for name in Due.__dataclass_fields__))
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings()
            return [Due(**row) for row in rows]

    async def pixel(self, account_id: AccountId, pixel_id: PixelId) -> Pixel | None:
        """A pixel that is in use, secrets open."""
        statement = select(pixel.c.document).where(
            pixel.c.account_id == account_id, pixel.c.id == pixel_id, ~pixel.c.retired
        )
        async with self._database.transaction() as connection:
            document = await connection.scalar(statement)
        if document is None:
            return None
        return Pixel.model_validate(with_secrets(document, self._seal.open))

    async def keep_told(self, due: Due, told: Values) -> None:
        """Keep what macros stand for, before the first try: all tries say the same."""
        statement = (
            update(delivery)
            .values(told=told)
            .where(delivery.c.account_id == due.account_id, delivery.c.id == due.id)
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)

    async def settle(self, all_ended: Sequence[Ended]) -> Sequence[None]:
        """Write down what became of tries, and how their hosts do."""
        in_order = sorted(all_ended, key=lambda one: (one.due.account_id, one.due.id))
        tried = [_log_row(one) for one in in_order if one.attempt is not None]
        async with self._database.transaction() as connection:
            for one in in_order:
                await connection.execute(_outcome(one))
            if tried:
                await connection.execute(upsert(attempt).on_conflict_do_nothing(), tried)
            for host, failures in sorted(_failures(in_order).items()):
                await connection.execute(_learn(host, failures, in_order[0].at))
        return [None] * len(all_ended)

    async def ask(self, all_asked: Sequence[Asked]) -> None:
        """Have these requests made, each once; the same again changes nothing."""
        hosts = {(one.account_id, one.host) for one in all_asked}
        partners = [{"account_id": whose, "host": host} for whose, host in sorted(hosts)]
        rows = [self._asked_row(one) for one in sorted(all_asked, key=lambda one: one.id)]
        async with self._database.transaction() as connection:
            await connection.execute(upsert(partner).on_conflict_do_nothing(), partners)
            await connection.execute(upsert(delivery).on_conflict_do_nothing(), rows)

    def _asked_row(self, one: Asked) -> dict[str, Any]:
        return {
            "account_id": one.account_id,
            "id": one.id,
            "call_id": one.call_id,
            "point": FLOW,
            "part": one.part,
            "host": one.host,
            "made_at": one.at,
            "due_at": one.at,
            "request_sealed": self._seal.close(one.request.model_dump_json()),
        }

    def request_of(self, due: Due) -> Told | None:
        """The request that was asked for whole; None: a pixel makes it.  Raise CannotOpen."""
        sealed = due.request_sealed
        return None if sealed is None else Told.model_validate_json(self._seal.open(sealed))

    async def meet(self, host: Host) -> None:
        """Know a host that pixels of an account lead to."""
        account_id, name = host
        statement = upsert(partner).values(account_id=account_id, host=name)
        async with self._database.transaction() as connection:
            await connection.execute(statement.on_conflict_do_nothing())


def _busy(busy: Mapping[Host, int]) -> FromClause:
    """How many of each host's are under way in this process."""
    columns: tuple[tuple[str, Any, list[Any]], ...] = (
        ("account_id", Uuid(), [account_id for account_id, _ in busy]),
        ("host", Text(), [host for _, host in busy]),
        ("count", Integer(), list(busy.values())),
    )
    return (
        func.unnest(*(literal(given, ARRAY(kind)) for _, kind, given in columns))
        .table_valued(*(column(name, kind) for name, kind, _ in columns))
        .render_derived()
    )


def _outcome(one: Ended) -> Update:
    over = one.again_at is None
    return (
        update(delivery)
        .values(
            state=one.state.value,
            due_at=one.again_at,
            ended_at=one.at if over else None,
            said=one.said,
        )
        .where(
            delivery.c.account_id == one.due.account_id,
            delivery.c.id == one.due.id,
            delivery.c.tries == one.due.tries,  # else somebody else has it by now
        )
    )


def _log_row(one: Ended) -> dict[str, Any]:
    assert one.attempt is not None, "the caller looked"
    return {
        "account_id": one.due.account_id,
        "delivery_id": one.due.id,
        "number": one.due.tries,
        "at": one.at,
        "request": one.attempt.request.model_dump(mode="json"),
        "answer": one.attempt.answer.model_dump(mode="json"),
    }


def _failures(all_ended: Sequence[Ended]) -> dict[Host, int]:
    """How often each host has failed since it last answered well; 0: it just has."""
    found: dict[Host, int] = {}
    for one in sorted(all_ended, key=lambda one: one.at):
        if one.attempt is not None:
            host = (one.due.account_id, one.due.host)
            well = one.state is DeliveryState.DELIVERED
            found[host] = 0 if well else found.get(host, 0) + 1
    return found


def _learn(host: Host, failures: int, now: datetime) -> Update:
    account_id, name = host
    mine = (partner.c.account_id == account_id, partner.c.host == name)
    if not failures:
        worth_it = partner.c.failures > 0
        return update(partner).values(failures=0, spared_until=None).where(*mine, worth_it)
    count = partner.c.failures + failures
    longer = func.power(2, func.least(count - BROKEN_AFTER, DOUBLINGS_MAX))
    seconds = func.least(SPARED_MAX_SECONDS, SPARED_FIRST_SECONDS * longer)
    spared_until = literal(now) + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    broken = case((count >= BROKEN_AFTER, spared_until))
    return update(partner).values(failures=count, spared_until=broken).where(*mine)
