"""Pixels, code, conditions and profiles of the system before."""

import re
from typing import Any

from services.flows.domain.importing.making import Making
from services.flows.domain.importing.old import OldNode

_HEADER = ("http://", "https://")
_PORT = re.compile(r"[^A-Za-z0-9_.*# -]")
_TOO_SOON = "is known only once the call is over: use a pixel of the account"


def pixel(making: Making, old: OldNode) -> None:
    """One request for each address that was named, one after the other."""
    sent = [
        (old.text("postbackUrl", "pixelUrl", "url"), old.config.get("parameters")),
        *(
            (str(one.get("url") or ""), one.get("parameters"))
            for one in old.items("customPixels")
            if one.get("enabled", True)
        ),
    ]
    good = [(url, given) for url, given in sent if url.startswith(_HEADER)]
    for url, _ in sent:
        if url and not url.startswith(_HEADER):
            making.tell(old, "url", f"{url[:60]!r} is no address: https://…")
    if not good:
        making.tell(old, "url", "there is none: the node is left out")
        making.entries[old.id] = old.way(0) or ""
        return
    method = old.text("method").upper()
    ids = [old.id, *(f"{old.id}-{at}"[:64] for at in range(2, len(good) + 1))]
    for at, (url, given) in enumerate(good):
        making.add(
            old,
            "pixel",
            ids[at],
            url=making.words(old, "url", url),
            method=method if method in ("GET", "POST", "PUT") else None,
            parameters=_parameters(making, old, given),
        )
        making.wire(ids[at], "done", ids[at + 1] if at + 1 < len(ids) else old.way(0))


def _parameters(making: Making, old: OldNode, given: object) -> dict[str, str]:
    pairs: list[tuple[str, str]] = []
    if isinstance(given, dict):
        pairs = [(str(name), str(value)) for name, value in given.items()]
    elif isinstance(given, list):
        dicts = [one for one in given if isinstance(one, dict)]
        pairs = [(str(one.get("name") or ""), str(one.get("value") or "")) for one in dicts]
    found = {}
    for name, value in pairs:
        if name and re.search(r"\{call_(duration|status)\}", value):
            making.tell(old, f"parameters.{name}", f"{value} {_TOO_SOON}")
        elif name:
            found[name[:120]] = making.words(old, f"parameters.{name}", value)
    return found


def code(making: Making, old: OldNode) -> None:
    """Code; what was written for the old engine's own objects has to be written anew."""
    source = old.text("code", "customScript", "script")
    names = [_PORT.sub("_", way.label)[:60] for way in old.ways]
    routes = [name or f"way {at + 1}" for at, name in enumerate(names)] or ["done"]
    if not source:
        making.tell(old, "code", "there is none: the first way is taken")
        source = f"return {{route: {routes[0]!r}}};"
    elif old.text("customScript") and not old.text("code"):
        why = "written for session, node and result: write it for caller, campaign, tags, context"
        making.tell(old, "customScript", why)
    making.add(old, "code", source=source, routes=list(dict.fromkeys(routes)))
    for at, route in enumerate(routes):
        making.wire(old.id, route, old.way(at))
    making.wire(old.id, "failure", old.way(0))
    known = frozenset(("code", "customScript", "script"))
    making.unread(old, known, {"timeout": "code has 50 ms of CPU time, whatever is set"})


def condition(making: Making, old: OldNode) -> None:
    """The first wire was yes, the second no."""
    kind = old.text("conditionType").lower()
    expression = _expression(making, old, kind)
    making.add(old, "condition", cases=[{"port": "yes", "expression": expression}])
    making.wire(old.id, "yes", old.labelled("true", "yes") or old.way(0))
    for port in ("otherwise", "failure"):
        making.wire(old.id, port, old.labelled("false", "no") or old.way(1))


def _expression(making: Making, old: OldNode, kind: str) -> str:
    if kind in ("caller_id", "caller"):
        rule = re.sub(r"[^0-9+]", "", old.text("callerIdRule", "callerId", "value"))
        if rule:
            return f"caller.number.startsWith('{rule}')"
        making.tell(old, "callerIdRule", "no digits: nobody fulfils it")
    elif kind == "time":
        found = [old.text(name) for name in ("startTime", "endTime")]
        hours = [re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text) for text in found]
        if all(hours):
            start, end = (int(one[1]) * 60 + int(one[2]) for one in hours if one)
            return f"now.hour * 60 + now.minute >= {start} && now.hour * 60 + now.minute < {end}"
        making.tell(old, "startTime", "no times of day: nobody fulfils it")
    elif kind == "capacity":
        making.tell(old, "conditionType", "a router's port no_buyer says that nobody has room")
    else:
        making.tell(old, "conditionType", f"{kind or 'nothing'} cannot be said here: write CEL")
    return "false"


def enrich(making: Making, old: OldNode) -> None:
    """A profile, which the system before never really asked for."""
    url = old.text("apiEndpoint")
    if not url.startswith(_HEADER):
        making.tell(old, "apiEndpoint", f"{url[:60]!r} is no address: the node is left out")
        making.entries[old.id] = old.way(0) or ""
        return
    fields = old.config.get("fields")
    names = [
        one if isinstance(one, str) else str((one or {}).get("name", "")) for one in _list(fields)
    ]
    milliseconds = old.number("timeoutMs")
    making.add(
        old,
        "enrich",
        url=making.words(old, "apiEndpoint", url),
        timeout_ms=max(100, min(3_000, milliseconds)) if milliseconds else None,
        mapping=[
            {"tag": name[:120], "path": f"$.{name}"}
            for name in names
            if re.fullmatch(r"[A-Za-z_]\w*", name)
        ],
        hold_prompt=making.prompt(old, old.text("holdMessage")),
    )
    making.wire(old.id, "done", old.way(0))
    making.wire(old.id, "failure", old.way(1) or old.way(0))
    known = frozenset(("apiEndpoint", "timeoutMs", "holdMessage", "fields"))
    making.unread(old, known, {"fallbackAction": "connect the port failure"})


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
