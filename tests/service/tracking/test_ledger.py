"""The books are right whatever order, number and grouping facts come in, and nothing edits them."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.contracts.calls import CallStatus, Fact
from libs.contracts.ids import AccountId, BuyerId, CallId, PublisherId
from libs.contracts.money import Money, usd
from libs.contracts.payouts import PayoutTerms
from libs.contracts.pricing import On, Telephony
from libs.contracts.routing import Terms
from libs.contracts.tracking import GetCall
from libs.contracts.worth import EffectKind
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from services.tracking.desk.calls import Desk
from services.tracking.desk.proving import ProvingDesk
from services.tracking.desk.rebuilding import RebuildingDesk
from services.tracking.domain.call import Heard
from services.tracking.domain.ledger import THEY_OWE
from services.tracking.domain.tally import units
from services.tracking.store.archive import Archive
from services.tracking.store.calls import Calls
from services.tracking.store.journal import Journal
from services.tracking.store.proof import Proof
from services.tracking.store.rollups import Rollups
from services.tracking.store.visit_conversions import VisitConversions
from tests.kit.facts import ACCOUNT, NOON, CallStory
from tests.kit.postgres import Databases

OTHER = AccountId(UUID("00000000-0000-7000-8000-0000000000aa"))
Row = tuple[Any, ...]


@dataclass
class Books:
    """Tracking without its broker: who hears, who proves, who rebuilds."""

    database: Database
    url: str

    def __post_init__(self) -> None:
        self.journal = Journal(self.database, SystemClock())
        self.desk = Desk(self.journal, Calls(self.database))
        self.proof = Proof(self.database)

    async def hear(self, *facts: Fact) -> None:
        await self.desk.keep([Heard(fact, fact.model_dump_json()) for fact in facts])

    async def rows(self, statement: str) -> list[Row]:
        async with self.database.hot() as connection:
            return await (await connection.execute(statement)).fetchall()

    async def balances(self) -> dict[str, int]:
        """What parties and our own books came to, by name, in ten-thousandths."""
        rows = await self.rows("SELECT book, currency, amount FROM tracking.balance")
        found: dict[str, int] = {}
        for book, currency, amount in rows:
            found[f"{book} {currency}"] = found.get(f"{book} {currency}", 0) + amount
        return {name: amount for name, amount in found.items() if amount}

    async def worth(self, call_ids: set[CallId]) -> dict[str, int]:
        """What the balances of parties must be, from what calls came to."""
        found: dict[str, int] = {}
        for account_id in (ACCOUNT, OTHER):
            for call_id in call_ids:
                question = GetCall(account_id=account_id, call_id=call_id)
                detail = await self.desk.call(question)
                for effect in detail.call.effects if detail else ():
                    name = f"{effect.party.kind} {effect.money.currency}"
                    amount = THEY_OWE[effect.kind] * units(effect.money.amount)
                    found[name] = found.get(name, 0) + amount
                    own = f"{effect.kind} {effect.money.currency}"
                    found[own] = found.get(own, 0) - amount
        return {name: amount for name, amount in found.items() if amount}


@pytest.fixture
async def books(databases: Databases) -> AsyncIterator[Books]:
    url = databases.fresh("tracking")
    database = Database(url, application_name="test")
    await database.open()
    yield Books(database, url)
    await database.close()


def sold(story: CallStory, step: int = 0, **more: Any) -> Fact:
    """A leg that its buyer owes 10 dollars for after 30 s, its publisher gets a third of."""
    agreed = {
        "terms": Terms(after_seconds=30, revenue=usd("10")),
        "payout": PayoutTerms(percent=Decimal("33.3333")),
        "publisher_id": PublisherId(UUID(int=5)),
        "telephony": Telephony(call_minute=usd("0.01")),
    }
    return story.routed(step, **(agreed | more))


def story_of(draw: random.Random) -> list[Fact]:
    """The facts of some call, whole or in parts: sold once or twice, in two currencies."""
    account_id = OTHER if draw.random() < 0.2 else ACCOUNT
    story = CallStory(account_id, NOON, CallId(UUID(int=draw.getrandbits(128), version=4)))
    facts: list[Fact] = [story.arrived()]
    for step in range(draw.randrange(1, 3)):
        currency = draw.choice(["USD", "EUR"])
        revenue = Money(amount=draw.randrange(1, 100), currency=currency)
        terms = Terms(
            after_seconds=draw.randrange(60),
            revenue=revenue,
            on=draw.choice([On.CONNECTED, On.DIALLED, On.POSTED]),
        )
        buyer_id = BuyerId(UUID(int=draw.randrange(1, 4)))
        facts.append(sold(story, step, terms=terms, buyer_id=buyer_id))
        if draw.random() < 0.3:  # the router says it again, otherwise
            facts.append(sold(story, step, sequence=1, buyer_id=buyer_id))
        facts += [story.ringing(step), story.answered(step)]
        facts.append(story.leg_ended(step, bridged=False, sequence=0))
        facts.append(story.leg_ended(step, bridged=True, sequence=1, seconds=draw.randrange(90)))
    for sequence in range(draw.randrange(3)):
        facts.append(story.posted(sequence=sequence, amount=usd(str(draw.randrange(50)))))
    facts.append(story.ended(CallStatus.COMPLETED, seconds=draw.randrange(200)))
    return draw.sample(facts, draw.randrange(1, len(facts) + 1))


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
async def test_entries_calls_and_balances_agree_whatever_comes_how_often(
    books: Books, seed: int
) -> None:
    draw = random.Random(seed)
    facts = [fact for _ in range(8) for fact in story_of(draw)]
    told = facts + draw.choices(facts, k=len(facts) // 2)
    draw.shuffle(told)
    while told:
        size = draw.randrange(1, 20)
        await books.hear(*told[:size])
        told = told[size:]
    await books.hear(*facts)  # all of it is replayed

    proved = await books.proof.of_all(NOON)
    assert (proved.differences, proved.shown) == (0, ())
    calls = {row[0] for row in await books.rows("SELECT call_id FROM tracking.filing")}
    assert await books.balances() == await books.worth(calls)
    assert await books.rows("SELECT sum(amount) FROM tracking.entry HAVING sum(amount) <> 0") == []


async def test_a_late_fact_is_a_reversal_and_a_new_entry(books: Books) -> None:
    story = CallStory()
    facts = [story.arrived(), sold(story), story.answered(), story.ended(seconds=20)]
    await books.hear(*facts)
    assert await books.balances() == {"carrier USD": -100, "cost USD": 100}
    await books.hear(story.leg_ended(bridged=True, seconds=31))
    assert (await books.balances())["buyer USD"] == 100_000
    better = sold(story, sequence=1, terms=Terms(after_seconds=0, revenue=usd("12")))
    await books.hear(better)

    entries = await books.rows(
        "SELECT amount, version, reverses FROM tracking.entry WHERE book = 'buyer' ORDER BY id"
    )
    assert entries == [(100_000, 1, False), (-100_000, 1, True), (120_000, 2, False)]
    assert (await books.balances())["publisher USD"] == -40_000
    assert (await books.proof.of_account(ACCOUNT, NOON)).differences == 0


async def test_entries_cannot_be_changed_and_a_wrong_figure_is_found(books: Books) -> None:
    story = CallStory()
    await books.hear(
        story.arrived(), sold(story), story.answered(), story.leg_ended(bridged=True, seconds=31)
    )
    for change in ("UPDATE tracking.entry SET amount = 0", "DELETE FROM tracking.entry"):
        with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
            await books.rows(change)
    broken = {
        "balance": "UPDATE tracking.balance SET amount = amount + 1 WHERE book = 'buyer'",
        "booking": "UPDATE tracking.booking SET amount = amount + 1 WHERE kind = 'payout'",
        "call": "UPDATE tracking.tally SET revenue = revenue + 1 WHERE revenue IS NOT NULL",
        "posting": "INSERT INTO tracking.entry (account_id, posting, book, party, currency, amount,"
        f" kind, belongs_at, booked_at) VALUES ('{ACCOUNT}', gen_random_uuid(), 'buyer', 'x',"
        " 'USD', 1, 'revenue', now(), now())",
    }
    for statement in broken.values():
        async with books.database.hot() as connection:
            await connection.execute(statement)

    proved = await books.proof.of_account(ACCOUNT, NOON)

    assert {one.check for one in proved.shown} == set(broken)
    assert (await books.proof.of_account(OTHER, NOON)).differences == 0


@dataclass
class Wall:
    """A clock that is set by hand."""

    at: datetime

    def now(self) -> datetime:
        return self.at


async def test_the_proof_is_made_once_a_day_from_an_hour_on(books: Books) -> None:
    wall = Wall(NOON)
    early, late = (ProvingDesk(books.proof, wall, hour) for hour in (NOON.hour, NOON.hour + 1))
    assert await late.prove_daily() is None
    made = await early.prove_daily()
    assert made is not None
    assert made.differences == 0
    assert await early.prove_daily() is None
    wall.at += timedelta(days=1)
    assert await early.prove_daily() is not None


async def test_calls_of_before_the_books_are_booked_by_a_rebuild(books: Books) -> None:
    story = CallStory()
    await books.hear(story.arrived(), sold(story), story.leg_ended(bridged=True, seconds=31))
    before = await books.balances()
    with psycopg.connect(books.url, autocommit=True) as connection:
        connection.execute("ALTER TABLE tracking.entry DISABLE TRIGGER entry_is_for_good")
        connection.execute("DELETE FROM tracking.entry")
        connection.execute("TRUNCATE tracking.balance, tracking.booking")
    parts = (Rollups(books.database), VisitConversions(books.database))
    rebuilding = RebuildingDesk(Archive(books.database), books.journal, *parts)

    assert (await rebuilding.compare()).bookings == 1
    await rebuilding.rebuild()

    assert await books.balances() == before
    assert (await rebuilding.compare()).differences == 0
    assert EffectKind.REVENUE.value in {row[0] for row in await books.rows(KINDS)}


KINDS = "SELECT kind FROM tracking.entry"


async def test_strange_clocks_of_the_carrier_lose_nothing_and_book_nothing_ahead(
    books: Books,
) -> None:
    now = SystemClock().now()
    ahead = CallStory(ACCOUNT, now + timedelta(days=400))
    long_ago = CallStory(ACCOUNT, now - timedelta(days=4_000))
    backwards = CallStory(ACCOUNT, now)
    ended = backwards.ended(seconds=70)  # before it had begun, by the carrier's word
    for story, last in ((ahead, None), (long_ago, None), (backwards, ended)):
        facts = [story.arrived(), sold(story), story.answered()]
        facts.append(story.leg_ended(seconds=60, bridged=True))
        await books.hear(*facts, last or story.ended(seconds=70))

    for story in (ahead, long_ago, backwards):
        detail = await books.desk.call(GetCall(account_id=ACCOUNT, call_id=story.call_id))
        assert detail is not None
        assert detail.call.worth[0].revenue == 10
        assert min(leg.ring_seconds or 0 for leg in detail.call.legs) >= 0
    booked = await books.rows("SELECT max(booked_at), max(belongs_at) FROM tracking.entry")
    assert booked[0][0] <= SystemClock().now() < booked[0][1]
    assert (await books.proof.of_all(SystemClock().now())).differences == 0
