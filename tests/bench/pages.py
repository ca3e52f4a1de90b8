"""How soon pages of the console are there in a real browser, and how evenly long ones move.

Real headless Chromium; all services in one process beside it, with the demo's data and a thousand
calls of thirty days. A page's time begins with the first byte that is asked for, in a browser that
has nothing of ours, and ends with the frame after which everything that the page is for is shown.
Pages take turns, round after round; the first round warms the services up and counts for nothing.
Then the list of calls is scrolled from its top to its end, which it loads by and by, and the
drawing of 500 steps is dragged: every frame is timed.
Run: make web; python -m tests.bench.pages [--look]: a look is two rounds and writes nothing.
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from playwright.async_api import Browser, Page

from libs.runtime.database import Database
from services.console.site import BUILT
from services.tracking.store.rollups import Rollups
from tests.bench.goals import Goal
from tests.bench.machine import commit, described, today
from tests.bench.ratios import Spread, spread
from tests.bench.report import exactly, goals_table, keep, rounded
from tests.bench.reporting import DAYS, give_history
from tests.bench.stage import ROOT
from tests.bench.thirty import document
from tests.browser.alone import world_and_browser
from tests.browser.playing import Visitor
from tests.browser.world import World, be_signed_in

ROUNDS, LOOK_ROUNDS = 7, 2
CALLS = 1_000
STEPS_FEW, STEPS_MANY = 30, 500
LATE_MS = 50  # a frame that takes longer is seen
SCROLL_PX = 160  # of each frame: five rows, as a wheel turned quickly
DRAGS = 3
THERE_WITHIN_S = 30.0

ROWS = ("tbody tr[data-row]",)
DRAWN = (".react-flow__node", ".react-flow__edge", "aside[aria-label=Settings] input")
LISTS = {"calls": ROWS, "campaigns": ROWS, "buyers": ROWS}
OVERVIEW = (
    'svg[aria-label^="Calls per hour"]',
    'svg[aria-label^="Revenue and payout"]',
    "dl dd + dd",  # how a number differs from a week ago
    "[aria-label='Needs attention'] :is(p, li)",
    "[aria-label='Live calls'] :is(p, li)",
)
NOTE_WHEN_THERE = """window.thereAt = new Promise((there) => {
  const sights = %s;
  const look = () => sights.every((one) => document.querySelector(one))
    ? requestAnimationFrame(() => there(performance.now()))
    : requestAnimationFrame(look);
  requestAnimationFrame(look);
})"""
# Both give the milliseconds between frames.
SCROLL_TO_THE_END = """async ([pixels, rows]) => {
  const list = document.querySelector("[role=region][aria-label=Calls]");
  const frame = () => new Promise(requestAnimationFrame);
  const took = [];
  for (let before = await frame(); ; ) {
    list.scrollTop += pixels;
    const now = await frame();
    took.push(now - before);
    before = now;
    const known = Number(list.querySelector("table").getAttribute("aria-rowcount")) > rows;
    if (known && list.scrollTop + list.clientHeight >= list.scrollHeight - 1) return took;
  }
}"""
TIME_FRAMES = """() => {
  window.frames_took = [];
  let before;
  const note = (now) => {
    if (before !== undefined) window.frames_took.push(now - before);
    before = now;
    requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
}"""

OVERVIEW_KEY, FEW_KEY, MANY_KEY, UNPLACED_KEY = (
    "console.overview_s",
    "console.flow_30_s",
    "console.flow_500_s",
    "console.flow_500_unplaced_s",
)
LATE_KEY, LONGEST_KEY = "console.scroll.late_frames", "console.scroll.longest_ms"
FIRST_KEY, WHOLE_KEY = "console.first_kb", "console.whole_kb"
GOALS = (
    Goal(OVERVIEW_KEY, "at most", 1, "seconds until the overview is whole, with both charts"),
    Goal(FEW_KEY, "at most", 0.7, f"seconds until a flow of {STEPS_FEW} steps can be edited"),
    Goal(MANY_KEY, "at most", 2.5, f"the same of {STEPS_MANY} steps that were laid out before"),
    Goal(UNPLACED_KEY, "at most", 2.5, "the same of steps that have no places yet"),
    Goal(LATE_KEY, "at most", 0, f"frames over {LATE_MS} ms while {CALLS:,} calls are scrolled"),
    Goal(LONGEST_KEY, "at most", LATE_MS, "milliseconds of the longest of these frames"),
    Goal(FIRST_KEY, "at most", 170, "kB (brotli) that the first page loads"),
    Goal(WHOLE_KEY, "at most", 450, "kB (brotli) of the whole application"),
)
HEAD = (
    "# The console in the browser",
    "",
    "`python -m tests.bench.pages`: real headless Chromium, a new browser context each time; all",
    "services in one process beside it, with the demo's data and a thousand calls. A page's time",
    "begins with the first byte that is asked for and ends with the frame after which everything",
    f"that the page is for is shown. Medians of {ROUNDS} rounds in which the pages take turns.",
    "",
)
FOOT = (
    "",
    "Sizes are those of brotli, as browsers get it over TLS; gzip over plain HTTP is some 13 %",
    "more. The build prints them, and fails above the goals. Of a drawing only what is in view is",
    "drawn. Packages and build from nothing, with a filled package cache, on two loaded cores: 33",
    "seconds (limit 90).",
    "",
)


def flow_of(count: int, *, placed: bool) -> dict[str, Any]:
    """Steps one after the other, 25 to a line, under a name of their own."""
    some = document()
    steps = len(some["nodes"]) - 1  # the last one hangs up
    ports = [edge["port"] for edge in some["edges"]]
    nodes = [{**some["nodes"][at % steps], "id": f"n{at}"} for at in range(count - 1)]
    last = {**some["nodes"][-1], "id": f"n{count - 1}"}
    edges = [
        {"source": f"n{at}", "port": ports[at % steps], "target": f"n{at + 1}"}
        for at in range(count - 1)
    ]
    places = {f"n{at}": {"x": 304 * (at % 25), "y": 240 * (at // 25)} for at in range(count)}
    return {
        "name": f"{count} steps {uuid4().hex[:4]}",
        "start": "n0",
        "nodes": [*nodes, last],
        "edges": edges,
        **({"layout": places} if placed else {}),
    }


async def prepared(world: World) -> dict[str, str]:
    """Give the account its calls and flows; give the flows' addresses by key."""
    since = datetime.now(UTC) - timedelta(days=DAYS)
    await asyncio.to_thread(give_history, world.database_url, 1, CALLS, since, world.account_id)
    database = Database(world.database_url, "bench")
    await database.open()
    await Rollups(database).sum_anew()
    await database.close()
    flows = {
        FEW_KEY: flow_of(STEPS_FEW, placed=True),
        MANY_KEY: flow_of(STEPS_MANY, placed=True),
        UNPLACED_KEY: flow_of(STEPS_MANY, placed=False),
    }
    addresses = {}
    async with world.asker() as http:
        await be_signed_in(http, world.email, world.password, world.account_id)
        for key, flow in flows.items():
            made = await http.post("/flows", json=flow)
            assert made.is_success, made.text
            addresses[key] = f"/flows/{made.json()['row']['id']}"
    return addresses


async def opened(world: World, browser: Browser, path: str, sights: tuple[str, ...]) -> Visitor:
    """Somebody new who has gone there and sees all of it."""
    visitor = await Visitor.new(browser, world.url)
    await visitor.be_signed_in(world.email, world.password, world.account_id)
    await visitor.page.add_init_script(NOTE_WHEN_THERE % json.dumps(sights))
    await visitor.go(path)
    async with asyncio.timeout(THERE_WITHIN_S):
        await visitor.page.evaluate("window.thereAt")
    return visitor


async def seconds_of(visitor: Visitor) -> float:
    """How long it took until all was there; her browser is gone afterwards."""
    milliseconds = await visitor.page.evaluate("window.thereAt")
    await visitor.context.close()
    assert visitor.complaints == [], visitor.complaints
    return float(milliseconds) / 1_000


async def scrolled(page: Page) -> dict[str, float]:
    took = await page.evaluate(SCROLL_TO_THE_END, [SCROLL_PX, CALLS])
    late = [one for one in took if one > LATE_MS]
    return {
        LATE_KEY: len(late),
        "console.scroll.late_percent": 100 * len(late) / len(took),
        "console.scroll.frames": len(took),
        LONGEST_KEY: max(took),
    }


async def dragged(page: Page) -> dict[str, float]:
    """The drawing is dragged to and fro by mouse."""
    box = await page.locator(".react-flow__pane").bounding_box()
    assert box is not None
    left, top = box["x"] + 60, box["y"] + box["height"] - 60
    await page.evaluate(TIME_FRAMES)
    for _ in range(DRAGS):
        await page.mouse.move(left + 700, top)
        await page.mouse.down()
        await page.mouse.move(left, top, steps=40)
        await page.mouse.move(left + 700, top, steps=40)
        await page.mouse.up()
    took = sorted(await page.evaluate("window.frames_took"))
    return {
        "console.drag_500.late_percent": 100 * sum(one > LATE_MS for one in took) / len(took),
        "console.drag_500.longest_ms": took[-1],
    }


async def round_of(world: World, browser: Browser, flows: Mapping[str, str]) -> dict[str, float]:
    """Every page once."""
    found = {OVERVIEW_KEY: await seconds_of(await opened(world, browser, "/", OVERVIEW))}
    for name, sights in LISTS.items():
        visitor = await opened(world, browser, f"/{name}", sights)
        if name == "calls":
            found |= await scrolled(visitor.page)
        found[f"console.{name}_s"] = await seconds_of(visitor)
    for key, path in flows.items():
        visitor = await opened(world, browser, path, DRAWN)
        if key == MANY_KEY:
            found |= await dragged(visitor.page)
        found[key] = await seconds_of(visitor)
    return found


async def measure(rounds: int) -> dict[str, Spread]:
    """Every key, over the rounds."""
    async with world_and_browser() as (world, browser):
        flows = await prepared(world)
        found = [await round_of(world, browser, flows) for _ in range(1 + rounds)][1:]
    sizes = json.loads((BUILT / "sizes.json").read_text())
    return {
        **{key: spread([one[key] for one in found]) for key in found[0]},
        FIRST_KEY: exactly(sizes["first"] / 1_000),
        WHOLE_KEY: exactly(sizes["whole"] / 1_000),
    }


def table(reached: Mapping[str, Spread]) -> list[str]:
    """The goals, then what else was seen."""
    goals = {goal.key for goal in GOALS}
    return [
        *goals_table(reached, GOALS),
        "",
        *(f"- `{goal.key}`: {goal.meaning}" for goal in GOALS),
        *(
            f"- `{key}`: {of.median:.2f} ({of.low:.2f} to {of.high:.2f})"
            for key, of in sorted(reached.items())
            if key not in goals
        ),
    ]


def write(reached: Mapping[str, Spread], load_average: float) -> None:
    """Put the keys beside those of calls, and the table into console.md."""
    folder = ROOT / "docs" / "benchmarks"
    medians = {key: rounded(of.median) for key, of in reached.items()}
    keep(folder, medians, lambda key: key.startswith("console."))
    where = f"{today()}, commit {commit(ROOT)}, load average {load_average:.1f}. {described()}."
    lines = [*HEAD, where, "", *table(reached), *FOOT]
    (folder / "console.md").write_text("\n".join(lines))


def main() -> None:
    look = "--look" in sys.argv
    reached = asyncio.run(measure(LOOK_ROUNDS if look else ROUNDS))
    load_average = os.getloadavg()[0]
    print(*table(reached), sep="\n")
    if not look:
        write(reached, load_average)


if __name__ == "__main__":
    main()
