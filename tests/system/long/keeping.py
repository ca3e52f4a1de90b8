"""An account with a history of every kind, and all that the API says of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from deploy.local import demo
from tests.browser.world import PASSWORD, World, be_signed_in
from tests.kit.hosting import ACCOUNT_SID

STATIC_NUMBER = "+18005550109"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
SCRIPTS = (
    (demo.NUMBER, "*=answer:2,talk:95,callee-hangs-up"),
    (demo.NUMBER, demo.SCRIPT),
    (demo.AUCTION_NUMBER, "*=answer:1,talk:70,callee-hangs-up"),
    (demo.CHOOSY_NUMBER, "*=answer:1,talk:40"),
    (demo.NUMBER, "*=busy"),
    (STATIC_NUMBER, "*=answer:1,talk:61,callee-hangs-up"),
)
TERMS = {
    "conversion": {"after_seconds": 30, "revenue": {"amount": "40", "currency": "USD"}},
    "payout": {"amount": {"amount": "12.50", "currency": "USD"}},
    "telephony": {"call_minute": {"amount": "0.0085"}, "leg_minute": {"amount": "0.014"}},
}
REPORTS = (["campaign", "day"], ["buyer"], ["rtb_target"], ["source"], ["outcome"], ["publisher"])
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
SPAN = {
    "since": (TODAY - timedelta(days=1)).isoformat(),
    "until": (TODAY + timedelta(days=2)).isoformat(),
}
LOOKS_MAX = 20
LOOKED_INTO = 6  # calls and auctions whose every detail is compared


class Kept(World):
    """The demo's account, whose people call, visit and owe."""

    callers = 0

    async def open_again(self, email: str) -> None:
        """Start on data that are there."""
        await self.open_services()
        await self.open_console()
        self.email = email

    async def agree(self) -> None:
        """What is owed for a call, and a website whose visitors see a number."""
        async with self.asker() as http:
            await be_signed_in(http, self.email, PASSWORD, self.account_id)
            kept = (await http.get("/defaults")).json()
            of_now = {"If-Match": str(kept["version"])}
            await done(http, "PUT", "/defaults", TERMS, of_now)
            campaign = str(demo.configuration(ACCOUNT_SID).campaigns[0].id)
            weekly = await done(http, "POST", "/publishers", {"name": "Roofs weekly"})
            number = {"number": STATIC_NUMBER, "account_sid": ACCOUNT_SID, "campaign_id": campaign}
            line = await done(http, "POST", "/numbers", number)
            tag = {
                "name": "roofs.example",
                "campaign_id": campaign,
                "number_id": line["document"]["id"],
                "publisher_id": weekly["document"]["id"],
            }
            shown = await done(http, "POST", "/tracking-tags", tag)
        self.tag = shown["document"]["code"]

    async def live(self, calls: int) -> None:
        """So many calls, a visit for each tenth of them, all told to their end."""
        doors = httpx.ASGITransport(app=self.tracking)
        headers = {"User-Agent": BROWSER}
        reports = []
        async with httpx.AsyncClient(
            transport=doors, base_url="http://dni", headers=headers
        ) as http:
            for at in range(calls):
                dialled, script = SCRIPTS[at % len(SCRIPTS)]
                caller = f"+1305555{self.callers:04}"
                if at % 10 == 5:
                    said = {"tag": self.tag, "visitor": f"visitor-{self.callers}"}
                    seen = {"utm_source": ("google", "bing")[at % 2]}
                    await http.post("/dni/v1/visits", json={**said, "parameters": seen})
                reports.append(await self.call(dialled, script, caller))
                self.callers += 1
        for report in reports:
            await self.record(report)

    async def settle_accounts(self) -> None:
        """What people do with money: an adjustment, a payment, a dispute, the end of a time."""
        async with self.asker() as http:
            await be_signed_in(http, self.email, PASSWORD, self.account_id)
            owed = (await http.get("/calls", params={"limit": 200})).json()["calls"]
            first, second, *_ = [call for call in owed if call["converted"] and call["buyer_id"]]
            less = {"kind": "revenue", "money": {"amount": "-2.50"}, "reason": "as agreed"}
            await done(http, "POST", f"/calls/{first['call_id']}/adjustments", less)
            about = {"reason": "the wrong number"}
            opened = await done(http, "POST", f"/calls/{second['call_id']}/disputes", about)
            yes = {"accept": True, "reason": "it was"}
            await done(http, "POST", f"/disputes/{opened['id']}/decision", yes)
            paid = {"kind": "payment", "money": {"amount": "-100"}, "reason": "transfer 9"}
            party = {"book": "buyer", "party": first["buyer_id"]}
            await done(http, "POST", "/balances/adjustments", {**party, **paid})
            ended = {"until": TODAY.isoformat(), "reason": "yesterday"}
            await done(http, "POST", "/books/closings", ended)

    async def told(self) -> dict[str, Any]:
        """What the API says, once it says the same twice: records, reports, books."""
        before = await self._told()
        changed: list[str] = []
        for _ in range(LOOKS_MAX):
            after = await self._told()
            changed = differences(before, after)
            if not changed:
                return after
            before = after
        raise AssertionError(f"it still changes: {changed}")

    async def _told(self) -> dict[str, Any]:
        async with self.asker() as http:
            await be_signed_in(http, self.email, PASSWORD, self.account_id)
            found: dict[str, Any] = {
                noun.strip("/"): await pages(http, noun, field)
                for noun, field in (
                    ("/calls", "calls"),
                    ("/visits", "visits"),
                    ("/auctions", "auctions"),
                    ("/balances", "balances"),
                    ("/ledger-entries", "entries"),
                    ("/disputes", "disputes"),
                )
            }
            for call in spread(found["calls"]):
                where = f"/calls/{call['call_id']}"
                found[where] = await got(http, where)
                explained = await http.get(f"{where}/explanation")
                found[f"{where}/explanation"] = explained.json() if explained.is_success else None
            for auction in spread(found["auctions"]):
                where = f"/auctions/{auction['auction_id']}"
                found[where] = await got(http, where)
            for groups in REPORTS:
                body = {**SPAN, "group_by": groups}
                found[f"report {groups}"] = await done(http, "POST", "/reports", body)
            body = {**SPAN, "group_by": ["source"]}
            found["visit report"] = await done(http, "POST", "/visit-reports", body)
            for balance in found["balances"]:
                whose = {"book": balance["book"], "party": balance["party"], **SPAN}
                found[f"statement {whose}"] = await got(http, "/statements", **whose)
            found["closings"] = await got(http, "/books/closings")
            found["configuration"] = (await http.get("/configuration")).text
            proof = await got(http, "/books/proof")
            assert proof["differences"] == 0, proof
            found["proof"] = {**proof, "at": None}
            return found


def spread(rows: list[Any]) -> Iterable[Any]:
    return rows[:: max(1, len(rows) // LOOKED_INTO)]


async def got(http: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await http.get(path, params=query)
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()


async def done(
    http: httpx.AsyncClient,
    method: str,
    path: str,
    body: dict[str, Any],
    headers: dict[str, str] | None = None,
) -> Any:
    answer = await http.request(method, path, json=body, headers=headers)
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()


async def pages(http: httpx.AsyncClient, path: str, field: str) -> list[Any]:
    """All rows of a list."""
    rows: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = await got(http, path, limit=200, **cursor)
        rows += page[field]
        if not page.get("cursor"):
            return rows
        cursor = {"cursor": page["cursor"]}


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Which answers are not the same."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
