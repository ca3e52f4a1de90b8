"""A document of the system before: its nodes with their settings, and where each leads."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NODES_MAX = 2_000
_UNUSABLE = re.compile(r"[^A-Za-z0-9_.-]")


class NotAFlow(ValueError):
    """The document is none of the system before."""


@dataclass(frozen=True, slots=True)
class Way:
    """A connection: where it leads, and what was written on it."""

    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class OldNode:
    """One node; `config` may hold settings of either dialect."""

    id: str
    type: str
    label: str
    config: Mapping[str, Any]
    ways: tuple[Way, ...] = ()
    place: Mapping[str, float] = field(default_factory=dict)

    def text(self, *names: str) -> str:
        """The first of some settings that is a text with something in it."""
        found = (self.config.get(name) for name in names)
        return next((one.strip() for one in found if isinstance(one, str) and one.strip()), "")

    def number(self, *names: str) -> int | None:
        """The first of some settings that is a whole number, written as one or as a text."""
        for name in names:
            value = self.config.get(name)
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                continue
            if re.fullmatch(r"-?[0-9]{1,9}(\.0*)?", str(value).strip()):
                return int(float(value))
        return None

    def items(self, *names: str) -> list[dict[str, Any]]:
        """The first of some settings that is a list, its objects alone."""
        for name in names:
            value = self.config.get(name)
            if isinstance(value, list) and value:
                return [one for one in value if isinstance(one, dict)]
        return []

    def way(self, at: int) -> str | None:
        """Where its connection at a place leads."""
        return self.ways[at].target if at < len(self.ways) else None

    def labelled(self, *words: str) -> str | None:
        """Where a connection leads that one of these words is written on."""
        wanted = {word.lower() for word in words if word}
        return next((way.target for way in self.ways if way.label.lower() in wanted), None)


def usable(name: object) -> str:
    """A node's id as ours may be.

    >>> usable("node 7/a"), usable("")
    ('node_7_a', 'node')
    """
    return _UNUSABLE.sub("_", str(name or "node"))[:64]


def read(document: Mapping[str, Any]) -> list[OldNode]:
    """Its nodes; raises NotAFlow."""
    inner = document.get("flowDefinition")
    document = inner if isinstance(inner, dict) else document
    nodes = document.get("nodes")
    if not isinstance(nodes, list) or not nodes or len(nodes) > NODES_MAX:
        raise NotAFlow(f"nodes is a list of 1 to {NODES_MAX} objects with id and type")
    if not all(isinstance(one, dict) and "id" in one and "type" in one for one in nodes):
        raise NotAFlow("each of nodes is an object with id and type")
    above = _above(document.get("connections") or document.get("edges"))
    return [_node(one, above.get(usable(one["id"]), ())) for one in nodes]


def _node(one: Mapping[str, Any], above: Sequence[Way]) -> OldNode:
    data = one.get("data") if isinstance(one.get("data"), dict) else {}
    assert isinstance(data, dict), "it was made so"
    config = data.get("config") or one.get("config") or {}
    own = tuple(_own(one.get("connections") or data.get("connections")))
    return OldNode(
        id=usable(one["id"]),
        type=str(one["type"]),
        label=str(data.get("label") or one.get("name") or "")[:120],
        config=config if isinstance(config, dict) else {},
        ways=own or tuple(above),
        place=_place(one),
    )


def _place(one: Mapping[str, Any]) -> Mapping[str, float]:
    position = one.get("position") if isinstance(one.get("position"), dict) else one
    assert isinstance(position, Mapping), "it was made so"
    found = {axis: position.get(axis) for axis in ("x", "y")}
    return {axis: float(at) for axis, at in found.items() if isinstance(at, int | float)}


def _own(connections: object) -> Iterator[Way]:
    """A node's own connections: ids, or objects that name their target one way or another."""
    for one in connections if isinstance(connections, list) else ():
        if isinstance(one, str | int):
            yield Way(usable(one))
        elif isinstance(one, dict):
            target = one.get("target") or one.get("targetNodeId") or one.get("nodeId")
            if target:
                yield Way(usable(target), str(one.get("label") or one.get("condition") or ""))


def _above(connections: object) -> dict[str, list[Way]]:
    """The connections at the top of a document, by the node that they leave."""
    found: dict[str, list[Way]] = {}
    for one in connections if isinstance(connections, list) else ():
        if isinstance(one, dict) and one.get("source") and one.get("target"):
            label = str(one.get("label") or one.get("sourceHandle") or "")
            way = Way(usable(one["target"]), label)
            found.setdefault(usable(one["source"]), []).append(way)
    return found
