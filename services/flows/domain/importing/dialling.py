"""Routers, splitters, hours, transfers and actions of the system before."""

import re
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError

from libs.contracts.phone import E164
from libs.contracts.schedule import WEEKDAYS, Schedule
from services.flows.domain.importing.making import Making
from services.flows.domain.importing.old import OldNode
from services.flows.domain.importing.speaking import hang_up, voicemail

_NUMBERS = UUID("5a9f4a3e-9a52-5d0a-8b1e-6b6f0d2f4c21")
_SPREADS = {
    "round_robin": "round_robin",
    "round-robin": "round_robin",
    "capacity": "most_free",
}
WHOLE = 100  # percent
_SHARE_MAX = 1_000
_RESET_MAX = 8_760  # hours of a year
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_RTB = "belongs to an RTB router: put one into the campaign's plan"


def router(making: Making, old: OldNode) -> None:
    """Numbers of its own, with priority and concurrency; without any, the campaign's plan."""
    plan: dict[str, Any] = {}
    numbers = list(_destinations(making, old))
    if numbers:
        plan["numbers"] = numbers
    kind = old.text("routingType").lower()
    if kind in _SPREADS:
        plan["spread"] = _SPREADS[kind]
    elif kind not in ("", "priority"):
        making.tell(old, "routingType", f"{kind} {_RTB}" if kind == "rtb" else f"no {kind} here")
    if old.items("targets"):
        names = ", ".join(str(one.get("name", "?")) for one in old.items("targets"))[:200]
        making.tell(old, "targets", f"named by words alone ({names}): the campaign's plan is used")
    for name in ("rtbEnabled", "bidTimeout", "minBid"):
        if old.config.get(name) and old.config.get("rtbEnabled"):
            making.tell(old, name, _RTB)
    failover = old.config.get("failoverEnabled")
    making.add(old, "router", plan=plan, failover=failover if isinstance(failover, bool) else None)
    _after_dialling(making, old)
    known = ("routingType", "destinations", "targets", "rtbEnabled", "bidTimeout", "minBid")
    why = {"capacityLimits": "a number's concurrency is its maxCalls, a target's its cap"}
    making.unread(old, frozenset((*known, "failoverEnabled")), why)


def _destinations(making: Making, old: OldNode) -> Any:
    for at, one in enumerate(old.items("destinations")):
        number = str(one.get("phoneNumber") or one.get("number") or "")
        if not E164.fullmatch(number):
            making.tell(old, f"destinations.{at}", f"{number[:40]!r} is no phone number")
            continue
        most = one.get("maxCalls")
        yield {
            "id": str(uuid5(_NUMBERS, f"{old.id}/{number}")),
            "name": str(one.get("name") or number),
            "destination": {"kind": "phone", "number": number},
            "priority": one["priority"] if isinstance(one.get("priority"), int) else at + 1,
            "concurrency": most if isinstance(most, int) and most > 0 else None,
        }


def _after_dialling(making: Making, old: OldNode) -> None:
    """The system before never came back after a dial: its wires were for when nobody was there."""
    answered = old.labelled("answered", "connected", "success")
    failed = old.labelled("no answer", "failed", "failure", "fallback", "no_buyer", "busy")
    making.wire(old.id, "answered", answered)
    if failed is None and answered is None:
        failed = old.way(0)
    for port in ("no_answer", "no_buyer"):
        making.wire(old.id, port, failed)


_SPLITTER = frozenset(
    (
        *("strategy", "splitType", "splits", "targets", "resetInterval", "enableAnalytics"),
        *("analyticsEndpoint", "enableFailover", "enableTracking"),
    )
)


