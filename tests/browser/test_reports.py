"""Reports: asked by the URL, drawn, told by group; a row leads to its calls; saved, and a file."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.browser.playing import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_report_is_asked_and_leads_to_its_calls(owner: Visitor) -> None:
    page = await owner.go("/reports?period=today")
    rows = page.get_by_role("region", name="Report", exact=True).get_by_role("row")
    roofing = rows.filter(has_text="Roofing leads")
    await expect(roofing).to_be_visible()
    await expect(page.get_by_text("America/New_York").first).to_be_visible()
    await owner.has_no_barriers()

    await page.get_by_role("button", name="Then by").click()
    await page.get_by_role("menuitem", name="Outcome").click()
    await page.get_by_role("button", name="Beside").click()
    await page.get_by_role("menuitem", name="A week before").click()
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("menuitem", name="Campaign", exact=True).click()
    await owner.has_no_barriers()
    await page.get_by_label("Roofing leads").check()
    await page.get_by_role("button", name="Filter", exact=True).click()
    await page.get_by_role("button", name="Calls", exact=True).click()
    await expect(page.get_by_role("columnheader", name="Calls")).to_have_attribute(
        "aria-sort", "descending"
    )
    asked = re.compile(r"period=today.*by=.*against=week_before.*where=.*order=incoming")
    await expect(page).to_have_url(asked)
    await expect(rows.filter(has_text="Solar leads")).to_have_count(0)
    completed = rows.filter(has_text="Completed")
    await expect(completed).to_contain_text("new")
    counted = await completed.get_by_role("cell").nth(2).inner_text()
    await owner.has_no_barriers()

    await completed.click()
    await expect(page.get_by_role("heading", name="Calls", level=1)).to_be_visible()
    calls = page.get_by_role("region", name="Calls", exact=True).get_by_role("row")
    await expect(calls).to_have_count(1 + int(counted.removeprefix("new")))
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Take away the filter Outcome").click()
    await expect(calls).not_to_have_count(1 + int(counted.removeprefix("new")))


async def test_a_report_is_saved_opened_and_taken_as_a_file(owner: Visitor) -> None:
    name = f"Mornings {uuid4().hex[:6]}"
    page = await owner.go("/reports?period=yesterday&by=%5B%22hour%22%5D")
    await page.get_by_role("button", name="Saved").click()
    await page.get_by_role("menuitem", name="Save this report").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Tell it to a webhook").check()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_label("Address")).to_be_focused()
    await owner.has_no_barriers()
    await page.get_by_label("Tell it to a webhook").uncheck()
    await page.get_by_role("button", name="Save", exact=True).dblclick()
    await expect(page).to_have_url(re.compile("saved="))

    page = await owner.go("/reports")
    await page.get_by_role("button", name="Saved").click()
    await page.get_by_role("menuitem", name=name).click()
    await expect(page).to_have_url(re.compile("period=yesterday"))
    async with page.expect_download() as taken:
        await page.get_by_role("button", name="Export").click()
    file = await (await taken.value).path()
    assert file.read_text().startswith("hour,hour_name,incoming")

    await page.get_by_role("button", name=name).click()
    await page.get_by_role("menuitem", name="Change").click()
    await page.get_by_role("button", name="Retire it").click()
    await expect(page.get_by_role("button", name="Saved")).to_be_visible()
