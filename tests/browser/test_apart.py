"""Accounts are apart, hostile names are text; ended sessions and cut lines lose nothing typed."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from services.console.domain.access import Role
from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, be_signed_in
from tests.kit.hosting import call_id
from tests.kit.proxy import Proxy

pytestmark = pytest.mark.asyncio(loop_scope="package")

HOSTILE = "<img src=x onerror=window.hacked=1>"
NUMBER, CALLER = "+18005550166", "+13055550166"


async def test_two_accounts_in_two_browsers_see_nothing_of_each_other(
    owner: Visitor, world: World, browser: Browser
) -> None:
    """The other's campaign has a hostile name besides: it is text."""
    account = await world.new_account()
    name = f"{uuid4().hex[:6]} {HOSTILE}"
    await account.has_a_campaign(NUMBER, name)
    report = await world.call(NUMBER, "+15550100041=answer:1,talk:9", CALLER)
    await world.record(report, account.account_id)

    other = await Visitor.new(browser, world.url)
    await other.be_signed_in(account.email, PASSWORD)
    theirs = await other.go("/campaigns")
    await expect(theirs.get_by_role("row")).to_have_count(2)
    await theirs.get_by_role("link", name=name).click()
    await expect(theirs.get_by_role("heading", name=name, level=1)).to_be_visible()
    theirs = await other.go("/calls")
    await expect(theirs.get_by_role("row")).to_have_count(2)
    await theirs.get_by_role("row").filter(has_text=name).press("Enter")
    await expect(theirs.get_by_text(name).first).to_be_visible()
    assert await theirs.evaluate("window.hacked") is None

    page = await owner.go("/calls?caller=%2B13055550166")
    await expect(page.get_by_text("No calls match")).to_be_visible()
    page = await owner.go(f"/calls/{call_id(report)}")
    await expect(page.get_by_text("There is no such call")).to_be_visible()
    await other.context.close()
    assert other.complaints == []


async def typed(page: Page, name: str) -> None:
    """A buyer's form, not sent yet."""
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Calls at once").fill("7")
    await page.get_by_label("Calls are worth something").check()
    await page.get_by_label("Revenue", exact=True).fill("24.50")


async def is_made(page: Page, name: str) -> None:
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await expect(page.get_by_label("Calls at once")).to_have_value("7")
    await expect(page.get_by_label("Revenue", exact=True)).to_have_value("24.50")


async def test_a_session_that_ends_in_a_form_loses_nothing_typed(owner: Visitor) -> None:
    name = f"Late {uuid4().hex[:6]}"
    page = await owner.go("/buyers/new")
    await typed(page, name)
    await owner.context.clear_cookies()
    await page.get_by_role("button", name="Make the buyer").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    await owner.has_no_barriers()
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign in").click()

    await is_made(page, name)


async def test_a_cut_line_is_shown_and_heals(world: World, browser: Browser) -> None:
    """Between the browser and the console: what is typed stays, and is sent once it is back."""
    name = f"Cut {uuid4().hex[:6]}"
    async with Proxy(int(world.url.rpartition(":")[2])) as proxy:
        visitor = await Visitor.new(browser, f"http://127.0.0.1:{proxy.port}")
        await visitor.be_signed_in(world.email, PASSWORD, world.account_id)
        page = await visitor.go("/buyers/new")
        line = page.get_by_role("complementary").get_by_role("status")
        await expect(line).to_have_text("Live")
        await typed(page, name)
        await proxy.cut()
        await expect(line).to_have_text(re.compile(r"Offline since \d\d:\d\d"))
        await page.get_by_role("button", name="Make the buyer").click()
        await expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
        await visitor.has_no_barriers()
        await proxy.heal()
        await expect(line).to_have_text("Live")
        await page.get_by_role("button", name="Make the buyer").click()
        await is_made(page, name)
        await visitor.context.close()
    assert all("ERR_" in one for one in visitor.complaints), visitor.complaints


async def test_who_is_invited_joins_by_the_link(world: World, visitor: Visitor) -> None:
    email = f"{uuid4().hex[:8]}@example.com"
    async with world.asker() as http:
        await be_signed_in(http, world.email, PASSWORD, world.account_id)
        wanted = {"email": email, "role": Role.ANALYST}
        link = (await http.post("/invitations", json=wanted)).json()["link"]
    page = visitor.page
    await page.goto(f"/link#{link.rpartition('#')[2]}")
    await expect(page.get_by_role("status")).to_have_text(f"{email} is invited, as analyst.")
    await visitor.has_no_barriers()
    await page.get_by_label("Your name").fill("Ann")
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("status")).to_contain_text("You belong to the account now")
    await page.get_by_role("link", name="To the console").click()
    await expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
