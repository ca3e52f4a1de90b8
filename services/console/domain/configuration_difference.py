"""What a document would change in an account: thing by thing, field by field, and as a note.

The note is for a reviewer: names in the place of ids, the plan entry by entry, nothing that
stays as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from libs.contracts.bulk import AccountConfiguration
from libs.contracts.configuration import Defaults
from services.console.domain.configuration_document import KINDS, REFERENCES, name_of, slim

SINGULAR = {kind: kind.removesuffix("s") for kind in KINDS} | {"defaults": "defaults"}
LISTED_BY = {"assignments": ("target_id", "group_id", "rtb_router_id"), "members": ("target_id",)}
"""Lists whose entries are known by what they name."""
Names = Mapping[tuple[str, str], str]
"""Kind and id -> what a thing is called."""
_KIND_OF = {one.id_field: one.names for one in REFERENCES}
_WORD_OF = {one.id_field: one.word for one in REFERENCES}
TEXT_MAX = 120  # of a value in the note
NOTHING = "nothing"


class Action(StrEnum):
    """What becomes of a thing."""

    NEW = "new"
    CHANGED = "changed"
    RETIRED = "retired"


@dataclass(frozen=True)
class FieldChange:
    """One field, before and after; None where it is not there, or has its default."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One thing that a document changes."""

    action: Action
    kind: str
    id: str
    name: str
    fields: tuple[FieldChange, ...] = ()


def difference(
    before: AccountConfiguration, after: AccountConfiguration, *, prune: bool
) -> list[Change]:
    """What becomes different; with `prune` what the document does not name is retired."""
    names = _names(before) | _names(after)
    changes = list(_of_defaults(before.defaults, after.defaults, names, prune=prune))
    for kind in KINDS:
        was = {str(one.id): slim(one) for one in getattr(before, kind)}
        wanted = {str(one.id): slim(one) for one in getattr(after, kind)}
        for id, thing in wanted.items():
            if was.get(id) != thing:
                action = Action.CHANGED if id in was else Action.NEW
                fields = tuple(_fields(was.get(id, {}), thing, names))
                changes.append(Change(action, kind, id, name_of(kind, thing), fields))
        if prune:
            gone = [(name_of(kind, was[id]), id) for id in was.keys() - wanted.keys()]
            changes += [Change(Action.RETIRED, kind, id, name) for name, id in sorted(gone)]
    return changes


def _of_defaults(
    was: Defaults | None, wanted: Defaults | None, names: Names, *, prune: bool
) -> Iterator[Change]:
    if wanted is not None and wanted != was:
        before = {} if was is None else slim(was)
        action = Action.NEW if was is None else Action.CHANGED
        fields = tuple(_fields(before, slim(wanted), names))
        yield Change(action, "defaults", "", "of the account", fields)
    elif wanted is None and was is not None and prune:
        yield Change(Action.RETIRED, "defaults", "", "of the account")


def _names(configuration: AccountConfiguration) -> dict[tuple[str, str], str]:
    return {
        (kind, str(one.id)): name_of(kind, one.model_dump(mode="json", include={"name", "number"}))
        for kind in KINDS
        for one in getattr(configuration, kind)
    }


def _fields(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names
) -> Iterator[FieldChange]:
    for name in sorted({*before, *after} - {"id"}):
        yield from _field(name, name, before.get(name), after.get(name), names)


def _field(path: str, name: str, before: Any, after: Any, names: Names) -> Iterator[FieldChange]:
    if before == after:
        return
    if name in LISTED_BY:
        yield from _entries(path, LISTED_BY[name], before or [], after or [], names)
    elif isinstance(before, dict) and isinstance(after, dict):
        for inner in sorted({*before, *after}):
            found = (before.get(inner), after.get(inner))
            yield from _field(f"{path}.{inner}", inner, *found, names)
    else:
        shown = path.removesuffix(name) + _WORD_OF.get(name, name)
        yield FieldChange(shown, _named(name, before, names), _named(name, after, names))


def _entries(
    path: str, keys: tuple[str, ...], before: list[Any], after: list[Any], names: Names
) -> Iterator[FieldChange]:
    """Entries of a plan, or members of a group, each by what it names."""

    def told(entries: list[Any]) -> dict[str, Any]:
        found = {}
        for entry in entries:
            key = next(key for key in keys if key in entry)
            rest = {name: value for name, value in entry.items() if name != key}
            found[_named(key, entry[key], names)] = rest
        return found

    was, wanted = told(before), told(after)
    for name in {**was, **wanted}:
        old, new = was.get(name), wanted.get(name)
        place = f"{path}[{name}]"
        if old is None or new is None:
            yield FieldChange(place, old, new)
        elif old != new:
            for inner in sorted({*old, *new}):
                found = (old.get(inner), new.get(inner))
                yield from _field(f"{place}.{inner}", inner, *found, names)
    if [name for name in was if name in wanted] != [name for name in wanted if name in was]:
        yield FieldChange(f"{path} in order", list(was), list(wanted))


def _named(field: str, value: Any, names: Names) -> Any:
    """The name of a thing in the place of its id; of two with one name, both."""
    kind = _KIND_OF.get(field)
    name = names.get((kind, value)) if kind and isinstance(value, str) else None
    if name is None:
        return value
    alone = sum(each == kind and known == name for (each, _), known in names.items()) == 1
    return name if alone else f"{name} ({value})"


SIGNS = {Action.NEW: "+", Action.CHANGED: "~", Action.RETIRED: "-"}


def note(changes: list[Change], pauses: list[tuple[str, str]]) -> str:
    """The changes as a reviewer would write them down."""
    if not changes:
        return "Nothing changes.\n"
    counts = ", ".join(
        f"{count} {action}"
        for action in Action
        if (count := sum(change.action is action for change in changes))
    )
    plural = "change" if len(changes) == 1 else "changes"
    lines = [f"{len(changes)} {plural}: {counts}.", ""]
    for change in changes:
        lines.append(f"{SIGNS[change.action]} {SINGULAR[change.kind]} {change.name}")
        if change.kind == "numbers" and change.action is Action.RETIRED:
            lines.append("    out of use; it stays at the carrier")
        lines += [
            f"    {_told(one, change.action)}"
            for one in change.fields
            if change.action is not Action.NEW or one.path not in ("name", "number")
        ]
    if pauses:
        lines += ["", "Paused by it:"]
        lines += [f"  campaign {name}: {reason}" for name, reason in pauses]
    return "\n".join(lines) + "\n"


def _told(change: FieldChange, action: Action) -> str:
    if action is Action.NEW:
        return f"{change.path}: {_shown(change.after)}"
    return f"{change.path}: {_shown(change.before)} -> {_shown(change.after)}"


def _shown(value: Any) -> str:
    """A value in few words; None is what nobody has set."""
    match value:
        case None:
            return NOTHING
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case dict():
            text = ", ".join(f"{key} {_shown(inner)}" for key, inner in value.items())
            text = text or "as usual"
        case list():
            text = "; ".join(map(_shown, value)) or NOTHING
        case bool():
            text = "yes" if value else "no"
        case _:
            text = str(value)
    return text if len(text) <= TEXT_MAX else f"{text[: TEXT_MAX - 1]}…"
