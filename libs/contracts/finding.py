"""Finding configured things by what points to them, or by another name of theirs."""

from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator

from libs.contracts.configuration import CampaignStatus
from libs.contracts.editing import Edit, Got, Noun, Pausing, read_key
from libs.contracts.ids import AccountId, CampaignId, FlowId, RtbRouterId
from libs.contracts.message import Question, Value, one_of


class Use(Value):
    """Something that uses a thing; `active`: it takes calls now."""

    noun: Noun
    key: str
    name: str
    active: bool


class Affected(Value):
    """What uses a thing, a few of each kind; `pauses` are the campaigns that need it to go on."""

    outcome: Literal["affected"] = "affected"
    uses: tuple[Use, ...]
    pauses: tuple[Pausing, ...]


class FindAffected(Question):
    """What would it affect to take this away?"""

    subject: ClassVar[str] = "ask.router.affected.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Affected)

    account_id: AccountId
    noun: Noun
    key: str

    @field_validator("key")
    @classmethod
    def _a_key(cls, key: str, info: ValidationInfo) -> str:
        return read_key(info.data.get("noun"), key)


class FindCampaign(Question):
    """The campaign that outside publishers know by this RTB id: 32 hexadecimal digits."""

    subject: ClassVar[str] = "ask.router.find_campaign.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Got)

    account_id: AccountId
    rtb_id: str = Field(pattern=r"^[0-9a-f]{32}$")


class RtbIdOwner(Value):
    """The campaign of an RTB id, and whose it is; nothing else of it."""

    outcome: Literal["rtb_id_owner"] = "rtb_id_owner"
    account_id: AccountId
    campaign_id: CampaignId
    name: str
    status: CampaignStatus
    rtb_enabled: bool


class WhoseRtbId(Question):
    """Whose an RTB id is, of all accounts: for the platform's own operators."""

    subject: ClassVar[str] = "ask.router.whose_rtb_id.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(RtbIdOwner)

    rtb_id: str = Field(pattern=r"^[0-9a-f]{32}$")


class FindAuctioned(Question):
    """Which campaigns hold an RTB router's auctions, and which could not go on without."""

    subject: ClassVar[str] = "ask.router.auctioned.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Affected)

    account_id: AccountId
    rtb_router_id: RtbRouterId


class DetachRtb(Edit):
    """Take an RTB router out of all plans."""

    subject: ClassVar[str] = "ask.router.detach_rtb.v1"

    rtb_router_id: RtbRouterId


class FindFlowed(Question):
    """Which campaigns send their calls into a flow."""

    subject: ClassVar[str] = "ask.router.flowed.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Affected)

    account_id: AccountId
    flow_id: FlowId
