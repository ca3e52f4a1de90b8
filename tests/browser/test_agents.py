"""Agents: made by a supervisor, signed in, given a call with its tags, and seen at it."""

from functools import partial

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from services.console.domain.access import Role
from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, be_signed_in, changed
from tests.kit.hosting import eventually, knows

pytestmark = pytest.mark.asyncio(loop_scope="package")

NUMBER = "+18005550179"
TALKING = "+15550100042=answer:1,talk:900"


async def makes_an_agent(visitor: Visitor, person: str) -> None:
    """A supervisor names a person who takes calls."""
    page = await visitor.go("/agents")
    await expect(page.get_by_text("No agents yet")).to_be_visible()
    await page.get_by_role("link", name="New agent").click()
    await page.get_by_label("Name", exact=True).fill("Ann of the gutters")
    await page.get_by_label("Buyer").select_option(label="Gutter company")
    await page.get_by_label("Phone number").fill("+15550100042")
    await page.get_by_label("Person", exact=True).select_option(label=f"Ann ({person})")
    await page.get_by_label("Skills").fill("Gutters, german")
    await page.get_by_label("Wrap-up (seconds)").fill("900")
    await page.get_by_role("button", name="Make the target").click()
    await expect(page.get_by_role("heading", name="Ann of the gutters")).to_be_visible()


async def takes_calls(world: World, email: str, account_id: object) -> None:
    """The campaign's calls go to her, and its number carries a tag."""
    async with world.asker() as http:
        await be_signed_in(http, email, PASSWORD, account_id)  # type: ignore[arg-type]
        (agent,) = (await http.get("/agents")).json()["agents"]
        (campaign,) = (await http.get("/campaigns")).json()["items"]
        (number,) = (await http.get("/numbers")).json()["items"]
        plan = [{"target_id": agent["agent_id"]}]
        await changed(http, f"/campaigns/{campaign['document']['id']}", assignments=plan)
        await changed(http, f"/numbers/{number['document']['id']}", tags={"source": "flyer"})
        latest = (await http.get("/numbers")).json()["items"][0]["version"]
    for router in world.routers:
        await eventually(partial(knows, router, latest))


async def wraps_up(desk: Page) -> None:
    """She says what came of the call, and goes home."""
    wrap_up = desk.get_by_role("region", name="Call to wrap up")
    await expect(wrap_up.get_by_label("Notes", exact=True)).to_have_value("Two storeys")
    await wrap_up.get_by_label("What came of it").fill("Sold")
    await wrap_up.get_by_label("Rating").select_option("5")
    await wrap_up.get_by_role("button", name="Done").click()
    await expect(wrap_up).to_be_hidden()
    await expect(desk.get_by_role("region", name="My calls")).to_contain_text("Sold")
    await desk.get_by_label("Reason").fill("Shift is over")
    await desk.get_by_role("button", name="Sign out", exact=True).click()


async def looks_after(supervisor: Visitor, row: Locator) -> None:
    """Her supervisor sees what she said and did, and sends her to a training."""
    office = await supervisor.go("/agents")
    await expect(row).to_contain_text("Shift is over")
    await row.press("Enter")
    await expect(office.get_by_role("dialog").get_by_label("Today")).to_contain_text("Handled1")
    await supervisor.has_no_barriers()
    await office.get_by_role("button", name="Open its page (O)").click()
    await expect(office.get_by_role("region", name="Her calls")).to_contain_text("Sold")
    await expect(office.get_by_role("region", name="Her states")).to_contain_text("Offline")
    await office.get_by_label("Why").fill("New scripts")
    await office.get_by_role("button", name="Training").click()
    await supervisor.has_no_barriers()


async def test_a_call_reaches_an_agent_who_wraps_it_up(
    world: World, browser: Browser, visitor: Visitor
) -> None:
    account = await world.new_account()
    await account.has_a_campaign(NUMBER, "Gutters")
    email = await world.person(Role.AGENT, account.account_id)
    await visitor.be_signed_in(account.email, PASSWORD)
    await makes_an_agent(visitor, email)
    await takes_calls(world, account.email, account.account_id)

    ann = await Visitor.new(browser, world.url)
    await ann.be_signed_in(email, PASSWORD)
    desk, office = await ann.go("/"), await visitor.go("/agents")
    row = office.get_by_role("row").filter(has_text="Ann of the gutters")
    await expect(row).to_contain_text("Offline")
    await desk.get_by_role("button", name="Sign in").click()
    await expect(desk.get_by_text("The next one appears here")).to_be_visible()
    await expect(row).to_contain_text("Available")

    async with world.live_call(NUMBER, TALKING, "+13055550177"):
        call = desk.get_by_role("region", name="Call", exact=True)
        await expect(call).to_contain_text("305 555 0177")
        await expect(call.get_by_label("Tags")).to_contain_text("flyer")
        await call.get_by_label("Notes", exact=True).fill("Two storeys")
        await ann.has_no_barriers()
        await expect(row).to_contain_text("On a call")
        await expect(row.get_by_role("link", name="Gutters", exact=True)).to_be_visible()
        await office.goto("/console/live")
        live = office.get_by_role("row").filter(has_text="305 555 0177")
        await live.get_by_role("button", name="What to do").click()
        await office.get_by_role("menuitem", name="Hang up").click()

    await wraps_up(desk)
    await looks_after(visitor, row)
    await expect(desk.get_by_text("New scripts")).to_be_visible()
    await desk.goto("/console/calls")
    await expect(desk.get_by_role("heading", name="My desk")).to_be_visible()
    await ann.context.close()
    assert ann.complaints == []
