"""Rows as CSV that no spreadsheet runs.

A cell that begins like a formula is given an apostrophe; plain numbers and phone numbers, which
are no formula, stay as they are.
"""

import csv
import io
import re
from collections.abc import Sequence

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def cell(value: object) -> str:
    """One cell as text.

    >>> cell("=HYPERLINK(1)"), cell("+12125550123"), cell(None), cell("-2+cmd")
    ("'=HYPERLINK(1)", '+12125550123', '', "'-2+cmd")
    """
    text = "" if value is None else str(value).replace("\0", "")
    if text.startswith(_STARTS_A_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def lines(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as the lines of a file."""
    written = io.StringIO()
    csv.writer(written).writerows([cell(value) for value in row] for row in rows)
    return written.getvalue().encode()
