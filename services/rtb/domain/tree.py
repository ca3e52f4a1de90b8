"""A bidder's answer as a tree of plain values, whatever it is written in."""

import json
import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

DEPTH_MAX = 30  # elements within elements; answers have two or three levels
_NAMED = re.compile(rb'"\s*:')  # the end of a name in JSON; seldom within a text


class Unreadable(ValueError):
    """The answer is neither JSON nor XML."""


def read_tree(body: bytes) -> Any:
    """Read JSON, or XML as the same tree; raise Unreadable.

    JSON that says one name twice is none: nobody can tell which of the two was meant.

    An element becomes the mapping of its children, attributes under `@name`; several of one
    name become a list; one that has only text becomes that text.

    >>> read_tree(b'<r><bid cur="USD">4.5</bid><ok>yes</ok></r>')
    {'r': {'bid': {'@cur': 'USD', '#text': '4.5'}, 'ok': 'yes'}}
    """
    text = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        return _of_xml(text)
    try:
        tree = orjson.loads(text)
        if len(_NAMED.findall(text)) != _names_in(tree):
            json.loads(text, object_pairs_hook=_once_each)  # slower, so only where it may be
    except (orjson.JSONDecodeError, RecursionError) as fault:
        raise Unreadable(f"no JSON: {fault}"[:200]) from fault
    return tree


def _names_in(tree: Any) -> int:
    if isinstance(tree, dict):
        return len(tree) + sum(map(_names_in, tree.values()))
    return sum(map(_names_in, tree)) if isinstance(tree, list) else 0


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for name, value in pairs:
        if name in names:
            raise Unreadable(f"{name[:100]!r} is there twice")
        names[name] = value
    return names


def _of_xml(text: bytes) -> Any:
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        raise Unreadable(f"no XML: {fault}"[:200]) from fault
    if _name(root).lower() == "html":
        raise Unreadable("a page for people (HTML)")
    return {_name(root): _value(root, 0)}


def _value(element: Element, depth: int) -> Any:
    if depth > DEPTH_MAX:
        raise Unreadable(f"XML of more than {DEPTH_MAX} levels")
    text = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return text
    values: dict[str, Any] = {f"@{name}": value for name, value in element.attrib.items()}
    for child in element:
        name, value = _name(child), _value(child, depth + 1)
        if name not in values:
            values[name] = value
        elif isinstance(values[name], list):
            values[name].append(value)
        else:
            values[name] = [values[name], value]
    if text:
        values["#text"] = text
    return values


def _name(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
