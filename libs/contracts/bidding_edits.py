"""Editing outside bidders and their routers: save, list, retire; and what everybody hears of it."""

from enum import StrEnum
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, field_validator, model_validator

from libs.contracts.bidding import RtbRouter, RtbTarget
from libs.contracts.editing import (
    PAGE_MAX,
    Changed,
    Edit,
    Got,
    Order,
    Page,
    check_place,
    read_place,
)
from libs.contracts.ids import AccountId, CampaignId, RtbRouterId
from libs.contracts.message import Question, Value, one_of


class RtbNoun(StrEnum):
    """The kinds of configuration that rtb keeps."""

    TARGET = "rtb_target"
    ROUTER = "rtb_router"
    PING_RULES = "rtb_ping_rules"


class SaveRtbTarget(Edit):
    """A secret sent as it is shown (`********`) stays what it was."""

    subject: ClassVar[str] = "ask.rtb.save_target.v1"
    document: RtbTarget


class SaveRtbRouter(Edit):
    subject: ClassVar[str] = "ask.rtb.save_router.v1"
    document: RtbRouter


class RetireRtb(Edit):
    """Take a bidder or router out of use.

    A bidder that routers ask, and a router whose bids are passed through to pings, are `in_use`,
    unless `detach` takes them out first.  Which campaigns name a router only the router service
    knows: ask there before.
    """

    subject: ClassVar[str] = "ask.rtb.retire.v1"
    noun: RtbNoun
    key: UUID
    detach: bool = False


class RtbUse(Value):
    """A router that asks a bidder."""

    rtb_router_id: RtbRouterId
    name: str


class RtbUses(Value):
    """Who uses something: routers a bidder, campaigns' ping rules a router."""

    outcome: Literal["uses"] = "uses"
    routers: tuple[RtbUse, ...] = ()
    pinged_campaigns: tuple[CampaignId, ...] = ()


class FindRtbUses(Question):
    """Which routers ask a bidder, or whose pings a router's; `key` None: any bidder's routers."""

    subject: ClassVar[str] = "ask.rtb.uses.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(RtbUses)

    account_id: AccountId
    key: UUID | None = None


class Cleared(Value):
    """So many bidders have been taken out of use."""

    outcome: Literal["cleared"] = "cleared"
    retired: int


class ClearRtbTargets(Edit):
    """Take all bidders out of use; `in_use` while routers ask any, unless `detach`."""

    subject: ClassVar[str] = "ask.rtb.clear_targets.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Cleared)
    detach: bool = False


class ListRtb(Question):
    """One page of one kind; `contains` is looked for in names, `status` empty: any.

    A cursor belongs to the order it was given in.
    """

    subject: ClassVar[str] = "ask.rtb.list.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Page)

    account_id: AccountId
    noun: RtbNoun
    cursor: str | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)
    order: Order = Order.ID
    contains: str = Field(default="", max_length=200, pattern=r"^[^\x00]*$")
    status: str = Field(default="", max_length=20, pattern="^[a-z]*$")

    @field_validator("cursor")
    @classmethod
    def _a_place(cls, cursor: str | None) -> str | None:
        return None if cursor is None else read_place(None, cursor)

    @model_validator(mode="after")
    def _a_cursor_of_this_order(self) -> Self:
        check_place(self.cursor, self.order)
        return self


class GetRtb(Question):
    """One bidder or router as it is now, secrets masked; another account's is `not_found`."""

    subject: ClassVar[str] = "ask.rtb.get.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Got)

    account_id: AccountId
    noun: RtbNoun
    key: UUID


class RtbTargetChanged(Changed):
    subject: ClassVar[str] = "event.rtb_target.changed.v1"
    publisher: ClassVar[str] = "rtb"


class RtbRouterChanged(Changed):
    subject: ClassVar[str] = "event.rtb_router.changed.v1"
    publisher: ClassVar[str] = "rtb"
