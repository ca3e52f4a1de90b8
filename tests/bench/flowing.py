"""What a turn of a flow costs: the engine alone, and from webhook to TwiML beside a plain call.

The flow has thirty nodes and asks nobody outside (`tests/bench/thirty.py`).  The engine's time is
of a turn whose session is read before and written after, as a process does.  Then the services
run as `make run` starts them, and one caller calls a plain number and the flow's in turn, so that
a ratio compares neighbouring moments: a turn's webhook beside a plain call's voice webhook.
Run: python -m tests.bench.flowing [--look]: a look writes nothing.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from uuid import UUID

import uvloop

from deploy.local.servers.ports import free_port
from libs.contracts.bulk import AccountConfiguration, ImportConfiguration
from libs.contracts.configuration import Assignment, Campaign, CampaignStatus, Number
from libs.contracts.flow_edits import PublishFlow, SaveFlow
from libs.contracts.flows import Keyed
from libs.contracts.ids import CallId, CampaignId, NumberId, TargetId
from libs.contracts.phone import Caller
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.migrations import migrate_all, migrated_services
from services.flows.domain.book import Book
from services.flows.domain.engine import Turn, Walk, begin, go_on
from services.flows.domain.session import Session
from services.flows.domain.unfit import fit
from tests.bench.forms import Book as Calls
from tests.bench.forms import Doors, digits_form
from tests.bench.gates import Void
from tests.bench.goals import Goal
from tests.bench.load import undisturbed
from tests.bench.machine import commit, described, today
from tests.bench.product import READY, STATUS, VOICE, environment_of, is_undegraded
from tests.bench.ratios import Spread, percentile, spread, steady
from tests.bench.report import goals_table, keep, rounded
from tests.bench.scene import ACCOUNT_SID, Scene
from tests.bench.seeding import ACCOUNT, ACTOR, configure, name_of
from tests.bench.stage import ROOT, Stage, open_stage
from tests.bench.thirty import FLOW_ID, KEYS, document
from tests.bench.wire import Connection, action_path

SERVICES = ("router", "flows", "tracking", "ingress")
ROUNDS, ROUNDS_MAX = 7, 20  # undisturbed ones, of
CALLS = 60  # of each kind in a round
WARM = 60
WALKS = 200  # of the engine alone in a round
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
PLAIN = Scene(campaigns=1, numbers_count=20)
IN_FLOW = "+18003000001"
EDIT_WITHIN_MS = 10_000

ENGINE_KEY, TURN_KEY = "flow.engine_ms.p50", "flow.turn_vs_call.c1.p50"
BEGIN_KEY = "flow.begin_vs_call.c1.p50"
PARTS = ("flow.engine", "flow.turn", "flow.begin", "flow.call")
GOALS = (
    Goal(TURN_KEY, "at most", 2, "time from webhook to TwiML of a turn, of a plain call = 1"),
    Goal(ENGINE_KEY, "at most", 1, "milliseconds of the engine for a turn, with its session"),
)

Figures = Mapping[str, float]


def engine_ms() -> list[float]:
    """Milliseconds of each turn: read the session, walk, write it."""
    book, took = Book({FLOW_ID: (1, fit(document()))}), []
    session = Session(
        call_id=CallId(UUID(int=1)),
        account_id=ACCOUNT,
        flow_id=FLOW_ID,
        version=1,
        caller=Caller(kind="number", text="+12125550100"),
        dialled=IN_FLOW,
        seed=1,
        started_at=NOON,
        node="n0",
        entered_at=NOON,
    )
    for _ in range(WALKS):
        turn = begin(session, book, NOON)
        assert isinstance(turn, Turn), "nobody outside is asked"
        text = turn.session.model_dump_json()
        for keys in KEYS:
            began = time.perf_counter()
            read = Session.model_validate_json(text)
            turn = go_on(Walk(read), Keyed(digits=keys), book, NOON)
            assert isinstance(turn, Turn), "nobody outside is asked"
            text = turn.session.model_dump_json()
            took.append((time.perf_counter() - began) * 1_000)
        assert turn.session.finished, "the flow has an end"
    return took


class Callers:
    """One caller, over one connection, who calls both numbers in turn."""

    def __init__(self, doors: Doors, connection: Connection) -> None:
        self._doors = doors
        self._connection = connection
        chance = random.Random(0)
        self._plain = Calls(doors, PLAIN.ordinary, 0, chance)
        self._flowing = Calls(doors, (IN_FLOW,), 0, chance)
        self._keyed = [digits_form(IN_FLOW, keys) for keys in KEYS]

    async def plain(self) -> float:
        """Place a routed call and end it; give the seconds of its voice webhook."""
        call = self._plain.take()
        body, seconds = await self._ask(call.voice)
        await self._ask(call.action(self._doors, self._onward(body)))
        await self._ask(call.status)
        return seconds

    async def flowing(self) -> tuple[float, list[float]]:
        """Go through the flow to its end; give the seconds of its beginning and of each turn."""
        call = self._flowing.take()
        body, beginning = await self._ask(call.voice)
        turns = []
        for form in self._keyed:
            path = self._onward(body)
            request = form.request(self._doors, path, call.sid, call.caller)
            body, seconds = await self._ask(request)
            turns.append(seconds)
        if b"Goodbye." not in body:
            raise Void([f"a caller in the flow was told {body!r}"])
        await self._ask(call.status)
        return beginning, turns

    def _onward(self, body: bytes) -> str:
        path = action_path(body, self._doors.base)
        if path is None:
            raise Void([f"a caller was told {body!r}"])
        return path

    async def _ask(self, request: bytes) -> tuple[bytes, float]:
        answer = await self._connection.ask(request)
        if not 200 <= answer.status < 300:
            raise Void([f"a webhook was answered {answer.status}"])
        return answer.body, answer.seconds


async def rounds_of(doors: Doors) -> list[Figures]:
    """Rounds in which calls and turns took their turns."""
    callers = Callers(doors, await Connection.open(doors))
    for _ in range(WARM):
        await callers.plain()
        await callers.flowing()
    rounds: list[Figures] = []
    kept: list[int] = []
    while len(kept) < ROUNDS and len(rounds) < ROUNDS_MAX:
        with undisturbed():
            rounds.append(await round_of(callers))
        kept = steady([one["flow.call_ms.c1.p50"] for one in rounds])
    return [rounds[at] for at in kept]


async def round_of(callers: Callers) -> Figures:
    """One round in numbers."""
    plain, beginnings, turns = [], [], list[float]()
    for _ in range(CALLS):
        plain.append(await callers.plain())
        beginning, some = await callers.flowing()
        beginnings.append(beginning)
        turns += some
    call, turn = percentile(sorted(plain), 50), percentile(sorted(turns), 50)
    beginning = percentile(sorted(beginnings), 50)
    print(f"call {call * 1e3:.2f} ms, turn {turn * 1e3:.2f} ms, beginning {beginning * 1e3:.2f} ms")
    return {
        TURN_KEY: turn / call,
        BEGIN_KEY: beginning / call,
        ENGINE_KEY: percentile(sorted(engine_ms()), 50),
        "flow.call_ms.c1.p50": call * 1e3,
        "flow.turn_ms.c1.p50": turn * 1e3,
        "flow.turn_ms.c1.p99": percentile(sorted(turns), 99) * 1e3,
    }


@contextmanager
def product_with_flow(stage: Stage) -> Iterator[Doors]:
    """All services a caller needs, with a plain campaign and one whose flow has thirty nodes."""
    database_url = stage.database("bench_flow")
    migrate_all(database_url, migrated_services())
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with stage.nats("flow") as nats, ExitStack() as stack:
        environment = environment_of(stage.folder / "ingress-flow", database_url, nats.url, base)
        programs = {
            service: stack.enter_context(
                stage.serving(
                    f"flow-{service}",
                    f"services.{service}.app:create",
                    environment,
                    port if service == "ingress" else None,
                )
            )
            for service in SERVICES
        }
        for program in programs.values():
            program.wait_until_ready(READY, is_undegraded)
        configure(nats.url, PLAIN)
        asyncio.run(configure_flow(nats.url))
        yield Doors(base, voice=VOICE, status=STATUS)


async def configure_flow(nats_url: str) -> None:
    """Publish the flow, and send a number's calls there."""
    campaign = Campaign(
        id=CampaignId(name_of("campaign", 1_000)),
        name="In a flow",
        status=CampaignStatus.ACTIVE,
        flow_id=FLOW_ID,
        assignments=(Assignment(target_id=TargetId(name_of("target", 0))),),
    )
    number = Number(
        id=NumberId(name_of("number", 1_000)),
        number=IN_FLOW,
        account_sid=ACCOUNT_SID,
        campaign_id=campaign.id,
    )
    edit = {"account_id": ACCOUNT, "actor": ACTOR}
    broker = Broker(nats_url, "bench")
    broker.open()
    while not broker.connected:  # noqa: ASYNC110 - once
        await asyncio.sleep(0.05)
    ask = Ask(broker)
    try:
        saved = await ask(SaveFlow(**edit, document=document()), Deadline.within(EDIT_WITHIN_MS))
        publish = PublishFlow(**edit, flow_id=FLOW_ID, expected_version=saved.version)
        await ask(publish, Deadline.within(EDIT_WITHIN_MS))
        configuration = AccountConfiguration(campaigns=(campaign,), numbers=(number,))
        whole = ImportConfiguration(**edit, configuration=configuration)
        await ask(whole, Deadline.within(EDIT_WITHIN_MS))
    finally:
        await broker.close()


