"""What a node sees of the call it is in: its tags and macros, the time, and luck from a seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from random import Random

from libs.contracts.flow_routing import FlowPlan
from libs.contracts.voice import TEXT_LENGTH_MAX
from libs.rules.macros import Place
from libs.rules.sightings import tags_of
from services.flows.domain.moves import Keep
from services.flows.domain.prompt import Prompt, Sound, all_heard, filled
from services.flows.domain.session import Session

CALL_NAMES = (
    *("call_id", "caller", "caller_number", "caller_id", "callerid", "phone_number", "dialled"),
    *("campaign", "campaign_id", "campaign_name", "flow_id", "flow_name", "session_id"),
    *("caller_state", "caller_city", "caller_zip", "caller_country"),
    *("timestamp", "iso_timestamp", "visit", "step"),
)
"""Macros that every call has; `session_id` is how the system before called the call."""

CALL_GROUPS = ("tag:", "call:")
"""Macros with groups: `[tag:User:name]` is any tag, `[Call:CallerId]` the caller's number."""


@dataclass(frozen=True)
class Scene:
    """One node's view of one moment."""

    session: Session
    now: datetime

    @property
    def keep(self) -> Keep:
        """What the node remembers of this visit."""
        return self.session.keep

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags that the flow has set or was given."""
        return self.session.tags

    @property
    def plan(self) -> FlowPlan | None:
        """What an earlier node has set for the next leg."""
        return self.session.plan

    @cached_property
    def all_tags(self) -> Mapping[str, str]:
        """The tags as filters see them, the caller's own among them."""
        return tags_of(self.session)

    @cached_property
    def values(self) -> Mapping[str, str]:
        """What macros stand for, by lower-case name."""
        session, call = self.session, _call_values(self.session, self.now)
        named = {name.lower(): value for name, value in session.tags.items()}
        grouped = {
            f"tag:{group}:{name}": named[name] for name in named for group in ("user", "flow")
        }
        return {
            **named,
            **{f"tag:{name}": value for name, value in named.items()},
            **grouped,
            **call,
        }

    def says(self, *prompts: Prompt | None) -> tuple[Sound, ...]:
        """What the caller hears of these."""
        return all_heard(prompts, self.values)

    def fill(self, text: str, place: Place = Place.TEXT) -> str:
        """A text with its macros replaced, escaped for its place."""
        return filled(text, self.values, place)

    def masked(self) -> "Scene":
        """The same without what was gathered in secret: for whatever leaves, or is kept."""
        tags = {"tags": self.session.shown_tags}
        return Scene(self.session.model_copy(update=tags), self.now)

    def for_others(self, text: str) -> str:
        """A text with its macros replaced, as somebody else than the caller may hear it."""
        return self.session.hidden(self.masked().fill(text))[:TEXT_LENGTH_MAX]

    def tells_secret(self, text: str, place: Place = Place.TEXT) -> bool:
        """Whether something that was gathered in secret comes into a text by its macros."""
        if not self.session.sensitive:
            return False
        return self.fill(text, place) != self.masked().fill(text, place)

    def luck(self) -> Random:
        """Chance that is the same whenever the call is replayed."""
        place = self.session.place_of(self.session.node)
        return Random(f"{self.session.seed}/{place}/{self.session.visits.get(place, 0)}")  # noqa: S311 - fairness, not secrecy


def _call_values(session: Session, now: datetime) -> dict[str, str]:
    number, geography = session.caller.text, session.geography
    return {
        "call_id": str(session.call_id),
        "session_id": str(session.call_id),
        "caller": number,
        "caller_number": number,
        "caller_id": number,
        "callerid": number,
        "call:callerid": number,
        "call:calleridnoplus": number.removeprefix("+"),
        "call:inboundcallid": str(session.call_id),
        "phone_number": session.dialled,
        "dialled": session.dialled,
        "campaign": session.campaign_name,
        "campaign_name": session.campaign_name,
        "campaign_id": str(session.campaign_id or ""),
        "flow_id": str(session.flow_id),
        "flow_name": session.flow_name,
        "caller_state": geography.state,
        "caller_city": geography.city,
        "caller_zip": geography.zip,
        "caller_country": geography.country,
        "timestamp": str(int(now.timestamp())),
        "iso_timestamp": now.isoformat().replace("+00:00", "Z"),
        "visit": str(session.visits.get(session.place_of(session.node), 0)),
        "step": str(session.step),
    }
