"""An account's configuration as one document that people write, review and compare.

Things stand in lists, one for each kind, sorted by name.  They name each other by name where
that is certain (`buyer: Acme`), else by id (`buyer_id: …`); what has its default value is left
out.  A thing without an id is the one of that name, or new.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_origin
from uuid import UUID, uuid5

from pydantic import BaseModel

from libs.contracts.bulk import AccountConfiguration
from libs.contracts.ids import AccountId

FORMAT = 1
NO_KEY = "no such key"
KINDS = ("buyers", "targets", "groups", "campaigns", "pools", "numbers")
_IDS = UUID("9a9a1d4e-3a4b-5f5e-8d61-52c1a3c2f7a0")


@dataclass(frozen=True)
class Reference:
    """A field of a kind that names another kind: `buyer_id`, or `buyer` by name."""

    kind: str
    within: str  # the list of the thing that the field stands in; empty: in the thing itself
    word: str
    names: str

    @property
    def id_field(self) -> str:
        """The contract's field."""
        return f"{self.word}_id"


REFERENCES = (
    Reference("targets", "", "buyer", "buyers"),
    Reference("groups", "", "parent", "groups"),
    Reference("groups", "members", "target", "targets"),
    Reference("campaigns", "assignments", "target", "targets"),
    Reference("campaigns", "assignments", "group", "groups"),
    Reference("pools", "", "campaign", "campaigns"),
    Reference("numbers", "", "campaign", "campaigns"),
    Reference("numbers", "", "pool", "pools"),
)


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where."""

    path: str
    problem: str


class BadDocument(Exception):
    """The document cannot be an account's configuration; the problems say why, with paths."""

    def __init__(self, problems: list[Problem], code: str = "bad_document", text: str = "") -> None:
        super().__init__(", ".join(one.path for one in problems))
        self.problems = problems
        self.code = code
        self.text = text or "the document cannot be an account's configuration"


def name_of(kind: str, thing: Mapping[str, Any]) -> str:
    """What people call a thing."""
    return str(thing.get("number" if kind == "numbers" else "name") or "")


def plain_of(configuration: AccountConfiguration) -> dict[str, Any]:
    """The document of a configuration, the same for the same."""
    names = _Names(configuration.model_dump(mode="json"))
    plain: dict[str, Any] = {"format": FORMAT}
    if configuration.defaults is not None:
        plain["defaults"] = slim(configuration.defaults)
    for kind in KINDS:
        things = [_ordered(slim(one)) for one in getattr(configuration, kind)]
        things.sort(key=lambda thing: (name_of(kind, thing), thing["id"]))
        for place in _places(kind, things):
            _name_it(place, names)
        if things:
            plain[kind] = things
    return plain


def slim(model: BaseModel) -> dict[str, Any]:
    """What a reader needs of a value: all but what has its default; its kind is always said."""
    dumped = model.model_dump(mode="json")
    shown = {}
    for name, about in type(model).model_fields.items():
        value = getattr(model, name)
        is_kind = get_origin(about.annotation) is Literal
        usual = not about.is_required() and value == about.get_default(
            call_default_factory=True, validated_data={}
        )
        if is_kind or not usual:
            shown[name] = _slim(value, dumped[name])
    return shown


def _slim(value: Any, dumped: Any) -> Any:
    if isinstance(value, BaseModel) and isinstance(dumped, dict):
        return slim(value)
    if isinstance(value, tuple | list) and isinstance(dumped, list):
        return [_slim(one, told) for one, told in zip(value, dumped, strict=True)]
    return dumped


def _ordered(thing: dict[str, Any]) -> dict[str, Any]:
    """Who it is comes first, then whom it belongs to."""
    first = ("id", "name", "number", "status", "buyer_id", "parent_id", "campaign_id", "pool_id")
    return {name: thing[name] for name in (*first, *thing) if name in thing}


class _Names:
    """What the things of a configuration are called."""

    def __init__(self, things: Mapping[str, Any]) -> None:
        self.names: dict[tuple[str, str], str] = {}
        counts: Counter[tuple[str, str]] = Counter()
        for kind in KINDS:
            for thing in things.get(kind) or ():
                name = name_of(kind, thing)
                counts[kind, name] += 1
                self.names[kind, str(thing["id"])] = name
        self.ambiguous = {key for key, count in counts.items() if count > 1}

    def of(self, kind: str, id: str) -> str | None:
        """A thing's name, where it is the only one of that name."""
        name = self.names.get((kind, id))
        return None if name is None or (kind, name) in self.ambiguous else name


@dataclass
class _Place:
    """Somewhere that a thing is named."""

    reference: Reference
    path: str
    holder: dict[str, Any]


def _places(kind: str, things: list[dict[str, Any]]) -> Iterator[_Place]:
    for at, thing in enumerate(things):
        for reference in REFERENCES:
            if reference.kind == kind:
                yield from _within(reference, thing, f"{kind}.{at}")


def _within(reference: Reference, thing: dict[str, Any], path: str) -> Iterator[_Place]:
    if not reference.within:
        yield _Place(reference, path, thing)
        return
    entries = thing.get(reference.within)
    for at, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict):
            yield _Place(reference, f"{path}.{reference.within}.{at}", entry)


