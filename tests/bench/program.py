"""What a program must offer to be measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tests.bench.forms import Doors


@dataclass(frozen=True)
class Counts:
    """What a program's database says.

    `live` places taken with targets, `rows` calls stored, `ended` those stored with their
    end, `over_cap` targets that hold more than they may.
    """

    live: int
    rows: int
    ended: int
    over_cap: int


class Running(Protocol):
    """A program with its doors open; `pids` are booked by name in the CPU accounts."""

    @property
    def name(self) -> str: ...
    @property
    def doors(self) -> Doors: ...
    @property
    def pids(self) -> Mapping[str, int]: ...

    def counts(self) -> Counts | None:
        """Ask its database; None: it keeps nothing."""
