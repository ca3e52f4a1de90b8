"""Tracking pixel: a partner is told something, behind the caller's back."""

from typing import Literal, Self

from pydantic import model_validator

from libs.contracts.flows import EventName
from libs.contracts.message import refused_at
from libs.contracts.money import Money
from services.flows.domain.effects import Converted, Effect, Marked
from services.flows.domain.moves import Go, Move
from services.flows.domain.nodes.node import Node, Templates
from services.flows.domain.nodes.requests import TOO_LONG, Requesting, Url
from services.flows.domain.scene import Scene


class Pixel(Requesting, Node):
    """Port: `done`, at once: what is told is sent by tracking, with retries.

    {"type": "pixel", "id": "px", "url": "https://t.example.com/postback",
     "parameters": {"clickid": "{clickid}", "caller": "{caller}"}, "event": "qualified"}

    `converted` marks the call as converted, `value` with what that is worth; `event` is a named
    event of the call: reports know it, and pixels that are kept for it fire (`fire_on` "marked").
    Without `url` nobody else is told.
    """

    type: Literal["pixel"] = "pixel"
    url: Url | None = None
    converted: bool = False
    value: Money | None = None
    event: EventName | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.url is None and not (self.event or self.converted):
            raise refused_at(("url",), "is wanted, or an event, or converted")
        if self.url is None and (self.headers or self.parameters or self.body):
            raise refused_at(("url",), "is wanted: there is something to be sent")
        if self.value is not None and not self.converted:
            raise refused_at(("value",), "is what a conversion is worth: set converted")
        return self

    @property
    def ports(self) -> tuple[str, ...]:
        """The exit."""
        return ("done",)

    def templates(self) -> Templates:
        """Those of the request."""
        if self.url is not None:
            yield from self.request_templates(self.url)

    def enter(self, scene: Scene) -> Move:
        """Leave the effects and go on."""
        fired = self.filled(scene.masked(), self.url) if self.url else None
        effects: list[Effect] = [fired] if fired else []
        if self.event:
            effects.append(Marked(event=self.event))
        if self.converted:
            effects.append(Converted(value=self.value))
        note = TOO_LONG if self.url and not fired else ""
        return Go(port="done", effects=tuple(effects), note=note)
