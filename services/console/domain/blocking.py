"""Which callers of some calls can be blocked, and a blocklist with them on it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from libs.contracts.configuration import Defaults
from libs.contracts.ids import CallId
from libs.contracts.phone import PhoneNumber
from libs.contracts.tracking import CallRecord


class Blocked(NamedTuple):
    """Numbers that are new on the list, those that were on it, and calls that show no number."""

    new: tuple[PhoneNumber, ...]
    known: tuple[PhoneNumber, ...]
    without_number: tuple[CallId, ...]


def callers_to_block(calls: Iterable[CallRecord], defaults: Defaults) -> Blocked:
    """Every caller once."""
    numbers: Mapping[CallId, PhoneNumber | None] = {
        call.call_id: call.caller.number if call.caller else None for call in calls
    }
    shown = sorted({number for number in numbers.values() if number is not None})
    there = frozenset(defaults.blocklist.numbers)
    return Blocked(
        tuple(number for number in shown if number not in there),
        tuple(number for number in shown if number in there),
        tuple(call_id for call_id, number in numbers.items() if number is None),
    )


def with_blocked(defaults: Defaults, blocked: Blocked) -> dict[str, object]:
    """The document with them on its list, as a request would bring it: to be checked anew."""
    document = defaults.model_dump(mode="json")
    document["blocklist"]["numbers"] = [*defaults.blocklist.numbers, *blocked.new]
    return document