def splitter(making: Making, old: OldNode) -> None:
    """Branches by percent, weight, in turn or by the clock."""
    strategy = old.text("strategy", "splitType").lower().replace("-", "_") or "percentage"
    kinds = {"weighted": "weight", "time_based": "schedule", "round_robin": "round_robin"}
    branches = [
        branch
        for at, one in enumerate(old.items("splits", "targets"))
        if (branch := _branch(making, old, at, one, strategy)) is not None
    ]
    if not branches:
        making.tell(old, "splits", "there are none: everybody goes on")
        branches = [{"name": "all", "share": WHOLE}]
        making.wire(old.id, "all", old.way(0))
    ours = kinds.get(strategy, "percentage")
    if ours == "percentage" and sum(branch["share"] for branch in branches) != WHOLE:
        making.tell(old, "splits", "the percentages do not come to 100: taken as weights")
        ours = "weight"
    hours = old.number("resetInterval")
    url = old.text("analyticsEndpoint") if old.config.get("enableAnalytics") else ""
    making.add(
        old,
        "splitter",
        strategy=ours,
        branches=branches,
        reset_hours=hours if hours and 1 <= hours <= _RESET_MAX else None,
        analytics_url=url if url.startswith(("http://", "https://")) else None,
    )
    making.unread(old, _SPLITTER, {"trackedEvents": "every caller's branch is told"})


def _branch(
    making: Making, old: OldNode, at: int, one: dict[str, Any], strategy: str
) -> dict[str, Any] | None:
    name = re.sub(r"[^A-Za-z0-9_.*# -]", "_", str(one.get("name") or f"branch {at + 1}"))[:60]
    share = one.get("weight" if strategy == "weighted" else "percentage")
    target = one.get("nodeId") or one.get("targetNodeId")
    making.wire(old.id, name, str(target) if target else (old.labelled(name) or old.way(at)))
    branch: dict[str, Any] = {"name": name, "share": _share(share)}
    rules = one.get("timeRules")
    if strategy == "time_based" and isinstance(rules, dict):
        schedule = _of_rules(rules)
        if schedule is None:
            making.tell(old, f"splits.{at}.timeRules", "cannot be read: the branch is always open")
        else:
            branch["schedule"] = schedule
    return branch


def _share(value: object) -> int:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return max(0, min(_SHARE_MAX, int(value))) if good else 1  # type: ignore[call-overload]


def _of_rules(rules: dict[str, Any]) -> dict[str, Any] | None:
    """Hours from `hourRange` (two hours) and `daysOfWeek` (0 is Sunday)."""
    hours, days = rules.get("hourRange"), rules.get("daysOfWeek")
    match hours:
        case [int(opens), int(closes)] | {"start": int(opens), "end": int(closes)}:
            closes += 24 if closes <= opens else 0
        case _:
            return None
    names = [
        WEEKDAYS[(day - 1) % 7].value
        for day in (days if isinstance(days, list) and days else range(7))
        if isinstance(day, int)
    ]
    shift = {"days": names, "opens": f"{opens:02}:00", "closes": f"{closes:02}:00"}
    return _checked({"zone": "UTC", "hours": [shift]})


def hours(making: Making, old: OldNode) -> None:
    """Business hours; the first wire was open, the second closed."""
    week: list[dict[str, Any]] = []
    own_days: list[dict[str, Any]] = []
    given = old.config.get("businessHours")
    for weekday in WEEKDAYS:
        one = given.get(weekday.value) if isinstance(given, dict) else None
        if isinstance(one, dict) and one.get("enabled", True):
            week += _shifts(making, old, weekday.value, one)
    handling = old.text("holidayHandling") or "closed"
    if handling == "reduced":
        making.tell(old, "holidayHandling", "reduced hours were never said: such days are closed")
    for at, one in enumerate(old.items("holidays")):
        if one.get("enabled", True) and handling != "open":
            name = str(one.get("name") or f"holiday {at + 1}")
            own_days.append({"name": name, "date": one.get("date")})
    zone = old.text("timezone") or "America/New_York"
    fit = _checked({"zone": zone, "hours": week, "own_days": own_days})
    if fit is None:
        making.tell(old, "businessHours", "cannot be read: never open until they are set anew")
        fit = {"zone": "America/New_York"}
    making.add(
        old, "hours", schedule=fit, closed_prompt=making.prompt(old, old.text("closedMessage"))
    )
    making.wire(old.id, "open", old.labelled("open", "yes") or old.way(0))
    for port in ("closed", "holiday"):
        making.wire(old.id, port, old.labelled("closed", "no") or old.way(1))
    known = ("timezone", "businessHours", "holidays", "holidayHandling", "closedMessage")
    making.unread(old, frozenset(known), {})


