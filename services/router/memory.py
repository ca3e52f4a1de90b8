"""Every account's configuration in memory, so that a call costs no query for it.

The tables are the state.  A change is announced by an event, on which every
replica reads what is newer than what it has; the same happens after each
reconnection and every few seconds, so that a lost event only delays.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from nats.aio.msg import Msg
from sqlalchemy.exc import SQLAlchemyError

from libs.contracts.configuration import Buyer, Campaign, CampaignStatus, Number, Pool, Target
from libs.contracts.editing import Noun
from libs.contracts.ids import NOBODY, AccountId, CampaignId, NumberId, PoolId
from libs.contracts.routing import RouteReason
from libs.runtime.broker import Broker
from libs.runtime.tasks import ended
from services.router.domain.plan import Plan
from services.router.store.configuration import CATCH_UP_MAX, Configuration, Kept

CHANGES = "event.*.changed.v1"
CATCH_UP_EVERY_SECONDS = 5.0  # what a lost announcement can delay a change by

log = logging.getLogger(__name__)

_NOT_ACTIVE = {
    CampaignStatus.DRAFT: RouteReason.CAMPAIGN_DRAFT,
    CampaignStatus.PAUSED: RouteReason.CAMPAIGN_PAUSED,
    CampaignStatus.COMPLETED: RouteReason.CAMPAIGN_COMPLETED,
}


@dataclass(frozen=True, slots=True)
class Found:
    """Whose number was called, and the plan for it; or the reason why there is none."""

    account_id: AccountId
    number_id: NumberId | None
    plan: Plan | RouteReason


@dataclass(frozen=True, slots=True)
class _KeptNumber:
    account_id: AccountId
    number: Number
    version: int


@dataclass
class _Account:
    """One account's things by id, with their versions."""

    things: dict[Noun, dict[UUID | str, Kept]] = field(default_factory=lambda: defaultdict(dict))
    plans: dict[CampaignId, Plan] = field(default_factory=dict)


