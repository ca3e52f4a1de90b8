"""The visiting desk: a visitor comes to a page, stays, leaves; which number she is shown."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from opentelemetry import metrics

from libs.contracts.dni import TrackingTag
from libs.contracts.ids import AccountId, CampaignId, NumberId, PoolId, VisitId
from libs.contracts.visits import Showing
from services.tracking.domain.arrival import Said, arrival_of
from services.tracking.domain.pool import Clocks
from services.tracking.domain.sites import is_robot
from services.tracking.memory import Memory
from services.tracking.store.beating import Beat, Beating
from services.tracking.store.leasing import Leased, Leasing, Wish
from services.tracking.store.numbers import Numbers, Place
from services.tracking.store.staying import Staying

VISITS_IN_FLIGHT_MAX = 1_000  # more would only wait for a database connection

_unserved = metrics.get_meter("tracking").create_counter(
    "visits.unserved", description="Visits that were given no number of their pool, and why"
)


class TooMany(Exception):
    """More visitors at once than this process serves in time."""


@dataclass(frozen=True, slots=True)
class Site:
    """A tag, and whose it is."""

    account_id: AccountId
    tag: TrackingTag


@dataclass(frozen=True, slots=True)
class Shown:
    """What a visitor sees; `number` None: the page's own.  `why` says why it is not hers alone."""

    showing: Showing
    number: str | None
    visit_id: VisitId | None = None
    why: str = ""


class VisitingDesk:
    """One per process; what it knows of visits is kept in the store."""

    def __init__(
        self,
        memory: Memory,
        numbers: Numbers,
        leasing: Leasing,
        staying: Staying,
        beating: Beating,
    ) -> None:
        self._memory = memory
        self._numbers = numbers
        self._leasing = leasing
        self._staying = staying
        self._beating = beating
        self._in_flight = 0

    async def site(self, code: str) -> Site | None:
        """The tag with this code."""
        found = await self._memory.tag(code)
        return None if found is None else Site(*found)

    async def site_of(self, campaign_id: UUID) -> Site | None:
        """The first active tag of a campaign."""
        found = await self._memory.tag_of_campaign(CampaignId(campaign_id))
        return None if found is None else Site(*found)

    async def place(self, site: Site) -> Place | None:
        """What the tag's pool or number serves."""
        tag = site.tag
        if tag.pool_id is not None:
            return await self._numbers.pool(site.account_id, tag.pool_id)
        return await self._numbers.number(site.account_id, _static(tag))

    async def arrive(self, site: Site, said: Said, household: str) -> Shown:
        """Give a visitor her number, and keep her visit; raise TooMany."""
        if site.tag.rests:
            return Shown(Showing.PAGE, None, why="the tag is paused")
        if is_robot(said.user_agent):
            number = await self._number(site.account_id, _for_all(site.tag))
            return _as_shared(number, None, "robots get no number of their own")
        if self._in_flight >= VISITS_IN_FLIGHT_MAX:
            raise TooMany
        self._in_flight += 1
        try:
            return await self._arrived(site, said, household)
        finally:
            self._in_flight -= 1

    async def beat(self, site: Site, visit_id: VisitId, *, closed: bool) -> bool:
        """A page is still open, or was closed; False where its visit is over."""
        beat = Beat(site.account_id, visit_id, Clocks.of(site.tag), closed)
        return await self._beating.hear(beat)

    async def _arrived(self, site: Site, said: Said, household: str) -> Shown:
        tag = site.tag
        wish = Wish(
            account_id=site.account_id,
            pool_id=PoolId(tag.pool_id or tag.id),
            tag=tag,
            arrival=arrival_of(said, tag, self._memory.parameters(site.account_id)),
            household=household,
            visit_id=VisitId(uuid4()),
        )
        if tag.pool_id is None:
            number = await self._number(site.account_id, tag.number_id)
            showing = Showing.STATIC if number else Showing.PAGE
            return Shown(showing, number, await self._staying.stay(wish, showing, number))
        got = await self._leasing.take(wish)
        if isinstance(got, Leased):
            return Shown(Showing.LEASED, got.number, got.visit_id)
        _unserved.add(1, {"why": "too_often" if got.too_often else "none_free"})
        why = "too many numbers were asked for from there" if got.too_often else "none is free"
        number = await self._number(site.account_id, tag.shared_number_id)
        showing = Showing.SHARED if number else Showing.PAGE
        visit_id = None if got.too_often else await self._staying.stay(wish, showing, number)
        return _as_shared(number, visit_id, why)

    async def _number(self, account_id: AccountId, number_id: NumberId | None) -> str | None:
        if number_id is None:
            return None
        place = await self._numbers.number(account_id, number_id)
        return place.number if place else None


def _for_all(tag: TrackingTag) -> NumberId | None:
    return tag.number_id or tag.shared_number_id


def _static(tag: TrackingTag) -> NumberId:
    assert tag.number_id is not None, "a tag without a pool has a number"
    return tag.number_id


def _as_shared(number: str | None, visit_id: VisitId | None, why: str) -> Shown:
    return Shown(Showing.SHARED if number else Showing.PAGE, number, visit_id, why)
