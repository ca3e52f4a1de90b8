"""Calls in the browser: found, opened, explained, replayed; the way in before them."""

import json
import re

import pytest
from playwright.async_api import Browser, expect

from services.console.domain.access import Role
from services.console.site import BUILT
from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, code_of

pytestmark = pytest.mark.asyncio(loop_scope="package")


FIRST_BYTES_MAX, WHOLE_BYTES_MAX = 170_000, 450_000  # compressed


async def test_the_application_is_small() -> None:
    sizes = json.loads((BUILT / "sizes.json").read_text())

    assert 0 < sizes["first"] <= FIRST_BYTES_MAX
    assert sizes["whole"] <= WHOLE_BYTES_MAX


async def test_who_has_a_second_factor_signs_in_with_it(world: World, visitor: Visitor) -> None:
    email = await world.person(Role.OWNER)
    await visitor.be_signed_in(email, PASSWORD)
    request = visitor.context.request
    shown = await (await request.get("/api/v1/session")).json()
    token = {"X-CSRF-Token": shown["csrf_token"]}
    factor = "/api/v1/session/second-factor"
    proposed = await request.post(factor, data={"password": PASSWORD}, headers=token)
    secret = (await proposed.json())["secret"]
    confirmed = await request.put(factor, data={"code": code_of(secret)}, headers=token)
    codes = (await confirmed.json())["recovery_codes"]
    await visitor.context.clear_cookies()

    page = await visitor.go("/calls?status=finished")
    await visitor.has_no_barriers()
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill("something else entirely")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("nobody with this address")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("Code").fill(codes[0])
    await page.get_by_role("button", name="Sign in").click()

    await expect(page.get_by_role("heading", name="Calls", level=1)).to_be_visible()
    assert "status=" in page.url  # she is where she wanted to go


async def test_a_call_is_found_opened_and_explained(owner: Visitor) -> None:
    page = await owner.go("/calls")
    table = page.get_by_role("region", name="Calls")
    await expect(table.get_by_role("row")).to_have_count(6)
    await owner.has_no_barriers()

    await page.get_by_label("Caller").fill("+13055550102")
    await expect(table.get_by_role("row")).to_have_count(2)
    assert "caller=" in page.url
    await table.get_by_role("row").nth(1).press("Enter")
    beside = page.get_by_role("dialog", name="305 555 0102")
    await expect(beside.get_by_role("region", name="Money")).to_be_visible()
    assert "open=" in page.url
    await owner.has_no_barriers()
    await page.keyboard.press("o")

    await expect(page.get_by_role("heading", level=1)).to_contain_text("305 555 0102")
    sentence = "Bold hotline of Bold Roofs was dialled: it was the first with room"
    await expect(page.get_by_text(sentence).first).to_be_visible()
    candidates = page.get_by_role("region", name="Candidates of decision 2")
    await expect(candidates.get_by_role("row", name=re.compile("Already tried"))).to_be_visible()
    await expect(page.get_by_text("Bold hotline: talking")).to_be_visible()
    await page.get_by_role("button", name="Replay", exact=True).last.click()
    await expect(page.get_by_text("The same came of it")).to_be_visible()
    await page.get_by_text("call.arrived", exact=True).click()
    await expect(
        page.get_by_text('"stir"').or_(page.get_by_text('"call_sid"')).first
    ).to_be_visible()
    await owner.has_no_barriers()

    await page.go_back()
    await expect(table.get_by_role("row")).to_have_count(2)
    await page.keyboard.press("Escape")  # it was open beside the list
    await page.get_by_role("button", name="Clear filters").first.click()
    await expect(table.get_by_role("row")).to_have_count(6)


async def test_lists_are_as_one_has_left_them_and_keys_lead_everywhere(
    owner: Visitor, world: World, browser: Browser
) -> None:
    page = await owner.go("/calls?status=finished")
    await page.get_by_role("button", name="Columns").click()
    async with page.expect_response(lambda answer: answer.url.endswith("/columns")):
        await page.get_by_role("menuitemcheckbox", name="Target").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("columnheader", name="Target")).to_be_visible()
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("menuitem", name="Keep this view…").click()
    await page.get_by_label("Keep what is shown as").fill("Those that ended well")
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.get_by_role("button", name="Views: Those that ended well")).to_be_visible()

    elsewhere = await Visitor.new(browser, world.url)  # another browser of hers
    await elsewhere.be_signed_in(world.email, world.password, world.account_id)
    there = await elsewhere.go("/calls")
    await expect(there.get_by_role("columnheader", name="Target")).to_be_visible()
    await there.get_by_role("button", name="Views").click()
    await there.get_by_role("menuitem", name="Those that ended well").click()
    await expect(there.get_by_role("button", name="Outcome Finished")).to_be_visible()
    rows = there.get_by_role("region", name="Calls").get_by_role("row")
    await rows.nth(1).press("Enter")
    beside = there.get_by_role("dialog")
    first = await beside.get_by_role("heading", level=2).inner_text()
    await there.keyboard.press("j")
    await expect(beside.get_by_role("heading", level=2)).not_to_have_text(first)
    await there.keyboard.press("k")
    await expect(beside.get_by_role("heading", level=2)).to_have_text(first)
    await there.keyboard.press("Escape")
    await expect(beside).to_be_hidden()
    await expect(rows.nth(1)).to_be_focused()
    await elsewhere.context.close()

    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search or jump").fill("305555")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Caller")).to_have_value("305555")
    await page.keyboard.press("?")
    await page.get_by_label("Caller").press("Tab")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await owner.has_no_barriers()
