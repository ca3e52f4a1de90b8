"""Menus, inputs, prompts and goodbyes of the system before."""

from typing import Any

from libs.rules.patterns import refusal
from services.flows.domain.importing.making import Making
from services.flows.domain.importing.old import OldNode

_KEY_MAX = 4
_RETRIES_MAX = 10
_SECONDS_MAX = 60
_NEXT_SECONDS = 3  # the system before had one wait for all keys

_MENU = frozenset(
    (
        *("welcomeMessage", "menuOptions", "options", "timeout", "maxRetries", "retries"),
        *("invalidMessage", "invalidRetryMessage", "allowRepeat", "voice", "language"),
    )
)
_GATHER = frozenset(
    (
        *("inputType", "gatherType", "prompt", "timeout", "maxDigits", "numDigits", "fieldName"),
        *("finishOnKey", "validationPattern", "invalidMessage", "voice", "language"),
    )
)


def menu(making: Making, old: OldNode) -> None:
    """A menu; each option leads where it named, or where a wire with its key or label led."""
    options = _options(making, old)
    keys = [key for key, _ in options]
    repeats = "*" if old.config.get("allowRepeat") and "*" not in keys else None
    if old.config.get("allowRepeat") and repeats is None:
        making.tell(old, "allowRepeat", "the key * is an option's")
    retries = _within(old.number("maxRetries", "retries"), 0, _RETRIES_MAX)
    making.add(
        old,
        "menu",
        prompt=making.prompt(old, old.text("welcomeMessage") or "Please choose."),
        options=[{"key": key, "label": label} for key, label in options],
        repeat_key=repeats,
        invalid_prompt=making.prompt(old, old.text("invalidMessage", "invalidRetryMessage")),
        invalid_retries=retries,
        silence_retries=retries,
        **_waits(old),
    )
    making.unread(old, _MENU, {})


def _options(making: Making, old: OldNode) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    given = old.items("menuOptions", "options")
    for at, one in enumerate(given):
        key, label = str(one.get("key", "")).strip(), str(one.get("label") or "")[:120]
        if not key or any(letter not in "0123456789*#" for letter in key) or len(key) > _KEY_MAX:
            making.tell(old, f"options.{at}.key", f"{key[:20]!r} is no key of a telephone")
            continue
        if key in dict(found):
            making.tell(old, f"options.{at}.key", f"{key} is the key of another option too")
            continue
        found.append((key, label))
        target = one.get("targetNodeId")
        way = str(target) if target else old.labelled(key, label)
        if way is None and len(old.ways) == len(given):
            way = old.way(at)
            making.tell(old, f"options.{at}", "names no node: wired in the order of its wires")
        elif way is None:
            way = old.way(0)
            making.tell(old, f"options.{at}", "names no node: leads where the first wire led")
        making.wire(old.id, key, way)
    if not found:
        making.tell(old, "options", "there are none: any key leads on")
        making.wire(old.id, "1", old.way(0))
        found.append(("1", ""))
    return found


def gather(making: Making, old: OldNode) -> None:
    """An input; the first wire was taken with an answer, the second without."""
    by = old.text("inputType", "gatherType").lower()
    pattern = old.text("validationPattern")
    if pattern and (no := refusal(pattern)):
        making.tell(old, "validationPattern", no)
        pattern = ""
    finish = old.config.get("finishOnKey")
    most = _within(old.number("maxDigits", "numDigits"), 1, 60)
    making.add(
        old,
        "gather",
        prompt=making.prompt(old, old.text("prompt") or "Please enter your answer."),
        by=by if by in ("digits", "speech", "both") else None,
        tag=old.text("fieldName")[:120] or f"input_{old.id}",
        digits_max=most,
        finish_key=finish if isinstance(finish, str) and finish in ("", *"0123456789*#") else None,
        pattern=pattern or None,
        invalid_prompt=making.prompt(old, old.text("invalidMessage")),
        **_waits(old),
    )
    making.wire(old.id, "done", old.labelled("success", "valid", "done", "input") or old.way(0))
    without = old.labelled("timeout", "invalid", "no input", "failure") or old.way(1)
    for port in ("timeout", "invalid"):
        making.wire(old.id, port, without or old.way(0))
    making.unread(old, _GATHER, {})


def play(making: Making, old: OldNode) -> None:
    """A prompt."""
    audio = old.text("audioUrl") if old.text("audioType") in ("url", "") else ""
    prompt = making.prompt(old, old.text("message"), audio)
    if prompt is None:
        making.tell(old, "message", "there is nothing to be heard: the node is left out")
        making.entries[old.id] = old.way(0) or ""
        return
    making.add(old, "play", prompts=[prompt], loop=_within(old.number("loop"), 1, 10))
    making.wire(old.id, "done", old.way(0))
    known = frozenset(("audioType", "audioUrl", "message", "voice", "language", "loop"))
    making.unread(old, known, {})


def hang_up(making: Making, old: OldNode) -> None:
    """A goodbye."""
    making.add(
        old,
        "hang_up",
        prompt=making.prompt(old, old.text("hangupMessage", "endMessage", "message")),
        reason=old.text("hangupReason")[:120] or None,
    )
    known = frozenset(("hangupMessage", "endMessage", "message", "hangupReason"))
    making.unread(old, known | {"voice", "language", "actionType"}, {})


def voicemail(making: Making, old: OldNode) -> None:
    """A message of the caller's."""
    words = old.text("voicemailMessage", "message") or "Please leave a message after the tone."
    making.add(old, "voicemail", prompt=making.prompt(old, words))
    making.wire(old.id, "recorded", old.way(0))


def _waits(old: OldNode) -> dict[str, Any]:
    seconds = _within(old.number("timeout"), 1, _SECONDS_MAX)
    if seconds is None:
        return {}
    return {"first_seconds": seconds, "next_seconds": min(_NEXT_SECONDS, seconds)}


def _within(value: int | None, least: int, most: int) -> int | None:
    """The nearest that is allowed.

    >>> _within(99, 1, 60), _within(None, 1, 60)
    (60, None)
    """
    return None if value is None else max(least, min(most, value))
