"""Transfer: the caller is connected to one number or address of the flow's own."""

from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import Field

from libs.contracts.call_settings import Spoken
from libs.contracts.flow_routing import FlowPlan, PlainNumber
from libs.contracts.phone import Destination
from libs.contracts.voice import RING_TIMEOUT_MAX_SECONDS
from libs.rules.macros import Place
from services.flows.domain.nodes.dialling import Dialling
from services.flows.domain.nodes.node import Templates
from services.flows.domain.plans import over
from services.flows.domain.scene import Scene

_TRANSFERS = UUID("0d9b4c0b-6a9c-5f0e-8f3e-0a4f8f5f7a11")


class Transfer(Dialling):
    """Ports: as of all nodes that dial.

    {"type": "transfer", "id": "t", "destination": {"kind": "phone", "number": "+12125550100"},
     "message": "Connecting you to the office.", "ring_seconds": 30, "recording": true}

    It is a plan with one number in it, so the router counts, records and explains it like any.
    """

    type: Literal["transfer"] = "transfer"
    destination: Destination
    message: Spoken = ""
    ring_seconds: Annotated[int, Field(ge=5, le=RING_TIMEOUT_MAX_SECONDS)] = 30
    recording: bool | None = None

    def templates(self) -> Templates:
        """The message."""
        yield "message", self.message, Place.TEXT

    def wanted(self, scene: Scene) -> FlowPlan | None:
        """A plan of one number; who an earlier node chose does not count here."""
        number = PlainNumber(
            id=uuid5(_TRANSFERS, f"{scene.session.flow_id}/{self.id}"),
            name=self.label or self.id,
            destination=self.destination,
        )
        settings = (
            scene.plan.model_copy(update={"entries": (), "numbers": ()}) if scene.plan else None
        )
        own = FlowPlan(
            numbers=(number,),
            ring_seconds=self.ring_seconds,
            recording=self.recording,
            connecting_message=scene.for_others(self.message) if self.message else None,
        )
        return over(own, settings)
