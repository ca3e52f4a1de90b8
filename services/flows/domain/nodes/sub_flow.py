"""Sub-flow: another flow of the account is walked through, and left by its exits."""

from typing import ClassVar, Literal

from pydantic import Field

from libs.contracts.ids import FlowId
from services.flows.domain.moves import Finish, Go, Move
from services.flows.domain.nodes.node import Node, PortName
from services.flows.domain.scene import Scene

EXITS_MAX = 20


class SubFlow(Node):
    """Ports: the `exits` that it knows, `done` for all others, `failure` if the flow is not there.

    {"type": "sub_flow", "id": "screen", "flow_id": "00000000-0000-4000-8000-000000000001",
     "exits": ["qualified"]}

    The version that is published when this flow is published is the one that is walked.
    """

    DONE: ClassVar[str] = "done"
    INTO: ClassVar[str] = "(into)"
    """What the engine follows into the flow; no wire leads there."""

    type: Literal["sub_flow"] = "sub_flow"
    flow_id: FlowId
    exits: tuple[PortName, ...] = Field(default=(), max_length=EXITS_MAX)

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return (*self.exits, self.DONE, Node.FAILURE)

    def enter(self, scene: Scene) -> Move:
        """Into it."""
        return Go(port=self.INTO)


class Exit(Node):
    """No port: the flow around goes on at its exit of this name; the outermost flow ends.

    {"type": "exit", "id": "out", "port": "qualified"}
    """

    type: Literal["exit"] = "exit"
    port: PortName = SubFlow.DONE

    @property
    def ports(self) -> tuple[str, ...]:
        """There is none."""
        return ()

    def enter(self, scene: Scene) -> Move:
        """Out of it."""
        return Finish(reason=f"exit {self.port}")
