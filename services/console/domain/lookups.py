"""What the assistant may look up: reading routes of the API, and nothing else.

Each look-up becomes a request that is made with the asker's own credentials, so that she is told
nothing that she could not see herself.  None of them changes anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

ROWS_MAX = 20  # of a list; who wants more asks more narrowly
Things = Literal["campaigns", "buyers", "targets", "groups", "numbers", "pools", "publishers"]


class Arguments(BaseModel):
    """What a look-up is told; a field that does not exist is refused."""

    model_config = ConfigDict(extra="forbid")


class Words(Arguments):
    """Words to search the manual for."""

    words: str = Field(min_length=1, max_length=300)


class WhichCalls(Arguments):
    """Which calls; what is left out does not choose."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    campaign_id: UUID | None = None
    buyer_id: UUID | None = None
    caller: str | None = Field(default=None, max_length=254)
    limit: int = Field(default=10, ge=1, le=ROWS_MAX)


class OneCall(Arguments):
    """A call."""

    call_id: UUID


class WhichThings(Arguments):
    """Which things of a kind; `contains` is looked for in names and numbers."""

    kind: Things
    contains: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=10, ge=1, le=ROWS_MAX)


class OneThing(Arguments):
    """One thing of a kind."""

    kind: Things
    id: UUID


class WhichReport(Arguments):
    """A report: times on a quarter of an hour, `until` exclusive; at most two groups."""

    since: AwareDatetime
    until: AwareDatetime
    zone: str = Field(default="UTC", max_length=64)
    group_by: list[str] = Field(default=[], max_length=2)
    columns: list[str] = Field(default=[], max_length=30)


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request to the API below its prefix."""

    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Lookup:
    """One thing that can be looked up.  `request` is None for the manual, which is no route."""

    name: str
    description: str
    arguments: type[Arguments]
    request: Callable[[Any], ApiRequest] | None

    def asks(self, arguments: Arguments) -> ApiRequest:
        """The request that it is."""
        assert self.request is not None, "the manual is not asked for over the API"
        return self.request(arguments)

    def tool(self) -> dict[str, Any]:
        """As the model is told of it."""
        schema = self.arguments.model_json_schema()
        return {"name": self.name, "description": self.description, "input_schema": schema}


def _given(which: Arguments, *without: str) -> dict[str, Any]:
    return which.model_dump(mode="json", exclude=set(without), exclude_none=True)


MANUAL = "search_manual"
LOOKUPS = (
    Lookup(MANUAL, "Search the product's manual; gives passages with links.", Words, None),
    Lookup(
        "list_calls",
        "The account's calls, the newest first: caller, campaign, buyer, result, money, tags.",
        WhichCalls,
        lambda which: ApiRequest("GET", "/calls", _given(which)),
    ),
    Lookup(
        "get_call",
        "One call in full, with its legs, tags, effects (what is owed) and timeline.",
        OneCall,
        lambda which: ApiRequest("GET", f"/calls/{which.call_id}"),
    ),
    Lookup(
        "explain_call",
        "Why a call went where it went: each candidate, its verdict and the numbers seen.",
        OneCall,
        lambda which: ApiRequest("GET", f"/calls/{which.call_id}/explanation"),
    ),
    Lookup(
        "list_live_calls",
        "Calls that are on the line now.",
        Arguments,
        lambda _: ApiRequest("GET", "/calls/live", {"limit": ROWS_MAX}),
    ),
    Lookup(
        "list_things",
        "Configured things of a kind, with their whole documents.",
        WhichThings,
        lambda which: ApiRequest("GET", f"/{which.kind}", _given(which, "kind")),
    ),
    Lookup(
        "get_thing",
        "One configured thing: all its settings, and its standing.",
        OneThing,
        lambda which: ApiRequest("GET", f"/{which.kind}/{which.id}"),
    ),
    Lookup(
        "report_words",
        "What reports can be grouped by, and what they measure.",
        Arguments,
        lambda _: ApiRequest("GET", "/report-words"),
    ),
    Lookup(
        "report",
        "Sums over calls of a time, by group: counts, seconds, revenue, payout, profit.",
        WhichReport,
        lambda which: ApiRequest("POST", "/reports", {"limit": 50}, _given(which)),
    ),
)
BY_NAME = {one.name: one for one in LOOKUPS}
