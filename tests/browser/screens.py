"""Pictures of every page, in both themes, wide and narrow, into docs/screens.

Run: make screens [ARGS="/calls /buyers"]
"""

import asyncio
import re
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import async_playwright

from deploy.local.folders import ROOT
from tests.browser.playing import Visitor, browser_launched
from tests.browser.world import World
from tests.kit.nats import running_nats
from tests.kit.postgres import Databases, Templates, running_postgres

FOLDER = ROOT / "docs" / "screens"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
STILL_MS = 700  # what a page still loads after its heading is there


async def main(pages: list[str]) -> None:
    """Take the pictures of the pages named, by default of all that the navigation leads to."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        running_nats() as nats,
        running_postgres() as postgres,
        TemporaryDirectory() as folder,
    ):
        databases = Databases(Templates(postgres))
        async with AsyncExitStack() as stack, async_playwright() as playwright:
            world = World(nats.url, databases.fresh(), Path(folder), stack)
            await world.open()
            browser = await browser_launched(playwright)
            visitor = await Visitor.new(browser, world.url)
            await visitor.be_signed_in(world.email, world.password)
            await visitor.go("/")
            await visitor.page.get_by_role("navigation", name="Pages").wait_for()
            for path in pages or await _all(visitor):
                await _take(visitor, path)
            await browser.close()


async def _all(visitor: Visitor) -> list[str]:
    found = await visitor.page.eval_on_selector_all(
        "nav[aria-label=Pages] a", "links => links.map(link => link.pathname)"
    )
    return [path.removeprefix("/console") for path in found]


async def _take(visitor: Visitor, path: str) -> None:
    page = visitor.page
    await visitor.go(path)
    await page.get_by_role("heading", level=1).wait_for()
    name = re.sub(r"[^\w-]+", "-", path.strip("/")) or "home"
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            await page.wait_for_timeout(STILL_MS)
            await page.screenshot(path=FOLDER / f"{name}-{size}-{theme}.png")
        wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        print(f"{path} {size}" + (f": {wider} px too wide" if wider > 0 else ""))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
