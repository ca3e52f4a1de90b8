"""What is remembered of a call between its turns; the whole of it is stored with each turn."""

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from libs.contracts.calls import Geography
from libs.contracts.flow_routing import FlowPlan
from libs.contracts.ids import AccountId, CallId, CampaignId, FlowId
from libs.contracts.message import Instant, Value
from libs.contracts.phone import Caller
from libs.contracts.tags import TAG_TEXT_MAX, TAGS_MAX, Tags
from services.flows.domain.moves import Keep
from services.flows.domain.secrets import MASK, hidden

HIDDEN = "hidden"  # what a node keeps under this name of a visit is not to be seen


class Frame(Value):
    """A flow whose node waits for the sub-flow that it has called."""

    flow_id: FlowId
    version: int
    node: str


class Session(Value):
    """One call in one version of a flow.

    `given` are the tags that it came with.  `step` is the call's latest numbered step: of a turn,
    or of a question to the router.  `frames` are the flows around, the outermost first; `visits`
    count how often each node was come to.  `sensitive` are the names of tags that hold what was
    given in secret, or what was made of it.  `plan` is what earlier nodes have set for the legs to
    come; `branches` are those that splitters have sent the call by, `spoken` whether it has come
    to a conversation since.
    """

    call_id: CallId
    account_id: AccountId
    flow_id: FlowId
    version: int
    flow_name: str = ""
    campaign_id: CampaignId | None = None
    campaign_name: str = ""
    caller: Caller
    dialled: str
    geography: Geography = Geography()
    seed: int
    started_at: Instant
    step: int = 0
    turns: int = 0
    node: str
    entered_at: Instant
    keep: Keep = Field(default_factory=dict)
    frames: tuple[Frame, ...] = ()
    visits: dict[str, int] = Field(default_factory=dict)
    tags: Tags = Field(default_factory=dict)
    given: Tags = Field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()
    plan: FlowPlan | None = None
    branches: dict[str, str] = Field(default_factory=dict)
    spoken: bool = False
    finished: str = ""

    def at(self, node: str, now: Instant) -> Self:
        """The session once it has come to a node."""
        place = self.place_of(node)
        visits = {**self.visits, place: self.visits.get(place, 0) + 1}
        return self.model_copy(
            update={"node": node, "keep": {}, "visits": visits, "entered_at": now}
        )

    def place_of(self, node: str) -> str:
        """A node's name among those of all flows of the call."""
        return f"{self.flow_id}/{node}"

    def tagged(self, tags: Tags, sensitive: Iterable[str] = ()) -> Self:
        """The session with more tags; what is beyond the limits of a call's tags is left out.

        A tag in which something secret stands is as sensitive as that.
        """
        if not tags:
            return self.guarding(sensitive)
        merged, guarded = dict(self.tags), self.guarding(sensitive)
        secret = set(guarded.sensitive)
        for name, value in tags.items():
            if name in merged or len(merged) < TAGS_MAX:
                merged[name] = value[:TAG_TEXT_MAX].replace("\0", "")
                if guarded.hides(merged[name]):
                    secret.add(name)
        return self.model_copy(update={"tags": merged, "sensitive": frozenset(secret)})

    def guarding(self, names: Iterable[str]) -> Self:
        """The session in which these tags are sensitive too, whether they are there yet or not."""
        more = self.sensitive.union(names)
        return self if more == self.sensitive else self.model_copy(update={"sensitive": more})

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything that was given in secret and is still known."""
        kept = self.keep.get(HIDDEN)
        values = [self.tags[name] for name in sorted(self.sensitive) if name in self.tags]
        return (*values, kept) if isinstance(kept, str) else tuple(values)

    def hidden(self, text: str) -> str:
        """A text as anybody else may see it."""
        return hidden(text, self.secrets) if self.sensitive else text

    def hides(self, text: str) -> bool:
        """Whether something secret stands in a text."""
        return self.hidden(text) != text

    @property
    def root(self) -> "Frame | Session":
        """The outermost flow that the call is in."""
        return self.frames[0] if self.frames else self

    @property
    def shown_tags(self) -> dict[str, str]:
        """The tags as anybody else may see them."""
        return self._masked(self.tags)

    @property
    def open_tags(self) -> dict[str, str]:
        """The tags that may leave this service."""
        return {name: value for name, value in self.tags.items() if name not in self.sensitive}

    def scrubbed(self) -> Self:
        """A finished session, which needs no sensitive value any more."""
        update = {
            "tags": self.shown_tags,
            "given": self._masked(self.given),
            "finished": self.hidden(self.finished),
            "keep": {},
            "plan": None,
        }
        return self.model_copy(update=update)

    def _masked(self, tags: Tags) -> dict[str, str]:
        return {name: MASK if name in self.sensitive else value for name, value in tags.items()}
