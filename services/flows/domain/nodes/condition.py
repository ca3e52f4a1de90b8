"""Condition: the first of several expressions that holds decides."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from libs.contracts.call_settings import Text
from libs.contracts.message import Document, refused_at
from libs.contracts.schedule import Zone
from libs.rules.clocks import zone_of
from services.flows.domain.moves import Answered, Ask, Go, Heard, Judgement, Move
from services.flows.domain.nodes.code import inputs_of
from services.flows.domain.nodes.node import Node, NotWaiting, PortName
from services.flows.domain.scene import Scene

CASES_MAX = 20
EXPRESSION_MAX = 2_000
OTHERWISE = "otherwise"


class Case(Document):
    """An expression in CEL, and the port it leads to.

    {"port": "west", "expression": "caller.state in ['CA', 'OR', 'WA'] && now.hour >= 9"}
    """

    port: PortName
    expression: Annotated[Text, Field(min_length=1, max_length=EXPRESSION_MAX)]


class Condition(Node):
    """Ports: those of the cases; `otherwise`; `failure` when an expression cannot be judged.

    {"type": "condition", "id": "c", "cases": [{"port": "yes", "expression": "tags.age > '64'"}]}

    Expressions know `caller`, `campaign`, `tags`, `context`, and `now` (year, month, day, hour,
    minute, weekday from monday 0, by the clock of `zone`).
    """

    type: Literal["condition"] = "condition"
    cases: tuple[Case, ...] = Field(min_length=1, max_length=CASES_MAX)
    zone: Zone = "UTC"

    @model_validator(mode="after")
    def _ports_of_their_own(self) -> Self:
        if {OTHERWISE, Node.FAILURE} & {case.port for case in self.cases}:
            raise refused_at(("cases",), "no case leads to 'otherwise' or 'failure'")
        return self

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return (*dict.fromkeys(case.port for case in self.cases), OTHERWISE, Node.FAILURE)

    def enter(self, scene: Scene) -> Move:
        """Have them judged."""
        variables = {**inputs_of(scene), "now": self._clock(scene)}
        expressions = tuple(case.expression for case in self.cases)
        return Ask(wanted=Judgement(expressions=expressions, variables=variables))

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """Take the port of the case that holds."""
        if not isinstance(heard, Answered):
            raise NotWaiting(f"an answer is waited for, and {heard.kind} came")
        if heard.failed:
            return Go(port=Node.FAILURE, note=heard.failed)
        if heard.value is None:
            return Go(port=OTHERWISE)
        assert isinstance(heard.value, int), "as Judgement promises"
        return Go(port=self.cases[heard.value].port)

    def _clock(self, scene: Scene) -> dict[str, Any]:
        wall = scene.now.astimezone(zone_of(self.zone))
        names = ("year", "month", "day", "hour", "minute")
        return {**{name: getattr(wall, name) for name in names}, "weekday": wall.weekday()}
