"""A conversion as a partner posts it: read from whatever names its software gives things."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from uuid import UUID

from pydantic import ValidationError

from libs.contracts.ids import CallId
from libs.contracts.money import Money
from libs.contracts.postbacks import CONVERSION_ID_MAX

_NAMES: Mapping[str, tuple[str, ...]] = {
    "call_id": ("call_id", "callid", "inboundcallid", "call"),
    "call_key": ("call_key", "callkey"),
    "amount": ("amount", "revenue", "sum", "conversion_amount"),
    "currency": ("currency", "cur"),
    "conversion_id": ("conversion_id", "conversionid", "transaction_id", "txid"),
    "payout": ("payout", "conversion_payout"),
}
"""What is asked for, and how software of the trade calls it; the first that is there counts."""

Problem = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was posted; `problems` name the parameters that cannot be read."""

    call_id: CallId | None = None
    call_key: str = ""
    amount: Money | None = None
    payout: Money | None = None
    conversion_id: str = ""
    problems: list[Problem] = field(default_factory=list)


def read(given: Mapping[str, str]) -> Asked:
    """Read it; nothing is guessed, and an empty parameter is none.

    >>> read({"Revenue": "12.5", "callid": "no"}).problems
    [('call_id', 'is no id of a call')]
    """
    low = {name.lower(): text.strip() for name, text in given.items()}
    found = {
        name: next((low[each] for each in names if low.get(each)), "")
        for name, names in _NAMES.items()
    }
    problems: list[Problem] = []
    currency = found["currency"].upper() or "USD"
    conversion_id = found["conversion_id"].replace("\0", "")
    if len(conversion_id) > CONVERSION_ID_MAX:
        problems.append(("conversion_id", f"has more than {CONVERSION_ID_MAX} characters"))
    return Asked(
        _call_id(found["call_id"], problems),
        found["call_key"],
        _money("amount", found["amount"], currency, problems),
        _money("payout", found["payout"], currency, problems),
        conversion_id[:CONVERSION_ID_MAX],
        problems,
    )


def _call_id(text: str, problems: list[Problem]) -> CallId | None:
    try:
        return CallId(UUID(text)) if text else None
    except ValueError:
        problems.append(("call_id", "is no id of a call"))
        return None


def _money(name: str, text: str, currency: str, problems: list[Problem]) -> Money | None:
    if not text:
        return None
    try:
        money = Money(amount=Decimal(text), currency=currency)
    except InvalidOperation:
        problems.append((name, "is no number"))
    except ValidationError as fault:
        fields = {str(one["loc"][0]) for one in fault.errors()}
        if "amount" in fields:
            problems.append((name, "has at most 10 digits, and 4 behind the point"))
        if "currency" in fields and ("currency", _CURRENCY) not in problems:
            problems.append(("currency", _CURRENCY))
    else:
        if money.amount >= 0:
            return money
        problems.append((name, "is not below zero"))
    return None


_CURRENCY = "has three letters, as USD"
