"""The recordings of a call, read from what has been told of it."""

import re

from libs.contracts.calls import RecordingStatus
from libs.contracts.ids import Sid
from libs.contracts.recordings import Recording, RecordingFound
from services.tracking.domain.cells import RecordingOf, Told, first
from services.tracking.domain.unfit import Missing, Unfit

_RECORDED = "recorded."
_ACCOUNT = re.compile(r"/Accounts/([A-Za-z0-9]{1,64})/")


def told_of_recordings(told: Told) -> dict[str, RecordingOf]:
    """What was told of every recording, by the carrier's name of it."""
    return {
        name.removeprefix(_RECORDED): RecordingOf._make(cell)
        for name, cell in told.greatest.items()
        if name.startswith(_RECORDED)
    }


def recordings_of(told: Told) -> tuple[Recording, ...]:
    """Every recording, in the order of the steps."""
    found = sorted(told_of_recordings(told).items(), key=lambda item: (item[1].step, item[0]))
    return tuple(
        Recording(
            recording_sid=sid,
            step=one.step,
            status=RecordingStatus(one.status),
            seconds=None if one.seconds < 0 else one.seconds,
            channels=one.channels or None,
            transcript=first(told.greatest, f"transcript.{sid}"),
            deleted_at=first(told.least, f"deleted.{sid}"),
        )
        for sid, one in found
    )


def find(told: Told, recording_sid: Sid) -> RecordingFound:
    """A recording that can be heard; raise Missing, or Unfit where there is no sound."""
    known = {one.recording_sid: one for one in recordings_of(told)}
    if recording_sid not in known:
        raise Missing
    recording = known[recording_sid]
    if recording.deleted_at is not None:
        raise Unfit("gone", f"it was deleted at {recording.deleted_at.isoformat()}")
    account = account_of(told_of_recordings(told)[recording_sid].url)
    if recording.status is not RecordingStatus.COMPLETED or account is None:
        raise Unfit("not_recorded", f"there is nothing to hear: it is {recording.status}")
    return RecordingFound(account_sid=account, recording=recording)


def to_be_written(told: Told) -> list[Sid]:
    """The recordings of a call that can be heard and are not written down yet."""
    there, _ = at_carrier(told)
    return [sid for sid in there if not first(told.greatest, f"transcript.{sid}")]


def at_carrier(told: Told) -> tuple[dict[str, RecordingOf], set[str]]:
    """The recordings that the carrier keeps for the call, and those that it keeps no more."""
    gone = {sid for sid in told_of_recordings(told) if f"deleted.{sid}" in told.least}
    there = {
        sid: one
        for sid, one in told_of_recordings(told).items()
        if one.status == RecordingStatus.COMPLETED and sid not in gone
    }
    return there, gone


def account_of(url: str) -> str | None:
    """The carrier account that has a recording, as its address says.

    >>> account_of("https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1")
    'AC1'
    """
    found = _ACCOUNT.search(url)
    return found[1] if found else None
