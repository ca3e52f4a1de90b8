"""What differs between two versions of a flow, as a reviewer would say it, layout apart."""

from collections.abc import Iterator
from typing import Any

from libs.contracts.flow_looks import FlowDifference
from services.flows.domain.flow import Flow

_BESIDE = frozenset(("id", "spec_version", "nodes", "edges", "layout"))
_SHOWN_MAX = 120  # characters of a value


def compare(before: Flow, after: Flow) -> tuple[FlowDifference, ...]:
    """The differences, in the order: the flow itself, its nodes, its wires."""
    return (*_settings(before, after), *_nodes(before, after), *_wires(before, after))


def _settings(before: Flow, after: Flow) -> Iterator[FlowDifference]:
    then, now = before.model_dump(mode="json"), after.model_dump(mode="json")
    for name in then:
        if name not in _BESIDE and then[name] != now[name]:
            yield _changed(name, "", then[name], now[name])


def _nodes(before: Flow, after: Flow) -> Iterator[FlowDifference]:
    for node in before.nodes:
        if node.id not in after.by_id:
            text = f"the {node.type} {_named(node.id, node.label)} is gone"
            yield FlowDifference(kind="removed", node=node.id, path="", text=text)
    for node in after.nodes:
        then = before.by_id.get(node.id)
        if then is None:
            text = f"a {node.type} {_named(node.id, node.label)} is new"
            yield FlowDifference(kind="added", node=node.id, path="", text=text)
        elif then != node:
            fields = _fields(then.model_dump(mode="json"), node.model_dump(mode="json"))
            for path, old, new in fields:
                yield _changed(path, node.id, old, new)


def _fields(before: Any, after: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The innermost fields that differ; lists of another length differ as a whole."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from _fields(before.get(name), after.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for at, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _fields(old, new, f"{path}.{at}")
    else:
        yield path, before, after


def _wires(before: Flow, after: Flow) -> Iterator[FlowDifference]:
    for source, port in dict.fromkeys((*before.wires, *after.wires)):
        old, new = before.wires.get((source, port)), after.wires.get((source, port))
        if old != new:
            text = f"port {port} of {source} leads to {new or 'nothing'}, not {old or 'nothing'}"
            yield FlowDifference(kind="rewired", node=source, path=port, text=text)


def _changed(path: str, node: str, before: Any, after: Any) -> FlowDifference:
    whose = f" of {node}" if node else ""
    text = f"{path}{whose} was {_shown(before)} and is {_shown(after)}"
    return FlowDifference(kind="changed", node=node, path=path, text=text)


def _named(id_: str, label: str) -> str:
    return f"{id_} ({label})" if label else id_


def _shown(value: Any) -> str:
    text = "nothing" if value in (None, "", [], {}) else str(value)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"
