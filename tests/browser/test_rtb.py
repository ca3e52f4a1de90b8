"""RTB targets and routers: made, tried, mapped, asked together, paused, and all retired at once."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, be_signed_in

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def endpoint_of(world: World, name: str) -> str:
    async with world.asker() as http:
        await be_signed_in(http, world.email, PASSWORD, world.account_id)
        found = (await http.get("/rtb-targets", params={"contains": name})).json()["items"]
    return str(found[0]["document"]["endpoint"])


async def test_a_bidder_is_made_tried_and_read(owner: Visitor, world: World) -> None:
    name = f"Sunny bids {uuid4().hex[:6]}"
    page = await owner.go("/rtb")
    row = page.get_by_role("row").filter(has_text="Slow high")
    await expect(row).to_contain_text("Bidder 2$0.00 to $1,000.00")
    await expect(row).to_contain_text("Answers")
    await owner.has_no_barriers()
    await page.get_by_role("link", name="New RTB target").click()
    await expect(page.get_by_role("heading", name="New RTB target", level=1)).to_be_visible()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Company", exact=True).fill("Sunny Homes Ltd")
    await page.get_by_label("Highest bid").fill("50")
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Make the RTB target").click()
    await expect(page.get_by_label("URL")).to_be_focused()  # on the tab that was not open

    await page.get_by_label("URL").fill(await endpoint_of(world, "Slow high"))
    await page.get_by_label("It knows us by").select_option(label="A bearer token")
    await page.get_by_label("Token").fill("hush hush")
    await owner.has_no_barriers()
    await page.get_by_role("tab", name="Request").click()
    template = page.get_by_label("Template")
    await template.press_sequentially('{"zip": "{callerz')
    await expect(page.get_by_role("option", name="callerZip")).to_be_visible()
    await owner.has_no_barriers()
    await template.press("Enter")
    await template.press_sequentially('"}')
    preview = page.get_by_role("region", name="Request as it would be sent")
    await expect(preview).to_contain_text('{"zip": "10001"}')
    await expect(preview).not_to_contain_text("hush")

    await page.get_by_role("tab", name="Test bid").click()
    await page.get_by_role("button", name="Send test bid").click()
    await expect(page.get_by_text("A valid bid")).to_be_visible()
    await expect(page.get_by_text("$31.00")).to_be_visible()
    await expect(page.get_by_role("region", name="Response")).to_contain_text("bidAmount")
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Pick paths in this response").click()
    await page.get_by_role("button", name="$.bidAmount").click()
    await expect(page.get_by_label("Bid", exact=True)).to_have_value("$.bidAmount")
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Make the RTB target").dblclick()

    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await page.get_by_role("tab", name="Endpoint").click()
    await expect(page.get_by_label("Token")).to_have_value("")
    await expect(page.get_by_placeholder("Kept: type to replace it")).to_be_visible()
    page = await owner.go(f"/rtb?contains={name.replace(' ', '%20')}")
    await expect(page.get_by_role("row")).to_have_count(2)  # a double click made one
    await page.get_by_role("button", name=f"Pause {name}").click()
    await expect(page.get_by_role("row").filter(has_text="Paused")).to_have_count(1)
    async with page.expect_download() as file:
        await page.get_by_role("button", name="Export").click()
    assert name in (await (await file.value).path()).read_text()


async def test_a_router_asks_its_members_and_shows_who_uses_it(owner: Visitor) -> None:
    name = f"Ring {uuid4().hex[:6]}"
    page = await owner.go("/rtb-routers/new")
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Fast low").check()
    await page.get_by_label("Slow high").check()
    of = page.get_by_role("group", name="Fast low")
    await of.get_by_label("Multiplier").fill("3")
    await page.get_by_label("The winner pays").select_option("second_plus")
    await page.get_by_label("Deadline (ms)").fill("900000")
    await page.get_by_role("button", name="Make the RTB router").click()
    await expect(page.get_by_label("Deadline (ms)")).to_have_attribute("aria-invalid", "true")
    await owner.has_no_barriers()
    await page.get_by_label("Deadline (ms)").fill("1200")
    await page.get_by_role("button", name="Make the RTB router").click()

    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await expect(page.get_by_text("None: it holds no auctions.")).to_be_visible()
    await page.get_by_role("button", name="Hold a test auction").click()
    await expect(page.get_by_text("Fast low wins for $12.50")).to_be_visible()
    await owner.has_no_barriers()
    page = await owner.go("/rtb?view=rtb-routers")
    await expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("2 bidders")
    await owner.has_no_barriers()
    await page.get_by_role("link", name="Solar ring").click()
    await expect(page.get_by_role("link", name="Solar leads")).to_be_visible()


async def test_all_bidders_go_only_once_what_it_affects_was_shown(
    visitor: Visitor, world: World
) -> None:
    account = await world.new_account()
    async with world.asker() as http:
        await be_signed_in(http, account.email, PASSWORD)
        bidder = {"name": "Only one", "endpoint": "https://bids.example.com/v1"}
        made = (await http.post("/rtb-targets", json=bidder)).json()
        members = [{"target_id": made["document"]["id"]}]
        assert (
            await http.post("/rtb-routers", json={"name": "Its ring", "members": members})
        ).is_success
    await visitor.be_signed_in(account.email, PASSWORD)
    page = await visitor.go("/rtb")
    await page.get_by_role("button", name="Retire all RTB targets").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("1 RTB target would go")
    await expect(dialog.get_by_role("listitem")).to_have_text("Its ring")
    await visitor.has_no_barriers()
    await dialog.get_by_label('Type "retire all"').fill("retire all")
    await dialog.get_by_role("button", name="Retire all").click()
    await expect(page.get_by_text("No RTB targets yet")).to_be_visible()
