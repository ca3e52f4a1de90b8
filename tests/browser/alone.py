"""The real services and one browser for a program that is no test."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, async_playwright

from tests.browser.playing import browser_launched
from tests.browser.world import World
from tests.kit.nats import running_nats
from tests.kit.postgres import Databases, Templates, running_postgres


@asynccontextmanager
async def world_and_browser() -> AsyncIterator[tuple[World, Browser]]:
    """Both, until the block ends."""
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
            yield world, browser
            await browser.close()
