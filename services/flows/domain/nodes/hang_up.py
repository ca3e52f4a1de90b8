"""Hang up: the call ends, with words if there are any, for a reason that can be read later."""

from typing import Literal

from pydantic import Field

from libs.contracts.call_settings import Text
from services.flows.domain.moves import Finish, Move
from services.flows.domain.nodes.node import Node
from services.flows.domain.prompt import Prompt
from services.flows.domain.scene import Scene


class HangUp(Node):
    """No port.

    {"type": "hang_up", "id": "bye", "prompt": {"text": "Goodbye."}, "reason": "not qualified"}

    With `normal_routing` the call is not ended but given back to its campaign's own routing.
    """

    type: Literal["hang_up"] = "hang_up"
    prompt: Prompt | None = None
    reason: Text = Field(default="ended by the flow", min_length=1, max_length=120)
    normal_routing: bool = False

    @property
    def ports(self) -> tuple[str, ...]:
        """There is none."""
        return ()

    def enter(self, scene: Scene) -> Move:
        """End."""
        return Finish(
            say=scene.says(self.prompt), reason=self.reason, normal_routing=self.normal_routing
        )
