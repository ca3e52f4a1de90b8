"""The addresses the carrier calls back: written into TwiML here, and read here again.

They carry the call, the step and the account; the carrier's signature covers them.
"""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from libs.contracts.ids import AccountId, CallId

PREFIX = "/api/webhooks"
STEP_MAX = 1_000  # no call has so many legs


@dataclass(frozen=True, slots=True)
class Leg:
    """Which leg of which call a callback is about.

    `fell_back` counts the destinations of the fallback plan that were dialled; None for
    a leg that the router decided.
    """

    call_id: CallId
    step: int
    account_id: AccountId | None
    fell_back: int | None = None

    def url(self, base: str, kind: str) -> str:
        """The absolute address; `kind` is dial, leg or recording."""
        query = f"owner={'router' if self.fell_back is None else 'ingress'}"
        if self.account_id is not None:
            query += f"&account={self.account_id}"
        if self.fell_back is not None:
            query += f"&fell_back={self.fell_back}"
        return f"{base}{PREFIX}/{kind}/{self.call_id}/{self.step}?{query}"


def read_leg(path: str, query: str) -> Leg | None:
    """Read an address of ours; None where it is none."""
    asked = parse_qs(query)
    try:
        _, call, number = path.removeprefix(PREFIX).strip("/").split("/")
        step = int(number)
        account = asked.get("account")
        fell_back = asked.get("fell_back")
        leg = Leg(
            call_id=CallId(UUID(call)),
            step=step,
            account_id=AccountId(UUID(account[0])) if account else None,
            fell_back=int(fell_back[0]) if fell_back else None,
        )
    except ValueError:
        return None
    known = 0 <= step <= STEP_MAX and 0 <= (leg.fell_back or 0) <= STEP_MAX
    return leg if known else None


def read_dial_url(url: str) -> Leg | None:
    """The leg of a dial action's address, as the carrier names it in ErrorUrl."""
    parts = urlsplit(url)
    return read_leg(parts.path, parts.query) if f"{PREFIX}/dial/" in parts.path else None
