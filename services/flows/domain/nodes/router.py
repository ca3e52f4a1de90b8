"""Router: the campaign's plan, or one of the node's own, finds who is dialled."""

from typing import Literal

from libs.contracts.flow_routing import FlowPlan
from libs.rules.macros import Place
from services.flows.domain.nodes.dialling import Dialling
from services.flows.domain.nodes.node import Templates
from services.flows.domain.plans import over
from services.flows.domain.scene import Scene


class RouterNode(Dialling):
    """Ports: as of all nodes that dial.

    {"type": "router", "id": "r", "plan": {"ring_seconds": 20, "whisper": "A call for {campaign}."}}

    `plan` without entries and numbers is the campaign's own with other settings.  What a whisper
    or code node has set before goes on top; texts take macros.
    """

    type: Literal["router"] = "router"
    plan: FlowPlan = FlowPlan()

    def templates(self) -> Templates:
        """What is said to caller and callee."""
        for name in ("whisper", "connecting_message"):
            text = getattr(self.plan, name)
            if text:
                yield f"plan.{name}", text, Place.TEXT

    def wanted(self, scene: Scene) -> FlowPlan | None:
        """The node's plan under what was set before."""
        plan = over(self.plan, scene.plan)
        said = {
            name: scene.for_others(text)
            for name in ("whisper", "connecting_message")
            if (text := getattr(plan, name))
        }
        plan = plan.model_copy(update=said)
        return None if plan == FlowPlan() else plan
