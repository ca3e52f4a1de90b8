"""Twilio's Voice Intelligence, as far as recordings are written down by it."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deploy.local.carrier.ledger import Ledger, Transcript, new_sid
from deploy.local.carrier.resources import Denied


class Intelligence:
    """Answers for the services and transcripts of one account."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def services(self, _request: Request, _query: dict[str, str]) -> Response:
        """How recordings can be written down."""
        rows = [{"sid": sid, "unique_name": name} for sid, name in self._ledger.services.items()]
        return _list("services", rows)

    async def make_service(self, _request: Request, form: dict[str, str]) -> Response:
        """Another way to write them down."""
        sid, name = new_sid("GA"), form.get("UniqueName", "")
        if not name or name in self._ledger.services.values():
            raise Denied(400, 20001, f"UniqueName {name!r} is missing or taken")
        self._ledger.services[sid] = name
        return JSONResponse({"sid": sid, "unique_name": name}, status_code=201)

    async def transcripts(self, _request: Request, query: dict[str, str]) -> Response:
        """What is written down, or being so; who looks at one lets it be over."""
        found = [
            one
            for one in self._ledger.transcripts.values()
            if one.recording_sid == query.get("SourceSid", one.recording_sid)
        ]
        rows = [_shown(one) for one in found]
        for one in found:
            heard = one.recording_sid in self._ledger.recordings
            one.status = "completed" if heard else "failed"
        return _list("transcripts", rows)

    async def make_transcript(self, _request: Request, form: dict[str, str]) -> Response:
        """Begin to write a recording down."""
        if form.get("ServiceSid") not in self._ledger.services:
            raise Denied(404, 20404, "The ServiceSid was not found")
        source = json.loads(form.get("Channel", "{}")).get("media_properties", {})
        one = Transcript(str(source.get("source_sid", "")), new_sid("GT"))
        if one.recording_sid not in self._ledger.recordings:
            raise Denied(404, 20404, "The source_sid was not found")
        self._ledger.transcripts[one.sid] = one
        return JSONResponse(_shown(one), status_code=201)

    async def sentences(self, request: Request, _query: dict[str, str]) -> Response:
        """What a recording says, by channels in turn."""
        one = self._ledger.transcripts[request.path_params["sid"]]
        recording = self._ledger.recordings[one.recording_sid]
        rows = [
            {
                "sid": new_sid("GX"),
                "sentence_index": at,
                "media_channel": at % recording.channels + 1,
                "transcript": words,
            }
            for at, words in enumerate(recording.words)
        ]
        return _list("sentences", rows)


def _shown(one: Transcript) -> dict[str, Any]:
    return {"sid": one.sid, "status": one.status}


def _list(name: str, rows: list[dict[str, Any]]) -> Response:
    meta = {"key": name, "page": 0, "page_size": 50, "next_page_url": None}
    return JSONResponse({name: rows, "meta": meta})
