"""A flow as its author writes it: nodes, the wires between their ports, and how it ends."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from libs.contracts.call_settings import CLOSING_MESSAGE, Spoken, Text
from libs.contracts.configuration import Name
from libs.contracts.flow_simulation import TESTS_MAX, FlowScript
from libs.contracts.ids import FlowId
from libs.contracts.message import Document, refused_at
from libs.contracts.tags import TagName
from services.flows.domain.nodes import AnyNode
from services.flows.domain.nodes.node import NodeId, PortName

NODES_MAX = 2_000
EDGES_MAX = 10_000


class Edge(Document):
    """A wire: from a port of one node to another node.

    {"source": "menu", "port": "1", "target": "sales"}
    """

    source: NodeId
    port: PortName
    target: NodeId


class Flow(Document):
    """A caller's way.  `layout` is where the editor draws things; the engine never reads it.

    `tags_known` are tags that calls bring along, so that macros may name them.  A session that
    has waited longer than `idle_minutes` has expired: its caller hears `closing_message`, or
    begins again with `restart_expired`.  Paths on which a caller hears more than
    `patience_seconds` before anybody is dialled are warned about.  `tests` are run before it is
    published.
    """

    id: FlowId
    spec_version: Literal[1] = 1
    name: Name
    description: Text = Field(default="", max_length=4_096)
    start: NodeId
    nodes: tuple[AnyNode, ...] = Field(min_length=1, max_length=NODES_MAX)
    edges: tuple[Edge, ...] = Field(default=(), max_length=EDGES_MAX)
    tags_known: tuple[TagName, ...] = Field(default=(), max_length=200)
    idle_minutes: int = Field(default=60, ge=1, le=240)
    restart_expired: bool = False
    closing_message: Spoken = CLOSING_MESSAGE
    patience_seconds: int = Field(default=120, ge=10, le=3_600)
    tests: tuple[FlowScript, ...] = Field(default=(), max_length=TESTS_MAX)
    layout: Annotated[dict[str, JsonValue], Field(max_length=NODES_MAX + 10)] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _wired_to_what_is_there(self) -> Self:
        if len(self.by_id) != len(self.nodes):
            raise refused_at(
                ("nodes", _repeated(self.nodes), "id"), "is the id of another node too"
            )
        if self.start not in self.by_id:
            raise refused_at(("start",), f"{self.start} is no node of this flow")
        for at, edge in enumerate(self.edges):
            if edge.source not in self.by_id:
                raise refused_at(("edges", at, "source"), f"{edge.source} is no node of this flow")
            if edge.target not in self.by_id:
                raise refused_at(("edges", at, "target"), f"{edge.target} is no node of this flow")
            if edge.port not in self.by_id[edge.source].ports:
                allowed = ", ".join(self.by_id[edge.source].ports) or "it has none"
                raise refused_at(
                    ("edges", at, "port"), f"{edge.source} has no such port: {allowed}"
                )
        if len(self.wires) != len(self.edges):
            raise refused_at(("edges",), "two wires leave by one port: a port leads to one node")
        return self

    @cached_property
    def by_id(self) -> Mapping[str, AnyNode]:
        """The nodes by id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def wires(self) -> Mapping[tuple[str, str], str]:
        """Where each connected port leads."""
        return {(edge.source, edge.port): edge.target for edge in self.edges}


def _repeated(nodes: tuple[AnyNode, ...]) -> int:
    seen: set[str] = set()
    for at, node in enumerate(nodes):
        if node.id in seen:
            return at
        seen.add(node.id)
    raise AssertionError("no id is repeated")
