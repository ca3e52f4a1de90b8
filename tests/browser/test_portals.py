"""Portals in the browser: a buyer's and a publisher's people see and set what is theirs."""

from typing import Any

import pytest
from playwright.async_api import expect

from services.console.domain.access import Role
from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, be_signed_in, changed
from tests.kit.hosting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_buyers_people_see_their_calls_and_pause_their_targets(
    world: World, visitor: Visitor
) -> None:
    async with world.asker() as http:
        await be_signed_in(http, world.email, PASSWORD, world.account_id)

        async def sold() -> Any:
            calls = (await http.get("/calls")).json()["calls"]
            return next((one for one in calls if one["converted"] and one["buyer_id"]), None)

        own = await eventually(sold)
        words = {"pauses_targets": True, "sets_caps": True, "disputes": True}
        await changed(http, f"/buyers/{own['buyer_id']}", portal=words)
    try:
        await visitor.be_signed_in(await world.person(Role.BUYER, party=own["buyer_id"]), PASSWORD)
        page = await visitor.go("/calls")
        await expect(page.get_by_role("heading", name="Calls", level=1)).to_be_visible()
        assert page.url.endswith("/console/portal")
        table = page.get_by_role("region", name="Calls", exact=True)
        row = table.get_by_role("row").filter(has=page.get_by_text("Yes", exact=True)).first
        await visitor.has_no_barriers()
        await row.get_by_role("button").click()
        await page.get_by_label("Why the charge is wrong").fill("It was a wrong number")
        await visitor.has_no_barriers()
        await page.get_by_role("button", name="Dispute").click()
        await expect(page.get_by_text("The charge is disputed")).to_be_visible()
        await page.get_by_role("button", name="Close").first.click()

        await page.get_by_role("link", name="Targets").click()
        await expect(page.get_by_text("Active").first).to_be_visible()
        await page.get_by_role("button", name="Pause").first.click()
        await expect(page.get_by_text("Paused by you").first).to_be_visible()
        await page.get_by_role("button", name="Resume").first.click()
        await expect(page.get_by_text("Paused by you")).to_have_count(0)
        await page.get_by_role("button", name="Set caps").first.click()
        await page.get_by_label("Calls at once").fill("1")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("dialog", name="Caps of")).to_be_hidden()
        await expect(page.get_by_role("cell", name="0 of 1", exact=True)).to_be_visible()
        await visitor.has_no_barriers()

        await page.get_by_role("link", name="Statement").click()
        await expect(page.get_by_role("region", name="Sums")).to_contain_text("Closing balance")
        await expect(page.get_by_role("region", name="Disputes")).to_contain_text("wrong number")
        await visitor.has_no_barriers()
        await reads_the_rest(visitor)
    finally:
        async with world.asker() as http:
            await be_signed_in(http, world.email, PASSWORD, world.account_id)
            rows = (await http.get("/targets")).json()["items"]
            for one in rows:
                if one["document"].get("own"):
                    await changed(http, f"/targets/{one['document']['id']}", own=None)


async def reads_the_rest(visitor: Visitor) -> None:
    """A report, one's own sign-in, help."""
    page = visitor.page
    await page.get_by_role("link", name="Report").click()
    report = page.get_by_role("region", name="Report", exact=True)
    await expect(report.get_by_role("columnheader", name="Charged")).to_be_visible()
    await page.get_by_label("By").select_option("target")
    await expect(report.get_by_role("cell", name="All", exact=True)).to_be_visible()
    await visitor.has_no_barriers()

    await page.get_by_role("link", name="My sign-in").click()
    await expect(page.get_by_role("button", name="Change the password")).to_be_visible()
    await visitor.has_no_barriers()
    await page.get_by_role("link", name="Help").click()
    await expect(page.get_by_label("Your question")).to_be_visible()


async def test_a_publishers_people_make_tags_and_take_numbers(
    world: World, visitor: Visitor
) -> None:
    account = await world.new_account()
    async with world.asker() as http:
        await be_signed_in(http, account.email, PASSWORD, account.account_id)

        async def made(noun: str, document: dict[str, Any]) -> Any:
            answer = await http.post(f"/{noun}", json=document)
            assert answer.is_success, answer.text
            return answer.json()["document"]

        campaign = await made("campaigns", {"name": "Gutters"})
        pool = await made("pools", {"name": "Sites", "campaign_id": campaign["id"]})
        line = {"number": "+18005550161", "account_sid": "AC" + "1" * 32, "pool_id": pool["id"]}
        await made("numbers", line)
        words = {"makes_tags": True, "takes_numbers": True, "campaign_ids": [campaign["id"]]}
        pat = await made("publishers", {"name": "Pat", "portal": words})
    email = await world.person(Role.PUBLISHER, account.account_id, party=pat["id"])
    await visitor.be_signed_in(email, PASSWORD)

    page = await visitor.go("/")
    await expect(page.get_by_text("No calls yet")).to_be_visible()
    await page.get_by_role("link", name="Tags and numbers").click()
    await page.get_by_label("Name of a new tag").fill("Landing page")
    await page.get_by_role("button", name="Make it").click()
    await page.get_by_role("button", name="Pause Landing page").click()
    await expect(page.get_by_text("Paused by you")).to_be_visible()
    await page.get_by_role("button", name="Take a number for Gutters").click()
    await expect(page.get_by_role("region", name="Numbers", exact=True)).to_contain_text(
        "800 555 0161"
    )
    await visitor.has_no_barriers()
    await page.get_by_role("button", name="Retire Landing page").click()
    await visitor.has_no_barriers()
    await page.get_by_role("button", name="Retire it").click()
    await expect(page.get_by_role("button", name="Retire Landing page")).to_have_count(0)
    await page.get_by_role("link", name="Statement").click()
    await expect(page.get_by_text("There were no dealings")).to_be_visible()
    for address in ("/calls", "/settings/people", "/portal/targets", "/nowhere"):
        page = await visitor.go(address)
        await expect(page.get_by_text("No calls yet")).to_be_visible()
        assert page.url.endswith("/console/portal")
