"""Hold: the caller waits with music, in rounds, and may leave by a key."""

from typing import Annotated, Literal

from pydantic import Field

from libs.contracts.flows import Keyed
from libs.contracts.voice import Gather, Pause, Verb
from services.flows.domain.moves import Go, Heard, Move, Stay
from services.flows.domain.nodes.node import Node, NotWaiting
from services.flows.domain.prompt import Prompt
from services.flows.domain.scene import Scene

ROUNDS_MAX = 50  # as many visits as the engine allows


class Hold(Node):
    """Ports: `round` after each round, `left` by the key, `exhausted` after the last round.

    {"type": "hold", "id": "q", "prompt": {"text": "Press 1 to leave a message."},
     "music": {"audio": "https://cdn.example.com/hold.mp3"}, "seconds": 30, "rounds": 5}

    A round's port usually leads back to a router, so that the caller is offered again while she
    waits: rounds are counted over all her visits.  `seconds` is how long a round lasts once the
    prompt and one play of the music are over; the music is cut when it ends by a key alone.
    """

    type: Literal["hold"] = "hold"
    prompt: Prompt | None = None
    music: Prompt | None = None
    seconds: int = Field(default=20, ge=1, le=60)
    rounds: int = Field(default=5, ge=1, le=ROUNDS_MAX)
    leave_key: Annotated[str, Field(pattern=r"^[0-9*#]$")] = "1"

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return ("round", "left", "exhausted")

    @property
    def waits(self) -> bool:
        """A turn ends here."""
        return True

    def enter(self, scene: Scene) -> Move:
        """Wait for one more round, if there is one."""
        if self._round(scene) > self.rounds:
            return Go(port="exhausted", note=f"{self.rounds} rounds")
        sounds = scene.says(self.prompt if self._round(scene) == 1 else None, self.music)
        wait: Verb = Gather(
            prompts=(*sounds, Pause(seconds=self.seconds)),
            digits_max=1,
            finish_on_key="",
            timeout_seconds=1,
        )
        return Stay(verbs=(wait,))

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """The round is over, or she leaves; any other key is as if she had waited."""
        if not isinstance(heard, Keyed):
            raise NotWaiting(f"a waiting caller may press a key, and {heard.kind} came")
        if heard.digits == self.leave_key:
            return Go(port="left")
        last = self._round(scene) >= self.rounds
        return Go(port="exhausted" if last else "round", note=f"round {self._round(scene)}")

    def _round(self, scene: Scene) -> int:
        return scene.session.visits.get(scene.session.place_of(self.id), 0)
