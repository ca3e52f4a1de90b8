"""Tracking tags as their publisher's own people see and make them."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.configuration import Name, Status
from libs.contracts.dni import LISTED_MAX, Domain, PagesNumber
from libs.contracts.editing import PAGE_MAX, Actor
from libs.contracts.ids import AccountId, CampaignId, PoolId, TrackingTagId
from libs.contracts.message import Question, Value, one_of
from libs.contracts.portals import Viewer
from libs.contracts.snippets import AskSnippet


class PartyTag(Value):
    """A tag whose calls are the publisher's; `paused` by its own people, `status` the account's."""

    outcome: Literal["party_tag"] = "party_tag"
    id: TrackingTagId
    version: int
    name: str
    code: str
    status: Status
    paused: bool = False
    campaign_id: CampaignId
    pool_id: PoolId | None = None
    domains: tuple[str, ...] = ()
    numbers_to_replace: tuple[str, ...] = ()


class PartyPool(Value):
    """A pool that serves a campaign for which the publisher may make tags."""

    pool_id: PoolId
    campaign_id: CampaignId
    campaign_name: str


class PartyTags(Value):
    """Tags in the order of their ids; `pools` are those that new ones may name."""

    outcome: Literal["party_tags"] = "party_tags"
    tags: tuple[PartyTag, ...]
    pools: tuple[PartyPool, ...] = ()
    cursor: UUID | None = None


class ListPartyTags(Question):
    """One page of a publisher's tags; a buyer has none."""

    subject: ClassVar[str] = "ask.tracking.list_party_tags.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyTags)

    account_id: AccountId
    viewer: Viewer
    cursor: UUID | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class MakePartyTag(Question):
    """Make a tag of the publisher's for one of the campaigns that its record names.

    `points_nowhere`: the campaign is none of them, or the pool does not serve it; `too_many`: it
    has as many as its record allows.
    """

    subject: ClassVar[str] = "ask.tracking.make_party_tag.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyTag)

    account_id: AccountId
    actor: Actor
    viewer: Viewer
    name: Name
    campaign_id: CampaignId
    pool_id: PoolId
    domains: tuple[Domain, ...] = Field(default=(), max_length=LISTED_MAX)
    numbers_to_replace: tuple[PagesNumber, ...] = Field(default=(), max_length=LISTED_MAX)


class SetPartyTag(Question):
    """Pause a tag of the publisher's, let it go on, or take it out of use, which is for good.

    Going on does not undo the account's own pause.  Anybody else's is `not_found`.
    """

    subject: ClassVar[str] = "ask.tracking.set_party_tag.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyTag)

    account_id: AccountId
    actor: Actor
    viewer: Viewer
    tracking_tag_id: TrackingTagId
    expected_version: int = Field(ge=1)
    become: Literal["active", "paused", "retired"]


class AskPartySnippet(AskSnippet):
    """Write it for a tag of the publisher's; any other is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.party_snippet.v1"

    viewer: Viewer
