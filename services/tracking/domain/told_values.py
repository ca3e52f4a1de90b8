"""What macros stand for: the call's values by the names of the predecessor and of the trade.

A name that has no value here is empty.  Nothing is invented: what no fact has said is not there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from libs.contracts.calls import CallArrived, Geography
from libs.contracts.ids import CallId
from libs.contracts.phone import WITHHELD, Caller
from libs.contracts.pixels import FirePoint
from libs.contracts.routing import CallRouted
from libs.contracts.tags import Tags
from libs.contracts.tracking import CallRecord, TimelineEntry
from libs.rules.sightings import tags_of
from services.tracking.domain.cells import RecordingOf, Told
from services.tracking.domain.legs import connected_of
from services.tracking.domain.record import record_of
from services.tracking.domain.recordings import told_of_recordings

_NANP_LENGTH = 12  # "+1", area code, prefix and line
_OPEN_GROUPS = frozenset(("tag", "publisher"))  # their names are the account's own
_CLICKS = ("clickid", "rtkclickid", "user:clickid")
_CLICK_IDS = {
    "tag:integration:googleclickid": "gclid",
    "tag:integration:facebookclickid": "fbclid",
    "tag:integration:microsoftclickid": "msclkid",
    "tag:integration:tiktokclickid": "ttclid",
}

Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Firing:
    """One firing: of what, when, and under which id."""

    event_id: UUID
    point: FirePoint
    part: str
    at: datetime


@dataclass(frozen=True)
class Known:
    """What is known of a call when a pixel fires; it is described to filters and areas too."""

    record: CallRecord
    arrived: CallArrived | None = None
    routed: CallRouted | None = None
    recordings: Mapping[str, RecordingOf] = field(default_factory=dict)
    call_key: str = ""

    @property
    def tags(self) -> Tags:
        """Those of her visit and of the number that she dialled, and what her flow has set."""
        return self.record.tags

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return self.record.caller or WITHHELD

    @property
    def dialled(self) -> str:
        """The number that she dialled."""
        return self.record.dialled

    @property
    def geography(self) -> Geography:
        """Where the carrier believes her number to be."""
        return self.arrived.geography if self.arrived else Geography()


def known_of(
    call_id: CallId, told: Told, timeline: Iterable[TimelineEntry], call_key: str
) -> Known:
    """Read what is known of a call from its state and its facts."""
    latest = {entry.subject: entry.fact for entry in timeline}
    arrived, routed = latest.get(CallArrived.subject), latest.get(CallRouted.subject)
    return Known(
        record_of(call_id, told),
        CallArrived.model_validate(arrived) if arrived else None,
        CallRouted.model_validate(routed) if routed else None,
        told_of_recordings(told),
        call_key,
    )


def is_known(name: str) -> bool:
    """Whether a macro of this (lower-case) name may stand in a template.

    >>> [is_known(name) for name in ("clickid", "call:calllength", "tag:user:x", "secret")]
    [True, True, True, False]
    """
    return name in NAMES or (name.partition(":")[0] in _OPEN_GROUPS and ":" in name)


def values_of(known: Known, firing: Firing) -> Values:
    """Every value that is there, by lower-case name."""
    tags = _tags(tags_of(known))
    own = {
        **_of_the_event(firing),
        **_of_the_call(known),
        **_of_the_parties(known),
        **_of_the_caller(known),
        **_of_the_recording(known, firing.part),
        **_of_the_money(known),
    }
    return {name: value for name, value in {**tags, **own}.items() if value}


def _tags(tags: Mapping[str, str]) -> Values:
    """Every tag by its name; one without a group is the trade's `[tag:User:<name>]` too."""
    values: Values = {}
    for name, value in tags.items():
        low = name.lower()
        values[f"tag:{low}"] = value
        if ":" not in low:
            values[f"tag:user:{low}"] = value
    for theirs, ours in _CLICK_IDS.items():
        values[theirs] = values.get(f"tag:{ours}", "")
    return values


def _of_the_event(firing: Firing) -> Values:
    return {
        "event_id": str(firing.event_id),
        "event": firing.point,
        "event_name": firing.part if firing.point is FirePoint.MARKED else "",
        "timestamp": firing.at.isoformat(),
        "unix_time": str(int(firing.at.timestamp())),
    }


def _of_the_call(known: Known) -> Values:
    record, tags = known.record, {name.lower(): value for name, value in known.tags.items()}
    seconds, talk = _number(record.seconds), _number(record.talk_seconds)
    return {
        "call_id": str(record.call_id),
        "call:inboundcallid": str(record.call_id),
        "call_key": known.call_key,
        "call:key": known.call_key,
        "call_sid": record.call_sid,
        "status": record.state,
        "reason": record.reason,
        "duration": seconds,
        "call:calllength": seconds,
        "talk_seconds": talk,
        "call:connectedcalllength": talk,
        "call_start_time": _time(record.arrived_at),
        "call_end_time": _time(record.ended_at),
        "clickid": next((tags[name] for name in _CLICKS if tags.get(name)), ""),
        **{f"custom_field_{at}": tags.get(f"custom_field_{at}", "") for at in (1, 2, 3)},
    }


