"""Business hours: open, closed, or closed for a holiday."""

from typing import Literal

from libs.contracts.schedule import Schedule
from libs.rules.hours import Why, opening
from services.flows.domain.moves import Go, Move
from services.flows.domain.nodes.node import Node
from services.flows.domain.prompt import Prompt
from services.flows.domain.scene import Scene


class BusinessHours(Node):
    """Ports: `open` (reduced hours too), `closed`, `holiday` (closed, and a special day why).

    {"type": "hours", "id": "h", "closed_prompt": {"text": "We are closed."},
     "schedule": {"zone": "America/New_York", "hours":
      [{"days": ["monday"], "opens": "09:00", "closes": "17:00",
        "breaks": [{"opens": "12:00", "closes": "13:00"}]}],
      "calendars": [{"calendar": "us_federal"}]}}
    """

    type: Literal["hours"] = "hours"
    schedule: Schedule
    closed_prompt: Prompt | None = None

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return ("open", "closed", "holiday")

    def enter(self, scene: Scene) -> Move:
        """Look at the clock of the schedule's zone."""
        found = opening(self.schedule, scene.now)
        if found.is_open:
            return Go(port="open", note=str(found))
        holiday = found.why is Why.SPECIAL_DAY or bool(found.day)
        port = "holiday" if holiday else "closed"
        return Go(port=port, say=scene.says(self.closed_prompt), note=str(found))
