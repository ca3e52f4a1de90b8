"""How a number is shown: as people write it, and as pages that show another are searched."""

import re
from collections.abc import Iterable

import phonenumbers

_NOT_DIGITS = re.compile(r"\D")
_NORTH_AMERICAN = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")  # most are: looking them up takes long
_NORTH_AMERICA = "1"
_NATIONAL_DIGITS = 10


def formatted(number: str) -> str:
    """A number as people of its country write it.

    >>> formatted("+18005550100"), formatted("+442079460000")
    ('(800) 555-0100', '020 7946 0000')
    """
    if (plain := _NORTH_AMERICAN.fullmatch(number)) is not None:
        return "({}) {}-{}".format(*plain.groups())
    try:
        known = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.NATIONAL)


def digits_of(number: str) -> tuple[str, str]:
    """A number's digits, whole and without its country's.

    >>> digits_of("+18005550100")
    ('18005550100', '8005550100')
    """
    whole = _NOT_DIGITS.sub("", number)
    return whole, _NOT_DIGITS.sub("", formatted(number)) or whole


def searched(numbers: Iterable[str]) -> list[str]:
    """The digits by which a page's own numbers are found in it, however it writes them.

    >>> searched(["1-800-555-0199"]), searched(["(800) 555-0199"])
    (['18005550199', '8005550199'], ['8005550199', '18005550199'])
    """
    found: dict[str, None] = {}
    for number in numbers:
        digits = _NOT_DIGITS.sub("", number)
        found[digits] = None
        if number.lstrip().startswith("+"):
            found[digits_of(f"+{digits}")[1]] = None
        elif len(digits) == _NATIONAL_DIGITS:
            found[_NORTH_AMERICA + digits] = None
        elif len(digits) == _NATIONAL_DIGITS + 1 and digits.startswith(_NORTH_AMERICA):
            found[digits[1:]] = None
    return list(found)
