"""Play: the caller hears words or recordings."""

from typing import Literal, Self

from pydantic import Field, model_validator

from libs.contracts.message import refused_at
from libs.contracts.voice import Pause
from services.flows.domain.moves import Go, Move
from services.flows.domain.nodes.node import Node
from services.flows.domain.prompt import Prompt, Sound
from services.flows.domain.scene import Scene

PROMPTS_MAX = 20
HEARD_MAX = 50  # prompts of one visit, and as many pauses: a carrier's document has its limits


class PlayPrompts(Node):
    """Port: `done`.  The prompts are heard `loop` times, with `pause_seconds` between all.

    {"type": "play", "id": "hello", "prompts": [{"text": "Welcome to {campaign}."}]}
    """

    type: Literal["play"] = "play"
    prompts: tuple[Prompt, ...] = Field(min_length=1, max_length=PROMPTS_MAX)
    loop: int = Field(default=1, ge=1, le=10)
    pause_seconds: int = Field(default=0, ge=0, le=60)

    @model_validator(mode="after")
    def _not_for_ever(self) -> Self:
        heard = len(self.prompts) * self.loop
        if heard > HEARD_MAX:
            raise refused_at(("loop",), f"{heard} prompts would be heard: at most {HEARD_MAX}")
        return self

    @property
    def ports(self) -> tuple[str, ...]:
        """The exit."""
        return ("done",)

    def enter(self, scene: Scene) -> Move:
        """Say it and go on."""
        pause: tuple[Sound, ...] = (
            (Pause(seconds=self.pause_seconds),) if self.pause_seconds else ()
        )
        sounds: list[Sound] = []
        for prompt in self.prompts * self.loop:
            sounds += (*(pause if sounds else ()), *scene.says(prompt))
        return Go(port="done", say=tuple(sounds))
