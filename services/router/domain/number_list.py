"""Lists of numbers as people have them: a column of a CSV text, in several spellings."""

import csv
import io

from libs.contracts.phone import PhoneNumber, parse_phone

HEADERS = ("number", "phone_number", "phone", "e164")
_PUNCTUATION = str.maketrans("", "", " \t.-()/\u00a0")


def read_csv(text: str) -> list[tuple[int, str]]:
    r"""The numbers of a CSV text with their lines; empty lines are passed over.

    Its first line may name the columns; else the first column counts.

    >>> read_csv("name,number\nfront,+12125550100\n\n,+12125550101")
    [(2, '+12125550100'), (4, '+12125550101')]
    >>> read_csv("+12125550100")
    [(1, '+12125550100')]
    """
    rows = list(enumerate(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), 1))
    named = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    column = next((named.index(header) for header in HEADERS if header in named), None)
    if column is not None:
        rows = rows[1:]
    at = column or 0
    return [(line, row[at].strip()) for line, row in rows if len(row) > at and row[at].strip()]


def read_number(text: str) -> PhoneNumber:
    """A number as people write it; raise ValueError where the country is not certain.

    >>> read_number("+1 (212) 555-0100"), read_number("1-212-555-0100")
    ('+12125550100', '+12125550100')
    >>> read_number("555-0100")
    Traceback (most recent call last):
    ValueError: write it with its country code, as +12125550100
    """
    bare = text.translate(_PUNCTUATION)
    if len(bare) == len("12125550100") and bare.startswith("1"):
        bare = f"+{bare}"
    try:
        return parse_phone(bare)
    except ValueError as fault:
        raise ValueError("write it with its country code, as +12125550100") from fault
