"""What an author should know of a flow before callers walk in it: errors, and what may be meant.

An error forbids publishing; a warning does not.
"""

from collections.abc import Iterator, Set

from libs.contracts.flow_edits import FlowFinding, Weight
from libs.contracts.ids import FlowId
from libs.rules.macros import BadTemplate, read_template
from services.flows.domain.flow import Flow
from services.flows.domain.nodes import AnyNode
from services.flows.domain.nodes.asking import Asking
from services.flows.domain.nodes.dialling import Dialling
from services.flows.domain.nodes.hold import Hold
from services.flows.domain.nodes.sub_flow import SubFlow
from services.flows.domain.prompt import Prompt
from services.flows.domain.scene import CALL_GROUPS, CALL_NAMES

WORDS_A_SECOND = 2.5  # as voices speak
AUDIO_SECONDS = 8  # a recording is not listened to here; most prompts are as long

_CALL_MACROS = frozenset(("call:callerid", "call:calleridnoplus", "call:inboundcallid"))


def inspect(flow: Flow, published: Set[FlowId]) -> tuple[FlowFinding, ...]:
    """Everything there is to say; `published` are the flows that sub-flow nodes may call."""
    return (
        *_unreachable(flow),
        *_loops(flow),
        *_ports(flow),
        *_macros(flow),
        *_sub_flows(flow, published),
        *_silence(flow),
        *_patience(flow),
    )


def _found(
    weight: Weight, code: str, text: str, node: AnyNode | None = None, path: str = ""
) -> FlowFinding:
    return FlowFinding(weight=weight, code=code, text=text, node=node.id if node else "", path=path)


def _ways(flow: Flow, node: str) -> list[str]:
    """Where a node leads."""
    return [flow.wires[node, port] for port in flow.by_id[node].ports if (node, port) in flow.wires]


def _unreachable(flow: Flow) -> Iterator[FlowFinding]:
    reached, open_ = {flow.start}, [flow.start]
    while open_:
        for target in _ways(flow, open_.pop()):
            if target not in reached:
                reached.add(target)
                open_.append(target)
    for node in flow.nodes:
        if node.id not in reached:
            yield _found(Weight.WARNING, "unreachable", "no way leads here", node)


def _loops(flow: Flow) -> Iterator[FlowFinding]:
    """Circles in which nobody ever waits: a caller would walk in them without an end."""
    state: dict[str, int] = {}
    for root in flow.by_id:
        if state.get(root) or flow.by_id[root].waits:
            continue
        path: list[tuple[str, Iterator[str]]] = [(root, iter(_ways(flow, root)))]
        state[root] = 1
        while path:
            node, ways = path[-1]
            target = next(ways, None)
            if target is None:
                state[node] = 2
                path.pop()
            elif state.get(target) == 1:
                text = f"leads back to {target} without anybody being asked or dialled"
                yield _found(Weight.ERROR, "loop", text, flow.by_id[node])
            elif target not in state and not flow.by_id[target].waits:
                state[target] = 1
                path.append((target, iter(_ways(flow, target))))


def _ports(flow: Flow) -> Iterator[FlowFinding]:
    for node in flow.nodes:
        open_ = [
            port
            for port in node.ports
            if (node.id, port) not in flow.wires and port not in node.ENDS
        ]
        if node.ports and len(open_) == len(node.ports):
            text = "leads nowhere: callers go from here to the campaign's normal routing"
            yield _found(Weight.WARNING, "dead_end", text, node)
        elif open_:
            names = ", ".join(open_)
            text = f"not connected, callers go on to the campaign's normal routing: {names}"
            yield _found(Weight.WARNING, "unconnected", text, node)


def known_tags(flow: Flow) -> frozenset[str]:
    """The tags that calls may have in this flow, in lower case."""
    names = {name for node in flow.nodes for name in node.sets_tags} | set(flow.tags_known)
    return frozenset(name.lower() for name in names)


