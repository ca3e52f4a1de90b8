"""What an operator sees first, a first run's steps, and live calls turned by hand."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import expect

from deploy.local import demo
from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World

pytestmark = pytest.mark.asyncio(loop_scope="package")

CALLER = "+13055550199"


async def test_today_is_seen_at_a_glance(owner: Visitor) -> None:
    page = await owner.go("/")
    await expect(page.get_by_text("Calls today")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^\$\d+\.\d\d$")).first).to_be_visible()
    await page.get_by_text("Show as a table").first.click()
    table = page.get_by_role("region", name="Calls per hour as a table")
    await expect(table.get_by_role("row")).to_have_count(25)
    await owner.has_no_barriers()


async def test_a_live_call_is_seen_turned_and_hung_up(owner: Visitor, world: World) -> None:
    page = await owner.go("/live")
    await expect(page.get_by_text("Nobody is on the line")).to_be_visible()
    talking = f"{demo.FRONT_DESK}=answer:1,talk:900"
    async with world.live_call(demo.NUMBER, talking, CALLER):
        row = page.get_by_role("row").filter(has_text="305 555 0199")
        await expect(row).to_contain_text("Connected")
        await expect(row).to_contain_text("Acme front desk")
        capacity = page.get_by_role("complementary", name="Capacity")
        await expect(capacity).to_contain_text("Acme Roofing1, no cap")
        await owner.has_no_barriers()

        await row.get_by_role("button", name=re.compile("What to do")).click()
        await page.get_by_role("menuitem", name="Transfer…").click()
        await page.get_by_label("Phone number").fill("12")
        await page.get_by_role("button", name="Transfer", exact=True).click()
        await expect(page.get_by_label("Phone number")).to_have_attribute("aria-invalid", "true")
        await owner.has_no_barriers()
        await page.keyboard.press("Escape")

        await row.get_by_role("button", name=re.compile("What to do")).click()
        await page.get_by_role("menuitem", name="Hang up").click()
        await expect(page.get_by_text("Hang up: done")).to_be_visible()
    await expect(row).to_contain_text("Over")


async def test_first_steps_lead_to_a_simulated_call(visitor: Visitor, world: World) -> None:
    """In an account where nothing is yet, and then a number and a campaign."""
    account = await world.new_account()
    await visitor.be_signed_in(account.email, PASSWORD)
    page = await visitor.go("/")
    steps = page.get_by_role("region", name="First steps")
    await expect(steps.get_by_role("listitem")).to_have_count(5)
    await expect(steps.get_by_text("(done)")).to_have_count(0)
    await visitor.has_no_barriers()
    await steps.get_by_role("button", name="Add demo data").click()
    await expect(steps.get_by_text("(done)")).to_have_count(4)
    await steps.get_by_role("button", name="Simulate a call").click()
    await expect(steps.get_by_text(re.compile("Front desk .demo. of Acme"))).to_be_visible()
    await steps.get_by_role("button", name="Remove demo data").click()
    await expect(steps.get_by_text("(done)")).to_have_count(0)

    await account.has_a_campaign("+18005550178", f"Gutters {uuid4().hex[:4]}")
    await expect(steps.get_by_text("(done)")).to_have_count(3)
    await steps.get_by_role("button", name="Simulate a call").click()
    await expect(steps.get_by_text(re.compile("Gutter desk of Gutter company was"))).to_be_visible()
    await visitor.has_no_barriers()


async def test_a_link_that_is_over_or_cannot_be_looked_at_says_so(visitor: Visitor) -> None:
    page, over = visitor.page, f"/link#invitation.{'x' * 43}"
    await page.goto(over)
    await expect(page.get_by_role("status")).to_have_text(re.compile("has expired"))
    assert all("410" in one for one in visitor.complaints)
    await expect(page.locator("form")).to_be_hidden()

    await page.route("**/invitations/look", lambda route: route.abort())
    await page.reload()
    await expect(page.get_by_role("status")).to_have_text(re.compile("Nobody answers"))
    await expect(page.locator("form")).to_be_hidden()
    assert all("410" in one or "ERR_FAILED" in one for one in visitor.complaints)
    visitor.complaints.clear()
