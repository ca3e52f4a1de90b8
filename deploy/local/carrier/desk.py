"""What the REST server answers; each answer gets the request and its query or form."""

import asyncio
import math
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from deploy.local.carrier import resources, shelf, tape, twiml
from deploy.local.carrier.destinations import is_phone_number
from deploy.local.carrier.ledger import TERMINAL, CallEntry, NumberConfig
from deploy.local.carrier.line import CallerGone, Redirected
from deploy.local.carrier.player import Carrier
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.report import CallReport
from deploy.local.carrier.resources import Denied
from deploy.local.carrier.script import ScriptMistake, parse_script

RUNNING = ("in-progress", "paused")
CURRENT = "Twilio.CURRENT"  # whichever recording of the call runs
CALLS_PLAYED_MAX = 100  # at the same time, by the player's own path: it is for people

_NUMBER_FILTERS = frozenset(("PhoneNumber", "FriendlyName", "Beta", "Origin"))
_RANGE = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")
_PAGING = frozenset(("PageSize", "Page", "PageToken"))
_CALL_FILTERS = {"ParentCallSid": "parent_call_sid", "From": "from", "To": "to", "Status": "status"}


def not_found(request: Request) -> Denied:
    """Twilio's word for what is not there, or not this account's."""
    return Denied(404, 20404, f"The requested resource {request.url.path} was not found")


