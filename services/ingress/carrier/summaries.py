"""The carrier's own summaries of calls (Twilio's Voice Insights): how they sounded, who hung up."""

from http import HTTPStatus
from typing import Any

import twilio.rest.insights  # noqa: F401 # else loaded at the first request: callers would wait
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.ids import Sid
from libs.contracts.outcomes import HungUpBy
from libs.contracts.quality import TAGS_MAX, Measured, SummarizeCall, Summarized
from libs.runtime.answers import Declined
from libs.runtime.deadline import Deadline
from services.ingress.carrier.access import Access

LEGS_LOOKED_AT = 50
_EDGES = ("sdk_edge", "client_edge", "sip_edge", "carrier_edge")  # the nearest to a caller first
_TAG_LENGTH_MAX = 64
_MOS_LEAST, _MOS_MOST = 1.0, 5.0
_MS_MOST, _PERCENT_MOST = 3_600_000.0, 100.0
_NO = {
    HTTPStatus.FORBIDDEN: (
        "not_enabled",
        "the carrier account may not read call summaries: it has no Voice Insights (403)",
    ),
    HTTPStatus.NOT_FOUND: ("no_summary", "the carrier has no summary of this call (404)"),
}


class Summaries:
    """Reads what the carrier has found out about a call."""

    def __init__(self, access: Access, platform_sid: str) -> None:
        self._access = access
        self._platform_sid = platform_sid

    async def summarize(self, question: SummarizeCall, deadline: Deadline) -> Summarized:
        """The summary of the caller's own leg; raise Declined."""
        sid = question.account_sid
        account = CarrierAccount(account_sid=sid, platform=sid == self._platform_sid)
        async with self._access.client(account, deadline) as client:
            try:
                summary = await _fetch(client, question.call_sid)
            except TwilioRestException as no:
                if no.status not in _NO:
                    raise
                raise Declined(*_NO[HTTPStatus(no.status)]) from no
            return Summarized(
                complete=summary.processing_state == "complete",
                measured=measured(summary),
                hung_up_by=await _who_hung_up(client, question.call_sid, summary),
            )


async def _fetch(client: Client, call_sid: Sid) -> Any:
    summary = client.insights.v1.calls(call_sid).summary()
    try:
        return await summary.fetch_async(processing_state="all")
    except (AttributeError, TypeError) as fault:  # the library has read JSON that is no summary
        raise ValueError("the carrier's answer is no summary") from fault


async def _who_hung_up(client: Client, call_sid: Sid, summary: Any) -> HungUpBy | None:
    """Who ended the caller's line; the other end of it is the platform's, for whom it dialled."""
    match _disconnected_by(summary):
        case "caller":
            return HungUpBy.CALLER
        case "callee":
            return await _of_the_others(client, call_sid)
        case _:
            return None


async def _of_the_others(client: Client, call_sid: Sid) -> HungUpBy | None:
    """The last callee if she left first; the platform where nobody had taken the call."""
    legs = await client.calls.list_async(parent_call_sid=call_sid, limit=LEGS_LOOKED_AT)
    taken = [leg for leg in legs if leg.status == "completed"]
    if not taken:
        return HungUpBy.PLATFORM
    latest = max(taken, key=lambda leg: leg.date_created)
    try:
        of_leg = await _fetch(client, latest.sid)
    except TwilioRestException:
        return None  # what is measured of the caller's leg is known all the same
    return HungUpBy.CALLEE if _disconnected_by(of_leg) == "callee" else None


def _disconnected_by(summary: Any) -> str:
    return str(_part(summary.properties, "disconnected_by")).lower()


def measured(summary: Any) -> Measured:
    """A summary's numbers, each of the first edge that has it; what is none is unknown."""
    received = [_part(_part(getattr(summary, e), "metrics"), "inbound") for e in _EDGES]

    def first(name: str, least: float, most: float) -> float | None:
        found = (_number(_part(each, name), least, most) for each in received)
        return next((one for one in found if one is not None), None)

    tags = summary.tags if isinstance(summary.tags, list) else []
    words = dict.fromkeys(tag[:_TAG_LENGTH_MAX] for tag in tags if _is_word(tag))
    return Measured(
        mos=first("mos", _MOS_LEAST, _MOS_MOST),
        jitter_ms=first("jitter", 0.0, _MS_MOST),
        packet_loss_percent=first("packets_loss_percentage", 0.0, _PERCENT_MOST),
        tags=tuple(words)[:TAGS_MAX],
    )


def _part(of: Any, name: str) -> Any:
    return of.get(name) if isinstance(of, dict) else None


def _is_word(tag: Any) -> bool:
    return isinstance(tag, str) and bool(tag) and tag.isprintable()


def _number(told: Any, least: float, most: float) -> float | None:
    """A number within its bounds, or the average of what is told with least and most."""
    value = told.get("avg") if isinstance(told, dict) else told
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return round(float(value), 3) if least <= value <= most else None
