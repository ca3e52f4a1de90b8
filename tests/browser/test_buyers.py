"""Buyers, their targets and groups: made, refused at the field, changed by two, paused, retired."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, be_signed_in

pytestmark = pytest.mark.asyncio(loop_scope="package")

HOSTILE = '<img src=x onerror="window.hacked=1">'


async def say_which_calls(page: Page) -> None:
    """Groups of tests, another currency, more for longer calls, and where callers must be."""
    await page.get_by_role("button", name="Group", exact=True).click()
    await page.get_by_role("group", name="Group 1").get_by_label("Value").fill("mail")
    await page.get_by_label("Currency of revenue").fill("eur")
    await page.get_by_role("button", name="Tier for longer calls").click()
    await page.get_by_label("Only callers from certain places").check()
    await page.get_by_label("States", exact=True).press_sequentially("fl, xy")
    await page.get_by_role("button", name="Make the buyer").click()
    await expect(page.get_by_label("States", exact=True)).to_have_attribute("aria-invalid", "true")


async def has_kept_them(page: Page) -> None:
    made = await page.request.get(f"/api/v1/buyers/{page.url.rpartition('/')[2]}")
    kept = (await made.json())["document"]
    assert kept["area"]["inside"]["states"] == ["FL", "GA"]
    assert [group["match"] for group in kept["filter"]["groups"]] == ["any"]
    assert kept["conversion"]["revenue"]["currency"] == "EUR"
    assert kept["conversion"]["tiers"] == [{"from_seconds": 120, "amount": "30.00"}]


async def test_a_buyer_with_a_target_is_made_and_changed(owner: Visitor, world: World) -> None:
    name = f"Blue Cover {uuid4().hex[:6]} {HOSTILE}"
    page = await owner.go("/buyers")
    await expect(page.get_by_role("link", name="Acme Roofing")).to_be_visible()
    await owner.has_no_barriers()
    await page.get_by_role("link", name="New buyer").click()
    await page.get_by_role("button", name="Make the buyer").click()
    await expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Name")).to_be_focused()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Calls are worth something").check()
    await page.get_by_label("Revenue", exact=True).fill("24.50")
    await page.get_by_label("Calls at once").fill("10")
    await page.get_by_label("Only at certain hours").check()
    await page.get_by_label("Only calls with certain tags").check()
    await page.get_by_label("Is", exact=True).select_option("in")
    await page.get_by_label("Values, by commas").press_sequentially("google, bing")
    await expect(page.get_by_label("Values, by commas")).to_have_value("google, bing")
    await say_which_calls(page)
    await page.get_by_label("States", exact=True).fill("FL, GA")
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Make the buyer").dblclick()

    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await has_kept_them(page)
    assert await page.evaluate("window.hacked") is None
    await page.get_by_role("link", name="Target", exact=True).click()
    await expect(page.get_by_role("heading", name="New target", level=1)).to_be_visible()
    await page.get_by_label("Name").fill("Blue desk")
    await page.get_by_label("Phone number").fill("555")
    await page.get_by_role("button", name="Make the target").click()
    await expect(page.get_by_label("Phone number")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Phone number").fill("+15550100051")
    await page.get_by_role("button", name="Make the target").click()
    await expect(page.get_by_role("heading", name="Blue desk", level=1)).to_be_visible()

    page = await owner.go(f"/buyers?contains={name[:17].replace(' ', '%20')}")
    await expect(page.get_by_role("row")).to_have_count(2)  # a double click made one
    await page.get_by_role("button", name=f"Pause {name}").click()
    await expect(page.get_by_text(f"{name} is paused")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="Paused")).to_have_count(1)
    await page.get_by_text("Undo", exact=True).click()  # keys come to it by F6
    await expect(page.get_by_text(f"{name} is active")).to_be_visible()
    await expect(page.get_by_text(f"{name} is paused")).to_be_hidden()  # what is undone is gone
    await page.get_by_role("button", name=f"Pause {name}").click()  # not refused: "stale"
    await expect(page.get_by_text(f"{name} is paused")).to_be_visible()


async def test_two_change_one_buyer_and_see_both_versions(owner: Visitor, world: World) -> None:
    async with world.asker() as http:
        await be_signed_in(http, world.email, PASSWORD, world.account_id)
        name = f"Sunline {uuid4().hex[:6]}"
        made = (await http.post("/buyers", json={"name": name})).json()
        at = f"/buyers/{made['document']['id']}"
        page = await owner.go(at)
        await page.get_by_label("Calls at once").fill("7")
        theirs = {**made["document"], "caps": {"concurrency": 3}}
        answer = await http.put(at, json=theirs, headers={"If-Match": str(made["version"])})
        assert answer.is_success
        await page.keyboard.press("Control+s")

        conflict = page.get_by_role("alert", name="Changed meanwhile")
        row = conflict.get_by_role("row", name=re.compile(r"caps\.concurrency 7 3"))
        await expect(row).to_be_visible()
        await owner.has_no_barriers()
        await conflict.get_by_role("button", name="Keep mine").click()
        await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        assert (await http.get(at)).json()["document"]["caps"]["concurrency"] == 7

        await page.get_by_role("button", name="Retire this buyer").click()
        await expect(page.get_by_role("button", name="Retire", exact=True)).to_be_disabled()
        await page.get_by_label(f'Type "{name}"').fill(name)
        await owner.has_no_barriers()
        await page.get_by_role("button", name="Retire", exact=True).click()
        await expect(page.get_by_role("heading", name="Buyers", level=1)).to_be_visible()
        assert (await http.get(at)).status_code == 404


async def test_a_group_shares_caps_among_targets(owner: Visitor) -> None:
    page = await owner.go("/groups/new")
    name = f"Desks {uuid4().hex[:6]}"
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Acme front desk").check()
    await page.get_by_label("Bold hotline").check()
    await page.get_by_role("button", name="Limit").click()
    await page.get_by_label("At most").fill("5000000")
    await page.get_by_role("button", name="Make the group").click()
    await expect(page.get_by_label("At most")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("At most").fill("50")
    await page.get_by_role("button", name="Make the group").click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()

    page = await owner.go("/buyers?view=groups")
    await expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("2 targets")
    await owner.has_no_barriers()
