"""What the carrier's error numbers mean to whoever wanted something of it."""

from dataclasses import dataclass

UNAUTHORIZED, FORBIDDEN, TOO_MANY = 401, 403, 429
SERVER_FAULT = 500  # and above: the carrier's own trouble, which passes
TEXT_LENGTH_MAX = 300  # of the carrier's own words


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal that somebody can act on: a code for programs, words, the field it is about.

    `passes`: the same may succeed later, and whether it was done is not certain.
    """

    code: str
    text: str
    field: str = ""
    passes: bool = False


CREDENTIALS = Fault(
    "carrier_credentials", "the carrier does not accept the account's credentials", "account_sid"
)
MISSING = Fault("number_missing", "the carrier account does not have this number", "number")
ANSWERED_ELSEWHERE = Fault(
    "number_answered_elsewhere",
    "an application or a trunk of the carrier account takes its calls: remove that from it there",
    "number",
)
SPEECHLESS = Fault("number_without_voice", "the number takes no calls, only messages", "number")
SILENT = Fault("unavailable", "the carrier does not answer", passes=True)
_BUSY = Fault("unavailable", "the carrier is asked too often: try again later", passes=True)
_TAKEN = Fault("number_gone", "the carrier does not sell this number (any more)", "number")
_BAD = Fault("number_invalid", "the carrier knows no such number", "number")
_ADDRESS = Fault(
    "number_needs_papers",
    "the law there wants an address, identity or bundle with the number: lodge it with the carrier",
    "number",
)
_TRIAL = Fault(
    "carrier_limit", "the carrier account may not have more numbers: upgrade it", "account_sid"
)
_SUSPENDED = Fault("carrier_suspended", "the carrier account is suspended or closed", "account_sid")

_FAULTS: dict[int, Fault] = {
    20003: CREDENTIALS,
    20005: _SUSPENDED,
    20008: CREDENTIALS,  # test credentials
    20404: MISSING,
    20429: _BUSY,
    21401: _BAD,
    21404: _TRIAL,
    21421: _BAD,
    21422: _TAKEN,
    21452: _TAKEN,
    21613: _BAD,
    21615: _ADDRESS,
    21631: _ADDRESS,
    21649: _ADDRESS,
    21650: _ADDRESS,
    21651: _ADDRESS,
    22300: _ADDRESS,
}
"""The carrier's error number -> what it means here."""

_STATUSES = {UNAUTHORIZED: CREDENTIALS, FORBIDDEN: CREDENTIALS, TOO_MANY: _BUSY}


def fault_of(status: int, code: int | None, message: str) -> Fault:
    """What an error of the carrier means.

    >>> fault_of(400, 21422, "").code, fault_of(503, None, "").passes
    ('number_gone', True)
    >>> fault_of(400, 21999, "No such thing").text
    'the carrier refuses (error 21999): No such thing'
    """
    if status >= SERVER_FAULT:
        return SILENT
    if code in _FAULTS:
        return _FAULTS[code]
    if status in _STATUSES:
        return _STATUSES[status]
    told = message[:TEXT_LENGTH_MAX]
    return Fault("carrier_refused", f"the carrier refuses (error {code or status}): {told}")
