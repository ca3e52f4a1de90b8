"""The setting-up desk: has the carrier configure numbers as their places need, and looks again.

Whatever becomes due is asked of the ingress, which looks before it writes: so setting up and
repairing are one thing.  A number that leaves is given back, and only then out of use.
"""

import logging
import random
from datetime import datetime, timedelta
from uuid import UUID

from opentelemetry import metrics

from libs.contracts.carrier_numbers import (
    CarrierAccount,
    NumberPlace,
    NumberSetUp,
    PlaceKind,
    ReleaseCarrierNumber,
    SetUpCarrierNumber,
)
from libs.contracts.editing import Actor, Noun
from libs.contracts.ids import PoolId
from libs.contracts.known_numbers import AskLease, NumberLease
from libs.contracts.number_setup import SetupState
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from services.router.desk.keeping import Keeper
from services.router.store.setups import Due, Setups

ASK_WITHIN_MS = 12_000  # the carrier's own time, and the way to it
LEASE_WITHIN_MS = 2_000
WAITED_FOR_MAX = timedelta(days=31)  # a page that is never closed keeps no number for ever
LOOK_AGAIN = timedelta(hours=6)  # what somebody changes at the carrier is put right within it
FAILED_AGAIN = timedelta(hours=1)  # what the carrier refused may be allowed by then
UNASKED_AGAIN = timedelta(seconds=5)  # the ingress is away, which is seen at once
FIRST_AGAIN_SECONDS = 5
AGAIN_MAX_SECONDS = 600
DOUBLINGS_MAX = 8
JITTER = 0.2
PLATFORM = Actor(name="platform", role="operator", via="numbers")
NOT_OURS = (
    "not this account's: under the platform's carrier account it has only numbers that it bought"
)

log = logging.getLogger(__name__)
_repaired = metrics.get_meter("router").create_counter(
    "numbers.repaired", description="Numbers that somebody had changed at the carrier"
)


class SettingUpDesk:
    """Makes the carrier's configuration of numbers so."""

    def __init__(
        self, setups: Setups, keeper: Keeper, ask: Ask, platform_account_id: UUID | None
    ) -> None:
        self._setups = setups
        self._keeper = keeper
        self._ask = ask
        self._platform_account_id = platform_account_id

    async def due(self) -> list[Due]:
        """Claim numbers that are due."""
        return await self._setups.due()

    async def work(self, due: Due) -> bool:
        """Do what one number needs; False where it has to wait for somebody."""
        if not self._may(due):
            await self._setups.failed(due, NOT_OURS, spread(LOOK_AGAIN), refused=True)
            return True
        account = CarrierAccount(account_sid=due.account_sid, platform=not due.own)
        try:
            if due.state == SetupState.RELEASING:
                await self._release(due, account)
            else:
                await self._set_up(due, account)
        except Unanswered as fault:
            log.info("a number's configuration cannot be asked for: %s", fault)
            await self._setups.put_back(due, UNASKED_AGAIN)
            return False
        except Refused as no:
            passes = no.code in ("unavailable", "busy")
            again = again_after(due.tries) if passes else spread(FAILED_AGAIN)
            await self._setups.failed(due, no.refusal.text, again, refused=not passes)
            return not passes
        return True

    def _may(self, due: Due) -> bool:
        """Whether a number is the account's to configure."""
        return due.own or due.bought or due.account_id == self._platform_account_id

    async def _set_up(self, due: Due, account: CarrierAccount) -> None:
        question = SetUpCarrierNumber(account=account, number=due.number, place=_place(due))
        done: NumberSetUp = await self._ask(question, Deadline.within(ASK_WITHIN_MS))
        if done.changed and due.state == SetupState.CONFIGURED:
            _repaired.add(1)
            log.warning(
                "a number's configuration was changed at the carrier, and put right",
                extra={"number_id": str(due.number_id), "changed": done.changed},
            )
        await self._setups.configured(due, done.changed, spread(LOOK_AGAIN))

    async def _release(self, due: Due, account: CarrierAccount) -> None:
        until = await self._leased_until(due)
        if until is not None:
            await self._setups.postpone(due, until)
            return
        question = ReleaseCarrierNumber(account=account, number=due.number)
        await self._ask(question, Deadline.within(ASK_WITHIN_MS))
        async with self._keeper.work(due.account_id, PLATFORM) as work:
            kept = await work.edit.current(Noun.NUMBER, str(due.number_id))
            if kept is not None and not kept.retired:
                await work.retire(kept, "given back to the carrier")
            await work.edit.purchases.given_back(due.number)

    async def _leased_until(self, due: Due) -> datetime | None:
        """Until when a visitor has the number; None where nobody has, or has had it too long."""
        if due.pool_id is None:
            return None
        question = AskLease(account_id=due.account_id, number_id=due.number_id)
        lease: NumberLease = await self._ask(question, Deadline.within(LEASE_WITHIN_MS))
        last = due.since + WAITED_FOR_MAX
        return lease.until if lease.until is not None and lease.until < last else None


def _place(due: Due) -> NumberPlace:
    if due.pool_id is not None:
        return NumberPlace(kind=PlaceKind.POOL, pool_id=PoolId(due.pool_id))
    if due.campaign_id is not None:
        return NumberPlace(kind=PlaceKind.CAMPAIGN)
    return NumberPlace()


def again_after(tries: int) -> timedelta:
    """How long after so many tries the carrier is asked again.

    >>> again_after(1) < timedelta(seconds=7), again_after(50) <= timedelta(seconds=720)
    (True, True)
    """
    doublings = min(tries - 1, DOUBLINGS_MAX)
    return spread(timedelta(seconds=min(FIRST_AGAIN_SECONDS * 2**doublings, AGAIN_MAX_SECONDS)))


def spread(delay: timedelta) -> timedelta:
    """A delay, a little more or less: so that many do not come at once."""
    return delay * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - only apart from each other
