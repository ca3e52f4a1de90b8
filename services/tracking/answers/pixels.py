"""Questions about pixels and their deliveries."""

from libs.contracts.deliveries import (
    Deliveries,
    DeliveryDetail,
    GetDelivery,
    ListDeliveries,
    ResendDeliveries,
    Resent,
)
from libs.contracts.editing import Saved
from libs.contracts.pixels import ListPixelPresets, Presets, SavePixel, Tried, TryPixel
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX, LOOKS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.deliveries import DeliveriesDesk
from services.tracking.desk.pixels import PixelsDesk

TESTS_IN_FLIGHT_MAX = 10  # each may wait for seconds


def bind(answers: Answers, pixels: PixelsDesk, deliveries: DeliveriesDesk) -> None:
    """Bind what is about pixels alone."""

    @answers.to(SavePixel, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save(question: SavePixel, _: Deadline) -> Saved:
        with declining("document."):
            return await pixels.save(question)

    @answers.to(TryPixel, in_flight_max=TESTS_IN_FLIGHT_MAX)
    async def test(question: TryPixel, _: Deadline) -> Tried:
        with declining("document."):
            return await pixels.test(question)

    @answers.to(ListPixelPresets, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def presets(question: ListPixelPresets, _: Deadline) -> Presets:
        return await pixels.presets(question)

    @answers.to(ListDeliveries, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def page(question: ListDeliveries, _: Deadline) -> Deliveries:
        with declining():
            return await deliveries.page(question)

    @answers.to(GetDelivery, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def one(question: GetDelivery, _: Deadline) -> DeliveryDetail:
        with declining():
            return await deliveries.one(question)

    @answers.to(ResendDeliveries, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def resend(question: ResendDeliveries, _: Deadline) -> Resent:
        with declining():
            return await deliveries.resend(question)
