"""The posting desk: makes the requests of pixels that have fired, until each is taken.

A request that is under way holds no connection to the database and keeps no other waiting: a
host may only have a few at once, and one that fails again and again is spared for a while.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from opentelemetry import metrics
from sqlalchemy.exc import SQLAlchemyError

from libs.contracts.configuration import Status
from libs.contracts.deliveries import BODY_KEPT_MAX, DeliveryState, Try
from libs.contracts.flows import PixelAsked
from libs.contracts.ids import ReportId
from libs.contracts.pixels import Answered, FirePoint, Pixel, Told
from libs.rules import filters
from libs.rules.macros import BadTemplate
from libs.rules.masking import without_secrets
from libs.rules.secrets import secrets_in
from libs.rules.sightings import tags_of
from libs.runtime.backoff import Backoff
from libs.runtime.batch import Batch
from libs.runtime.clock import Clock
from libs.runtime.database import NOT_NOW
from libs.runtime.fetch import Fetch, Outgoing
from libs.runtime.not_fetched import NotFetched
from libs.runtime.rounds import Rounds
from libs.runtime.seal import CannotOpen
from services.tracking.domain.asking import asked_by
from services.tracking.domain.keys import Keys
from services.tracking.domain.postback import hidden_in, identified, masked_request, request_of
from services.tracking.domain.told_reports import request_of as report_request
from services.tracking.domain.told_values import Firing, known_of, values_of
from services.tracking.store.calls import Calls
from services.tracking.store.deliveries import Deliveries, Due, Ended, Host
from services.tracking.store.saved_reports import SavedReports

EVERY_SECONDS = 0.2
IN_FLIGHT_MAX = 200  # requests of one process
OF_ONE_HOST_MAX = 16  # of those
FACTS_MAX = 200  # of a call, that macros stand for; its arrival and routing are early
ASKED_SECONDS = 10.0  # for a request of a flow
SETTLED_MAX = 100  # written down together
SETTLE_GATHER_SECONDS = 0.02
BACKOFF = Backoff(timedelta(seconds=10), 2, timedelta(hours=2), tries_max=20)  # about a day

log = logging.getLogger(__name__)
_given_up = metrics.get_meter("tracking").create_counter(
    "deliveries.dead", description="Postbacks that nobody took within a day"
)


class PostingDesk:
    """One per process; each delivery is tried by one of them at a time."""

    def __init__(  # noqa: PLR0917 - wired once
        self,
        deliveries: Deliveries,
        reports: SavedReports,
        calls: Calls,
        fetch: Fetch,
        clock: Clock,
        keys: Keys,
    ) -> None:
        self._keys = keys
        self._deliveries = deliveries
        self._reports = reports
        self._calls = calls
        self._fetch = fetch
        self._clock = clock
        self._busy: Counter[Host] = Counter()
        self._full: set[Host] = set()  # hosts that may have more to be told than was claimed
        self._tasks: set[asyncio.Task[None]] = set()
        self._settled = Batch(deliveries.settle, SETTLED_MAX, gather_seconds=SETTLE_GATHER_SECONDS)
        self._rounds = Rounds("tracking-postbacks", EVERY_SECONDS, self.round)

    def start(self) -> None:
        """Begin to make requests."""
        self._rounds.start()

    async def stop(self) -> None:
        """End; what is under way is tried again by the next process."""
        await self._rounds.stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def round(self) -> int:
        """Begin what is due and has room; give how many that were."""
        room = IN_FLIGHT_MAX - len(self._tasks)
        if not room:
            return 0
        now = self._clock.now()
        all_due = await self._deliveries.claim(now, room, OF_ONE_HOST_MAX, self._busy)
        self._full = {(due.account_id, due.host) for due in all_due}
        for due in all_due:
            self._busy[due.account_id, due.host] += 1
            task = asyncio.create_task(self._one(due))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(all_due)

    async def idle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _one(self, due: Due) -> None:
        host = (due.account_id, due.host)
        try:
            await self._settled.add(await self._ended(due))
        except (*NOT_NOW, SQLAlchemyError) as fault:
            log.warning("a postback is left to a later try: %r", fault)
        finally:
            self._busy[host] -= 1
            if not self._busy[host]:
                del self._busy[host]
            if host in self._full:
                self._rounds.hurry()

    async def _ended(self, due: Due) -> Ended:
        try:
            return await self._tried(due)
        except (BadTemplate, CannotOpen) as fault:
            said = f"it cannot be filled: {type(fault).__name__} {fault}"
            return Ended(due, DeliveryState.DEAD, self._clock.now(), said)

    async def hear(self, facts: Sequence[PixelAsked]) -> None:
        """Have made what flows ask for."""
        now = self._clock.now()
        found = [one for one in (asked_by(fact, now) for fact in facts) if one is not None]
        if len(found) < len(facts):
            log.warning("%d requests of flows lead nowhere", len(facts) - len(found))
        if found:
            await self._deliveries.ask(found)
            self._rounds.hurry()

    async def _tried(self, due: Due) -> Ended:
        asked = self._deliveries.request_of(due)
        if asked is not None:
            request = identified(asked, due.id)
            return await self._sent(due, request, ASKED_SECONDS, hidden_in(asked))
        if due.report_id is not None:
            return await self._report_told(due, due.report_id)
        assert due.pixel_id is not None, "it is one or the other"
        assert due.call_id is not None, "pixels tell of calls"
        pixel = await self._deliveries.pixel(due.account_id, due.pixel_id)
        if pixel is None or pixel.status is not Status.ACTIVE:
            return self._skipped(due, "the pixel is not in use any more")
        values = due.told
        if values is None:
            found = await self._calls.one(due.account_id, due.call_id, FACTS_MAX)
            if found is None:
                return self._skipped(due, "the call is not there any more")
            known = known_of(due.call_id, *found, self._keys.of_call(due.call_id))
            if pixel.filter is not None:
                finding = filters.evaluate(pixel.filter, tags_of(known))
                if not finding.passed:
                    return self._skipped(due, f"{finding.seen}; needed: {finding.needed}")
            firing = Firing(due.id, FirePoint(due.point), due.part, due.made_at)
            values = values_of(known, firing)
            await self._deliveries.keep_told(due, values)
        request = request_of(pixel, values, due.id, self._clock.now())
        return await self._sent(due, request, pixel.timeout_seconds, secrets_of(pixel))

    async def _report_told(self, due: Due, report_id: ReportId) -> Ended:
        saved = await self._reports.one(due.account_id, report_id)
        if saved is None or saved.delivery is None or saved.status is not Status.ACTIVE:
            return self._skipped(due, "the report is not told any more")
        to, body = saved.delivery, (due.told or {}).get("body", "")
        if not body:
            return self._skipped(due, "it could not be made: have the report sent anew")
        request = report_request(to, body, due.id, self._clock.now())
        secrets = tuple(secrets_in(to.model_dump(mode="json")).values())
        return await self._sent(due, request, to.timeout_seconds, secrets)

    async def _sent(
        self, due: Due, request: Told, within_seconds: float, secrets: tuple[str, ...]
    ) -> Ended:
        began_at = self._clock.now()
        answer = await answer_to(self._fetch, request, within_seconds, secrets)
        attempt = Try(
            number=due.tries,
            at=began_at,
            request=shown(request, secrets),
            answer=answer,
        )
        now = self._clock.now()
        if not answer.failure:
            said = f"status {answer.status}"
            return Ended(due, DeliveryState.DELIVERED, now, said, attempt=attempt)
        wait = BACKOFF.after(due.tries - due.tries_before)
        if wait is None:
            log.warning("a postback is given up: %s", answer.failure)
            _given_up.add(1)
            return Ended(due, DeliveryState.DEAD, now, answer.failure, attempt=attempt)
        again_at = now + wait
        return Ended(due, DeliveryState.WAITING, now, answer.failure, again_at, attempt)

    def _skipped(self, due: Due, why: str) -> Ended:
        return Ended(due, DeliveryState.SKIPPED, self._clock.now(), why)


def secrets_of(pixel: Pixel) -> tuple[str, ...]:
    """What nobody is shown of a pixel."""
    return tuple(secrets_in(pixel.model_dump(mode="json")).values())


def shown(request: Told, secrets: tuple[str, ...]) -> Told:
    """A request as it is kept: without secrets, and not all of a long body."""
    masked = masked_request(request, secrets)
    return masked.model_copy(update={"body": masked.body[:BODY_KEPT_MAX]})


async def answer_to(
    fetch: Fetch, request: Told, within_seconds: float, secrets: tuple[str, ...]
) -> Answered:
    """Make a request; only a status of 200 to 299 is no failure."""
    outgoing = Outgoing(request.method, request.url, request.headers, request.body.encode())
    began = asyncio.get_running_loop().time()
    try:
        fetched = await fetch(outgoing, within_seconds)
    except NotFetched as fault:
        took = (asyncio.get_running_loop().time() - began) * 1_000
        return Answered(failure=fault.text, milliseconds=round(took))
    text = fetched.body.decode(errors="replace").replace("\0", "")[:BODY_KEPT_MAX]
    well = 200 <= fetched.status < 300  # noqa: PLR2004
    return Answered(
        status=fetched.status,
        body=without_secrets(text, secrets),
        failure="" if well else f"status {fetched.status}",
        milliseconds=round(fetched.milliseconds),
    )