def _macros(flow: Flow) -> Iterator[FlowFinding]:
    tags = known_tags(flow)

    def is_known(name: str) -> bool:
        if name.startswith("call:"):
            return name in _CALL_MACROS
        return name in CALL_NAMES or name in tags or name.startswith(CALL_GROUPS)

    for node in flow.nodes:
        for path, text, place in node.templates():
            try:
                names = read_template(text, place, is_known).names
            except BadTemplate as fault:
                yield _found(Weight.ERROR, "macro", str(fault), node, path)
                continue
            yield from _unknown_tags(names, tags, node, path)


def _unknown_tags(
    names: frozenset[str], tags: frozenset[str], node: AnyNode, path: str
) -> Iterator[FlowFinding]:
    for name in sorted(names):
        if name.startswith("tag:"):
            tag = name.removeprefix("tag:")
            if tag not in tags and tag.partition(":")[2] not in tags:
                text = f"nothing in this flow sets the tag of {name}: list it in tags_known"
                yield _found(Weight.WARNING, "unknown_tag", text, node, path)


def _sub_flows(flow: Flow, published: Set[FlowId]) -> Iterator[FlowFinding]:
    for node in flow.nodes:
        if isinstance(node, SubFlow) and node.flow_id not in published:
            text = "no published flow of this account has this id"
            yield _found(Weight.ERROR, "sub_flow", text, node, "flow_id")


def _silence(flow: Flow) -> Iterator[FlowFinding]:
    for node in flow.nodes:
        if isinstance(node, Hold) and node.music is None:
            text = "has no music: the caller waits in silence"
            yield _found(Weight.WARNING, "audio", text, node, "music")
        if isinstance(node, Asking) and (node.id, "timeout") not in flow.wires:
            text = "what becomes of a caller who says nothing is not told: connect timeout"
            yield _found(Weight.WARNING, "timeout", text, node)


def _patience(flow: Flow) -> Iterator[FlowFinding]:
    """Whether a caller may be kept longer than she waits before anybody is dialled."""
    takes = _longest(flow)
    if takes > flow.patience_seconds:
        text = (
            f"a caller may hear {takes:.0f} s before anybody is dialled; "
            f"she is thought to wait {flow.patience_seconds} s"
        )
        yield _found(Weight.WARNING, "patience", text, None, "patience_seconds")


def _longest(flow: Flow) -> float:
    """The longest that a caller is spoken to before she is dialled for, each circle walked once."""
    longest: dict[str, float] = {}
    path: list[tuple[str, list[str]]] = [(flow.start, _onward(flow, flow.start))]
    walking = {flow.start}
    while path:
        name, ways = path[-1]
        if ways:
            target = ways.pop()
            if target not in longest and target not in walking:
                walking.add(target)
                path.append((target, _onward(flow, target)))
            continue
        path.pop()
        walking.discard(name)
        ahead = [longest[way] for way in _onward(flow, name) if way in longest]
        longest[name] = _seconds(flow.by_id[name]) + max(ahead, default=0.0)
    return longest[flow.start]


def _onward(flow: Flow, name: str) -> list[str]:
    """Where a node leads, as long as nobody has been dialled."""
    return [] if isinstance(flow.by_id[name], Dialling) else _ways(flow, name)


def _seconds(node: AnyNode) -> float:
    """About how long a caller is in a node who answers at once."""
    seconds = 0.0
    for name in ("prompt", "prompts", "closed_prompt", "hold_prompt"):
        value = getattr(node, name, None)
        prompts = value if isinstance(value, tuple) else (value,)
        seconds += sum(_heard_for(prompt) for prompt in prompts if prompt is not None)
    seconds *= getattr(node, "loop", 1)
    return seconds + (float(node.seconds * node.rounds) if isinstance(node, Hold) else 0.0)


def _heard_for(prompt: Prompt) -> float:
    return AUDIO_SECONDS if prompt.audio else len(prompt.text.split()) / WORDS_A_SECOND
