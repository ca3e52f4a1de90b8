"""Sending one webhook as Twilio sends it: signed, bounded in time, repeated only by its rules."""

import asyncio
import time
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx

from deploy.local.carrier.forms import encode
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.report import Params, Step
from deploy.local.carrier.signature import sign

CONNECT_MS = 5_000  # Twilio's default and, with it, the next three
ANSWER_MS_MAX = 15_000  # also the hard wall for a request with all its repetitions
RETRIES = 1
POLICY = frozenset({"ct"})  # connection failures only

# Name in a URL's fragment -> the lowest and the highest that Twilio takes.
_LIMITS = {
    "ct": (100, 10_000),
    "rt": (100, ANSWER_MS_MAX),
    "tt": (100, ANSWER_MS_MAX),
    "rc": (0, 5),
}
_POLICIES = frozenset({"4xx", "5xx", "ct", "rt"})


@dataclass(frozen=True, slots=True)
class Overrides:
    """How long to wait and what to repeat; set per URL by its fragment (#rc=2&rt=9000)."""

    connect_ms: int = CONNECT_MS
    read_ms: int = ANSWER_MS_MAX
    total_ms: int = ANSWER_MS_MAX
    retries: int = RETRIES
    policy: frozenset[str] = POLICY


def read_overrides(url: str) -> tuple[str, Overrides]:
    """Split a URL into what is requested and signed, and what its fragment wishes."""
    plain, _, fragment = url.partition("#")
    if urlsplit(plain).scheme not in ("http", "https") or not urlsplit(plain).netloc:
        raise Refused(11100, f"{url!r}")
    wishes = dict(parse_qsl(fragment))
    numbers = {name: _bounded(name, wishes[name]) for name in _LIMITS if name in wishes}
    policy = frozenset(wishes.get("rp", "ct").split(","))
    policy = _POLICIES if policy == {"all"} else policy
    if not policy <= _POLICIES:
        raise Refused(11243, wishes["rp"])
    return plain, Overrides(
        connect_ms=numbers.get("ct", CONNECT_MS),
        read_ms=numbers.get("rt", ANSWER_MS_MAX),
        total_ms=numbers.get("tt", ANSWER_MS_MAX),
        retries=numbers.get("rc", RETRIES),
        policy=policy,
    )


def _bounded(name: str, value: str) -> int:
    low, high = _LIMITS[name]
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise Refused(11100, f"#{name}={value}: a whole number from {low} to {high}")
    return int(value)


@dataclass(frozen=True, slots=True)
class Errand:
    """A webhook to send."""

    event: str
    url: str
    method: str
    params: Params


@dataclass(slots=True)
class _Progress:
    """How far the attempts at one errand came."""

    attempts: int = 0
    trouble: str | None = None  # ct, rt, 4xx, 5xx: the words of the retry policy
    response: httpx.Response | None = None


class Fetcher:
    """Sends errands for one account."""

    def __init__(self, http: httpx.AsyncClient, auth_token: str) -> None:
        self._http = http
        self._token = auth_token

    async def send(self, errand: Errand, at: float, *, retried: bool) -> Step:
        """Send and say what came; a failure is a step with an error, never an exception."""
        started = time.perf_counter()
        progress = _Progress()
        try:
            url, overrides = read_overrides(errand.url)
        except Refused as refused:
            return self._step(errand, errand.url, at, started, progress, refused.number)
        request = self._request(errand, url, overrides)
        retries = overrides.retries if retried else 0
        try:
            async with asyncio.timeout(overrides.total_ms / 1_000):
                while progress.attempts <= retries:
                    await self._attempt(request, progress)
                    if progress.trouble not in overrides.policy:
                        break
        except TimeoutError:
            progress.trouble, progress.response = "rt", None
        number = {None: None, "ct": 11205, "rt": 11205}.get(progress.trouble, 11200)
        return self._step(errand, url, at, started, progress, number)

    def _request(self, errand: Errand, url: str, overrides: Overrides) -> httpx.Request:
        form = errand.params
        if errand.method == "GET":
            url += ("&" if "?" in url else "?") + encode(form)
            form = {}
        headers = {
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": sign(self._token, url, form),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),  # one for all attempts
        }
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        timeout = httpx.Timeout(overrides.read_ms / 1_000, connect=overrides.connect_ms / 1_000)
        body = encode(form) if form else None
        return self._http.build_request(
            errand.method, url, content=body, headers=headers, timeout=timeout
        )

    async def _attempt(self, request: httpx.Request, progress: _Progress) -> None:
        progress.attempts += 1
        progress.trouble = progress.response = None
        try:
            progress.response = await self._http.send(request, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            progress.trouble = "ct"
        except httpx.TimeoutException:
            progress.trouble = "rt"
        except httpx.TransportError:
            progress.trouble = "protocol"
        else:
            if not progress.response.is_success:
                progress.trouble = f"{progress.response.status_code // 100}xx"

    def _step(  # noqa: PLR0917 - six plain facts of one step
        self,
        errand: Errand,
        url: str,
        at: float,
        started: float,
        progress: _Progress,
        number: int | None,
    ) -> Step:
        response = progress.response
        return Step(
            event=errand.event,
            method=errand.method,
            url=url,
            params=errand.params,
            at=at,
            status=None if response is None else response.status_code,
            content_type="" if response is None else response.headers.get("content-type", ""),
            body=b"" if response is None else response.content,
            latency_ms=(time.perf_counter() - started) * 1_000,
            attempts=progress.attempts,
            error=number,
        )
