"""Editing an account's configuration: save, list, retire; and what everybody hears of it.

Every edit names its actor and the version it was based on; an edit of something
that has changed since is refused with code `stale` and the current version.
"""

import re
from enum import StrEnum
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator, model_validator

from libs.contracts.configuration import (
    Buyer,
    Campaign,
    Carrier,
    Defaults,
    Group,
    Number,
    Pool,
    Target,
)
from libs.contracts.ids import AccountId, CampaignId, Sid
from libs.contracts.message import Instant, Message, Question, Value, one_of, refused_at
from libs.contracts.number_setup import NumberStanding

PAGE_MAX = 200  # rows of one answer; a page stays far below the 512 kB of a message


class Noun(StrEnum):
    """The kinds of configuration the router keeps."""

    CAMPAIGN = "campaign"
    BUYER = "buyer"
    TARGET = "target"
    NUMBER = "number"
    POOL = "pool"
    CARRIER = "carrier"
    DEFAULTS = "defaults"
    GROUP = "group"


_SID = TypeAdapter(Sid)
VERSION = re.compile("[0-9]{1,18}")


def read_key(noun: Noun | None, key: str) -> str:
    """What a thing is known by, in its one spelling; refuse what cannot be one.

    >>> read_key(Noun.BUYER, "00000000-0000-4000-8000-00000000000A")
    '00000000-0000-4000-8000-00000000000a'
    """
    if noun is Noun.CARRIER:
        return _SID.validate_python(key)
    try:
        return str(UUID(key))
    except ValueError as fault:
        raise ValueError(f"{key[:40]!r} is no id: write a UUID") from fault


class Actor(Value):
    """Who edits: a person or key, in which role, by which way."""

    name: str = Field(min_length=1, max_length=256)
    role: str = Field(default="operator", max_length=60)
    via: str = Field(default="api", max_length=60)


class Pausing(Value):
    """A campaign that an edit left without something it needs, and which was paused for it."""

    campaign_id: CampaignId
    name: str
    reason: str


class Saved(Value):
    """The edit is kept, and from now on in force, as `version`.

    `paused` are the active campaigns that cannot go on after it.
    """

    outcome: Literal["saved"] = "saved"
    version: int
    paused: tuple[Pausing, ...] = ()


class Edit(Question):
    """A change to one thing of one account.  `expected_version` None means: it is new."""

    answers: ClassVar[TypeAdapter[Any]] = one_of(Saved)

    account_id: AccountId
    actor: Actor
    expected_version: int | None = None


class SaveCampaign(Edit):
    subject: ClassVar[str] = "ask.router.save_campaign.v1"
    document: Campaign


class SaveBuyer(Edit):
    subject: ClassVar[str] = "ask.router.save_buyer.v1"
    document: Buyer


class SaveTarget(Edit):
    subject: ClassVar[str] = "ask.router.save_target.v1"
    document: Target


class SaveNumber(Edit):
    subject: ClassVar[str] = "ask.router.save_number.v1"
    document: Number


class SavePool(Edit):
    subject: ClassVar[str] = "ask.router.save_pool.v1"
    document: Pool


class SaveCarrier(Edit):
    subject: ClassVar[str] = "ask.router.save_carrier.v1"
    document: Carrier


class SaveDefaults(Edit):
    """What an account's campaigns inherit; there is one for each account."""

    subject: ClassVar[str] = "ask.router.save_defaults.v1"
    document: Defaults


class SaveGroup(Edit):
    subject: ClassVar[str] = "ask.router.save_group.v1"
    document: Group


class Retire(Edit):
    """Take something out of use; it is refused with `in_use` while something else needs it.

    `key` is the document's id, or the carrier's account_sid.
    """

    subject: ClassVar[str] = "ask.router.retire.v1"

    noun: Noun
    key: str

    @field_validator("key")
    @classmethod
    def _a_key(cls, key: str, info: ValidationInfo) -> str:
        return read_key(info.data.get("noun"), key)


