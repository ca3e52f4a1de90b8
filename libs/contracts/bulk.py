"""Many things at once: numbers into a pool, and an account's whole configuration, in and out."""

from enum import StrEnum
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, field_validator, model_validator

from libs.contracts.call_settings import Text
from libs.contracts.configuration import (
    Buyer,
    Campaign,
    Defaults,
    Group,
    Number,
    Pool,
    Target,
)
from libs.contracts.editing import Actor, Noun, Pausing, read_key
from libs.contracts.ids import AccountId, CampaignId, NumberId, PoolId, Sid
from libs.contracts.message import Document, Question, Value, one_of, refused_at

NUMBERS_MAX = 1_000  # of one question; each is an edit of its own
CSV_LENGTH_MAX = 200_000  # far more than so many numbers with a few columns beside them
DOCUMENTS_MAX = 2_000  # of one import, which other edits wait for


class NumberOutcome(StrEnum):
    """What became of one number of a list."""

    ADDED = "added"
    PLACED = "placed"
    ALREADY = "already"
    REFUSED = "refused"


class NumberResult(Value):
    """One number of a list: added, placed (it was here, unused), already there, or refused.

    `line` counts from 1, in a CSV its header too.
    """

    line: int
    given: str
    outcome: NumberOutcome
    number_id: NumberId | None = None
    problem: str = ""


class NumbersAdded(Value):
    """A result for each number, in the order given."""

    outcome: Literal["numbers_added"] = "numbers_added"
    version: int
    results: tuple[NumberResult, ...]


class AddNumbers(Question):
    """Put numbers into a pool or campaign, or only into the account; each has its own result.

    They come as a list or as a CSV text, whose column `number` counts, or its first.
    """

    subject: ClassVar[str] = "ask.router.add_numbers.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(NumbersAdded)

    account_id: AccountId
    actor: Actor
    account_sid: Sid
    campaign_id: CampaignId | None = None
    pool_id: PoolId | None = None
    numbers: tuple[Text, ...] = Field(default=(), max_length=NUMBERS_MAX)
    csv: Text = Field(default="", max_length=CSV_LENGTH_MAX)

    @model_validator(mode="after")
    def _one_place_and_one_list(self) -> Self:
        if self.campaign_id is not None and self.pool_id is not None:
            raise ValueError("campaign_id and pool_id exclude each other: a number has one place")
        if bool(self.numbers) == bool(self.csv.strip()):
            raise ValueError("give either numbers or csv")
        return self


EXPORTED = (
    Noun.DEFAULTS,
    Noun.BUYER,
    Noun.TARGET,
    Noun.GROUP,
    Noun.CAMPAIGN,
    Noun.POOL,
    Noun.NUMBER,
)
"""What an export has, in an order in which nothing is named before it is there."""


class AccountConfiguration(Document):
    """What an account has configured, but for its carriers, whose tokens never leave."""

    defaults: Defaults | None = None
    buyers: tuple[Buyer, ...] = ()
    targets: tuple[Target, ...] = ()
    groups: tuple[Group, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    pools: tuple[Pool, ...] = ()
    numbers: tuple[Number, ...] = ()

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if self.size > DOCUMENTS_MAX:
            raise ValueError(f"{self.size} documents: one import has at most {DOCUMENTS_MAX}")
        return self

    @property
    def size(self) -> int:
        """How many documents it holds."""
        lists = (self.buyers, self.targets, self.groups, self.campaigns, self.pools, self.numbers)
        return sum(map(len, lists)) + (self.defaults is not None)


class Exported(Value):
    """A part of an account's configuration; `cursor` asks for the next, None ends it.

    `version` is the account's newest: where it differs between two parts, somebody edited
    meanwhile.
    """

    outcome: Literal["exported"] = "exported"
    version: int
    configuration: AccountConfiguration
    cursor: str | None = None


class ExportConfiguration(Question):
    """An account's configuration in parts, each of which can be imported."""

    subject: ClassVar[str] = "ask.router.export.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Exported)

    account_id: AccountId
    cursor: str | None = None

    @field_validator("cursor")
    @classmethod
    def _a_place(cls, cursor: str | None) -> str | None:
        if cursor is not None:
            noun, _, key = cursor.partition("/")
            if noun not in EXPORTED or (key and read_key(Noun(noun), key) != key):
                raise ValueError("is no cursor of an earlier answer")
        return cursor


class ImportChange(StrEnum):
    """What an import makes of a document."""

    CREATED = "created"
    CHANGED = "changed"
    RETIRED = "retired"


class ImportedDocument(Value):
    """One document that an import made or changed."""

    noun: Noun
    key: str
    name: str
    change: ImportChange


class Imported(Value):
    """All of it is in force as of `version`; after a rehearsal none of it is."""

    outcome: Literal["imported"] = "imported"
    rehearsal: bool
    version: int
    documents: tuple[ImportedDocument, ...]
    unchanged: int
    paused: tuple[Pausing, ...] = ()


class Retired(Value):
    """Something that is taken out of use; `key` is its id, for the defaults the account's."""

    noun: Noun
    key: str

    @model_validator(mode="after")
    def _exported(self) -> Self:
        if self.noun not in EXPORTED or read_key(self.noun, self.key) != self.key:
            raise refused_at(("key",), "names nothing that an import may retire")
        return self


class ImportConfiguration(Question):
    """Make these documents the account's: all of them, or none.  What is not named stays.

    `retired` are taken out of use after all documents are kept, in their order; refused as
    `in_use` where something that stays needs one.  `expected_version`: refused as `stale` where
    the account has changed since; None: whatever it is.  A rehearsal tells what would be done,
    and does nothing.
    """

    subject: ClassVar[str] = "ask.router.import.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Imported)

    account_id: AccountId
    actor: Actor
    configuration: AccountConfiguration
    retired: tuple[Retired, ...] = Field(default=(), max_length=DOCUMENTS_MAX)
    expected_version: int | None = None
    rehearsal: bool = False
