"""One stack and one browser for all of this folder's tests: the real services, a seeded account."""

import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from deploy.local.folders import ROOT
from services.console.site import BUILT
from tests.browser.playing import Visitor, browser_launched
from tests.browser.world import World
from tests.kit.nats import running_nats
from tests.kit.postgres import Databases, Templates

pytestmark = pytest.mark.asyncio(loop_scope="package")


def is_built() -> bool:
    """Whether `make web` has nothing to do: pages of yesterday would be tested unnoticed."""
    question = ["make", "--silent", "--question", str((BUILT / "index.html").relative_to(ROOT))]
    return subprocess.run(question, cwd=ROOT, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="package")
def browser_database(database_templates: Templates) -> Iterator[str]:
    databases = Databases(database_templates)
    yield databases.fresh()
    databases.drop()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def world(
    browser_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """Services, demo data and played calls; tests add what they change."""
    if not is_built():
        pytest.fail("the application is not built, or older than its source: make web")
    folder: Path = tmp_path_factory.mktemp("ingress")
    with running_nats() as nats:
        async with AsyncExitStack() as stack:
            world = World(nats.url, browser_database, folder, stack)
            await world.open()
            yield world


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await browser_launched(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="package")
async def visitor(world: World, browser: Browser) -> AsyncIterator[Visitor]:
    """Somebody with a browser of her own; nothing may go wrong in it unheard."""
    visitor = await Visitor.new(browser, world.url)
    yield visitor
    await visitor.context.close()
    assert visitor.complaints == []


@pytest_asyncio.fixture(loop_scope="package")
async def owner(world: World, visitor: Visitor) -> Visitor:
    """An owner who is signed in to the demo's account; she may own others that tests have made."""
    await visitor.be_signed_in(world.email, world.password, world.account_id)
    return visitor
