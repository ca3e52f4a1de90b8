"""Custom logic: the user's own JavaScript decides, in a sandbox."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from libs.contracts.call_settings import Text
from libs.contracts.flow_routing import FlowPlan
from libs.contracts.message import Value, refused_at
from libs.contracts.tags import Tags
from services.flows.domain.moves import Answered, Ask, Code, Go, Heard, Move
from services.flows.domain.nodes.node import Node, NotWaiting, PortName
from services.flows.domain.plans import over
from services.flows.domain.scene import Scene

SOURCE_MAX = 32_000  # as the sandbox takes, which counts bytes
SEED_BITS = 31  # as the sandbox takes
ROUTES_MAX = 20


class Returned(Value):
    """What the function returned: a route by its name, tags, and perhaps whom to dial next."""

    route: str
    data: Tags = Field(default_factory=dict)
    plan: FlowPlan | None = None


_RETURNED = TypeAdapter(Returned)


class CustomLogic(Node):
    """Ports: the `routes`; `failure` for an unknown route, a fault, or a limit that was passed.

    {"type": "code", "id": "js", "routes": ["vip", "other"],
     "source": "return {route: tags.score > 7 ? 'vip' : 'other', data: {seen: 'yes'}};"}

    The source is the body of a function of `caller`, `campaign`, `tags` and `context`.  It may
    return `plan` beside: entries, numbers or settings for the legs that later nodes dial, on top of
    what nodes before have set.
    """

    type: Literal["code"] = "code"
    source: Annotated[Text, Field(min_length=1, max_length=SOURCE_MAX)]
    routes: tuple[PortName, ...] = Field(min_length=1, max_length=ROUTES_MAX)

    @model_validator(mode="after")
    def _each_route_once(self) -> Self:
        if len(set(self.routes)) != len(self.routes) or Node.FAILURE in self.routes:
            raise refused_at(("routes",), "each has a name of its own, not 'failure'")
        return self

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return (*self.routes, Node.FAILURE)

    def enter(self, scene: Scene) -> Move:
        """Have it run."""
        seed = scene.luck().getrandbits(SEED_BITS)
        return Ask(wanted=Code(source=self.source, inputs=inputs_of(scene), seed=seed))

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """Go where it says."""
        if not isinstance(heard, Answered):
            raise NotWaiting(f"an answer is waited for, and {heard.kind} came")
        if heard.failed:
            return Go(port=Node.FAILURE, note=heard.failed)
        try:
            returned = _RETURNED.validate_python(heard.value)
        except ValidationError as fault:
            first = fault.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            return Go(port=Node.FAILURE, note=f"it returned {where or 'something'}: {first['msg']}")
        if returned.route not in self.routes:
            return Go(port=Node.FAILURE, note=f"no such route: {returned.route[:60]}")
        plan = over(scene.plan or FlowPlan(), returned.plan) if returned.plan else None
        return Go(port=returned.route, tags=returned.data, plan=plan)


def inputs_of(scene: Scene) -> dict[str, Any]:
    """What the function is called with."""
    session, geography = scene.session, scene.session.geography
    return {
        "caller": {
            "number": session.caller.text,
            "kind": session.caller.kind.value,
            "state": geography.state,
            "city": geography.city,
            "zip": geography.zip,
            "country": geography.country,
        },
        "campaign": {"id": str(session.campaign_id or ""), "name": session.campaign_name},
        "tags": dict(session.tags),
        "context": {
            "call_id": str(session.call_id),
            "dialled": session.dialled,
            "flow": session.flow_name,
            "node": session.node,
            "visit": session.visits.get(session.place_of(session.node), 0),
            "now": scene.now.isoformat(),
        },
    }
