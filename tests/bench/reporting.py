"""What keeping facts costs one process, and what reports and lists cost after a million calls.

Facts: calls of seven facts each, decoded, kept and folded with all that they count for in portions
of 200, one after the other, on durable PostgreSQL, while the sums take the changes up beside; the
time ends when all is summed. Reports and lists: calls of the last thirty days, 50 campaigns and 40
buyers, at first one million, then three. Afterwards the report's total must be the number of calls.
Run: python -m tests.bench.reporting [--look]
"""

import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import psycopg
import uvloop

from deploy.local.servers import PostgresServer
from libs.contracts.ids import AccountId, CampaignId
from libs.contracts.reporting import AskReport, Report
from libs.contracts.tracking import ListCalls
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from libs.runtime.migrations import migrate_all
from services.tracking.desk.calls import Desk
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.desk.summing import SummingDesk
from services.tracking.domain.call import FACTS, Heard, fold
from services.tracking.domain.cells import NOTHING
from services.tracking.store.calls import Calls
from services.tracking.store.journal import Journal
from services.tracking.store.reports import Reports
from services.tracking.store.rollups import Rollups
from tests.bench.goals import Goal
from tests.bench.machine import commit, described, today
from tests.bench.ratios import Spread, spread
from tests.bench.report import goals_table, keep, rounded
from tests.bench.stage import ROOT
from tests.kit.engine import server_folder
from tests.kit.facts import ACCOUNT, CallStory

ROUNDS = 5
LOOKS = 15  # of each question
CALLS_A_ROUND = 1_500
PORTION = 200  # facts, as the consumer takes them
SMALL, LARGE = 1_000_000, 3_000_000
CHUNK = 250_000
DAYS = 30
PAGE = 50

FACTS_KEY, SUMMARY_KEY, PAGE_KEY = (
    "tracking.facts_per_s",
    "report.summary_1m_ms",
    "calls.page_3m_ms",
)
GROWTH_KEY = "report.summary_3m_vs_1m"
GOALS = (
    Goal(FACTS_KEY, "at least", 2_000, "facts kept, folded and counted a second by one process"),
    Goal(SUMMARY_KEY, "at most", 150, "thirty days by campaign, of a million calls"),
    Goal(GROWTH_KEY, "at most", 1.5, "the same of three million beside one"),
    Goal(PAGE_KEY, "at most", 30, "the slowest of three pages of calls, of three million"),
)


def texts() -> list[tuple[str, str]]:
    """The facts of a round's calls, as they are published; twenty calls go on at a time."""
    stories = []
    for _ in range(CALLS_A_ROUND):
        story = CallStory(began_at=datetime.now(UTC))
        stories.append(
            [
                story.arrived(),
                story.routed(),
                story.ringing(),
                story.answered(),
                story.leg_ended(seconds=40, bridged=True),
                story.ended(),
                story.recorded(),
            ]
        )
    return [
        (fact.subject, fact.model_dump_json())
        for some in range(0, CALLS_A_ROUND, 20)
        for facts in zip(*stories[some : some + 20], strict=True)
        for fact in facts
    ]


async def facts_per_s(database: Database) -> float:
    """One round; everything is summed at its end."""
    desk = Desk(Journal(database, SystemClock()), Calls(database))
    rollups = Rollups(database)
    summing = SummingDesk(rollups)
    said = texts()
    began = time.perf_counter()
    summing.start()
    for at in range(0, len(said), PORTION):
        await desk.keep(
            [
                Heard(FACTS[subject].model_validate_json(text), text)
                for subject, text in said[at : at + PORTION]
            ]
        )
    await summing.stop()
    while await rollups.take_up():
        pass
    return len(said) / (time.perf_counter() - began)


def told() -> str:
    """What is kept of an ordinary call."""
    story = CallStory()
    facts = [story.arrived(), story.routed(), story.ringing(), story.answered()]
    facts += [story.leg_ended(seconds=40, bridged=True), story.ended(), story.recorded()]
    return orjson.dumps(fold(NOTHING, facts)).decode()


CALL = """INSERT INTO tracking.call (call_id, filed_on, account_id, listed_at, state, campaign_id,
    buyer_id, caller, told)
  SELECT id, filed_on, %(account)s, at, 'completed', campaign, buyer, '+1212555' || n % 10000,
    %(told)s FROM made"""
TALLY = """INSERT INTO tracking.tally (call_id, filed_on, line, account_id, quarter, campaign,
    buyer, number, outcome, reason, currency, incoming, connected, call_seconds, talk_seconds,
    attempts, answered, leg_connected, ring_seconds, leg_seconds)
  SELECT id, filed_on, 0, %(account)s, date_bin('15 minutes', at, 'epoch'), campaign, buyer,
    '+1800555' || n % 200, 'completed', 'chosen', '', 1, 1, 60, 40, 1, 1, 1, 5, 40 FROM made"""
MADE = """WITH made AS (SELECT n,
    ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
    (SELECT max(begins) FROM tracking.filing_period WHERE begins <= current_date) AS filed_on,
    ('00000000-0000-7000-8000-0000000c' || lpad((n * 7 %% 50)::text, 4, '0'))::uuid AS campaign,
    ('00000000-0000-7000-8000-0000000b' || lpad((n * 11 %% 40)::text, 4, '0'))::uuid AS buyer,
    %(since)s + (n - %(first)s) * (interval '30 days' / (%(last)s - %(first)s + 1)) AS at
  FROM generate_series(%(low)s::bigint, %(high)s) AS n) """
