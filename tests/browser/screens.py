"""Pictures of every page, both themes, wide and narrow, into docs/screens; barriers are told.

A picture is as high as its page needs, within a bound. Whatever axe finds by the rules of WCAG 2.2
A and AA, what is wider than its window, and what the browser complains of is printed, and the
program ends with 1.
Run: make screens [ARGS="calls settings"]: pages whose pictures' names hold one of these words.
"""

import asyncio
import base64
import sys
from pathlib import Path

from playwright.async_api import Browser, Page

from deploy.local.folders import ROOT
from tests.browser.alone import world_and_browser
from tests.browser.furnished import furnish, people
from tests.browser.pages import SCREENS, Screen, unseen
from tests.browser.playing import TRIED, Visitor
from tests.browser.world import World

FOLDER = ROOT / "docs" / "screens"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
HIGH_MAX = 1_400  # a longer list or form looks the same further down
QUALITY = 12  # percent, of WebP
QUIET_MS = 250  # nothing was loaded for so long
QUIET_WITHIN_S = 10.0
WHEN_QUIET = """(quiet) => new Promise((done) => {
  const since = performance.now();
  const look = () => {
    const ends = performance.getEntriesByType("resource").map((one) => one.responseEnd);
    const waits = document.querySelector("[aria-label=Loading], [aria-busy=true]");
    if (!waits && performance.now() - Math.max(since, ...ends) > quiet) done();
    else requestAnimationFrame(look);
  };
  look();
})"""
# The application notes the theme itself; the page of links leaves it to the browser.
WHEN_DRAWN = """(theme) => new Promise((done) => {
  const look = () => (document.documentElement.dataset.theme ?? theme) === theme
    ? requestAnimationFrame(() => requestAnimationFrame(done))
    : requestAnimationFrame(look);
  look();
})"""
# How much of the page stands below the edge of whatever scrolls in it.
HIDDEN_PX = """() => {
  const whole = document.documentElement;
  const scrolls = (one) => /auto|scroll/.test(getComputedStyle(one).overflowY);
  const some = [...document.querySelectorAll("main *")].filter(scrolls);
  return Math.max(...[whole, ...some].map((one) => one.scrollHeight - one.clientHeight));
}"""
TOO_WIDE_PX = "document.documentElement.scrollWidth - innerWidth"


class Camera:
    """Goes to pages as different people; keeps pictures and tells what is wrong."""

    def __init__(self, world: World, browser: Browser, folder: Path) -> None:
        self._world = world
        self._browser = browser
        self._folder = folder
        self._visitors: dict[str, Visitor] = {}
        self.wrong: list[str] = []

    async def open(self) -> None:
        """Furnish the account, and have everybody signed in who looks at it."""
        self._ids = await furnish(self._world)
        emails = await people(self._world, self._ids)
        password = self._world.password
        for who in {one.who for one in SCREENS}:
            visitor = self._visitors[who] = await Visitor.new(self._browser, self._world.url)
            if who == "owner":
                await visitor.be_signed_in(self._world.email, password, self._world.account_id)
            elif who in emails:
                await visitor.be_signed_in(emails[who], password)

    async def take(self, screen: Screen) -> None:
        """All four pictures of a page."""
        visitor = self._visitors[screen.who]
        page = visitor.page
        for size, (width, height) in SIZES.items():
            await page.set_viewport_size({"width": width, "height": height})
            await page.goto(screen.address.format(**self._ids))
            await page.get_by_role("heading", level=1).wait_for()
            await settled(page)
            hidden = await page.evaluate(HIDDEN_PX)
            if 0 < hidden <= HIGH_MAX - height:
                await page.set_viewport_size({"width": width, "height": height + hidden})
                await settled(page)
            for theme in TRIED:
                await page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                await page.evaluate(WHEN_DRAWN, theme)
                name = f"{screen.name}-{size}-{theme}"
                await self._keep(page, name)
                self.wrong += [f"{name}: {one}" for one in await visitor.barriers(theme)]
            if (wider := await page.evaluate(TOO_WIDE_PX)) > 0:
                self.wrong.append(f"{screen.name}-{size}: {wider} px too wide")
        self.wrong += [f"{screen.name}: {one}" for one in visitor.complaints]
        visitor.complaints.clear()

    async def _keep(self, page: Page, name: str) -> None:
        session = await page.context.new_cdp_session(page)
        wanted = {"format": "webp", "quality": QUALITY}
        picture = await session.send("Page.captureScreenshot", wanted)
        await session.detach()
        (self._folder / f"{name}.webp").write_bytes(base64.b64decode(picture["data"]))


async def settled(page: Page) -> None:
    """Until nothing is loaded any more."""
    async with asyncio.timeout(QUIET_WITHIN_S):
        await page.evaluate(WHEN_QUIET, QUIET_MS)


async def main(words: list[str]) -> list[str]:
    """Take the pictures of the pages named so, by default of all; give what is wrong with them."""
    chosen = [one for one in SCREENS if not words or any(word in one.name for word in words)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not words:
        for old in FOLDER.glob("*.webp"):
            old.unlink()
    async with world_and_browser() as (world, browser):
        camera = Camera(world, browser, FOLDER)
        await camera.open()
        for screen in chosen:
            before = len(camera.wrong)
            await camera.take(screen)
            print(screen.name, *camera.wrong[before:], sep="\n  ")
    missing = [f"no picture of {path}" for path in sorted(unseen())]
    print(*missing, sep="\n")
    return camera.wrong + missing


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main(sys.argv[1:])) else 0)