class Desk:
    """Answers what is asked of one carrier."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._ledger = carrier.ledger
        self._account = carrier.account_sid
        self._played: set[asyncio.Task[CallReport]] = set()

    # Calls

    def _entry(self, request: Request) -> CallEntry:
        entry = self._ledger.calls.get(request.path_params["sid"])
        if entry is None:
            raise not_found(request)
        return entry

    def _call(self, entry: CallEntry) -> Response:
        return JSONResponse(resources.call(self._account, entry))

    async def call(self, request: Request, _query: dict[str, str]) -> Response:
        """One call or leg."""
        return self._call(self._entry(request))

    async def calls(self, request: Request, query: dict[str, str]) -> Response:
        """Calls and legs, the newest first."""
        shown = (resources.call(self._account, one) for one in self._ledger.calls.values())
        wanted = {field: query[name] for name, field in _CALL_FILTERS.items() if query.get(name)}
        since = _day(query, "StartTime>", datetime.min.replace(tzinfo=UTC))
        until = _day(query, "StartTime<", datetime.max.replace(tzinfo=UTC))
        rows = [
            row
            for row in shown
            if all(row[name] == value for name, value in wanted.items())
            and since <= self._ledger.calls[row["sid"]].created <= until
        ]
        return _list("calls", rows[::-1], request, query)

    async def update_call(self, request: Request, form: dict[str, str]) -> Response:
        """End a call or leg, or give a call another document."""
        entry = self._entry(request)
        line = self._carrier.lines.get(entry.parent_sid or entry.sid)
        if entry.status in TERMINAL or line is None:
            raise Denied(400, 21220, "Call is not in-progress. Cannot redirect.")
        wanted = form.get("Status")
        if wanted is None:
            line.order(self._redirection(entry, form))
        elif wanted not in ("completed", "canceled"):
            raise Denied(400, 20001, f"Status {wanted} is not one of canceled, completed")
        elif wanted == "completed" or not entry.answered:  # canceled leaves answered calls alone
            if entry.parent_sid is None:
                line.order(CallerGone("canceled" if wanted == "canceled" else "completed"))
            else:
                line.cut_leg(entry.sid)
        return self._call(entry)

    def _redirection(self, entry: CallEntry, form: dict[str, str]) -> Redirected:
        if entry.parent_sid is not None:
            raise Denied(400, 21220, "Only the caller's line can be redirected here.")
        if "Twiml" in form:
            url = self._carrier.lines[entry.sid].number.voice_url
            try:
                document = twiml.parse(form["Twiml"].encode(), "text/xml", url)
            except Refused as refused:
                raise Denied(400, refused.number, str(refused)) from refused
            return Redirected(document, url, "POST")
        if not _is_url(form.get("Url", "")):
            raise Denied(400, 21205, "Url is not a valid URL")
        return Redirected(None, form["Url"], form.get("Method", "POST"))

    # Recordings

    async def recording(self, request: Request, _query: dict[str, str]) -> Response:
        """What is known of a recording."""
        one = self._ledger.recordings.get(request.path_params["sid"])
        if one is None:
            raise not_found(request)
        return JSONResponse(resources.recording(self._account, one))

    async def update_recording(self, request: Request, form: dict[str, str]) -> Response:
        """Pause a call's recording, or let it run again."""
        call, sid = request.path_params["call"], request.path_params["sid"]
        running = (
            one
            for one in self._ledger.recordings.values()
            if one.call_sid == call and one.status in RUNNING and sid in (one.sid, CURRENT)
        )
        one = next(running, None)
        if one is None:
            raise not_found(request)
        wanted = form.get("Status")
        if wanted not in RUNNING:
            raise Denied(400, 20001, f"Status {wanted} is not one of in-progress, paused")
        if wanted == one.status:
            raise Denied(400, 21220, f"Recording is {one.status} already")
        one.status = wanted
        return JSONResponse(resources.recording(self._account, one))

    async def sound(self, request: Request, _query: dict[str, str]) -> Response:
        """A complete recording itself."""
        one = self._ledger.recordings.get(request.path_params["sid"])
        if one is None or one.status != "completed":
            raise not_found(request)
        return _ranged(request, tape.wav(one))

    async def delete_recording(self, request: Request, _query: dict[str, str]) -> Response:
        """Delete a recording; it is there no more."""
        if self._ledger.recordings.pop(request.path_params["sid"], None) is None:
            raise not_found(request)
        return Response(status_code=204)

    # Numbers

    def _owned(self, request: Request) -> NumberConfig:
        one = self._ledger.numbers.get(request.path_params["sid"])
        if one is None:
            raise not_found(request)
        return one

    async def numbers(self, request: Request, query: dict[str, str]) -> Response:
        """The account's numbers; `PhoneNumber` finds one."""
        _known(query, _NUMBER_FILTERS | _PAGING)
        if int(query.get("Page", "0") or 0) and "PageToken" not in query:
            raise Denied(400, 20001, "Page needs the PageToken that came with it")
        wanted = _digits(query.get("PhoneNumber", ""))
        named = query.get("FriendlyName")
        rows = [
            resources.number(self._account, one)
            for one in self._ledger.numbers.values()
            if wanted.search(one.phone_number) and named in (None, one.friendly_name)
        ]
        return _list("incoming_phone_numbers", rows, request, query, "PA")

    async def number(self, request: Request, _query: dict[str, str]) -> Response:
        """One number."""
        return JSONResponse(resources.number(self._account, self._owned(request)))

    async def buy(self, _request: Request, form: dict[str, str]) -> Response:
        """Get a number; any that can exist and is not owned yet."""
        phone_number = form.pop("PhoneNumber", "")
        if not is_phone_number(phone_number):
            raise Denied(400, 21421, "PhoneNumber is invalid")
        if self._ledger.owns(phone_number) or phone_number in self._ledger.sold:
            raise Denied(400, 21422, f"{phone_number} is not available.")
        bought = NumberConfig(voice_url="", phone_number=phone_number)
        one = replace(bought, **_settings(form))
        self._ledger.numbers[one.sid] = one
        return JSONResponse(resources.number(self._account, one), status_code=201)

    async def update_number(self, request: Request, form: dict[str, str]) -> Response:
        """Point a number elsewhere."""
        one = replace(self._owned(request), **_settings(form))
        self._ledger.numbers[one.sid] = one
        return JSONResponse(resources.number(self._account, one))

    async def release_number(self, request: Request, _query: dict[str, str]) -> Response:
        """Give a number back; it is on sale again."""
        del self._ledger.numbers[self._owned(request).sid]
        return Response(status_code=204)

    async def shelf(self, request: Request, query: dict[str, str]) -> Response:
        """Numbers on sale."""
        shelf.check(query)
        country, kind = request.path_params["country"], request.path_params["kind"]
        owned = frozenset(one.phone_number for one in self._ledger.numbers.values())
        try:
            rows = list(shelf.on_sale(country, kind, query, owned | self._ledger.sold))
        except KeyError as fault:
            raise not_found(request) from fault
        return _list("available_phone_numbers", rows, request, query)

    # Calls that are played on demand

    async def play(self, _request: Request, form: dict[str, str]) -> Response:
        """Play a call to a number of the account; the answer is its narration, as it happens."""
        owned = self._ledger.numbers.values()
        number = next((one for one in owned if one.phone_number == form.get("To")), None)
        if number is None:
            raise Denied(404, 20404, f"To: {form.get('To')!r} is no number of this account")
        if len(self._played) >= CALLS_PLAYED_MAX:
            raise Denied(429, 20429, f"{CALLS_PLAYED_MAX} calls are being played already")
        try:
            script = parse_script(form.get("Script", ""))
        except ScriptMistake as mistake:
            raise Denied(400, 20001, str(mistake)) from mistake
        told: asyncio.Queue[str | None] = asyncio.Queue()
        call = self._carrier.call(
            number, form.get("From", ""), number.phone_number, script, narrate=told.put_nowait
        )
        # The call is its own: it goes on when nobody listens any more.
        playing = asyncio.create_task(call)
        self._played.add(playing)
        playing.add_done_callback(self._played.discard)
        playing.add_done_callback(lambda _: told.put_nowait(None))
        return StreamingResponse(_narration(told, playing), media_type="text/plain")