FILING = "INSERT INTO tracking.filing SELECT id, filed_on FROM made"


def give_history(
    database_url: str, first: int, last: int, since: datetime, account_id: AccountId = ACCOUNT
) -> None:
    """Store the calls of these numbers, evenly over thirty days."""
    given: dict[str, Any] = {"account": account_id, "told": told(), "since": since}
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        for low in range(first, last + 1, CHUNK):
            high = min(low + CHUNK - 1, last)
            span = {"first": first, "last": last, "low": low, "high": high}
            for into in (FILING, CALL, TALLY):
                connection.execute(MADE + into.replace("% ", "%% "), given | span)
            print(f"{high} calls")
        connection.execute("VACUUM ANALYZE")


async def took_ms(look: Callable[[], Awaitable[Any]]) -> list[float]:
    """How long each look took; the first two warm up."""
    times = []
    for _ in range(LOOKS + 2):
        began = time.perf_counter()
        await look()
        times.append((time.perf_counter() - began) * 1_000)
    return times[2:]


async def summary(database: Database, since: datetime, count: int) -> list[float]:
    """A summary of all days by campaign."""
    await Rollups(database).sum_anew()
    with_statistics = "ANALYZE tracking.rollup"
    async with database.hot() as connection:
        await connection.execute(with_statistics)
    desk = ReportingDesk(Reports(database), SystemClock())
    report = Report(since=since, until=since + timedelta(days=DAYS), group_by=("campaign",))
    question = AskReport(account_id=ACCOUNT, report=report)
    shown = await desk.report(question)
    assert (shown.totals["incoming"], shown.total) == (count, 50), shown.totals
    return await took_ms(lambda: desk.report(question))


async def pages(database: Database) -> list[float]:
    """The first page, one far down, and one of a campaign: the slowest median of these."""
    desk = Desk(Journal(database, SystemClock()), Calls(database))
    newest = ListCalls(account_id=ACCOUNT, limit=PAGE)
    far = newest.model_copy(update={"until": datetime.now(UTC) - timedelta(days=15)})
    far = far.model_copy(update={"cursor": (await desk.list_calls(far)).cursor})
    campaign = CampaignId(UUID("00000000-0000-7000-8000-0000000c0007"))
    some = ListCalls(account_id=ACCOUNT, limit=PAGE, campaign_id=campaign)
    found = [await took_ms(partial(desk.list_calls, one)) for one in (newest, far, some)]
    print("pages:", *(f"{statistics.median(each):.1f} ms" for each in found))
    return max(found, key=statistics.median)


async def measure(facts_url: str, past_url: str) -> dict[str, Spread]:
    database = Database(facts_url, "bench")
    await database.open()
    rates = [await facts_per_s(database) for _ in range(ROUNDS + 1)][1:]
    print("facts/s:", *(f"{rate:.0f}" for rate in rates))
    assert await Rollups(database).differences() == 0
    await database.close()
    today_began = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today_began - timedelta(days=DAYS)
    past = Database(past_url, "bench")
    await past.open()
    give_history(past_url, 1, SMALL, since)
    small = await summary(past, since, SMALL)
    give_history(past_url, SMALL + 1, LARGE, since)
    large = await summary(past, since, LARGE)
    print(f"summary: {statistics.median(small):.1f} ms, then {statistics.median(large):.1f} ms")
    listed = await pages(past)
    await past.close()
    return {
        FACTS_KEY: spread(rates),
        SUMMARY_KEY: spread(small),
        GROWTH_KEY: spread([statistics.median(large) / statistics.median(small)]),
        PAGE_KEY: spread(listed),
    }


def main() -> None:
    server = PostgresServer(server_folder(), durable=True)
    try:
        server.start()
        with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
            for name in ("facts", "past"):
                connection.execute(f"CREATE DATABASE {name}")
                migrate_all(server.url_of(name), ["tracking"])
        reached = uvloop.run(measure(server.url_of("facts"), server.url_of("past")))
    finally:
        server.discard()
    print(*goals_table(reached, GOALS), sep="\n")
    if "--look" not in sys.argv:
        write(reached)


def write(reached: dict[str, Spread]) -> None:
    """Put the keys beside those of calls, and the table into reporting.md."""
    folder = ROOT / "docs" / "benchmarks"
    found: dict[str, float | str] = {"report.date": today(), "report.commit": commit(ROOT)}
    found |= {key: rounded(of.median) for key, of in reached.items()}
    keep(folder, found, lambda key: key.startswith(("tracking.facts", "report.", "calls.page")))
    where = f"{today()}, commit {commit(ROOT)}. {described()}."
    lines = [*HEAD, where, "", *goals_table(reached, GOALS), ""]
    (folder / "reporting.md").write_text("\n".join(lines))


HEAD = (
    "# What facts, reports and lists cost",
    "",
    "`python -m tests.bench.reporting`: facts of calls, decoded, kept, folded and counted by one",
    "process, 200 at a time, on durable PostgreSQL, until all is summed; a summary of thirty days",
    "by campaign (50 of them) of one million calls and of three; pages of three million calls:",
    "the first, one from the middle, one of a campaign. One machine, shared; medians.",
    "",
)


if __name__ == "__main__":
    main()
