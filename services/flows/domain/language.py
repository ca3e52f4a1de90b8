"""The language of flows, told by its own kinds of nodes: the example in each one's docstring."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from services.flows.domain.nodes import AnyNode
from services.flows.domain.nodes.node import Node


def kinds() -> Iterator[type[Node]]:
    """Every kind of node."""
    union, _ = get_args(AnyNode)
    yield from get_args(union)


def type_of(kind: type[Node]) -> str:
    """What a kind of node is called in documents."""
    name: str = kind.model_fields["type"].default
    return name


@cache
def examples() -> dict[str, dict[str, Any]]:
    """An example of each kind, by its type."""
    return {type_of(kind): example(kind.__doc__ or "") for kind in kinds()}


def example(doc: str) -> dict[str, Any]:
    """The JSON object in a docstring.

    >>> example('Say something.  {"type": "x", "id": "y"}')
    {'type': 'x', 'id': 'y'}
    """
    found, _ = json.JSONDecoder().raw_decode(doc, doc.index('{"type"'))
    assert isinstance(found, dict), "it begins with a brace"
    return found
