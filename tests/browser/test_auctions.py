"""Auctions: found by what became of them, each with every answer, what was said, and its call."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.playing import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_auctions_are_found_and_explained(owner: Visitor) -> None:
    page = await owner.go("/auctions?outcome=connected")
    row = page.get_by_role("row").filter(has_text="Slow high").first
    await expect(row).to_contain_text("Solar leads")
    await expect(row).to_contain_text("$31.00")
    async with page.expect_download() as file:
        await page.get_by_role("link", name="Export").click()
    exported = (await (await file.value).path()).read_text()
    assert "Slow high,31.0000,USD,,True," in exported
    assert ",Solar leads" in exported
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Bidder").click()
    await page.get_by_role("menuitem", name="Too late").click()  # who has never won is found too
    await expect(page).to_have_url(re.compile("outcome=connected.*bidder_id=|bidder_id=.*outcome="))
    await expect(row).to_be_visible()
    await row.get_by_role("link").first.click()

    await expect(page.get_by_text("Slow high won for $31.00, over Fast low with")).to_be_visible()
    answers = page.get_by_role("region", name="Answers")
    await expect(answers.get_by_text("The line is the deadline")).to_be_visible()
    bids = page.get_by_role("region", name="Bids", exact=True).first
    await expect(bids.get_by_role("row").filter(has_text="Fast low")).to_contain_text("Outbid")
    await expect(bids.get_by_role("row").filter(has_text="Too late")).to_contain_text("Late")
    await page.get_by_role("button", name="Show what was said with Fast low").click()
    await expect(page.get_by_role("region", name="Request")).to_contain_text("callStartTime")
    await expect(page.get_by_role("region", name="Response (HTTP 200)")).to_contain_text("12.5")
    await owner.has_no_barriers()
    await page.get_by_role("link", name="The call").click()
    await page.get_by_role("link", name="The whole auction").click()
    await expect(page.get_by_role("region", name="Answers")).to_be_visible()


async def test_bidders_are_compared(owner: Visitor) -> None:
    page = await owner.go("/auctions?view=bidders")
    row = page.get_by_role("row").filter(has_text="Refuses")
    await expect(row).to_contain_text("Refused 1")
    await expect(row).to_contain_text("0.0%")
    await owner.has_no_barriers()
