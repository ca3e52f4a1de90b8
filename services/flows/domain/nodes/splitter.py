"""Traffic splitter: callers are shared among branches."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from libs.contracts.flows import REQUEST_URL_MAX
from libs.contracts.message import Document, refused_at
from libs.contracts.schedule import Schedule
from libs.rules.hours import opening
from libs.rules.macros import Place
from libs.rules.share import by_weight
from services.flows.domain.effects import Effect, Fired
from services.flows.domain.moves import (
    Answered,
    Ask,
    Go,
    Heard,
    Move,
    Rotation,
    Standings,
    Stuck,
)
from services.flows.domain.nodes.node import Node, NotWaiting, PortName, Templates
from services.flows.domain.scene import Scene

BRANCHES_MAX = 20
PRIOR_CALLS = 10  # a branch's conversations are guessed from so many calls as if half had one
WHOLE = 100  # percent
OTHERWISE = "otherwise"

AnalyticsUrl = Annotated[str, Field(pattern=r"^https?://[^\s]{1,2000}$")]


class Strategy(StrEnum):
    """How callers are shared."""

    PERCENTAGE = "percentage"
    WEIGHT = "weight"
    SCHEDULE = "schedule"
    ROUND_ROBIN = "round_robin"
    PERFORMANCE = "performance"


class Branch(Document):
    """A share of the callers.

    `share` is percent or weight; `schedule` says when it is open.  A branch that is not
    `enabled` gives its callers to `failover`, or else to all others by their shares.
    """

    name: PortName
    share: int = Field(default=1, ge=0, le=1_000)
    schedule: Schedule | None = None
    enabled: bool = True
    failover: PortName | None = None


class Splitter(Node):
    """Ports: the branches' names; `otherwise` when none of them takes the caller.

    {"type": "splitter", "id": "ab", "strategy": "percentage", "sticky": true,
     "branches": [{"name": "A", "share": 30}, {"name": "B", "share": 70}]}

    With `sticky` a caller takes the branch that she took before.  `reset_hours` begins turns,
    standings and stickiness anew in each stretch of so many hours (counted in UTC from 1970).
    `analytics_url` is told of each caller's branch, behind her back.
    """

    type: Literal["splitter"] = "splitter"
    strategy: Strategy = Strategy.PERCENTAGE
    branches: tuple[Branch, ...] = Field(min_length=1, max_length=BRANCHES_MAX)
    sticky: bool = False
    reset_hours: int | None = Field(default=None, ge=1, le=8_760)
    analytics_url: AnalyticsUrl | None = None

    @model_validator(mode="after")
    def _branches_that_add_up(self) -> Self:
        names = [branch.name for branch in self.branches]
        if len(set(names)) != len(names) or OTHERWISE in names:
            raise refused_at(("branches",), "each branch has a name of its own, not 'otherwise'")
        for at, branch in enumerate(self.branches):
            if branch.failover is not None and branch.failover not in names:
                raise refused_at(("branches", at, "failover"), "is no branch of this node")
        whole = sum(branch.share for branch in self.branches)
        if self.strategy is Strategy.PERCENTAGE and whole != WHOLE:
            raise refused_at(("branches",), f"the shares come to {whole} percent, not {WHOLE}")
        return self

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return (*(branch.name for branch in self.branches), OTHERWISE)

    def templates(self) -> Templates:
        """The address that is told."""
        if self.analytics_url:
            yield "analytics_url", self.analytics_url, Place.URL

    def enter(self, scene: Scene) -> Move:
        """Ask where she went before, how often somebody came, or how the branches do; else draw."""
        if self.sticky:
            return Ask(wanted=Stuck(since=self._since(scene.now)), keep={"asked": "stuck"})
        return self._share(scene)

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """Take a branch by what was answered."""
        if not isinstance(heard, Answered):
            raise NotWaiting(f"a splitter does not wait for {heard.kind}")
        if heard.failed:
            return self._taken(scene, self._drawn(scene, self._open(scene)), "by chance")
        if scene.keep["asked"] == "stuck":
            before = next((one for one in self._open(scene) if one.name == heard.value), None)
            return self._taken(scene, before, "as before") if before else self._share(scene)
        if self.strategy is Strategy.ROUND_ROBIN:
            return self._turn(scene, heard.value)
        return self._best(scene, heard.value)

    def _share(self, scene: Scene) -> Move:
        open_ = self._open(scene)
        match self.strategy:
            case Strategy.ROUND_ROBIN:
                return Ask(wanted=Rotation(since=self._since(scene.now)), keep={"asked": "turn"})
            case Strategy.PERFORMANCE:
                wanted = Standings(since=self._since(scene.now))
                return Ask(wanted=wanted, keep={"asked": "standings"})
            case Strategy.SCHEDULE:
                return self._taken(scene, next(iter(open_), None), "the first that is open")
            case _:
                return self._taken(scene, self._drawn(scene, open_), "by chance")

    def _open(self, scene: Scene) -> tuple[Branch, ...]:
        """The branches that take callers now; who stands in for another has its share too."""
        shares = {branch.name: branch.share for branch in self.branches}
        on = {
            branch.name: branch
            for branch in self.branches
            if branch.enabled
            and (branch.schedule is None or opening(branch.schedule, scene.now).is_open)
        }
        for branch in self.branches:
            if branch.name not in on and branch.failover in on:
                shares[branch.failover] += branch.share
        return tuple(
            branch.model_copy(update={"share": shares[name]}) for name, branch in on.items()
        )

    def _drawn(self, scene: Scene, branches: Sequence[Branch]) -> Branch | None:
        weighted = [branch for branch in branches if branch.share > 0]
        seed = scene.luck().getrandbits(53)
        return next(iter(by_weight(weighted, weight=lambda one: one.share, seed=seed)), None)

    def _turn(self, scene: Scene, count: Any) -> Move:
        branches = self._open(scene)
        chosen = branches[int(count) % len(branches)] if branches else None
        return self._taken(scene, chosen, f"turn {count}")

    def _best(self, scene: Scene, standings: Any) -> Move:
        """By chance, in proportion to how often each branch has come to a conversation."""
        rated = []
        for branch in self._open(scene):
            calls, spoken = (standings or {}).get(branch.name, (0, 0))
            rate = (spoken + PRIOR_CALLS / 2) / (calls + PRIOR_CALLS)
            rated.append(branch.model_copy(update={"share": max(1, round(1_000 * rate))}))
        chosen = self._drawn(scene, rated)
        told = ", ".join(f"{one.name} {one.share / 10:.1f} %" for one in rated)
        return self._taken(scene, chosen, told)

    def _taken(self, scene: Scene, branch: Branch | None, note: str) -> Move:
        if branch is None:
            return Go(port=OTHERWISE, note="no branch takes callers now")
        return Go(port=branch.name, note=note, effects=self._told(scene, branch))

    def _told(self, scene: Scene, branch: Branch) -> tuple[Effect, ...]:
        if self.analytics_url is None:
            return ()
        url = scene.masked().fill(self.analytics_url, Place.URL)
        url += f"{'&' if '?' in url else '?'}branch={quote(branch.name)}"
        return (Fired(method="GET", url=url),) if len(url) <= REQUEST_URL_MAX else ()

    def _since(self, now: datetime) -> datetime | None:
        """When the present stretch began."""
        if self.reset_hours is None:
            return None
        stretch = timedelta(hours=self.reset_hours)
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return epoch + stretch * ((now - epoch) // stretch)
