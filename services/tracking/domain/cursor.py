"""A cursor names a place in a list: the next page begins after it, whatever came in since."""

import base64
import binascii
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from libs.contracts.ids import CallId


class CursorUnreadable(ValueError):
    """The text is no cursor of ours."""


class Place(NamedTuple):
    """A call's place in lists, which are sorted by both, newest first."""

    listed_at: datetime
    call_id: CallId


def write_cursor(place: Place) -> str:
    """Say a place as a text that means nothing to its bearer.

    >>> place = Place(datetime(2026, 1, 31, tzinfo=UTC), CallId(UUID(int=7)))
    >>> read_cursor(write_cursor(place)) == place
    True
    """
    text = f"{place.listed_at.isoformat()}/{place.call_id}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_cursor(text: str) -> Place:
    """Read what `write_cursor` wrote; raise CursorUnreadable for anything else.

    >>> read_cursor("tomorrow")
    Traceback (most recent call last):
    services.tracking.domain.cursor.CursorUnreadable: not a cursor of this list
    """
    try:
        at, _, call_id = base64.urlsafe_b64decode(text.encode()).decode().partition("/")
        return Place(datetime.fromisoformat(at).astimezone(UTC), CallId(UUID(call_id)))
    except (binascii.Error, ValueError, OverflowError) as fault:
        raise CursorUnreadable("not a cursor of this list") from fault
