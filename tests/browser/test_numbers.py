"""Numbers and pools: bought behind and found again, placed together, looked at, added by list."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, be_signed_in

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_numbers_are_bought_for_a_pool_and_placed_elsewhere_together(
    owner: Visitor, world: World
) -> None:
    first, second = (f"{name} {uuid4().hex[:6]}" for name in ("Visitors", "Guests"))
    async with world.asker() as http:
        await be_signed_in(http, world.email, PASSWORD, world.account_id)
        assert (await http.post("/pools", json={"name": second})).is_success
    page = await owner.go("/pools/new")
    await page.get_by_label("Name").fill(first)
    await page.get_by_role("button", name="Make the pool").click()
    await expect(page.get_by_text("It has no numbers: put some into it.")).to_be_visible()
    await owner.has_no_barriers()
    await page.get_by_role("link", name="Numbers", exact=True).click()
    await page.get_by_label("Area code").fill("2125")
    await page.get_by_role("button", name="Look for numbers").click()
    await expect(page.get_by_label("Area code")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Area code").fill("212")
    await page.get_by_label("So many").fill("2")
    await page.get_by_role("button", name="Look for numbers").click()
    await page.get_by_label("All 2").check()
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Order 2 numbers").dblclick()

    bought = page.get_by_role("region", name="Purchase of").filter(has_text=first)
    await expect(bought).to_have_count(1)  # a double click ordered once
    await owner.go("/campaigns")
    page = await owner.go("/numbers?view=purchases")
    await expect(bought).to_contain_text("2 of 2 bought")
    await owner.has_no_barriers()

    page = await owner.go("/numbers?status=pool")
    rows = page.get_by_role("row").filter(has_text=f"In pool {first}")
    await expect(rows).to_have_count(2)
    for at in range(2):
        await rows.nth(at).get_by_role("checkbox").check()
    await page.get_by_label("Place of those chosen").select_option(label=f"Pool: {second}")
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Place them").click()
    await expect(page.get_by_role("status").filter(has_text="2 of 2 placed")).to_be_visible()
    moved = page.get_by_role("row").filter(has_text=f"In pool {second}")
    await expect(moved).to_have_count(2)
    await moved.first.get_by_text("In pool").click()
    beside = page.get_by_role("dialog")
    await expect(beside.get_by_text("Latest calls")).to_be_visible()
    await expect(beside.get_by_label("Its place")).to_be_visible()
    await owner.has_no_barriers()
    await beside.get_by_role("button", name="Close").click()
    async with page.expect_download() as file:
        await page.get_by_role("link", name="Export").click()
    assert second in (await (await file.value).path()).read_text()
    await page.get_by_role("link", name="Pools", exact=True).click()
    row = page.get_by_role("row").filter(has_text=second)
    await expect(row).to_contain_text("0 held, 0 resting of 2")
    await owner.has_no_barriers()
    await page.get_by_role("link", name=first).click()
    await take_one_of(second, owner)


async def take_one_of(pool: str, owner: Visitor) -> None:
    """On the page of another pool: a number is picked that serves this one until now."""
    page = owner.page
    await page.get_by_role("button", name="Pick numbers").click()
    picker = page.get_by_role("group", name="Pick numbers")
    await picker.get_by_label("Part of a number").fill("1212555")
    other = picker.get_by_role("listitem").filter(has_text=f"In pool {pool}")
    await expect(other).to_have_count(2)
    await owner.has_no_barriers()
    await other.first.get_by_role("button", name="Take").click()
    members = page.get_by_role("region", name="Numbers of the pool")
    await expect(members.get_by_role("row")).to_have_count(2)


async def test_a_list_is_added_with_a_result_for_each_number(owner: Visitor) -> None:
    page = await owner.go("/numbers/add?way=list")
    await page.get_by_label("SID of the carrier account").fill("AC00000000000000000000000000000001")
    await page.get_by_label("Numbers, one by line").fill("+15550100020\nno number")
    await page.get_by_role("button", name="Add 2 numbers").click()
    results = page.get_by_role("region", name="Results")
    await expect(results.get_by_role("row").filter(has_text="nonumber")).to_contain_text("Refused")
    await owner.has_no_barriers()
