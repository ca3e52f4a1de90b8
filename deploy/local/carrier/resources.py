"""The shapes in which Twilio's REST API tells of numbers, calls and recordings."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from deploy.local.carrier.forms import API_VERSION, stamp
from deploy.local.carrier.ledger import CallEntry, NumberConfig, Recording

PAGE_SIZE_MAX = 1_000  # Twilio's own limit
NAME_LENGTH_MAX = 64  # likewise

# Twilio's parameter -> our field, and its field in the answer.
NUMBER_FIELDS = {
    "FriendlyName": "friendly_name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "fallback_url",
    "VoiceFallbackMethod": "fallback_method",
    "StatusCallback": "status_url",
    "StatusCallbackMethod": "status_method",
}


class Denied(Exception):
    """An answer that is an error: an HTTP status and Twilio's code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def denial(denied: Denied) -> dict[str, Any]:
    """An error as the API tells it."""
    return {
        "code": denied.code,
        "message": denied.message,
        "more_info": f"https://www.twilio.com/docs/errors/{denied.code}",
        "status": denied.status,
    }


def root(account_sid: str) -> str:
    """The path below which everything of an account lies."""
    return f"/{API_VERSION}/Accounts/{account_sid}"


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else stamp(instant)


def call(account_sid: str, entry: CallEntry) -> dict[str, Any]:
    """A call or leg; `duration` is a text of seconds, and null while it lasts."""
    return {
        "sid": entry.sid,
        "account_sid": account_sid,
        "parent_call_sid": entry.parent_sid,
        "from": entry.caller,
        "from_formatted": entry.caller,
        "to": entry.called,
        "to_formatted": entry.called,
        "phone_number_sid": None,
        # The callbacks' word for a leg that does not ring yet is unknown here.
        "status": "queued" if entry.status == "initiated" else entry.status,
        "direction": entry.direction,
        "start_time": _time(entry.created),
        "end_time": _time(entry.ended),
        "duration": None if entry.ended is None else str(entry.duration),
        "price": None,
        "price_unit": "USD",
        "answered_by": None,
        "annotation": None,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "api_version": API_VERSION,
        "date_created": _time(entry.created),
        "date_updated": _time(entry.ended or entry.created),
        "uri": f"{root(account_sid)}/Calls/{entry.sid}.json",
        "subresource_uris": {
            "recordings": f"{root(account_sid)}/Calls/{entry.sid}/Recordings.json"
        },
    }


def recording(account_sid: str, one: Recording) -> dict[str, Any]:
    """A recording's description; the sound is at its URL."""
    return {
        "sid": one.sid,
        "account_sid": account_sid,
        "call_sid": one.call_sid,
        "conference_sid": None,
        "status": one.status,
        "duration": str(one.duration),
        "channels": one.channels,
        "source": one.source,
        "start_time": stamp(one.started),
        "date_created": stamp(one.started),
        "date_updated": stamp(one.started),
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "encryption_details": None,
        "api_version": API_VERSION,
        "uri": f"{root(account_sid)}/Recordings/{one.sid}.json",
        "media_url": one.url,
    }


def number(account_sid: str, one: NumberConfig) -> dict[str, Any]:
    """A number of the account and its webhooks."""
    told = {_snake(name): getattr(one, field) for name, field in NUMBER_FIELDS.items()}
    return {
        "sid": one.sid,
        "account_sid": account_sid,
        "phone_number": one.phone_number,
        **told,
        "friendly_name": one.friendly_name or one.phone_number,
        "capabilities": {"voice": one.voice, "sms": True, "mms": True, "fax": False},
        "trunk_sid": one.trunk_sid,
        "voice_application_sid": None,
        "status": "in-use",
        "origin": "twilio",
        "beta": False,
        "api_version": API_VERSION,
        "uri": f"{root(account_sid)}/IncomingPhoneNumbers/{one.sid}.json",
    }


def page(
    name: str,
    rows: list[dict[str, Any]],
    path: str,
    query: Mapping[str, str],
    token: str | None = None,
) -> dict[str, Any]:
    """One page of a list, by `Page` and `PageSize`, with the way to the next.

    With `token` that way has a PageToken, as for lists that Twilio continues after a thing.
    """
    size = min(PAGE_SIZE_MAX, int(query.get("PageSize", "50")))
    index = int(query.get("Page", "0"))
    start = index * size

    def uri(at: int) -> str:
        asked = {**query, "PageSize": size, "Page": at}
        if token is not None and at:
            asked["PageToken"] = f"{token}{rows[at * size - 1]['sid']}"
        return f"{path}?{urlencode(asked)}"

    return {
        name: rows[start : start + size],
        "page": index,
        "page_size": size,
        "start": start,
        "end": min(start + size, len(rows)) - 1,
        "uri": uri(index),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(index - 1) if index and start < len(rows) else None,
        "next_page_uri": uri(index + 1) if start + size < len(rows) else None,
    }


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
