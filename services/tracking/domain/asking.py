"""Requests that a flow asks for, whole as they are to be sent."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from libs.contracts.flows import PixelAsked
from libs.contracts.ids import AccountId, CallId
from libs.contracts.pixels import Told

FLOW = "flow"  # where a call is when its flow asks


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, to be made for one node of one call."""

    account_id: AccountId
    id: UUID
    call_id: CallId
    part: str
    host: str
    at: datetime
    request: Told


def asked_by(fact: PixelAsked, now: datetime) -> Asked | None:
    """What a fact asks for; None: nobody can be asked at such an address.

    The event's id is a function of call, step, place in the turn, and node.
    """
    try:
        parts = urlsplit(fact.url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or fact.account_id is None:
        return None
    place = f"{fact.step}/{fact.node}"
    return Asked(
        account_id=fact.account_id,
        id=uuid5(fact.call_id, f"{FLOW}/{place}/{fact.sequence}"),
        call_id=fact.call_id,
        part=place,
        host=parts.netloc.rpartition("@")[2].lower(),
        at=now,
        request=Told(method=fact.method, url=fact.url, headers=fact.headers, body=fact.body),
    )