async def _narration(
    told: "asyncio.Queue[str | None]", playing: "asyncio.Task[CallReport]"
) -> AsyncIterator[str]:
    while (line := await told.get()) is not None:
        yield line + "\n"
    yield playing.result().summary + "\n"


def _list(
    name: str,
    rows: list[dict[str, Any]],
    request: Request,
    query: dict[str, str],
    token: str | None = None,
) -> Response:
    for field, low, high in (("PageSize", 1, resources.PAGE_SIZE_MAX), ("Page", 0, math.inf)):
        value = query.get(field, "1")
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise Denied(400, 20001, f"{field} {value!r} is not a whole number from {low}")
    return JSONResponse(resources.page(name, rows, request.url.path, query, token))


def _known(given: dict[str, str], allowed: frozenset[str]) -> None:
    for name in given:
        if name not in allowed:
            raise Denied(400, 20001, f"Unknown parameter {name}")


def _digits(pattern: str) -> re.Pattern[str]:
    """The numbers that a filter means: parts of them, `*` for any digit."""
    return re.compile(re.escape(pattern).replace(r"\*", r"\d"))


def _settings(form: dict[str, str]) -> dict[str, Any]:
    """The fields of a number that a form changes."""
    for name, value in form.items():
        if name not in resources.NUMBER_FIELDS:
            raise Denied(400, 20001, f"Unknown parameter {name}")
        if name == "FriendlyName" and len(value) > resources.NAME_LENGTH_MAX:
            raise Denied(400, 21400, f"{name} is longer than {resources.NAME_LENGTH_MAX}")
        if name.endswith("Method") and value not in ("GET", "POST"):
            raise Denied(400, 21403, f"{name} {value!r} is not one of GET, POST")
        if name.endswith(("Url", "Callback")) and value and not _is_url(value):
            raise Denied(400, 21402, f"{name} is not a valid URL")
    return {resources.NUMBER_FIELDS[name]: value for name, value in form.items()}


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://")) and not any(map(str.isspace, text))


def _day(query: dict[str, str], name: str, otherwise: datetime) -> datetime:
    """The instant of a filter: a day, or a day and a time, in UTC."""
    if not query.get(name):
        return otherwise
    try:
        instant = datetime.fromisoformat(query[name])
    except ValueError as fault:
        raise Denied(400, 20001, f"{name} {query[name]!r} is not YYYY-MM-DD") from fault
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _ranged(request: Request, sound: bytes) -> Response:
    """The sound, or the one range of it that is asked for."""
    headers = {"Accept-Ranges": "bytes"}
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None:
        return Response(sound, media_type="audio/x-wav", headers=headers)
    start, end = int(asked[1]), int(asked[2] or len(sound) - 1)
    if start >= len(sound):
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(sound)}"})
    part = sound[start : end + 1]
    headers["Content-Range"] = f"bytes {start}-{start + len(part) - 1}/{len(sound)}"
    return Response(part, status_code=206, media_type="audio/x-wav", headers=headers)