class Memory:
    """What the router knows of its accounts without asking its database."""

    def __init__(self, configuration: Configuration, broker: Broker) -> None:
        self._configuration = configuration
        self._broker = broker
        self._accounts: defaultdict[AccountId, _Account] = defaultdict(_Account)
        self._numbers: dict[str, _KeptNumber] = {}
        self._withdrawn: dict[str, int] = {}
        self._pools: defaultdict[PoolId, set[AccountId]] = defaultdict(set)
        self._changed = asyncio.Event()
        self._catching_up = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.version = 0
        self.loaded = False
        self._listening = False
        broker.on_connected(self._listen)
        broker.on_thrown_out(self._forget_subscription)

    def start(self) -> None:
        """Begin to follow changes."""
        self._task = asyncio.create_task(self._follow_for_ever(), name="memory")

    async def stop(self) -> None:
        """Stop following."""
        await ended(self._task)

    async def catch_up(self) -> None:
        """Read everything that is newer than what is known."""
        async with self._catching_up:
            while True:
                changes = await self._configuration.changes_since(self.version)
                for kept in changes:
                    self._take(kept)
                    self.version = kept.version
                if len(changes) < CATCH_UP_MAX:
                    break
                await asyncio.sleep(0)  # calls go on while a long list is read
            self.loaded = True

    def find(self, dialled: str, pool_id: PoolId | None, account_sid: str) -> Found:
        """Whose call this is, and by which plan it is routed."""
        if dialled in self._numbers:
            kept = self._numbers[dialled]
            if kept.number.account_sid != account_sid:
                return Found(NOBODY, None, RouteReason.NUMBER_OF_ANOTHER_CARRIER)
            plan = self._plan_of(kept.account_id, self._serves(kept))
            return Found(kept.account_id, kept.number.id, plan)
        account_id = self._owner_of_pool(pool_id, account_sid)
        if account_id is not None:
            campaign_id = self._campaign_of(account_id, pool_id)
            return Found(account_id, None, self._plan_of(account_id, campaign_id))
        return Found(NOBODY, None, RouteReason.UNKNOWN_NUMBER)

    def plan(self, account_id: AccountId, campaign_id: CampaignId) -> Plan | None:
        """A campaign's plan as it is now, whatever its status; None where it is retired."""
        account = self._accounts[account_id]
        if campaign_id not in account.plans:
            kept = account.things[Noun.CAMPAIGN].get(campaign_id)
            if kept is None:
                return None
            account.plans[campaign_id] = _compile(account, kept)
        return account.plans[campaign_id]

    def numbers_since(self, version: int) -> list[tuple[AccountId, Number, Plan | None]]:
        """Numbers, in their order, that changed since a version, or whose plan did."""
        changed = []
        for number in sorted(self._numbers):
            kept = self._numbers[number]
            campaign_id = self._serves(kept)
            plan = self.plan(kept.account_id, campaign_id) if campaign_id else None
            pool = self._pool(kept.account_id, kept.number.pool_id)
            on_the_way = (one.version for one in (kept, pool, plan) if one is not None)
            if max(on_the_way) > version:
                changed.append((kept.account_id, kept.number, plan))
        return changed

    def withdrawn_since(self, version: int) -> list[str]:
        """Numbers that were retired since a version."""
        return sorted(number for number, at in self._withdrawn.items() if at > version)

    def carriers(self) -> list[Kept]:
        """Every account's own credentials, sealed."""
        return [
            kept
            for account in self._accounts.values()
            for kept in account.things[Noun.CARRIER].values()
        ]

    def _owner_of_pool(self, pool_id: PoolId | None, account_sid: str) -> AccountId | None:
        """Whose pool it is: an id is no secret, so the call must be at their carrier account."""
        named = self._pools.get(pool_id, set()) if pool_id is not None else set()
        owners = [owner for owner in named if self._has_carrier(owner, account_sid)]
        return owners[0] if len(owners) == 1 else None

    def _has_carrier(self, account_id: AccountId, account_sid: str) -> bool:
        things = self._accounts[account_id].things
        return account_sid in things[Noun.CARRIER] or any(
            kept.document["account_sid"] == account_sid for kept in things[Noun.NUMBER].values()
        )

    def _serves(self, kept: _KeptNumber) -> CampaignId | None:
        number = kept.number
        return number.campaign_id or self._campaign_of(kept.account_id, number.pool_id)

    def _campaign_of(self, account_id: AccountId, pool_id: PoolId | None) -> CampaignId | None:
        kept = self._pool(account_id, pool_id)
        return Pool.model_validate(kept.document).campaign_id if kept else None

    def _pool(self, account_id: AccountId, pool_id: PoolId | None) -> Kept | None:
        return self._accounts[account_id].things[Noun.POOL].get(pool_id) if pool_id else None

    def _plan_of(self, account_id: AccountId, campaign_id: CampaignId | None) -> Plan | RouteReason:
        plan = self.plan(account_id, campaign_id) if campaign_id else None
        if plan is None:
            return RouteReason.NUMBER_WITHOUT_CAMPAIGN
        return _NOT_ACTIVE.get(plan.campaign.status, plan)

    def _take(self, kept: Kept) -> None:
        account = self._accounts[kept.account_id]
        account.plans.clear()
        key = kept.key if kept.noun is Noun.CARRIER else UUID(kept.key)
        things = account.things[kept.noun]
        if kept.noun is Noun.NUMBER:
            self._take_number(kept, things.get(key))
        if isinstance(key, UUID) and kept.noun is Noun.POOL:
            self._pools[PoolId(key)].add(kept.account_id)
        if kept.retired:
            things.pop(key, None)
        else:
            things[key] = kept

    def _take_number(self, kept: Kept, before: Kept | None) -> None:
        if before is not None:
            self._give_up(before.document["number"], kept)
        self._withdrawn.pop(kept.document["number"], None)
        if kept.retired:
            self._withdrawn[kept.document["number"]] = kept.version
        else:
            number = Number.model_validate(kept.document)
            self._numbers[number.number] = _KeptNumber(kept.account_id, number, kept.version)

    def _give_up(self, number: str, kept: Kept) -> None:
        """Forget what a number thing was before, unless another has taken it over meanwhile."""
        now = self._numbers.get(number)
        if now and (now.account_id, str(now.number.id)) == (kept.account_id, kept.key):
            del self._numbers[number]
            self._withdrawn[number] = kept.version

    def _forget_subscription(self) -> None:
        self._listening = False

    async def _listen(self) -> None:
        self._changed.set()
        if not self._listening:
            await self._broker.client.subscribe(CHANGES, cb=self._hear)
            self._listening = True

    async def _hear(self, _: Msg) -> None:
        self._changed.set()

    async def _follow_for_ever(self) -> None:
        while True:
            try:
                await self.catch_up()
            except (SQLAlchemyError, TimeoutError, OSError) as fault:
                log.warning("the configuration could not be read: %r", fault)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CATCH_UP_EVERY_SECONDS):
                    await self._changed.wait()
            self._changed.clear()


def _compile(account: _Account, kept: Kept) -> Plan:
    """Resolve a campaign with the account's targets and buyers."""
    campaign = Campaign.model_validate(kept.document)
    targets, buyers, versions = {}, {}, [kept.version]
    for assignment in campaign.assignments:
        target_kept = account.things[Noun.TARGET][assignment.target_id]
        target = targets[assignment.target_id] = Target.model_validate(target_kept.document)
        buyer_kept = account.things[Noun.BUYER][target.buyer_id]
        buyers[target.buyer_id] = Buyer.model_validate(buyer_kept.document)
        versions += [target_kept.version, buyer_kept.version]
    return Plan.of(kept.account_id, campaign, targets, buyers, max(versions))
