"""What a buyer's or publisher's record allows its own people, beyond what is always theirs."""

from typing import Literal
from uuid import UUID

from libs.contracts.message import Document, Value
from libs.contracts.worth import PartyKind


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

    `sees_callers`: the numbers of callers; `hears_recordings`: of the calls it has sent.
    """

    sees_callers: bool = False
    hears_recordings: bool = False


class Viewer(Value):
    """For whom of an account's parties something is asked: it sees what is its own.

    What else it sees, its record has said.
    """

    kind: Literal[PartyKind.BUYER, PartyKind.PUBLISHER]
    id: UUID
    sees_callers: bool = False
    sees_publishers: bool = False
    hears_recordings: bool = False