def _name_it(place: _Place, names: _Names) -> None:
    """Write a name in the place of an id, where it is certain; fields keep their order."""
    reference, holder = place.reference, place.holder
    id = holder.get(reference.id_field)
    name = names.of(reference.names, str(id)) if id is not None else None
    if name is None:
        return
    renamed = {
        reference.word if key == reference.id_field else key: name
        if key == reference.id_field
        else value
        for key, value in holder.items()
    }
    holder.clear()
    holder.update(renamed)


@dataclass(frozen=True)
class Prepared:
    """A document in the words of the contract, and which of its fields were names."""

    given: dict[str, Any]
    by_name: frozenset[str]

    def path_of(self, path: str) -> str:
        """Where a field of the configuration stands in the document."""
        for place in self.by_name:
            if path == f"{place}_id":
                return place
        return path


def prepare(plain: Any, current: AccountConfiguration, account_id: AccountId) -> Prepared:
    """A document in the words of the contract; `current` says whom its names may mean too.

    Raise BadDocument for unknown keys, and names of nothing or of several.
    """
    if not isinstance(plain, dict):
        raise BadDocument([Problem("", "is no document: write `format: 1` and lists of things")])
    known = {"format", "defaults", *KINDS}
    problems = [Problem(str(key), NO_KEY) for key in plain if key not in known]
    if plain.get("format") != FORMAT:
        problems.append(Problem("format", f"is {FORMAT}, and says how this document is read"))
    if problems:
        raise BadDocument(problems)
    given = {key: value for key, value in plain.items() if key != "format" and value is not None}
    here = current.model_dump(mode="json")
    _identify(given, here, account_id)
    if problems := _twice(given):
        raise BadDocument(problems)
    by_name, problems = _resolve(given, here)
    if problems:
        raise BadDocument(problems)
    return Prepared(given, frozenset(by_name))


def _identify(given: dict[str, Any], here: Mapping[str, Any], account_id: AccountId) -> None:
    """Give things without an id that of the one thing of their name, or a new one."""
    for kind in KINDS:
        ids: dict[str, list[str]] = {}
        for thing in here[kind]:
            ids.setdefault(name_of(kind, thing), []).append(thing["id"])
        for thing in _listed(given, kind):
            if "id" not in thing:
                name = name_of(kind, thing)
                found = ids.get(name, [])
                new = str(uuid5(_IDS, f"{account_id}/{kind}/{name}"))
                thing["id"] = found[0] if len(found) == 1 else new
    known = {thing["id"]: thing["rtb_id"] for thing in here["campaigns"]}
    for thing in _listed(given, "campaigns"):
        if known.get(str(thing["id"])):
            thing.setdefault("rtb_id", known[str(thing["id"])])  # once made, it is kept


def _resolve(given: dict[str, Any], here: Mapping[str, Any]) -> tuple[set[str], list[Problem]]:
    """Write ids in the places of names: of the document's own things first, then of what stays."""
    ids = _called(given)
    for key, found in _called(here, besides=given).items():
        ids.setdefault(key, found)
    by_name: set[str] = set()
    problems = []
    for kind in KINDS:
        for place in _places(kind, _listed(given, kind)):
            reference, holder = place.reference, place.holder
            if reference.word not in holder:
                continue
            path = f"{place.path}.{reference.word}"
            problem = _resolve_one(reference, holder, ids)
            if problem:
                problems.append(Problem(path, problem))
            by_name.add(path)
    return by_name, problems


def _called(
    things: Mapping[str, Any], besides: Mapping[str, Any] | None = None
) -> dict[tuple[str, str], set[str]]:
    """Which things are called what, but for those that stand in `besides`."""
    ids: dict[tuple[str, str], set[str]] = {}
    for kind in KINDS:
        others = {str(one["id"]) for one in _listed(besides or {}, kind)}
        for thing in _listed(things, kind):
            if str(thing["id"]) not in others:
                ids.setdefault((kind, name_of(kind, thing)), set()).add(str(thing["id"]))
    return ids


def _resolve_one(
    reference: Reference, holder: dict[str, Any], ids: Mapping[tuple[str, str], set[str]]
) -> str:
    name = holder.pop(reference.word)
    if reference.id_field in holder:
        return f"excludes {reference.id_field}: one of them is enough"
    if name is None:
        return ""
    found = ids.get((reference.names, str(name)), set())
    if len(found) == 1:
        holder[reference.id_field] = next(iter(found))
        return ""
    kind = reference.names
    if not found:
        return f"names nothing: there is no {str(name)[:80]!r} among the {kind}"
    return f"{len(found)} of the {kind} are named {str(name)[:80]!r}: use {reference.id_field}"


def _twice(given: dict[str, Any]) -> list[Problem]:
    """Things of a kind that are one."""
    problems = []
    for kind in KINDS:
        seen: set[str] = set()
        for at, thing in enumerate(_listed(given, kind)):
            id = str(thing["id"]).lower()
            if id in seen:
                text = "stands there twice: give things of one name ids of their own"
                problems.append(Problem(f"{kind}.{at}", text))
            seen.add(id)
    return problems


def _listed(given: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """The things of a kind, as far as they are any; else its contract says what is wrong."""
    things = given.get(kind)
    known = isinstance(things, list) and all(isinstance(one, dict) for one in things)
    return things if known else []  # type: ignore[return-value] # just seen
