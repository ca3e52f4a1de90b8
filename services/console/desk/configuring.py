"""The configuring desk: an account's configuration as one document, out and in.

A plan is what an import would do, rehearsed; to apply is to import what differs, all of it or
nothing, based on what was compared.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Self

import orjson
from pydantic import BaseModel, ValidationError, model_validator

from libs.contracts.bulk import (
    AccountConfiguration,
    ExportConfiguration,
    Exported,
    ImportConfiguration,
    Imported,
    Retired,
)
from libs.contracts.editing import Actor, Noun, Pausing
from libs.contracts.ids import AccountId
from libs.runtime.answers import problems_of
from libs.runtime.ask import Ask, Refused
from libs.runtime.deadline import Deadline
from services.console.domain.configuration_difference import (
    SINGULAR,
    Action,
    Change,
    difference,
    note,
)
from services.console.domain.configuration_document import (
    KINDS,
    NO_KEY,
    BadDocument,
    Prepared,
    Problem,
    plain_of,
    prepare,
)
from services.console.domain.yaml_text import BadText, read, write

ASK_WITHIN_MS = 950  # for one part of an export
IMPORT_WITHIN_MS = 30_000  # many edits
PARTS_MAX = 1_000
_EXTRA = "Extra inputs are not permitted"  # as pydantic says it
TRIES_MAX = 3  # of an export that is edited meanwhile


class Whole(AccountConfiguration):
    """All that an account has, however much; only what differs is imported at once."""

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        return self


class Wanted(BaseModel):
    """A document that an account is to be like; `prune`: what it does not name is retired.

    `expected_version`: the account's version that somebody has reviewed a plan for.
    """

    account_id: AccountId
    actor: Actor
    text: str
    prune: bool = False
    expected_version: int | None = None


class Reviewed(BaseModel):
    """What a document changes: told thing by thing, and as a note for a reviewer.

    `version` is the account's that was compared; once applied, the one that is in force.
    """

    applied: bool
    version: int
    changes: list[Change]
    paused: tuple[Pausing, ...]
    note: str


class ConfiguringDesk:
    """Writes and reads accounts' configuration; the router keeps it."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def export(self, account_id: AccountId) -> tuple[int, str]:
        """The account's version and its document, the same for the same."""
        version, current = await self._current(account_id)
        return version, await asyncio.to_thread(lambda: write(plain_of(current)))

    async def plan(self, wanted: Wanted) -> Reviewed:
        """What a document would change; raise BadDocument, Refused or Unanswered."""
        return await self._bring_in(wanted, rehearsal=True)

    async def apply(self, wanted: Wanted) -> Reviewed:
        """Make an account like a document; raise BadDocument, Refused or Unanswered."""
        return await self._bring_in(wanted, rehearsal=False)

    async def _bring_in(self, wanted: Wanted, *, rehearsal: bool) -> Reviewed:
        version, current = await self._current(wanted.account_id)
        asked = await asyncio.to_thread(read_document, wanted.text, current, wanted.account_id)
        changes = difference(current, asked.configuration, prune=wanted.prune)
        expected = version if wanted.expected_version is None else wanted.expected_version
        question = asked.question(wanted, changes, expected, current)
        question = question.model_copy(update={"rehearsal": rehearsal})
        try:
            done: Imported = await self._ask(question, Deadline.within(IMPORT_WITHIN_MS))
        except Refused as no:
            raise asked.refused(no) from no
        paused = [(one.name, one.reason) for one in done.paused]
        return Reviewed(
            applied=not rehearsal,
            version=done.version,
            changes=changes,
            paused=done.paused,
            note=note(changes, paused),
        )

    async def _current(self, account_id: AccountId) -> tuple[int, Whole]:
        for _ in range(TRIES_MAX):
            versions, parts = set(), []
            cursor: str | None = None
            for _ in range(PARTS_MAX):
                question = ExportConfiguration(account_id=account_id, cursor=cursor)
                part: Exported = await self._ask(question, Deadline.within(ASK_WITHIN_MS))
                versions.add(part.version)
                parts.append(part.configuration)
                cursor = part.cursor
                if cursor is None:
                    break
            if len(versions) == 1:
                break
        return max(versions), _together(parts)


def _together(parts: list[AccountConfiguration]) -> Whole:
    lists: dict[str, Any] = {
        kind: tuple(thing for part in parts for thing in getattr(part, kind)) for kind in KINDS
    }
    defaults = next((part.defaults for part in parts if part.defaults is not None), None)
    return Whole.model_construct(defaults=defaults, **lists)


