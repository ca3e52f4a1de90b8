"""Recordings: begun, ended, and told of some seconds later."""

import io
import math
import wave
from collections.abc import Collection
from dataclasses import dataclass

from deploy.local.carrier import forms
from deploy.local.carrier.fetch import Errand
from deploy.local.carrier.ledger import Recording, new_sid
from deploy.local.carrier.line import Line

READY_AFTER_SECONDS = 2.0  # Twilio tells of a recording a little after the conversation
TRANSCRIBED_AFTER_SECONDS = 5.0
TRANSCRIBED_SECONDS = (2, 120)  # a recording must be longer, and shorter
WAV_SECONDS_MAX = 60  # silence: a longer file would say no more
WAV_RATE_HZ = 8_000  # telephone quality


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told of a recording, and of which of its events."""

    url: str | None
    method: str
    events: Collection[str]


class Tape:
    """One recording while it runs."""

    def __init__(self, line: Line, source: str, channels: int, listener: Listener) -> None:
        sid = new_sid("RE")
        account = f"{line.recordings_url}/{forms.API_VERSION}/Accounts/{line.account_sid}"
        self.recording = Recording(
            sid=sid,
            call_sid=line.entry.sid,
            source=source,
            channels=channels,
            started=line.clock.now(),
            started_at=line.now,
            url=f"{account}/Recordings/{sid}",
        )
        self._line = line
        self._listener = listener

    async def start(self) -> None:
        """Begin."""
        self._line.ledger.recordings[self.recording.sid] = self.recording
        await self._tell("in-progress", after=0.0)

    async def stop(self) -> None:
        """End; a recording of nothing is absent."""
        one = self.recording
        one.duration = math.floor(self._line.now - one.started_at + 0.5)
        one.status = "completed" if one.duration else "absent"
        await self._tell(one.status, after=READY_AFTER_SECONDS)

    async def transcribe(self, url: str, text: str) -> None:
        """Tell what it says, once it has stopped."""
        one = self.recording
        least, most = TRANSCRIBED_SECONDS
        written = text if least < one.duration < most else ""
        params = forms.transcript(self._line.account_sid, one, written)
        errand = Errand("transcript", url, "POST", params)
        await self._line.mail.callback(errand, after=TRANSCRIBED_AFTER_SECONDS)

    async def _tell(self, event: str, after: float) -> None:
        if self._listener.url is None or event not in self._listener.events:
            return
        params = forms.recording(self._line.account_sid, self.recording)
        errand = Errand("recording", self._listener.url, self._listener.method, params)
        await self._line.mail.callback(errand, after=after)


def wav(recording: Recording) -> bytes:
    """The file of a recording: silence, as long as it says."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(recording.channels)
        file.setsampwidth(1)
        file.setframerate(WAV_RATE_HZ)
        frames = min(recording.duration, WAV_SECONDS_MAX) * WAV_RATE_HZ * recording.channels
        file.writeframes(b"\x80" * frames)  # the middle of unsigned eight-bit sound
    return content.getvalue()
