"""What has been told of a call, kept so that order, grouping and repetition do not matter.

Facts arrive late, twice, out of order, or contradict each other.  So what is kept
is two maps from names to cells: `least` keeps the smallest cell that was ever told
for a name, `greatest` the largest.  Both choices are commutative, associative and
idempotent, so any process that has heard the same facts has the same state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Cell = list[int | str]
"""All cells of one name have the same shape, so that any two can be compared."""

Cells = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Told:
    """Everything told of one call so far, as two maps of cells (see the module)."""

    least: Mapping[str, Cell]
    greatest: Mapping[str, Cell]


NOTHING = Told({}, {})

MARKED = "marked."
"""How the least cells begin that say when a flow has first named an event."""


class Arrival(NamedTuple):
    """The least cell `arrived`."""

    at: str
    call_sid: str
    caller_kind: str
    caller_text: str
    dialled: str


class Came(NamedTuple):
    """The least cell `came`: what else the carrier said with the arrival; empty texts say None."""

    at: str
    pool_id: str
    country: str
    state: str
    city: str
    zip: str


class Bought(NamedTuple):
    """The greatest cell `bought.<step>`: the bidder that a step was sold to."""

    sequence: int
    rtb_router_id: str
    rtb_target_id: str


class Brought(NamedTuple):
    """The greatest cell `brought`: what the router knew last; `tags` and `origin` are JSON."""

    step: int
    sequence: int
    publisher_id: str
    tags: str
    origin: str


class Routed(NamedTuple):
    """The greatest cell `routed.<step>`: the router's word on a step; empty texts say None."""

    sequence: int
    outcome: str
    reason: str
    at: str
    destination: str
    campaign_id: str
    campaign_name: str
    target_id: str
    target_name: str
    buyer_id: str
    buyer_name: str


class FellBack(NamedTuple):
    """The greatest cell `fell_back.<step>`; `destination` is empty where it closed politely."""

    sequence: int
    destination: str
    reason: str
    at: str


class Transferred(NamedTuple):
    """The greatest cell `transferred.<step>`: where an operator sent the caller."""

    sequence: int
    destination: str
    at: str


class Recording(NamedTuple):
    """The greatest cell `recording`: the one worth showing; `seconds` -1 says None."""

    rank: int
    step: int
    seconds: int
    sid: str
    status: str


class RecordingOf(NamedTuple):
    """The greatest cell `recorded.<sid>`: what became of one recording; `url` is the carrier's."""

    rank: int
    step: int
    seconds: int
    status: str
    channels: int
    url: str


def first(cells: Mapping[str, Cell], name: str) -> Any:
    """The first part of a cell; None where nothing was told."""
    cell = cells.get(name)
    return None if cell is None else cell[0]


def second(cells: Mapping[str, Cell], name: str) -> Any:
    """The second part of a cell; None where nothing was told."""
    cell = cells.get(name)
    return None if cell is None else cell[1]


def keep(cells: Cells, more: Mapping[str, Cell], choose: Callable[[Cell, Cell], Cell]) -> None:
    """Add cells to a map; where there is one already, `choose` decides."""
    for name, cell in more.items():
        cells[name] = choose(cells[name], cell) if name in cells else cell
