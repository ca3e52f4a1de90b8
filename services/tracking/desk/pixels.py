"""The desk of pixels: they are saved once they can be used, and fired to try them."""

from uuid import uuid4

from libs.contracts.editing import Saved
from libs.contracts.pixels import (
    ListPixelPresets,
    Pixel,
    Presets,
    SavePixel,
    Tried,
    TryPixel,
)
from libs.contracts.tracking_edits import TrackingNoun
from libs.runtime.clock import Clock
from libs.runtime.fetch import Fetch
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.desk.posting import FACTS_MAX, answer_to, secrets_of, shown
from services.tracking.domain.keys import Keys
from services.tracking.domain.postback import host_of, problems_of, request_of
from services.tracking.domain.presets import presets_for
from services.tracking.domain.told_values import SAMPLE, Firing, Values, known_of, values_of
from services.tracking.domain.unfit import Missing, Unfit
from services.tracking.store.calls import Calls
from services.tracking.store.deliveries import Deliveries

TEST_SECONDS = 5.0  # somebody looks on


class PixelsDesk:
    """Saves and tries pixels."""

    def __init__(  # noqa: PLR0917 - wired once
        self,
        keeping: KeepingDesk,
        deliveries: Deliveries,
        calls: Calls,
        fetch: Fetch,
        clock: Clock,
        keys: Keys,
    ) -> None:
        self._keys = keys
        self._keeping = keeping
        self._deliveries = deliveries
        self._calls = calls
        self._fetch = fetch
        self._clock = clock

    async def save(self, question: SavePixel) -> Saved:
        """Keep a pixel; raise Stale, or Unfit where a macro or filter cannot be used."""
        pixel = question.document
        _check(pixel)
        await self._deliveries.meet((question.account_id, host_of(pixel)))
        document = pixel.model_dump(mode="json")
        return await self._keeping.save(TrackingNoun.PIXEL, pixel.id, document, question)

    async def test(self, question: TryPixel) -> Tried:
        """Fire once; raise Missing or Unfit."""
        pixel = await self._pixel(question)
        values = await self._values(question)
        event_id = uuid4()
        request = request_of(pixel, values, event_id, self._clock.now())
        secrets = secrets_of(pixel)
        seen = shown(request, secrets)
        if not question.send:
            return Tried(request=seen)
        within = min(TEST_SECONDS, pixel.timeout_seconds)
        return Tried(request=seen, answer=await answer_to(self._fetch, request, within, secrets))

    async def presets(self, question: ListPixelPresets) -> Presets:
        """Pixels made ready."""
        return Presets(presets=presets_for(question.host))

    async def _pixel(self, question: TryPixel) -> Pixel:
        if question.document is not None:
            _check(question.document)
            return question.document
        assert question.pixel_id is not None, "the contract wants one of both"
        pixel = await self._deliveries.pixel(question.account_id, question.pixel_id)
        if pixel is None:
            raise Missing
        return pixel

    async def _values(self, question: TryPixel) -> Values:
        given = {name.lower(): value for name, value in question.values.items()}
        now = self._clock.now()
        if question.call_id is None:
            return {**SAMPLE, "event": question.point, "timestamp": now.isoformat(), **given}
        found = await self._calls.one(question.account_id, question.call_id, FACTS_MAX)
        if found is None:
            raise Missing
        firing = Firing(uuid4(), question.point, "", now)
        known = known_of(question.call_id, *found, self._keys.of_call(question.call_id))
        return {**values_of(known, firing), **given}


def _check(pixel: Pixel) -> None:
    problems = list(problems_of(pixel))
    if problems:
        raise Unfit("bad_template", "a template or filter cannot be used", problems)
