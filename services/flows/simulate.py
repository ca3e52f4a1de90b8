"""Plays a caller through a flow: python -m services.flows.simulate FLOW SCRIPT.

FLOW is a flow's document (one of the system before will do), SCRIPT what the caller does; both are
JSON files.  Ends with 1 where the script had expected something else, with 2 where it cannot begin.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from libs.contracts.flow_simulation import FlowScript, FlowSimulated, SimulatedTurn
from libs.contracts.ids import AccountId, FlowId
from libs.runtime.sandbox.sandbox import Sandbox
from services.flows.desk.playing import PlayingDesk
from services.flows.domain.book import DRAFT, Book
from services.flows.domain.flow import Flow
from services.flows.domain.importing.carrying import carried
from services.flows.domain.importing.old import NotAFlow
from services.flows.domain.playing import spoken
from services.flows.domain.unfit import Unfit, fit

NOBODY = AccountId(UUID(int=0))
WORKERS = 1


class CannotBegin(Exception):
    """A file is not there, or not what it should be; the text says which and why."""


def read_json(path: Path) -> Any:
    """What a file holds."""
    try:
        return json.loads(path.read_text())
    except OSError as fault:
        raise CannotBegin(f"{path}: {fault.strerror}") from fault
    except ValueError as fault:
        raise CannotBegin(f"{path}: no JSON: {fault}") from fault


def read_flow(path: Path) -> Flow:
    """A flow of ours, or one of the system before."""
    document = read_json(path)
    if isinstance(document, dict) and "start" not in document:
        try:
            document, not_carried = carried(document)
        except NotAFlow as no:
            raise CannotBegin(f"{path}: {no}") from no
        for one in not_carried:
            print(f"not carried over: {one.node} {one.field}: {one.why}")
    if isinstance(document, dict):
        document.setdefault("id", str(uuid4()))
    try:
        return fit(document)
    except Unfit as no:
        lines = "".join(f"\n  {where}: {problem}" for where, problem in no.problems)
        raise CannotBegin(f"{path}: {no}{lines}") from no


def read_script(path: Path) -> FlowScript:
    """What the caller does."""
    try:
        return FlowScript.model_validate(read_json(path))
    except ValidationError as fault:
        lines = "".join(
            f"\n  {'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in fault.errors(include_url=False)
        )
        raise CannotBegin(f"{path}: wrong fields{lines}") from fault


def story(came: FlowSimulated) -> Iterator[str]:
    """A played call, told."""
    yield f"{came.name}, {came.seconds:.0f} s"
    tags: dict[str, str] = {}
    for turn in came.turns:
        yield from _turn(turn, tags)
        tags = turn.tags
    given = ", given back to the campaign's plan" if came.left else ""
    yield f"It ended: {came.finished}{given}."
    for difference in came.differences:
        yield f"Expected otherwise: {difference}"


def _turn(turn: SimulatedTurn, before: dict[str, str]) -> Iterator[str]:
    yield ""
    yield f"{turn.at:%H:%M:%S}  {turn.heard or 'comes in'}"
    for step in turn.steps:
        took = f"{step.milliseconds / 1_000:.1f} s"
        note = f" ({step.note})" if step.note else ""
        yield f"    {step.node} [{step.type}] {step.port or 'ends'}, {took}{note}"
    for name, value in turn.tags.items():
        if before.get(name) != value:
            yield f"    {name} is {value}, was {before.get(name, 'not set')}"
    for words in spoken(turn.verbs):
        yield f"    hears: {words}"
    last = turn.verbs[-1].verb if turn.verbs else "nothing"
    yield f"    then: {last}"


async def played(flow: Flow, script: FlowScript) -> FlowSimulated:
    """Walk the caller through; code is really run."""
    sandbox = Sandbox(WORKERS)
    await sandbox.start()
    try:
        book = Book({FlowId(flow.id): (DRAFT, flow)})
        return await PlayingDesk(sandbox).play(book, flow, DRAFT, script, NOBODY)
    finally:
        await sandbox.stop()


def main(arguments: Sequence[str]) -> int:
    """Play, print, and say whether it came as expected."""
    parser = argparse.ArgumentParser(prog="services.flows.simulate", description=__doc__)
    parser.add_argument("flow", type=Path, help="a flow's document, JSON")
    parser.add_argument("script", type=Path, help="what the caller does, JSON")
    given = parser.parse_args(arguments)
    try:
        flow, script = read_flow(given.flow), read_script(given.script)
    except CannotBegin as no:
        print(no, file=sys.stderr)
        return 2
    came = asyncio.run(played(flow, script))
    for line in story(came):
        print(line)
    return 1 if came.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