def table(reached: Mapping[str, Spread]) -> list[str]:
    """The goals, then what else was seen."""
    goals = {goal.key for goal in GOALS}
    others = [
        f"- `{key}`: {of.median:.2f} ({of.low:.2f} to {of.high:.2f})"
        for key, of in reached.items()
        if key not in goals
    ]
    meanings = [f"- `{goal.key}`: {goal.meaning}" for goal in GOALS]
    return [*goals_table(reached, GOALS), "", *meanings, *others]


def write(reached: Mapping[str, Spread], load_average: float) -> None:
    """Put the keys beside those of calls, and the table into flow.md."""
    folder = ROOT / "docs" / "benchmarks"
    medians = {key: rounded(of.median) for key, of in reached.items()}
    keep(folder, medians, lambda key: key.startswith(PARTS))
    where = f"{today()}, commit {commit(ROOT)}, load average {load_average:.1f}. {described()}."
    (folder / "flow.md").write_text("\n".join([*HEAD, where, "", *table(reached), ""]))


HEAD = (
    "# What a turn of a flow costs",
    "",
    "`python -m tests.bench.flowing`: a flow of thirty nodes that asks nobody outside; each turn",
    "comes through six or seven of them and is kept on durable PostgreSQL. One caller calls a",
    "plain number and the flow's in turn, over one connection; from webhook to TwiML. The engine's",
    "time is of a turn with its session read and written. Medians of rounds.",
    "",
)


def main() -> None:
    with open_stage() as stage, product_with_flow(stage) as doors:
        rounds = uvloop.run(rounds_of(doors))
    load_average = os.getloadavg()[0]
    reached = {key: spread([one[key] for one in rounds]) for key in rounds[0]}
    print(*table(reached), sep="\n")
    if "--look" not in sys.argv:
        write(reached, load_average)


if __name__ == "__main__":
    main()
