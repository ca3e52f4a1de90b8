"""Settings: people, keys, one's own second factor, refused callers, the audit log, and YAML."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import expect

from services.console.domain.access import Role
from tests.browser.playing import Visitor
from tests.browser.world import PASSWORD, World, code_of

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_a_second_factor_is_set_up_and_asked_for(visitor: Visitor, world: World) -> None:
    email = await world.person(Role.MANAGER)
    await visitor.be_signed_in(email, PASSWORD)
    page = await visitor.go("/settings/sign-in")
    await expect(page.get_by_text("Not in use")).to_be_visible()
    await visitor.has_no_barriers()
    await page.get_by_role("button", name="Set it up").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Password").fill(PASSWORD)
    await dialog.get_by_role("button", name="Go on").click()
    await expect(dialog.get_by_alt_text("QR code of the secret")).to_be_visible()
    secret = await dialog.locator("code").inner_text()
    await dialog.get_by_label("Code that the app shows now").fill(code_of(secret))
    await visitor.has_no_barriers()
    await dialog.get_by_role("button", name="Use it from now on").click()
    codes = dialog.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    recovery = await codes.first.inner_text()
    await dialog.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_text(re.compile("In use, .* left"))).to_be_visible()

    await page.get_by_title("Account and appearance").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_label("Code").fill(recovery)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="My sign-in", level=1)).to_be_visible()
    await expect(page.get_by_role("link", name="API keys")).to_have_count(0)  # not a manager's


async def test_somebody_is_invited_and_a_program_gets_a_key(owner: Visitor) -> None:
    email = f"{uuid4().hex[:8]}@example.com"
    page = await owner.go("/settings/people")
    await page.get_by_role("button", name="Invite").click()
    await page.get_by_label("Email").fill(email)
    await page.get_by_label("Role").select_option("buyer")
    await page.get_by_role("button", name="Invite").last.click()
    await expect(page.get_by_label("Of which buyer")).to_be_focused()
    await owner.has_no_barriers()
    await page.get_by_label("Of which buyer").select_option(label="Acme Roofing")
    await page.get_by_role("button", name="Invite").last.dblclick()
    await expect(page.get_by_role("region", name="Link")).to_contain_text("/link#")
    await page.get_by_role("button", name="Done").click()
    invited = page.get_by_role("region", name="Who is invited").get_by_role("row", name=email)
    await expect(invited).to_have_count(1)
    await owner.has_no_barriers()
    await invited.get_by_role("button", name="Withdraw").click()
    await expect(invited).to_contain_text("Withdrawn")

    name = f"Importer {uuid4().hex[:6]}"
    page = await owner.go("/settings/keys")
    await page.get_by_role("button", name="New key").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Take files").check()
    await owner.has_no_barriers()
    await page.get_by_role("button", name="Make the key").dblclick()
    key = await page.get_by_role("region", name="Key", exact=True).inner_text()
    await page.get_by_role("button", name="I have kept it").click()
    row = page.get_by_role("region", name="Keys").get_by_role("row", name=name)
    await expect(row).to_contain_text(key[:6])
    await expect(row).to_contain_text("Never")
    await owner.has_no_barriers()
    await row.get_by_role("button", name=f"Revoke {name}").click()
    await page.get_by_role("button", name="Revoke it").click()
    await expect(row).to_contain_text("Revoked")


async def test_callers_are_refused_and_the_log_says_by_whom(visitor: Visitor, world: World) -> None:
    account = await world.new_account()
    await visitor.be_signed_in(account.email, PASSWORD)
    page = await visitor.go("/settings/calls")
    numbers = page.get_by_label("Numbers, one on each line", exact=True)
    await numbers.fill("+13055550111\n555")
    await page.get_by_role("button", name="Save").click()
    await expect(numbers).to_have_attribute("aria-invalid", "true")
    await visitor.has_no_barriers()
    await numbers.fill("+13055550111")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    page = await visitor.go("/settings/audit")
    entry = page.get_by_role("row").filter(has_text="Defaults")
    await expect(entry).to_contain_text("Made")
    await visitor.has_no_barriers()
    await entry.click()
    different = page.get_by_role("region", name="What is different")
    await expect(different).to_contain_text("+13055550111")
    await expect(page.get_by_text(account.email).last).to_be_visible()
    await visitor.has_no_barriers()

    page = await visitor.go("/settings/configuration")
    document = page.get_by_label("Document", exact=True)
    await page.get_by_role("button", name="Show what is there").click()
    await expect(document).to_have_value(re.compile("format: 1"))
    text = await document.input_value()
    await document.fill(f"{text}buyers:\n- name: Blue Cover\n")
    await page.get_by_role("button", name="What would change?").click()
    changes = page.get_by_role("region", name="Changes")
    await expect(changes).to_contain_text("Blue Cover")
    await visitor.has_no_barriers()
    await page.get_by_role("button", name="Apply all of it").click()
    await expect(page.get_by_text("It is applied")).to_be_visible()


async def test_every_setting_is_there_and_can_be_read_by_everybody(owner: Visitor) -> None:
    for part, seen in (
        ("organisation", "Everybody needs a second factor"),
        ("recordings", "How calls sounded"),
        ("carrier", "Accounts at Twilio"),
        ("appearance", "Single keys work"),
        ("system", "Health"),
    ):
        page = await owner.go(f"/settings/{part}")
        await expect(page.get_by_text(seen).first).to_be_visible()
        await owner.has_no_barriers()
    await expect(
        page.get_by_role("region", name="Checks").get_by_text("Well").first
    ).to_be_visible()


async def test_a_caller_is_forgotten_once_her_number_is_typed_twice(
    visitor: Visitor, world: World
) -> None:
    account = await world.new_account()
    await visitor.be_signed_in(account.email, PASSWORD)
    page = await visitor.go("/settings/erasures")
    await expect(page.get_by_text("Nobody has asked to be forgotten")).to_be_visible()
    await page.get_by_label("Her number", exact=True).fill("+13055550177")
    await page.get_by_label("Why").fill("her letter of today")
    forget = page.get_by_role("button", name="Forget her")
    await expect(forget).to_be_disabled()
    await page.get_by_label("To confirm, type her number again").fill("+13055550177")
    await forget.click()
    row = page.get_by_role("row").filter(has_text="her letter of today")
    await expect(row).to_contain_text("Done")
    await expect(row).to_contain_text("+999")
    await visitor.has_no_barriers()
