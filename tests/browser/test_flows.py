"""Call flows: drawn by mouse, kept as they are edited, published, and what callers do in them."""

from uuid import uuid4

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.playing import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="package")


def step(page: Page, name: str) -> Locator:
    return page.locator(".react-flow__node").filter(has_text=name)


async def middle(place: Locator) -> tuple[float, float]:
    box = await place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def drag(page: Page, port: Locator, to: tuple[float, float]) -> None:
    """A wire from a port to a point."""
    await page.mouse.move(*await middle(port))
    await page.mouse.down()
    await page.mouse.move(*to, steps=8)
    await page.mouse.up()


def port_of(page: Page, node: str, port: str) -> Locator:
    return page.locator(f'.react-flow__handle[data-nodeid="{node}"][data-handleid="{port}"]')


async def new_flow(owner: Visitor, name: str) -> Page:
    page = await owner.go("/flows/new")
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Make the flow").click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    return page


async def test_a_flow_is_drawn_by_mouse_and_published(owner: Visitor) -> None:
    name = f"By mouse {uuid4().hex[:6]}"
    page = await new_flow(owner, name)
    await page.locator(".react-flow__pane").dblclick(position={"x": 150, "y": 120})
    await page.get_by_role("option", name="Menu", exact=True).click()
    await page.get_by_role("button", name="Begin here").click()
    await page.get_by_role("button", name="Add a step at 1 of Menu").click()
    await page.get_by_role("combobox", name="Find a step").fill("hours")
    await page.keyboard.press("Enter")
    await expect(step(page, "Hours")).to_be_visible()
    x, y = await middle(port_of(page, "hours", "open"))
    await drag(page, port_of(page, "hours", "open"), (x + 90, y + 80))
    await page.get_by_role("option", name="Splitter").click()
    await page.get_by_label("Percent 1").fill("80")
    await expect(page.get_by_text("The shares come to 130 percent, not 100.")).to_be_visible()
    await expect(page.get_by_text("not saved")).to_be_visible()
    await expect(step(page, "Splitter").get_by_label("It has an error")).to_be_visible()
    await page.get_by_role("button", name="Share evenly").click()
    await expect(page.get_by_text("· saved")).to_be_visible()
    await page.get_by_role("button", name="Tidy").click()
    await page.get_by_role("button", name="Show all of it").click()
    for port in ("A", "B"):
        await drag(page, port_of(page, "splitter", port), await middle(step(page, "Router")))
        await expect(page.get_by_label(f"{port} of splitter leads to desk")).to_be_attached()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("B of splitter leads to desk")).to_have_count(0)
    await page.get_by_role("button", name="Redo").click()
    await expect(page.get_by_label("B of splitter leads to desk")).to_be_attached()
    await page.get_by_role("button", name="problems").click()
    await expect(page.get_by_role("region", name="Problems")).to_contain_text("connect timeout")
    await owner.has_no_barriers()

    await expect(page.get_by_text("· saved")).to_be_visible()
    await page.get_by_role("button", name="Publish").click()
    await page.get_by_label("What is new").fill("The first")
    await page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    await expect(page.get_by_text("Callers get version 1 now")).to_be_visible()
    await page.goto(f"/console/flows?contains={name.split()[-1]}")
    row = page.get_by_role("row").filter(has_text=name)
    await expect(row).to_contain_text("v1")
    await expect(row).to_contain_text("No campaign")
    await owner.has_no_barriers()
