"""When a run is worth nothing: a fast wrong answer is no answer."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.bench.load import Tally
from tests.bench.program import Counts


class Void(Exception):
    """The run is invalid; `faults` are sentences that say why."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


@dataclass(frozen=True)
class Evidence:
    """What one program answered and stored.

    `on_the_line` calls were routed and not yet ended when `during` was counted; `after` was
    counted when everything had been ended and written.  Both are None where the program
    keeps nothing.  Rows are those of this run: earlier history is subtracted.
    """

    name: str
    tallies: tuple[Tally, ...]
    on_the_line: int = 0
    during: Counts | None = None
    after: Counts | None = None

    @property
    def placed(self) -> int:
        """Calls placed at this program."""
        return sum(tally.placed for tally in self.tallies)

    @property
    def lost(self) -> int:
        """Calls of which no row is there; 0 where nothing is kept."""
        return self.placed - self.after.rows if self.after is not None else 0


def faults_of(evidence: Evidence) -> list[str]:
    """Say everything that is wrong with a program's part of the run."""
    found = [*_faults_of_answers(evidence), *_faults_of_rows(evidence)]
    return [f"{evidence.name}: {fault}" for fault in found]


def must_hold(evidence: Evidence) -> None:
    """Raise Void if anything is wrong."""
    faults = faults_of(evidence)
    if faults:
        raise Void(faults)


def _faults_of_answers(evidence: Evidence) -> Iterable[str]:
    for tally in evidence.tallies:
        if tally.non_2xx:
            yield f"{tally.non_2xx} answers were not 2xx"
        if tally.broken:
            yield f"{tally.broken} requests broke off without an answer"
        unparsable = tally.unparsable()
        if unparsable:
            yield f"{unparsable} answers are no TwiML"
        if tally.routed != tally.placed:
            yield f"{tally.placed - tally.routed} of {tally.placed} calls were told not to dial"


def _faults_of_rows(evidence: Evidence) -> Iterable[str]:
    if evidence.during is not None:
        yield from _faults_on_the_line(evidence.during, evidence.on_the_line)
    if evidence.after is not None:
        yield from _faults_in_the_end(evidence.after, evidence.placed)


def _faults_on_the_line(during: Counts, on_the_line: int) -> Iterable[str]:
    if during.live != on_the_line:
        yield f"{during.live} places are taken by {on_the_line} calls on the line"
    if during.over_cap:
        yield f"{during.over_cap} targets are over their cap"


def _faults_in_the_end(after: Counts, placed: int) -> Iterable[str]:
    if after.live:
        yield f"{after.live} places are still taken after every call has ended"
    if after.rows != placed:
        yield f"{after.rows} rows for {placed} calls"
    if after.ended != placed:
        yield f"{after.ended} of {placed} calls are stored as ended"
    if after.over_cap:
        yield f"{after.over_cap} targets were over their cap"
