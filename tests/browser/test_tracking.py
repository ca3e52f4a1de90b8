"""Tracking across campaigns: tags, visits, pixels and their deliveries, publishers, statements."""

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, be_signed_in
from tests.kit.browser import USER_AGENT
from tests.kit.hosting import ACCOUNT_SID, call_id, eventually
from tests.system.test_browser import served, website

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_pixel_is_made_tried_and_its_deliveries_are_there(owner: Visitor) -> None:
    name = f"Track {uuid4().hex[:6]}"
    page = await owner.go("/tracking?view=pixels")
    await page.get_by_role("link", name="New pixel").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Address").fill("https://track.example.com/p?id={call_idd}")
    await page.get_by_role("button", name="Make the pixel").click()
    await expect(page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Address").fill("https://track.example.com/p?id={call_id}")
    await page.get_by_role("button", name="Show the request").click()
    request = page.get_by_role("region", name="Request", exact=True)
    await expect(request).to_contain_text(re.compile("GET https://track.example.com/p\\?id=.+"))
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Make the pixel").dblclick()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()

    page = await owner.go("/tracking?view=pixels")
    await expect(page.get_by_role("row").filter(has_text=name)).to_have_count(1)
    await owner.has_no_barriers()
    await page.get_by_role("row", name=name).get_by_role("link", name="Deliveries").click()
    await expect(page.get_by_text("No deliveries")).to_be_visible()
    await owner.has_no_barriers()


async def test_a_publisher_is_paid_and_has_its_statement(owner: Visitor) -> None:
    name = f"Clicks {uuid4().hex[:6]}"
    page = await owner.go("/publishers/new")
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_role("button", name="Payout", exact=True).click()
    await page.get_by_label("Amount", exact=True).fill("12.34567")
    await page.get_by_role("button", name="Payout cap").click()
    await page.get_by_role("button", name="Make the publisher").click()
    await expect(page.get_by_label("Amount", exact=True)).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Amount", exact=True).fill("12.50")
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Make the publisher").dblclick()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    used = page.get_by_role("region", name="Payout caps now")
    await expect(used).to_contain_text("$1,000.00 per day")

    await page.get_by_role("link", name="Statement").click()
    await expect(page.get_by_text(re.compile("Nothing (is|was ever) booked"))).to_be_visible()
    await owner.has_no_barriers()
    page = await owner.go("/tracking?view=publishers")
    row = page.get_by_role("row").filter(has_text=name)
    await expect(row).to_contain_text("$12.50")
    await owner.has_no_barriers()


async def test_tags_are_seen_across_campaigns_and_changed_in_theirs(
    owner: Visitor, world: World
) -> None:
    name = f"Window {uuid4().hex[:6]}"
    async with world.asker() as http:
        await be_signed_in(http, world.email, PASSWORD, world.account_id)
        numbers = [one["document"] for one in (await http.get("/numbers")).json()["items"]]
        number = next(one for one in numbers if one.get("campaign_id"))
        shows = {"campaign_id": number["campaign_id"], "number_id": number["id"]}
        made = await http.post("/tracking-tags", json={"name": name, **shows})
        assert made.is_success, made.text
    page = await owner.go(f"/tracking?contains={name[-6:]}")
    tag = page.get_by_role("region", name="Tags", exact=True).get_by_role("row", name=name)
    await expect(tag).to_contain_text("Never")
    await owner.has_no_barriers()
    await tag.get_by_role("link", name=name).click()
    await page.get_by_role("button", name=f"Change {name}").click()
    await page.get_by_label("Domains, by commas").fill("not a host!")
    await page.get_by_role("button", name="Save the tag").click()
    await expect(page.get_by_label("Domains, by commas")).to_be_focused()
    await page.get_by_label("Domains, by commas").fill("")
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Save the tag").click()
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    page = await owner.go("/tracking?view=postbacks")
    await page.get_by_role("button", name="New address").click()
    await page.get_by_label("Which partner").fill(f"Partner {name}")
    await page.get_by_role("button", name="Make the address").dblclick()
    await expect(page.get_by_role("region", name="Address", exact=True)).to_contain_text("/p/")
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Done").click()
    kept = page.get_by_role("region", name="Addresses for partners").get_by_role("row")
    await expect(kept.filter(has_text=f"Partner {name}")).to_have_count(1)


async def test_what_has_nothing_yet_says_so(visitor: Visitor, world: World) -> None:
    account = await world.new_account()
    await visitor.be_signed_in(account.email, PASSWORD)
    for view, empty in (
        ("visits", "No visits"),
        ("conversions", "No conversions"),
        ("disputes", "No disputes"),
        ("statements", "Closed times"),
    ):
        page = await visitor.go(f"/tracking?view={view}")
        await expect(page.get_by_text(empty).first).to_be_visible()
        await visitor.has_no_barriers()


async def test_a_visitor_calls_the_number_that_her_page_shows(
    visitor: Visitor, world: World, browser: Browser
) -> None:
    """A website with a strict policy, the tag as tracking serves it, and the call as it is told."""
    account = await world.new_account()
    await account.has_a_campaign("+18005550154", "Gutters")
    async with world.asker() as http:
        await be_signed_in(http, account.email, PASSWORD)

        async def made(noun: str, document: dict[str, Any]) -> Any:
            answer = await http.post(f"/{noun}", json=document)
            assert answer.is_success, answer.text
            return answer.json()["document"]

        campaign = (await http.get("/campaigns")).json()["items"][0]["document"]
        pool = await made("pools", {"name": "Site", "campaign_id": campaign["id"]})
        of_pool = {"account_sid": ACCOUNT_SID, "pool_id": pool["id"]}
        await made("numbers", {"number": "+18005550155", **of_pool})
        shows = {"campaign_id": campaign["id"], "pool_id": pool["id"]}
        replaced = {"numbers_to_replace": ["800-555-0199"]}
        tag = await made("tracking-tags", {"name": "Site", **shows, **replaced})

        async def is_free() -> bool | None:
            return (await http.get(f"/pools/{pool['id']}/use")).json()["free"] == 1 or None

        await eventually(is_free)
    async with (
        served(world.tracking) as tracking,
        served(website(tracking, tag["code"])) as address,
    ):
        her = await Visitor.new(browser, address, user_agent=USER_AGENT)
        await her.page.goto("/roofs?utm_source=google")
        await expect(her.page.locator("#text")).to_contain_text("Call (800) 555-0155 today")
        await her.context.close()
        assert her.complaints == []
    desk = "+15550100041=answer:1,talk:40,callee-hangs-up"
    report = await world.call("+18005550155", desk, "+13055550155")
    await world.record(report, account.account_id)

    await visitor.be_signed_in(account.email, PASSWORD)
    page = await visitor.go(f"/calls/{call_id(report)}")
    brought = page.get_by_role("region", name="Where it came from")
    await expect(brought).to_contain_text("Visit held number (certain)")
    await expect(brought.get_by_role("row", name="utm_source")).to_contain_text("google")
    page = await visitor.go("/tracking?view=visits")
    await page.get_by_role("row").filter(has_text="800 555 0155").press("Enter")
    await expect(page.get_by_role("link", name=f"Call {str(call_id(report))[:8]}")).to_be_visible()
    await visitor.has_no_barriers()
    await what_is_owed_is_amended(visitor, str(call_id(report)))


async def what_is_owed_is_amended(visitor: Visitor, call: str) -> None:
    """From the call's page and from the statements; and a parameter of landing pages is made."""
    page = await visitor.go(f"/calls/{call}")
    await page.get_by_role("button", name="Change what is owed").click()
    await page.get_by_label("By", exact=True).fill("12.5")
    await page.get_by_role("button", name="Book it").click()
    await expect(page.get_by_label("Because")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Because").fill("agreed by phone")
    await visitor.has_no_barriers()
    await page.get_by_role("button", name="Book it").dblclick()
    owed = page.get_by_role("region", name="What is owed").get_by_role("row")
    await expect(owed.filter(has_text="agreed by phone")).to_contain_text("$12.50")
    await page.get_by_role("button", name="Dispute it").click()
    await page.get_by_label("Because").fill("wrong number")
    await visitor.has_no_barriers()
    await page.get_by_role("button", name="Open it").dblclick()
    await expect(page.get_by_text("The dispute is open")).to_be_visible()

    page = await visitor.go("/tracking?view=statements&book=buyer")
    await page.get_by_role("button", name="Payment or correction").click()
    choice = page.get_by_label("With").locator("option").nth(1)
    await page.get_by_label("With").select_option(await choice.get_attribute("value"))
    await page.get_by_label("Amount", exact=True).fill("-2.50")
    await page.get_by_label("Because").fill("invoice 7")
    await visitor.has_no_barriers()
    await page.get_by_role("button", name="Book it").click()
    await expect(page.get_by_text("The balance is", exact=False)).to_be_visible()

    page = await visitor.go("/url-parameters/new")
    await page.get_by_label("Name", exact=True).fill("Sub-id")
    await page.get_by_label("Parameter", exact=True).fill("sub id")
    await page.get_by_label("Tag", exact=True).fill("sub")
    await page.get_by_role("button", name="Make the URL parameter").click()
    parameter = page.get_by_label("Parameter", exact=True)
    await expect(parameter).to_have_attribute("aria-invalid", "true")
    await parameter.fill("sub_id")
    await visitor.has_no_barriers()
    await page.get_by_role("button", name="Make the URL parameter").click()
    await expect(page.get_by_role("heading", name="Sub-id", level=1)).to_be_visible()