class Asked:
    """A document that is read, and where its fields stand in the text."""

    def __init__(self, configuration: Whole, prepared: Prepared, lines: Mapping[str, int]) -> None:
        self.configuration = configuration
        self._prepared = prepared
        self._lines = lines
        self._sent: dict[str, list[int]] = {}

    def question(
        self,
        wanted: Wanted,
        changes: list[Change],
        expected_version: int,
        current: AccountConfiguration,
    ) -> ImportConfiguration:
        """An import of what differs, and nothing else."""
        touched = {change.id for change in changes if change.action is not Action.RETIRED}
        lists: dict[str, Any] = {}
        for kind in KINDS:
            things = list(enumerate(getattr(self.configuration, kind)))
            sent = [(at, one) for at, one in things if str(one.id) in touched]
            self._sent[kind] = [at for at, _ in sent]
            lists[kind] = tuple(one for _, one in sent)
        if any(one.kind == "defaults" and one.action is not Action.RETIRED for one in changes):
            lists["defaults"] = self.configuration.defaults
        return ImportConfiguration(
            account_id=wanted.account_id,
            actor=wanted.actor,
            configuration=_importable(lists),
            retired=_retired(changes, wanted.account_id, current),
            expected_version=expected_version,
        )

    def refused(self, no: Refused) -> Exception:
        """What the router refuses, by the paths of the document."""
        if no.code == "stale" or not no.refusal.fields:
            return no
        problems = [Problem(self._path(one.path), one.problem) for one in no.refusal.fields]
        told = [_with_line(one, self._lines) for one in problems]
        return BadDocument(told, no.code, no.refusal.text)

    def _path(self, path: str) -> str:
        parts = path.removeprefix("configuration.").split(".")
        kind, at = parts[0], parts[1] if len(parts) > 1 else ""
        if kind in self._sent and at.isdigit() and int(at) < len(self._sent[kind]):
            parts[1] = str(self._sent[kind][int(at)])
        return self._prepared.path_of(".".join(parts))


def read_document(text: str, current: AccountConfiguration, account_id: AccountId) -> Asked:
    """Read a document; raise BadDocument with the paths and lines of what is wrong."""
    lines: Mapping[str, int] = {}
    try:
        plain, lines = read(text)
        prepared = prepare(plain, current, account_id)
        return Asked(_validated(prepared), prepared, lines)
    except BadText as no:
        raise BadDocument([Problem(no.path, f"{no.problem} (line {no.line})")]) from no
    except BadDocument as no:
        raise BadDocument([_with_line(one, lines) for one in no.problems]) from no


def _validated(prepared: Prepared) -> Whole:
    try:
        return Whole.model_validate(prepared.given)
    except ValidationError as fault:
        told = problems_of(fault, orjson.dumps(prepared.given, default=str))
        problems = [
            Problem(prepared.path_of(path), NO_KEY if problem == _EXTRA else problem)
            for path, problem in told
        ]
        raise BadDocument(problems) from fault


def _importable(lists: Mapping[str, Any]) -> AccountConfiguration:
    try:
        return AccountConfiguration(**lists)
    except ValidationError as fault:
        text = str(fault.errors()[0]["msg"]).removeprefix("Value error, ")
        raise BadDocument([Problem("", f"changes too much at once: {text}")]) from fault


def _retired(
    changes: list[Change], account_id: AccountId, current: AccountConfiguration
) -> tuple[Retired, ...]:
    """What goes, each before what it names; groups before those around them."""
    around = {str(group.id): group.parent_id for group in current.groups}

    def depth(id: str) -> int:
        deep, parent = 0, around.get(id)
        while parent is not None and deep < len(around):
            deep, parent = deep + 1, around.get(str(parent))
        return deep

    gone = [change for change in changes if change.action is Action.RETIRED]
    order = ("numbers", "pools", "campaigns", "groups", "targets", "buyers", "defaults")
    gone.sort(key=lambda change: (order.index(change.kind), -depth(change.id)))
    return tuple(
        Retired(noun=Noun(SINGULAR[change.kind]), key=change.id or str(account_id))
        for change in gone
    )


def _with_line(problem: Problem, lines: Mapping[str, int]) -> Problem:
    """The same with the line that it is about, where the text has one."""
    path = problem.path
    while path not in lines and "." in path:
        path = path.rpartition(".")[0]
    if path not in lines or not path:
        return problem
    return Problem(problem.path, f"{problem.problem} (line {lines[path]})")
