"""Voicemail: the caller leaves a message."""

from typing import ClassVar, Literal

from pydantic import Field

from libs.contracts.flows import Keyed, Recorded
from libs.contracts.voice import Record
from services.flows.domain.moves import Go, Heard, Move, Stay
from services.flows.domain.nodes.node import Node, NotWaiting
from services.flows.domain.prompt import Prompt
from services.flows.domain.scene import Scene

SECONDS_MAX = 600


class Voicemail(Node):
    """Ports: `recorded` (the call ends where it is not connected), `silence`.

    {"type": "voicemail", "id": "vm", "prompt": {"text": "Please leave a message."},
     "seconds_max": 90, "transcribe": true}

    With `transcribe` the carrier writes down a message of 3 to 119 seconds; the text comes
    to the call's record.
    """

    ENDS: ClassVar[frozenset[str]] = frozenset(("recorded", "silence"))

    type: Literal["voicemail"] = "voicemail"
    prompt: Prompt
    seconds_max: int = Field(default=120, ge=2, le=SECONDS_MAX)
    silence_seconds: int = Field(default=5, ge=1, le=60)
    finish_key: str = Field(default="#", pattern=r"^[0-9*#]*$")
    beep: bool = True
    transcribe: bool = False

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return ("recorded", "silence")

    @property
    def waits(self) -> bool:
        """A turn ends here."""
        return True

    def enter(self, scene: Scene) -> Move:
        """Ask for a message."""
        record = Record(
            seconds_max=self.seconds_max,
            silence_seconds=self.silence_seconds,
            finish_on_key=self.finish_key,
            beep=self.beep,
            transcribe=self.transcribe,
        )
        return Stay(verbs=(*scene.says(self.prompt), record))

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """Go on once it is left."""
        if not isinstance(heard, Recorded | Keyed):
            raise NotWaiting(f"a recording is waited for, and {heard.kind} came")
        if isinstance(heard, Keyed) or not heard.seconds:
            return Go(port="silence", note="nothing was said")
        return Go(port="recorded", note=f"{heard.seconds} s")