def _of_the_parties(known: Known) -> Values:
    record, seller = known.record, known.routed.seller if known.routed else ""
    seller = known.tags.get("publisher:name") or seller  # the record outweighs a ping's word
    publisher = str(known.routed.publisher_id or "") if known.routed else ""
    values = {
        "agent_id": "",
        "publisher_id": publisher,
        "tag:publisher:id": publisher,
        "publisher_name": seller,
        "tag:publisher:name": seller,
    }
    for noun, id_, name in (
        ("campaign", record.campaign_id, record.campaign_name),
        ("buyer", record.buyer_id, record.buyer_name),
        ("target", record.target_id, record.target_name),
    ):
        key = "" if id_ is None else str(id_)
        values |= {
            f"{noun}_id": key,
            f"{noun}_name": name,
            f"tag:{noun}:id": key,
            f"tag:{noun}:name": name,
        }
    return values


def _of_the_caller(known: Known) -> Values:
    number, geography = known.caller.number or "", known.geography
    bare = number.removeprefix("+")
    values = {
        "caller_id": number,
        "callerid": number,
        "call:callerid": number,
        "call:calleridnoplus": bare,
        "tag:inboundnumber:number": number,
        "tag:inboundnumber:number-noplus": bare,
        "tag:inboundnumber:state": geography.state,
        "phone_number": known.dialled,
        "dialled_number": known.dialled,
        "tag:geo:subdivision": geography.state,
        "tag:geo:subdivisioncode": geography.state,
        "tag:geo:city": geography.city,
        "tag:geo:zipcode": geography.zip,
        "tag:geo:country": geography.country,
        "tag:geo:countrycode": geography.country,
    }
    if number.startswith("+1") and len(number) == _NANP_LENGTH:
        values |= {
            "tag:inboundnumber:areacode": number[2:5],
            "tag:inboundnumber:prefix": number[5:8],
            "tag:inboundnumber:suffix": number[8:],
        }
    return values


def _of_the_recording(known: Known, part: str) -> Values:
    one = known.recordings.get(part)
    sid = part if one else known.record.recording_sid or ""
    seconds = one.seconds if one else known.record.recording_seconds
    return {
        "recording_sid": sid,
        "recording_seconds": "" if seconds is None or seconds < 0 else str(seconds),
    }


def _of_the_money(known: Known) -> Values:
    """What the call came to; `type` in the words that click trackers know."""
    record, worth = known.record, known.record.worth[:1]
    revenue = f"{worth[0].revenue:f}" if worth and record.converted else ""
    payout = f"{worth[0].payout:f}" if worth and record.paid else ""
    answered = "AnsweredCall" if connected_of(record.legs) else "RAWCall"
    return {
        "type": "ConvertedCall" if record.converted else answered,
        "sum": revenue,
        "revenue": revenue,
        "call:conversionamount": revenue,
        "payout": payout,
        "call:conversionpayout": payout,
        "currency": worth[0].currency if revenue or payout else "",
    }


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()


SAMPLE: Values = {
    "event_id": "00000000-0000-4000-8000-000000000000",
    "event": "completed",
    "event_name": "qualified",
    "timestamp": "2026-01-01T12:01:00+00:00",
    "unix_time": "1767268860",
    "call_id": "00000000-0000-4000-8000-000000000001",
    "call:inboundcallid": "00000000-0000-4000-8000-000000000001",
    "call_key": "a-call-key",
    "call:key": "a-call-key",
    "status": "completed",
    "type": "ConvertedCall",
    "sum": "12.5000",
    "revenue": "12.5000",
    "call:conversionamount": "12.5000",
    "payout": "7.5000",
    "call:conversionpayout": "7.5000",
    "currency": "USD",
    "duration": "60",
    "call:calllength": "60",
    "talk_seconds": "45",
    "call:connectedcalllength": "45",
    "caller_id": "+12025550100",
    "callerid": "+12025550100",
    "call:callerid": "+12025550100",
    "call:calleridnoplus": "12025550100",
    "tag:inboundnumber:number": "+12025550100",
    "phone_number": "+18005550100",
    "dialled_number": "+18005550100",
    "clickid": "test-click",
    "tag:user:clickid": "test-click",
}
"""What a test fire stands for where no call is named."""

_EMPTY = Known(
    CallRecord.model_validate(
        {"call_id": UUID(int=0), "account_id": UUID(int=0), "state": "ringing"}
    )
)
NAMES = frozenset(
    name
    for part in (
        _of_the_call(_EMPTY),
        _of_the_parties(_EMPTY),
        _of_the_caller(_EMPTY),
        _of_the_recording(_EMPTY, ""),
        _of_the_money(_EMPTY),
        SAMPLE,
    )
    for name in part
    if not name.startswith("tag:")
)
"""Every name that a macro may have outside the open groups."""
