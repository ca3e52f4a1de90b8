"""Templates with macros, whose values are escaped for the place they stand in.

A macro is written `{name}`, `${name}`, `{{name}}` or `[name]`, where a name may have groups:
`[tag:Geo:ZipCode]`, `[Call:CallerId]`.  `[a|b]` takes the first of them that has a value.
Names know no case.  A macro without a value is empty; where a whole JSON value stands for it,
it is null.  Nothing is ever invented.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

MACROS_MAX = 500  # of one template; more is a mistake

_MACRO = re.compile(
    r"\{\{\s*([A-Za-z_]\w*)\s*\}\}|\$?\{([A-Za-z_]\w*)\}|\[([A-Za-z_][^\[\]{}\"'\n,]*)\]"
)
_NAME = re.compile(r"[A-Za-z_]\w*(:[\w .\-]+){0,2}")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,10})?")
_LITERALS = frozenset(("true", "false", "null"))  # in brackets these are a JSON list


class Place(StrEnum):
    """What a template makes, and so how a value in it is escaped."""

    JSON = "json"
    URL = "url"
    FORM = "form"
    XML = "xml"
    HEADER = "header"
    TEXT = "text"


class BadTemplate(ValueError):
    """A template that cannot be filled; the text says what and where."""


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value goes: the names to try, and whether it stands within a JSON text."""

    names: tuple[str, ...]
    within_text: bool


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has been read."""

    place: Place
    parts: tuple[str | Slot, ...]

    @property
    def names(self) -> frozenset[str]:
        """Every name that it asks for."""
        return frozenset(
            name for part in self.parts if isinstance(part, Slot) for name in part.names
        )

    def fill(self, values: Mapping[str, str]) -> str:
        """The text with values by lower-case name."""
        return "".join(
            part if isinstance(part, str) else _ESCAPES[self.place](_first(part, values), part)
            for part in self.parts
        )


def read_template(text: str, place: Place, known: Callable[[str], bool]) -> Template:
    """Read a template; raise BadTemplate for a macro that nobody knows.

    >>> template = read_template('{"zip": "[tag:Geo:ZipCode|zip]"}', Place.JSON, lambda _: True)
    >>> print(template.fill({"zip": "10<01"}))
    {"zip": "10<01"}
    """
    parts: list[str | Slot] = []
    at, within = 0, False
    for found in _MACRO.finditer(text):
        names = _names(found)
        if names is None:
            continue
        for name in names:
            if not known(name):
                raise BadTemplate(f"{found[0]} at character {found.start() + 1} is no known macro")
        before = text[at : found.start()]
        within = _ends_within(before, within)
        parts += [before, Slot(names, within)]
        at = found.end()
    parts.append(text[at:])
    if len(parts) > 2 * MACROS_MAX:
        raise BadTemplate(f"at most {MACROS_MAX} macros")
    return Template(place, tuple(part for part in parts if part))


def _names(found: re.Match[str]) -> tuple[str, ...] | None:
    """The names in a macro; None: it is none."""
    name = found[1] or found[2]
    if name:
        return (name.lower(),)
    alternatives = [one.strip() for one in found[3].split("|")]
    if found[3] in _LITERALS or not all(_NAME.fullmatch(one) for one in alternatives):
        return None
    return tuple(one.lower() for one in alternatives)


def _ends_within(text: str, within: bool) -> bool:
    """Whether a JSON text is open after `text`, which began within one or not."""
    escaped = False
    for letter in text:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = within
        elif letter == '"':
            within = not within
    return within


def _first(slot: Slot, values: Mapping[str, str]) -> str:
    return next((value for name in slot.names if (value := values.get(name, ""))), "")


def _as_json(value: str, slot: Slot) -> str:
    if slot.within_text:
        return json.dumps(value, ensure_ascii=False)[1:-1]
    if not value:
        return "null"
    if _NUMBER.fullmatch(value) or value in _LITERALS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _printable(value: str) -> str:
    """A header's value holds no control characters: a line break would begin another header."""
    return "".join(letter if letter.isprintable() else " " for letter in value)


def _as_xml(value: str) -> str:
    allowed = "".join(letter for letter in value if letter.isprintable() or letter in "\t\n")
    return escape(allowed, {'"': "&quot;", "'": "&apos;"})


_ESCAPES: Mapping[Place, Callable[[str, Slot], str]] = {
    Place.JSON: _as_json,
    Place.URL: lambda value, _: quote(value, safe=""),
    Place.FORM: lambda value, _: quote_plus(value),
    Place.XML: lambda value, _: _as_xml(value),
    Place.HEADER: lambda value, _: _printable(value),
    Place.TEXT: lambda value, _: value,
}
