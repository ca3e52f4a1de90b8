"""Help: a question is answered as it comes, with where it stands; whether it helped is kept."""

import pytest
from playwright.async_api import Browser, expect

from services.console.domain.access import Role
from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World
from tests.kit.played_claude import played_claude, says

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_question_is_answered_and_rated(visitor: Visitor, world: World) -> None:
    await visitor.be_signed_in(await world.person(Role.OWNER), PASSWORD)
    page = await visitor.go("/help")
    await expect(page.get_by_text("Nothing was asked yet")).to_be_visible()
    await page.get_by_label("Your question").fill("How are publishers paid? <b onload=x>")
    await page.get_by_role("button", name="Ask", exact=True).click()
    asked = page.get_by_role("article", name="How are publishers paid? <b onload=x>")
    await expect(asked.get_by_text("From the manual")).to_be_visible()
    await expect(asked.get_by_role("list", name="Where it stands")).to_contain_text("Money")
    await asked.get_by_role("button", name="No", exact=True).click()
    await visitor.has_no_barriers()
    await page.get_by_label("What was missing?").fill("An example")
    await page.get_by_role("button", name="Tell them").click()
    await expect(page.get_by_text("Thank you")).to_be_visible()

    await page.get_by_role("button", name="What everybody asked").click()
    await expect(page.get_by_text("It did not help: An example")).to_be_visible()
    await visitor.has_no_barriers()


async def test_claude_answers_where_there_is_a_key(world: World, browser: Browser) -> None:
    async with (
        played_claude() as claude,
        world.listening_console(
            anthropic_api_key="a played key", anthropic_base_url=claude.url
        ) as (_, url),
    ):
        claude.play = lambda _: says("Per **call**, as <b>agreed</b>.")
        visitor = await Visitor.new(browser, url)
        await visitor.be_signed_in(world.email, PASSWORD, world.account_id)
        page = await visitor.go("/help")
        await page.get_by_label("Your question").fill("How are they paid?")
        await page.get_by_role("button", name="Ask", exact=True).click()
        asked = page.get_by_role("article", name="How are they paid?")
        await expect(asked.get_by_text("Powered by Claude")).to_be_visible()
        await expect(asked).to_contain_text("Per call, as <b>agreed</b>.")
        await asked.get_by_role("button", name="Yes", exact=True).click()
        await page.get_by_role("button", name="What everybody asked").click()
        told = page.get_by_role("article", name="How are they paid?")
        await expect(told.get_by_text("It helped")).to_be_visible()
        await expect(told.get_by_text("Powered by Claude")).to_be_visible()
        await visitor.has_no_barriers()
        await visitor.context.close()
        assert visitor.complaints == []
