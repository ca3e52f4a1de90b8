"""A visitor of the console in a real browser: what tests do again and again."""

import os
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

from deploy.local.folders import ROOT
from tests.kit.browser import browser_program

AXE = ROOT / "services" / "console" / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The light theme is tried by all rules; what differs in the dark one is colours alone.
TRIED: dict[str, list[str]] = {"light": RULES, "dark": ["color-contrast", "link-in-text-block"]}
EXPECTED = ("401", "404", "409", "422", "503")  # pages say these to people; browsers log them

PATIENCE_MS = 8_000
expect.set_options(timeout=PATIENCE_MS)


async def browser_launched(playwright: Playwright) -> Browser:
    program, libraries = browser_program()
    return await playwright.chromium.launch(
        executable_path=program, args=["--no-sandbox"], env={**os.environ, **libraries}
    )


class Visitor:
    """One person's browser, with a tab."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context = context
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))

    @classmethod
    async def new(cls, browser: Browser, url: str, **more: Any) -> "Visitor":
        """Somebody of whom the browser knows nothing; `more` is as Playwright calls it."""
        context = await browser.new_context(
            base_url=url,
            locale="en-US",
            timezone_id="America/New_York",
            reduced_motion="reduce",
            viewport={"width": 1440, "height": 900},
            **more,
        )
        context.set_default_timeout(PATIENCE_MS)
        return cls(context, await context.new_page())

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(
            f"status of {code}" in message.text for code in EXPECTED
        ):
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    async def be_signed_in(self, email: str, password: str, account_id: UUID | None = None) -> None:
        """By the API, as most tests are not about the way in."""
        given = {"email": email, "password": password}
        named = {} if account_id is None else {"account_id": str(account_id)}
        answer = await self.context.request.post("/api/v1/session", data={**given, **named})
        assert answer.status == 201, await answer.text()

    async def go(self, path: str) -> Page:
        await self.page.goto(f"/console{path}")
        return self.page

    async def has_no_barriers(self) -> None:
        """The page as it is, in both themes, by the rules of WCAG 2.2 A and AA."""
        for theme in TRIED:
            await self.page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
            told = await self.barriers(theme)
            assert not told, "\n".join(told)

    async def barriers(self, theme: str) -> list[str]:
        """What stands in somebody's way in the page as it is, in its present theme."""
        if await self.page.evaluate("typeof axe") == "undefined":
            # Through the debugger, as a browser's extension would: the page's own policy stays.
            await self.page.evaluate(AXE.read_text())
        found = await self.page.evaluate(
            "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})",
            TRIED[theme],
        )
        return [
            f"{theme}: {one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
