"""Tracking pixel: a partner is told something, behind the caller's back."""

from typing import Annotated, Literal

from pydantic import Field

from libs.contracts.money import Money
from services.flows.domain.effects import Converted, Effect, Marked
from services.flows.domain.moves import Go, Move
from services.flows.domain.nodes.node import Node, Templates
from services.flows.domain.nodes.requests import TOO_LONG, Requesting
from services.flows.domain.scene import Scene


class Pixel(Requesting, Node):
    """Port: `done`, at once: what is told is sent by tracking, with retries.

    {"type": "pixel", "id": "px", "url": "https://t.example.com/postback",
     "parameters": {"clickid": "{clickid}", "caller": "{caller}"}, "event": "qualified"}

    `converted` marks the call as converted, `value` with what that is worth; `event` is a named
    event of the call for reports.
    """

    type: Literal["pixel"] = "pixel"
    converted: bool = False
    value: Money | None = None
    event: Annotated[str, Field(pattern=r"^[A-Za-z0-9_. -]{1,60}$")] | None = None

    @property
    def ports(self) -> tuple[str, ...]:
        """The exit."""
        return ("done",)

    def templates(self) -> Templates:
        """Those of the request."""
        yield from self.request_templates()

    def enter(self, scene: Scene) -> Move:
        """Leave the effects and go on."""
        fired = self.filled(scene.masked())
        effects: list[Effect] = [fired] if fired else []
        if self.event:
            effects.append(Marked(event=self.event))
        if self.converted:
            effects.append(Converted(value=self.value))
        return Go(port="done", effects=tuple(effects), note="" if fired else TOO_LONG)
