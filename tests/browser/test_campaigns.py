"""Campaigns: made with a plan, refused where RTB has no router, rehearsed, activated, paused."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from services.console.domain.access import Role
from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_campaigns_are_seen_as_cards_and_as_a_table(owner: Visitor) -> None:
    page = await owner.go("/campaigns?contains=leads")
    solar = page.get_by_role("row").filter(has_text="Solar leads")
    await expect(solar.get_by_text("RTB", exact=True)).to_be_visible()
    await owner.has_no_barriers()
    await page.get_by_role("button", name="As cards").click()
    card = page.get_by_role("listitem").filter(has_text="Roofing leads")
    await expect(card.get_by_text("Calls today")).to_be_visible()
    await expect(card.get_by_text("3 destinations")).to_be_visible()
    await owner.has_no_barriers()


async def test_a_campaign_is_made_rehearsed_and_told_why_it_cannot_begin(owner: Visitor) -> None:
    name = f"Gutters {uuid4().hex[:6]}"
    page = await owner.go("/campaigns/new")
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Destination", exact=True).click()
    await page.get_by_label("Destination 1", exact=True).select_option(label="Acme front desk")
    await page.get_by_role("button", name="Destination", exact=True).click()
    await page.get_by_label("Destination 2", exact=True).select_option(label="Bold hotline")
    await page.get_by_role("button", name="Destination 2: up").click()
    await page.get_by_label("Ask outside bidders (RTB)").check()
    await expect(page.get_by_text("Choose a router: without one")).to_be_visible()
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Make the campaign").click()
    await expect(page.get_by_label("RTB router")).to_be_focused()
    await page.get_by_label("RTB router").select_option(label="Solar ring")
    await page.get_by_label("Ask outside bidders (RTB)").uncheck()
    await page.get_by_role("button", name="Take away destination 1").click()
    await page.get_by_role("button", name="Test the routing").click()
    candidates = page.get_by_role("region", name="Who was considered")
    await expect(candidates.get_by_role("row").nth(1)).to_contain_text("Bold hotline")
    await page.get_by_role("button", name="Make the campaign").click()

    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await page.get_by_label("Status").select_option("active")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("no number or pool leads to the campaign").first).to_be_visible()
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_label("Status")).to_have_value("draft")


async def test_a_tag_is_made_in_its_campaign_and_gives_its_code(
    owner: Visitor, world: World
) -> None:
    page = await owner.go("/campaigns?contains=Window")
    await page.get_by_role("link", name="Window leads").click()
    await page.get_by_role("button", name="Tag", exact=True).click()
    await page.get_by_label("Name of the tag").fill("Shop window")
    await page.get_by_label("Shows").select_option(index=1)
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Make the tag").dblclick()
    tag = page.get_by_role("listitem").filter(has_text="Shop window")
    await expect(tag).to_have_count(1)
    await tag.get_by_role("button", name="Show the code").click()
    await expect(tag.get_by_role("region", name="Code of the page")).to_contain_text("dni.js")

    await owner.be_signed_in(await world.person(Role.ANALYST), PASSWORD)
    await page.reload()
    await expect(page.get_by_label("Status")).to_be_disabled()
    await expect(page.get_by_role("button", name="Tag", exact=True)).to_have_count(0)
    await expect(tag.get_by_role("button", name="Show the code")).to_be_enabled()
    await page.get_by_role("button", name="Test the routing").click()
    await expect(page.get_by_role("region", name="Who was considered")).to_be_visible()
