"""What a buyer's or publisher's record allows its own people, beyond what is always theirs."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from libs.contracts.ids import CampaignId
from libs.contracts.message import Document, Value
from libs.contracts.worth import PartyKind

NUMBERS_MAX = 100  # of one publisher, taken by its own people
TAGS_MAX = 1_000  # of one publisher, made by its own people
CAMPAIGNS_MAX = 200  # for which they may make them


class BuyerPortal(Document):
    """What a buyer's people may see and do; all of it is off until somebody of the account says so.

    `sees_callers`: the numbers of callers; `sees_publishers`: who sent a call; `hears_recordings`:
    of its own legs; `disputes`: open disputes of what the buyer is charged; `pauses_targets` and
    `sets_caps`: of its own targets, to take less than the account allows.
    """

    sees_callers: bool = False
    sees_publishers: bool = False
    disputes: bool = False
    pauses_targets: bool = False
    sets_caps: bool = False
    hears_recordings: bool = False


class PublisherPortal(Document):
    """What a publisher's people may see and do.

    `sees_callers`: the numbers of callers; `hears_recordings`: of the calls it has sent;
    `makes_tags`: at most `tags_most` in all, for the campaigns of `campaign_ids` alone, and pauses
    and retires them; `takes_numbers`: out of pools of these campaigns, at most `numbers_most`.
    """

    sees_callers: bool = False
    hears_recordings: bool = False
    makes_tags: bool = False
    tags_most: int = Field(default=20, ge=1, le=TAGS_MAX)
    takes_numbers: bool = Field(default=False, exclude_if=lambda taken: not taken)
    numbers_most: int = Field(default=5, ge=1, le=NUMBERS_MAX, exclude_if=(5).__eq__)
    campaign_ids: tuple[CampaignId, ...] = Field(default=(), max_length=CAMPAIGNS_MAX)


class Viewer(Value):
    """For whom of an account's parties something is asked: it sees what is its own.

    What else it sees, its record has said.
    """

    kind: Literal[PartyKind.BUYER, PartyKind.PUBLISHER]
    id: UUID
    sees_callers: bool = False
    sees_publishers: bool = False
    hears_recordings: bool = False