def _shifts(making: Making, old: OldNode, day: str, one: dict[str, Any]) -> list[dict[str, Any]]:
    ranges = one.get("timeRanges") if isinstance(one.get("timeRanges"), list) else [one]
    found = []
    for each in ranges if isinstance(ranges, list) else ():
        opens, closes = (_clock(each.get(name)) for name in ("open", "close"))
        if opens is None or closes is None:
            making.tell(old, f"businessHours.{day}", "its times are no clock's: the day is closed")
            continue
        closes += 24 * 60 if closes <= opens else 0  # past midnight, which never worked before
        found.append({"days": [day], "opens": _wall(opens), "closes": _wall(closes)})
    return found


def _clock(text: object) -> int | None:
    found = _CLOCK.fullmatch(text.strip()) if isinstance(text, str) else None
    return int(found[1]) * 60 + int(found[2]) if found else None


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _checked(schedule: dict[str, Any]) -> dict[str, Any] | None:
    try:
        Schedule.model_validate(schedule)
    except ValidationError:
        return None
    return schedule


def transfer(making: Making, old: OldNode) -> None:
    """One number; one that is none leaves callers to the campaign's plan."""
    _transfer_to(making, old, old.text("transferNumber", "externalNumber", "agentNumber"))
    making.unread(
        old,
        frozenset(
            (
                *("transferNumber", "externalNumber", "agentNumber", "transferMessage", "timeout"),
                *("record", "enableRecording", "actionType", "destination", "whisperMessage"),
            )
        ),
        {"playToAgent": "a whisper is always for whoever picks up"},
    )


def _transfer_to(making: Making, old: OldNode, number: str, id_: str = "") -> None:
    seconds = old.number("timeout")
    if not E164.fullmatch(number):
        making.tell(old, "transferNumber", f"{number[:40]!r} is no phone number")
        making.add(old, "router", id_)
    else:
        records = old.config.get("record", old.config.get("enableRecording"))
        making.add(
            old,
            "transfer",
            id_,
            destination={"kind": "phone", "number": number},
            message=making.words(old, "transferMessage", old.text("transferMessage")) or None,
            ring_seconds=max(5, min(600, seconds)) if seconds else None,
            recording=records if isinstance(records, bool) else None,
        )
    source = id_ or old.id
    for port in ("no_answer", "no_buyer"):
        making.wire(source, port, old.way(0))


def whisper(making: Making, old: OldNode) -> None:
    """Words for an agent, then her number, which were one node."""
    words = making.words(old, "whisperMessage", old.text("whisperMessage"))
    dialled = f"{old.id}-agent"[:64]
    making.add(old, "whisper", message=words)
    making.wire(old.id, "done", dialled)
    _transfer_to(making, old, old.text("agentNumber"), dialled)


def action(making: Making, old: OldNode) -> None:
    """The editor's action: route, hang up, transfer or voicemail."""
    kind = old.text("actionType").lower()
    if kind == "hangup":
        hang_up(making, old)
    elif kind == "voicemail":
        voicemail(making, old)
    elif kind == "transfer" or old.text("destination") == "external":
        transfer(making, old)
    else:
        if old.config.get("buyerId"):
            why = "a buyer of the system before: the campaign's plan says who takes the call"
            making.tell(old, "buyerId", why)
        if old.text("destination") == "queue":
            making.tell(old, "destination", "a queue: put a hold node before the router")
        making.add(old, "router")
        _after_dialling(making, old)
