"""What a publisher is answered, in both vocabularies of the trade, as JSON or XML.

Nothing of ours but the quote's id, a number and a price leaves the house.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from libs.contracts.quoting import Quoted
from services.rtb.domain.ping_rules import Rejected

CACHED = {
    "code": 230,
    "description": "Previous bid for this request not yet expired. This is a cached version",
}

Fields = Mapping[str, Any]


def bid_fields(quoted: Quoted, now: datetime) -> Fields:
    """A bid, under all the names that it is looked for."""
    seconds = max(0, int((quoted.expires_at - now).total_seconds()))
    ends = quoted.expires_at.astimezone(UTC)
    fields: dict[str, Any] = {
        "bidId": quoted.quote_id.hex,
        "accept": True,
        "bidAmount": float(quoted.price.amount),
        "bidCurrency": quoted.price.currency,
        "expireInSeconds": seconds,
        "expiresInSec": seconds,
        "bidExpireDT": ends.isoformat().replace("+00:00", "Z"),
        "bidExpireEpoch": int(ends.timestamp() * 1_000),
        "requiredDuration": quoted.required_seconds,
        "phoneNumber": quoted.number,
        "phoneNumberNoPlus": quoted.number.removeprefix("+"),
    }
    if quoted.sip_address:
        fields["sipAddress"] = quoted.sip_address.removeprefix("sip:")
    if quoted.repeated:
        fields["warnings"] = [CACHED]
    return fields


def rejection_fields(ping_id: str, no: Rejected) -> Fields:
    """No bid, with its reason and code."""
    return {
        "bidId": ping_id,
        "accept": False,
        "bidAmount": 0,
        "rejectReason": f"{no.reason} (Code: {no.code})",
        "rejectCode": no.code,
    }


def written_as(form: str, fields: Fields) -> tuple[str, bytes]:
    """The content type and the body, as `json` or `xml`."""
    if form == "xml":
        return "application/xml", f"<bid_response>{_xml(fields)}</bid_response>".encode()
    return "application/json", json.dumps(fields).encode()


def _xml(fields: Fields) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        inside = "".join(f"<warning>{_xml(one)}</warning>" for one in value)
        return f"<{name}>{inside}</{name}>"
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(text)}</{name}>"
