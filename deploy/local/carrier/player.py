"""Playing Twilio: a call comes in, its TwiML is fetched and executed, its end is told."""

from collections.abc import Mapping

import httpx

from deploy.local.carrier.clock import Clock
from deploy.local.carrier.fetch import Fetcher
from deploy.local.carrier.ledger import CallEntry, Ledger, NumberConfig, new_sid
from deploy.local.carrier.line import Line, LineEnded
from deploy.local.carrier.mail import Mail, Narrate
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.report import CallReport
from deploy.local.carrier.script import Script
from deploy.local.carrier.walk import Walk

API_URL = "https://api.twilio.com"
APOLOGY = "We are sorry, an application error has occurred. Goodbye."


def _silent(_text: str) -> None:
    """Narrate to nobody."""


class Carrier:
    """One account at the carrier.

    `http` sends the webhooks: tests give a client with a transport of their own.
    `api_url` is where the account's REST API is said to be: recordings' URLs begin with it.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        clock: Clock,
        http: httpx.AsyncClient,
        *,
        narrate: Narrate = _silent,
        api_url: str = API_URL,
    ) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.clock = clock
        self.ledger = Ledger()
        self.lines: dict[str, Line] = {}  # calls in progress, by the caller's SID
        self._fetcher = Fetcher(http, auth_token)
        self._narrate = narrate
        self._api_url = api_url.rstrip("/")

    async def call(
        self,
        number: NumberConfig,
        caller: str,
        dialled: str,
        script: Script | None = None,
        *,
        call_sid: str | None = None,
        extra: Mapping[str, str] | None = None,
        narrate: Narrate | None = None,
    ) -> CallReport:
        """Play one inbound call to its end; every callback is out when this returns.

        `extra` parameters (StirVerstat, FromCity) go with requests about the caller's line.
        """
        entry = CallEntry(call_sid or new_sid("CA"), caller, dialled, "inbound", self.clock.now())
        script = script or Script()
        with self.clock.attend() as clock:
            mail = Mail(self._fetcher, clock, script, narrate or self._narrate)
            line = Line(
                account_sid=self.account_sid,
                entry=self.ledger.open(entry),
                number=number,
                script=script,
                extra=dict(extra or {}),
                clock=clock,
                ledger=self.ledger,
                mail=mail,
                recordings_url=self._api_url,
            )
            mail.say(f"{caller or 'nobody'} calls {dialled}: {entry.sid}")
            self.lines[entry.sid] = line
            try:
                line.close(await self._play(line))
            finally:
                del self.lines[entry.sid]
            if number.status_url:
                await line.status_callback("ended", entry, number.status_url, number.status_method)
            await mail.deliver_all()
        return _report(line)

    async def _play(self, line: Line) -> LineEnded:
        """Execute the number's document and all that follow; how the call ended."""
        entry, number = line.entry, line.number
        walk = Walk(line, entry, line.script.digits, line.script.speech)
        token = {"CallToken": f'{{"parentCallInfoToken":"{entry.sid}","identityHeaderTokens":[]}}'}
        more = token if number.voice_method == "POST" else {}
        try:
            await walk.run(await walk.fetch("voice", number.voice_url, number.voice_method, more))
        except LineEnded as ended:
            return ended
        except Refused:
            line.spoken.append(APOLOGY)
            line.mail.say(f"caller hears {APOLOGY!r}")
        line.answer()  # also an empty document answers the call, and ends it
        return LineEnded("completed")


def _report(line: Line) -> CallReport:
    return CallReport(
        call_sid=line.entry.sid,
        status=line.entry.status,
        duration=line.entry.duration,
        steps=tuple(line.mail.steps),
        legs=tuple(line.legs),
        spoken=tuple(line.spoken),
        whispered=tuple(line.whispered),
        mishaps=tuple(line.mishaps),
    )
