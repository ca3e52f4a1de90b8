"""The desk of the portals: calls as a buyer or publisher may see them."""

from collections.abc import Sequence

from libs.contracts.ids import AccountId
from libs.contracts.party_calls import (
    BuyerCall,
    FindPartyRecording,
    GetPartyCall,
    ListPartyCalls,
    PartyCallFound,
    PartyCalls,
    PublisherCall,
)
from libs.contracts.portals import Viewer
from libs.contracts.recordings import RecordingFound
from services.tracking.domain.cursor import read_cursor, write_cursor
from services.tracking.domain.fitting import fitting
from services.tracking.domain.parties import heard_by, seen_by
from services.tracking.domain.record import record_of
from services.tracking.domain.recordings import find
from services.tracking.domain.unfit import Missing
from services.tracking.store.calls import Listed
from services.tracking.store.party_calls import PartyCalls as Store

Seen = BuyerCall | PublisherCall


class PartyCallsDesk:
    """One per process; holds no state of its own."""

    def __init__(self, calls: Store) -> None:
        self._calls = calls

    async def page(self, question: ListPartyCalls) -> PartyCalls:
        """One page; raise CursorUnreadable."""
        after = read_cursor(question.cursor) if question.cursor is not None else None
        listed = await self._calls.page(question, after, question.limit + 1)
        room = listed[: question.limit]
        known = [(one.place, _seen(question.viewer, one)) for one in room]
        seen = [(place, call) for place, call in known if call is not None]
        shown = fitting([call for _, call in seen])
        rest = [place for place, _ in seen[:shown]] if shown < len(seen) else []
        last = rest or [one.place for one in room if len(listed) > len(room)]
        cursor = write_cursor(last[-1]) if last else None
        calls = await self._named(question.account_id, [call for _, call in seen[:shown]])
        return PartyCalls(calls=calls, cursor=cursor)

    async def one(self, question: GetPartyCall) -> PartyCallFound:
        """One of the party's calls; raise Missing."""
        found = await self._calls.one(question)
        seen = None if found is None else _seen(question.viewer, found)
        if seen is None:
            raise Missing
        (named,) = await self._named(question.account_id, [seen])
        return PartyCallFound(call=named)

    async def recording(self, question: FindPartyRecording) -> RecordingFound:
        """One recording that the party may hear; raise Missing or Unfit."""
        found = await self._calls.one(question)
        if found is None:
            raise Missing
        call = record_of(question.call_id, found.told)
        may = {one.recording_sid for one in heard_by(question.viewer, call)}
        if question.recording_sid not in may:
            raise Missing
        return find(found.told, question.recording_sid)

    async def _named(self, account_id: AccountId, calls: Sequence[Seen]) -> tuple[Seen, ...]:
        """The same with the names of the publishers that may be known."""
        known = {one.publisher_id for one in calls if isinstance(one, BuyerCall)} - {None}
        if not known:
            return tuple(calls)
        names = await self._calls.publishers(account_id, [one for one in known if one])
        return tuple(
            one.model_copy(update={"publisher_name": names.get(one.publisher_id, "")})
            if isinstance(one, BuyerCall) and one.publisher_id
            else one
            for one in calls
        )


def _seen(viewer: Viewer, listed: Listed) -> Seen | None:
    return seen_by(viewer, record_of(listed.place.call_id, listed.told))
