"""What nodes share that dial: somebody is looked for, dialled, and followed by the next."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, TypeAdapter

from libs.contracts.call_settings import DIAL_ATTEMPTS_MAX
from libs.contracts.calls import LegEnded
from libs.contracts.flow_routing import FlowPlan
from libs.contracts.flows import LegOver
from libs.contracts.routing import Close, DialNext, Stop
from libs.contracts.voice import Say
from services.flows.domain.moves import Answered, Ask, Buyer, Finish, Go, Heard, Move, Stay
from services.flows.domain.nodes.node import Node, NotWaiting
from services.flows.domain.scene import Scene

GONE = "the caller hung up"
SERVED = "the conversation is over"

_OUTCOME: TypeAdapter[DialNext | Close | Stop] = TypeAdapter(
    Annotated[DialNext | Close | Stop, Field(discriminator="outcome")]
)


class Dialling(Node):
    """Ports: `answered` (a conversation), `no_answer`, `no_buyer` (nobody to dial), `gone`.

    `gone`: the caller hung up while she was connected or heard ringing.  The call simply ends
    where `answered` or `gone` is not connected.  With `failover` the next is dialled when a leg
    fails, at most `attempts` legs in one visit.
    """

    ENDS: ClassVar[frozenset[str]] = frozenset(("answered", "gone"))

    failover: bool = True
    attempts: int = Field(default=DIAL_ATTEMPTS_MAX, ge=1, le=DIAL_ATTEMPTS_MAX)

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return ("answered", "no_answer", "no_buyer", "gone")

    @property
    def waits(self) -> bool:
        """A turn ends here, unless there is nobody to dial."""
        return True

    def wanted(self, scene: Scene) -> FlowPlan | None:
        """The plan that the router is asked to go by; None: the campaign's own."""
        raise NotImplementedError

    def enter(self, scene: Scene) -> Move:
        """Ask for somebody."""
        return Ask(wanted=Buyer(plan=self.wanted(scene)), keep={"dialled": 0})

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """Dial whom the router names; once her leg is over, ask for the next."""
        match heard:
            case Answered(failed=""):
                return self._named(scene, _OUTCOME.validate_python(heard.value))
            case Answered():
                return Finish(reason=heard.failed, normal_routing=True)
            case LegOver():
                return self._after(scene, heard.ended)
            case _:
                raise NotWaiting(f"a leg is out, and {heard.kind} came")

    def _named(self, scene: Scene, outcome: DialNext | Close | Stop) -> Move:
        match outcome:
            case DialNext():
                said = tuple(Say(text=text) for text in outcome.say)
                keep = {"dialled": self._dialled(scene) + 1}
                return Stay(verbs=(*said, outcome.dial), keep=keep)
            case Stop():
                return Go(port="answered", note=SERVED)
            case Close():
                port = "no_answer" if self._dialled(scene) else "no_buyer"
                return Go(port=port, note=outcome.reason.value)

    def _after(self, scene: Scene, ended: LegEnded) -> Move:
        if ended.caller_gone:
            return Go(port="gone", note=GONE)
        if ended.connected and not self.failover:
            return Go(port="answered", note=SERVED)
        if ended.connected or (self.failover and self._dialled(scene) < self.attempts):
            # The router knows whether a callee who hung up early is to be replaced.
            return Ask(wanted=Buyer(plan=self.wanted(scene), ended=ended), keep=scene.keep)
        return Go(port="no_answer", note=f"leg {ended.status.value}")

    def _dialled(self, scene: Scene) -> int:
        count: Any = scene.keep.get("dialled", 0)
        return int(count)
