"""Names of things.  Ours are UUIDs; the carrier's are texts."""

from typing import Annotated, NewType
from uuid import UUID, uuid5

from pydantic import StringConstraints

AccountId = NewType("AccountId", UUID)
CallId = NewType("CallId", UUID)
CampaignId = NewType("CampaignId", UUID)
BuyerId = NewType("BuyerId", UUID)
TargetId = NewType("TargetId", UUID)
GroupId = NewType("GroupId", UUID)
NumberId = NewType("NumberId", UUID)
PoolId = NewType("PoolId", UUID)
RtbTargetId = NewType("RtbTargetId", UUID)
RtbRouterId = NewType("RtbRouterId", UUID)
AuctionId = NewType("AuctionId", UUID)
QuoteId = NewType("QuoteId", UUID)
FlowId = NewType("FlowId", UUID)
PublisherId = NewType("PublisherId", UUID)
VisitId = NewType("VisitId", UUID)
TrackingTagId = NewType("TrackingTagId", UUID)
PixelId = NewType("PixelId", UUID)
UrlParameterId = NewType("UrlParameterId", UUID)
PersonId = NewType("PersonId", UUID)
ReportId = NewType("ReportId", UUID)

Sid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,64}$")]
"""The carrier's own name of an account, call, leg or recording, as it gave it."""

NOBODY = AccountId(UUID(int=0))
"""The account of calls to numbers that nobody has configured: no tenant ever sees them."""

_CALLS = UUID("6f0c3f0e-6f0b-5a55-9d52-0c7a6f5f3f61")


def call_id_of(account_sid: str, call_sid: str) -> CallId:
    """Name a call: a function of the carrier's names, so that every process agrees.

    >>> call_id_of("AC1", "CA1") == call_id_of("AC1", "CA1") != call_id_of("AC1", "CA2")
    True
    """
    return CallId(uuid5(_CALLS, f"{account_sid}/{call_sid}"))
