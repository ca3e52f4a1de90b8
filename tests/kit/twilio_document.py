"""What Twilio's official OpenAPI document (twilio_api_v2010.json) allows of our requests.

Its facts about numbers in our own words: paths, parameters, their types and limits.  A request
that is not as written there is a mistake of ours, whatever a player answers.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

ACCOUNT = r"/2010-04-01/Accounts/AC[0-9a-fA-F]{32}"
NUMBER_SID = r"PN[0-9a-fA-F]{32}"

Check = Callable[[str], bool]


def _matches(pattern: str) -> Check:
    return lambda value: re.fullmatch(pattern, value) is not None


def _length(most: int) -> Check:
    return lambda value: len(value) <= most


_text: Check = lambda _: True  # noqa: E731 - a text of any kind
_boolean = _matches("true|false")
_whole = _matches("[0-9]+")
_method = _matches("GET|POST")
_uri = _matches(r"https?://[^\s]+")
_phone = _matches(r"\+[1-9][0-9]{6,14}")
_page_size: Check = lambda value: value.isdigit() and 1 <= int(value) <= 1_000  # noqa: E731

PAGING: Mapping[str, Check] = {"PageSize": _page_size, "Page": _whole, "PageToken": _text}
ON_SALE: Mapping[str, Check] = {
    "AreaCode": _whole,
    "Contains": _matches(r"[0-9A-Za-z*%+$]{2,16}"),
    **{f"{what}Enabled": _boolean for what in ("Sms", "Mms", "Voice", "Fax")},
    **{f"Exclude{which}AddressRequired": _boolean for which in ("All", "Local", "Foreign")},
    "Beta": _boolean,
    "NearNumber": _phone,
    "NearLatLong": _text,
    "Distance": _whole,
    **{f"In{what}": _text for what in ("PostalCode", "Region", "RateCenter", "Lata", "Locality")},
    **PAGING,
}
SETTINGS: Mapping[str, Check] = {
    "FriendlyName": _length(64),
    "VoiceUrl": _uri,
    "VoiceFallbackUrl": _uri,
    "StatusCallback": _uri,
    **{f"{what}Method": _method for what in ("Voice", "VoiceFallback", "StatusCallback")},
    "VoiceCallerIdLookup": _boolean,
    "VoiceApplicationSid": _matches("AP[0-9a-fA-F]{32}"),
    "TrunkSid": _matches("TK[0-9a-fA-F]{32}"),
    "AddressSid": _matches("AD[0-9a-fA-F]{32}"),
    "IdentitySid": _matches("RI[0-9a-fA-F]{32}"),
    "BundleSid": _matches("BU[0-9a-fA-F]{32}"),
    "EmergencyStatus": _matches("Active|Inactive"),
    "VoiceReceiveMode": _matches("fax|voice"),
}


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    query: Mapping[str, Check]
    body: Mapping[str, Check]
    required: tuple[str, ...] = ()
    done: int = 200


_OWNED: Mapping[str, Check] = {
    "Beta": _boolean,
    "FriendlyName": _text,
    "PhoneNumber": _text,  # a part of one will do, with * for a digit
    "Origin": _text,
    **PAGING,
}
OPERATIONS = (
    Operation(
        "GET",
        rf"{ACCOUNT}/AvailablePhoneNumbers/[A-Z]{{2}}/(Local|TollFree|Mobile)\.json",
        ON_SALE,
        {},
    ),
    Operation("GET", rf"{ACCOUNT}/IncomingPhoneNumbers\.json", _OWNED, {}),
    Operation(
        "POST",
        rf"{ACCOUNT}/IncomingPhoneNumbers\.json",
        {},
        {**SETTINGS, "PhoneNumber": _phone, "AreaCode": _whole},
        required=("PhoneNumber",),  # or AreaCode, which we never leave to the carrier
        done=201,
    ),
    Operation("GET", rf"{ACCOUNT}/IncomingPhoneNumbers/{NUMBER_SID}\.json", {}, {}),
    Operation("POST", rf"{ACCOUNT}/IncomingPhoneNumbers/{NUMBER_SID}\.json", {}, SETTINGS),
    Operation("DELETE", rf"{ACCOUNT}/IncomingPhoneNumbers/{NUMBER_SID}\.json", {}, {}, done=204),
)


def violations(
    method: str, path: str, query: Mapping[str, str], body: Mapping[str, str]
) -> list[str]:
    """What a request about numbers has that the document does not allow."""
    return list(_violations(method, path, query, body))


def _violations(
    method: str, path: str, query: Mapping[str, str], body: Mapping[str, str]
) -> Iterator[str]:
    operation = next(
        (one for one in OPERATIONS if one.method == method and re.fullmatch(one.path, path)), None
    )
    if operation is None:
        yield f"{method} {path}: no such operation"
        return
    for given, known in ((query, operation.query), (body, operation.body)):
        for name, value in given.items():
            if name not in known:
                yield f"{method} {path}: no parameter {name}"
            elif not known[name](value):
                yield f"{method} {path}: {name}={value!r}"
    for name in operation.required:
        if name not in body:
            yield f"{method} {path}: {name} is missing"
