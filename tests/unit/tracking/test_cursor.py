"""A cursor says exactly its place, and nothing else is taken for one."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.ids import CallId
from libs.contracts.tracking import ListCalls
from services.tracking.domain.cursor import CursorUnreadable, Place, read_cursor, write_cursor
from tests.kit.facts import ACCOUNT, NOON


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_cursor_comes_back_as_its_place(at: datetime, call_id: UUID) -> None:
    place = Place(at, CallId(call_id))
    text = write_cursor(place)

    assert read_cursor(text) == place
    assert ListCalls(account_id=ACCOUNT, cursor=text).cursor == text


@given(st.text(max_size=200))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(CursorUnreadable):
        read_cursor(text)


@pytest.mark.parametrize("cut", [1, 4, 8, 30])
def test_a_cut_cursor_is_refused(cut: int) -> None:
    text = write_cursor(Place(NOON, CallId(UUID(int=1))))

    with pytest.raises(CursorUnreadable):
        read_cursor(text[:-cut])
