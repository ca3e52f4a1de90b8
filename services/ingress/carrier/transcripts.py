"""Recordings written down by the carrier's own service (Twilio's Voice Intelligence).

Nothing is kept here: the carrier lists a recording's transcript, if there is one, so that asking
again begins nothing twice.
"""

from collections.abc import Sequence
from typing import Any

from twilio.rest import Client

from libs.contracts.calls import RecordingTranscribed, TranscriptStatus, sequence_of
from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.transcribing import Transcribed, TranscribeRecording, TranscriptionState
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from services.ingress.carrier.access import Access
from services.ingress.carrier.recordings import Publish

SERVICE = "callcenter-pro"  # the carrier's name for how it is to be done; one of each account
SENTENCES_MAX = 5_000  # of a recording; some four hours
TEXT_LENGTH_MAX = 200_000  # a message holds 512 kB
_RUNNING = ("new", "queued", "in-progress")
_SPEAKERS = {1: "Caller", 2: "Callee"}  # as a recorded Dial has them on its channels


class Transcripts:
    """Begins transcripts, looks at them, and publishes what they say."""

    def __init__(self, access: Access, platform_sid: str, publish: Publish, clock: Clock) -> None:
        self._access = access
        self._platform_sid = platform_sid
        self._publish = publish
        self._clock = clock

    async def transcribe(self, question: TranscribeRecording, deadline: Deadline) -> Transcribed:
        """Begin, look, or publish what came of it; raise Declined, or NotPublished."""
        sid = question.account_sid
        account = CarrierAccount(account_sid=sid, platform=sid == self._platform_sid)
        async with self._access.client(account, deadline) as client:
            known = await client.intelligence.v2.transcripts.list_async(
                source_sid=question.recording_sid, limit=1
            )
            if not known:
                await _begin(client, question.recording_sid)
            if not known or known[0].status in _RUNNING:
                return Transcribed(state=TranscriptionState.RUNNING)
            done = known[0].status == "completed"
            found = await known[0].sentences.list_async(limit=SENTENCES_MAX) if done else []
        now = self._clock.now()
        status = TranscriptStatus.COMPLETED if done else TranscriptStatus.FAILED
        await self._publish(
            RecordingTranscribed(
                call_id=question.call_id,
                account_id=question.account_id,
                step=question.step,
                sequence=sequence_of(question.recording_sid, tuple(TranscriptStatus).index(status)),
                at=now,
                seen_at=now,
                recording_sid=question.recording_sid,
                status=status,
                text=_text(found),
            )
        )
        return Transcribed(state=TranscriptionState.OVER)


async def _begin(client: Client, recording_sid: str) -> None:
    services = client.intelligence.v2.services
    known = await services.list_async(limit=100)
    service = next((one for one in known if one.unique_name == SERVICE), None)
    if service is None:
        service = await services.create_async(unique_name=SERVICE, auto_transcribe=False)
    await client.intelligence.v2.transcripts.create_async(
        service_sid=service.sid,
        channel={"media_properties": {"source_sid": recording_sid}},
        customer_key=recording_sid,
    )


def _text(sentences: Sequence[Any]) -> str:
    """The sentences, a line each; who speaks where both have a channel of their own."""
    two = len({one.media_channel for one in sentences}) > 1
    lines = (
        f"{_SPEAKERS.get(one.media_channel, one.media_channel)}: {one.transcript}"
        if two
        else str(one.transcript)
        for one in sentences
    )
    return "\n".join(lines)[:TEXT_LENGTH_MAX]
