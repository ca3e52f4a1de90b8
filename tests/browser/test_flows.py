"""Call flows: drawn by mouse or told by keys, played, published, and what callers do in them."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from services.console.domain.access import Role
from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, be_signed_in

pytestmark = pytest.mark.asyncio(loop_scope="package")


NUMBER = "+18005550188"


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


async def draw(page: Page) -> None:
    """Menu, hours, splitter, router: by double click, `+`, a dropped wire and wires onto steps."""
    await page.locator(".react-flow__pane").dblclick(position={"x": 150, "y": 120})
    await page.get_by_role("option", name="Menu", exact=True).click()
    await page.get_by_role("button", name="Begin here").click()
    await page.get_by_role("button", name="Add a step at 1 of Menu").click()
    await page.get_by_role("combobox", name="Find a step").fill("hours")
    await page.keyboard.press("Enter")
    await expect(step(page, "Hours")).to_be_visible()
    grid = page.get_by_role("grid", name="Open hours of the week")
    await grid.get_by_label("Sunday 23:00").scroll_into_view_if_needed()
    last = await middle(grid.get_by_label("Sunday 23:00"))
    await drag(page, grid.get_by_label("Monday 00:00"), last)
    await expect(step(page, "Hours")).to_contain_text("00:00 to 24:00")
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
    for node, port in (("splitter", "A"), ("splitter", "B"), ("hours", "closed")):
        await drag(page, port_of(page, node, port), await middle(step(page, "Router")))
        await expect(page.get_by_label(f"{port} of {node} leads to desk")).to_be_attached()


async def play(page: Page) -> None:
    """A caller is followed through it, and kept as a test."""
    await page.get_by_role("button", name="Simulate").click()
    await page.get_by_role("button", name="Run", exact=True).click()
    came = page.get_by_role("region", name="What came of it")
    await expect(came).to_contain_text("the conversation is over")
    await expect(page.locator(".react-flow__edge.lit")).to_have_count(3)
    await page.get_by_role("button", name="Step back").click()
    await page.get_by_role("button", name="Step back").click()
    await expect(page.locator(".react-flow__edge.lit")).to_have_count(2)
    await came.get_by_text("Tags and TwiML").first.click()
    await expect(came.get_by_text("<Gather").first).to_be_visible()
    await page.get_by_label("Keep it as a test").fill("Sales")
    await page.get_by_role("button", name="Save as test").click()
    await page.get_by_role("button", name="Tests").click()
    await page.get_by_role("button", name="Run all").click()
    await expect(page.get_by_text("1 of 1 as expected")).to_be_visible()
    await expect(page.get_by_text("· saved")).to_be_visible()


async def test_a_flow_is_drawn_by_mouse_and_takes_a_call(visitor: Visitor, world: World) -> None:
    account = await world.new_account()
    campaign = f"Gutters {uuid4().hex[:4]}"
    await account.has_a_campaign(NUMBER, campaign)
    await visitor.be_signed_in(account.email, PASSWORD)
    page = await new_flow(visitor, "Front desk")
    await draw(page)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_label("closed of hours leads to desk")).to_have_count(0)
    await page.get_by_role("button", name="Redo").click()
    await expect(page.get_by_label("closed of hours leads to desk")).to_be_attached()
    await page.get_by_role("button", name="problems").click()
    await expect(page.get_by_role("region", name="Problems")).to_contain_text("connect timeout")
    await play(page)
    await visitor.has_no_barriers()
    await page.get_by_role("button", name="Publish").click()
    await page.get_by_label("What is new").fill("The first")
    await page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    await expect(page.get_by_text("Callers get version 1 now")).to_be_visible()

    await page.goto("/console/campaigns")
    await page.get_by_role("link", name=campaign).click()
    await page.get_by_label("Call flow").select_option(label="Front desk")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    desk = "+15550100041=answer:1,talk:40,callee-hangs-up"
    report = await world.call(NUMBER, f"{desk};digits=1", "+13055550188")
    await world.record(report, account.account_id)
    await page.goto("/console/calls")
    await page.get_by_role("row").filter(has_text="305 555 0188").press("Enter")
    await page.get_by_role("button", name="Open its page").click()
    way = page.get_by_role("region", name="Steps of the flow")
    await expect(way.get_by_role("row")).to_have_count(5)
    await visitor.has_no_barriers()
    await page.get_by_role("link", name="Open in the simulator").click()
    await expect(page.locator(".react-flow__edge.lit")).to_have_count(3)
    await page.get_by_role("button", name="That call on this draft").click()
    await expect(page.get_by_role("region", name="What came of it")).to_contain_text("4 steps")
    await page.get_by_role("button", name="Traffic of 24 h").click()
    await expect(page.locator(".react-flow__edge-text").first).to_have_text("1")


async def at(page: Page, line: str) -> None:
    """The keyboard is on that line of the outline."""
    focused = page.locator("[role=treeitem]:focus")
    await expect(focused).to_have_accessible_name(re.compile(line))


async def choose(page: Page, words: str) -> None:
    """A step in the palette that has opened."""
    await expect(page.get_by_role("combobox", name="Find a step")).to_be_focused()
    await page.keyboard.type(words)
    await page.keyboard.press("Enter")


async def tell(page: Page) -> None:
    """Menu, hours, splitter, back to the router: in the outline, without a mouse."""
    keys, tree = page.keyboard, page.get_by_role("tree", name="Outline")
    await tree.get_by_role("treeitem", name="Router").focus()
    await keys.press("ArrowDown")
    await at(page, "answered the call ends")
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    await at(page, "no_buyer leads nowhere")
    await keys.press("Enter")
    await choose(page, "menu")
    await at(page, "no_buyer Menu")
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await choose(page, "hours")
    await at(page, "1 Hours")
    await keys.press("a")
    await choose(page, "splitter")
    await at(page, "open Splitter")
    await keys.press("Enter")
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await keys.type("Two desks")
    await tree.get_by_role("treeitem", name="open Two desks").focus()
    await keys.press("ArrowDown")
    await keys.press("Enter")
    await choose(page, "lead router")
    await expect(tree.get_by_role("treeitem", name="A Router, told above")).to_be_visible()
    await tree.get_by_role("treeitem", name="B leads nowhere").focus()
    await keys.press("Enter")
    await choose(page, "hang up")
    await at(page, "B Hang up")
    await keys.press("Delete")
    await expect(tree.get_by_role("treeitem", name="B leads nowhere")).to_be_visible()
    await keys.press("Control+z")
    await expect(tree.get_by_role("treeitem", name="B Hang up")).to_be_visible()
    await expect(page.get_by_text("· saved")).to_be_visible()
    await keys.press("Control+Shift+z")


async def test_the_same_is_told_by_keys_alone(owner: Visitor) -> None:
    page = await owner.go("/flows/new")
    keys = page.keyboard
    name = f"By keys {uuid4().hex[:6]}"
    await page.get_by_label("Name").press_sequentially(name)
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    await page.get_by_role("button", name="Outline").press("Enter")

    await tell(page)
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Drawing").press("Enter")
    await page.locator('.react-flow__node[tabindex="0"]').focus()
    await keys.press("ArrowLeft")
    await expect(step(page, "Hours")).to_be_focused()
    await keys.press("Tab")
    await choose(page, "voicemail")
    await expect(step(page, "Voicemail")).to_be_focused()
    await page.get_by_role("button", name="Simulate").press("Enter")
    await page.get_by_label("Who is dialled").select_option("nobody")
    await page.get_by_role("button", name="Run", exact=True).press("Enter")
    await expect(page.get_by_role("region", name="What came of it")).to_contain_text("Menu → 1")
    await expect(page.get_by_text("· saved")).to_be_visible()
    await page.get_by_role("button", name="Publish").press("Enter")
    await expect(page.get_by_label("What is new")).to_be_focused()
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(page.get_by_text("Callers get version 1 now")).to_be_visible()
    await page.goto(f"/console/flows?contains={name.split()[-1]}")
    row = page.get_by_role("row").filter(has_text=name)
    await expect(row).to_contain_text("v1")
    await expect(row).to_contain_text("No campaign")
    await owner.has_no_barriers()


CODE = {"type": "code", "id": "code", "routes": ["vip", "other"]}
LOOKS = {**CODE, "source": "return {route: 'vip', data: {seen: 'yes'}};"}
BYE = {"type": "hang_up", "id": "bye", "prompt": {"text": "Goodbye."}}


async def published_twice(world: World, name: str) -> str:
    """A flow of two versions, of which callers get the second."""
    wires = [{"source": "code", "port": port, "target": "bye"} for port in ("vip", "other")]
    flow = {"name": name, "start": "code", "nodes": [LOOKS, BYE], "edges": wires}
    async with world.asker() as http:
        await be_signed_in(http, world.email, PASSWORD, world.account_id)
        made = (await http.post("/flows", json=flow)).json()
        place = f"/flows/{made['row']['id']}"
        for words in ("Goodbye.", "See you."):
            nodes = [LOOKS, {**BYE, "prompt": {"text": words}}]
            document = {**made["document"], "nodes": nodes}
            version = (await http.get(place)).headers["ETag"]
            kept = await http.put(place, json=document, headers={"If-Match": version})
            headers = {"If-Match": kept.headers["ETag"]}
            told = await http.post(f"{place}/publication", json={}, headers=headers)
            assert told.is_success, told.text
    return place


async def test_versions_are_compared_and_given_back_and_steps_tried(
    owner: Visitor, world: World, browser: Browser
) -> None:
    name = f"Versions {uuid4().hex[:6]}"
    place = await published_twice(world, name)
    page = await owner.go(f"{place}?step=code")
    settings = page.get_by_role("complementary", name="Settings")
    await settings.get_by_role("button", name="Run this step").click()
    await expect(settings.get_by_role("region", name="Try it")).to_contain_text("seen = yes")
    await settings.get_by_text("More settings").click()
    await settings.get_by_label("Id", exact=True).fill("bye")
    await expect(settings.get_by_text("Another step has it")).to_be_visible()
    await settings.get_by_label("Id", exact=True).fill("who")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("vip of who leads to bye")).to_be_attached()
    await expect(page.get_by_text("· saved")).to_be_visible()

    await page.get_by_role("button", name="Simulate").click()
    caller = page.get_by_role("region", name="The caller")
    await caller.get_by_text("Buyers and bids").click()
    await caller.get_by_label("Of which campaign").select_option(label="Roofing leads")
    await caller.get_by_role("button", name="Look").click()
    await caller.get_by_label("Acme front desk does").select_option("busy")
    await caller.get_by_role("button", name="Play them so").click()
    await expect(caller.get_by_label("Who is dialled")).to_have_value("busy")
    await owner.has_no_barriers()

    await page.get_by_role("button", name="More", exact=True).click()
    await page.get_by_role("menuitem", name="Versions").click()
    versions = page.get_by_role("dialog", name="Versions")
    await versions.get_by_role("button", name="Compare with the draft").last.click()
    await expect(versions.get_by_role("region", name="What differs")).to_contain_text("who")
    await versions.get_by_role("button", name="Give to callers").click()
    await expect(page.get_by_text("Callers get version 1 again")).to_be_visible()

    ann = await Visitor.new(browser, world.url)
    await ann.be_signed_in(await world.person(Role.ANALYST), PASSWORD)
    page = await ann.go(f"{place}?step=who")
    settings = page.get_by_role("complementary", name="Settings")
    await expect(settings.get_by_label("Source")).to_be_disabled()
    await expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    await settings.get_by_role("button", name="Run this step").click()
    await expect(settings.get_by_role("region", name="Try it")).to_contain_text("vip")
    await ann.context.close()
    assert ann.complaints == []