class Row(Value):
    """One listed thing: its version and its document; secrets are masked.

    `standing`: what is known of a number besides.
    """

    version: int
    document: dict[str, Any]
    standing: NumberStanding | None = None


class Page(Value):
    """Rows in the order of their ids; `cursor` asks for the next page, None ends the list."""

    outcome: Literal["page"] = "page"
    rows: tuple[Row, ...]
    cursor: str | None = None


class Order(StrEnum):
    """How a list is sorted: by id, by name (numbers by number), or the latest change first."""

    ID = "id"
    NAME = "name"
    NEWEST = "newest"


def read_place(noun: Noun | None, cursor: str) -> str:
    """Where a page begins: the key of the last thing seen, and what the list is sorted by."""
    key, colon, value = cursor.partition(":")
    return read_key(noun, key) + colon + value.replace("\0", "")


def check_place(cursor: str | None, order: Order) -> None:
    """Refuse a cursor that was given in another order."""
    _, colon, value = (cursor or "").partition(":")
    if cursor is not None and bool(colon) == (order is Order.ID):
        raise refused_at(("cursor",), "it was given in another order")
    if order is Order.NEWEST and colon and not VERSION.fullmatch(value):
        raise refused_at(("cursor",), "it was given in another order")


class ListConfiguration(Question):
    """One page of one kind of an account's configuration.

    `contains` is looked for in names and numbers, whatever their case; `status` empty: any.
    A cursor belongs to the order it was given in.
    """

    subject: ClassVar[str] = "ask.router.list.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Page)

    account_id: AccountId
    noun: Noun
    cursor: str | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)
    order: Order = Order.ID
    contains: str = Field(default="", max_length=200, pattern=r"^[^\x00]*$")
    status: str = Field(default="", max_length=20, pattern="^[a-z]*$")

    @field_validator("cursor")
    @classmethod
    def _a_place(cls, cursor: str | None, info: ValidationInfo) -> str | None:
        return None if cursor is None else read_place(info.data.get("noun"), cursor)

    @model_validator(mode="after")
    def _a_cursor_of_this_order(self) -> Self:
        check_place(self.cursor, self.order)
        return self


class Got(Value):
    """One thing as it is now."""

    outcome: Literal["got"] = "got"
    row: Row


class GetConfiguration(Question):
    """One thing of an account's configuration; another account's is `not_found`."""

    subject: ClassVar[str] = "ask.router.get.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Got)

    account_id: AccountId
    noun: Noun
    key: str

    @field_validator("key")
    @classmethod
    def _a_key(cls, key: str, info: ValidationInfo) -> str:
        return read_key(info.data.get("noun"), key)


class Changed(Message):
    """Something of an account's configuration changed; secrets are masked in both pictures.

    It announces; the owner's tables are the state.  `key` is the document's id, or a
    carrier's account_sid; `before` None: new, `after` None: retired.  `reason`: why the
    platform itself made the change, following the actor's edit of something else.
    """

    publisher: ClassVar[str] = "router"

    account_id: AccountId
    key: str
    version: int
    at: Instant
    actor: Actor
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str = ""


class CampaignChanged(Changed):
    subject: ClassVar[str] = "event.campaign.changed.v1"


class BuyerChanged(Changed):
    subject: ClassVar[str] = "event.buyer.changed.v1"


class TargetChanged(Changed):
    subject: ClassVar[str] = "event.target.changed.v1"


class NumberChanged(Changed):
    subject: ClassVar[str] = "event.number.changed.v1"


class PoolChanged(Changed):
    subject: ClassVar[str] = "event.pool.changed.v1"


class CarrierChanged(Changed):
    subject: ClassVar[str] = "event.carrier.changed.v1"


class DefaultsChanged(Changed):
    subject: ClassVar[str] = "event.defaults.changed.v1"


class GroupChanged(Changed):
    subject: ClassVar[str] = "event.group.changed.v1"
