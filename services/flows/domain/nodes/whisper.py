"""Whisper: what the next person who picks up hears before she is connected."""

from typing import Literal

from libs.contracts.call_settings import Spoken
from libs.contracts.flow_routing import FlowPlan
from libs.rules.macros import Place
from services.flows.domain.moves import Go, Move
from services.flows.domain.nodes.node import Node, Templates
from services.flows.domain.plans import over
from services.flows.domain.scene import Scene


class WhisperNode(Node):
    """Port: `done`.  It counts for all legs that later nodes dial.

    `press_to_accept` None: as in the campaign.

    {"type": "whisper", "id": "w", "message": "A caller from {caller_state}.",
     "press_to_accept": true}
    """

    type: Literal["whisper"] = "whisper"
    message: Spoken
    press_to_accept: bool | None = None

    @property
    def ports(self) -> tuple[str, ...]:
        """The exit."""
        return ("done",)

    def templates(self) -> Templates:
        """The message."""
        yield "message", self.message, Place.TEXT

    def enter(self, scene: Scene) -> Move:
        """Remember it."""
        own = FlowPlan(whisper=scene.for_others(self.message), press_to_accept=self.press_to_accept)
        return Go(port="done", plan=over(scene.plan or FlowPlan(), own))
