"""Every account's configuration in memory, so that a call costs no query for it.

The tables are the state.  A change is announced by an event, on which every
replica reads what is newer than what it has; the same happens after each
reconnection and every few seconds, so that a lost event only delays.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from libs.contracts.configuration import Campaign, CampaignStatus, Defaults, Number
from libs.contracts.editing import Noun
from libs.contracts.flow_routing import FlowPlan
from libs.contracts.ids import NOBODY, AccountId, CampaignId, FlowId, NumberId, PoolId, PublisherId
from libs.contracts.message import Document
from libs.contracts.routing import RouteReason
from libs.runtime.broker import Broker
from services.router.domain.flow_plan import flow_plan
from services.router.domain.nouns import DOCUMENTS
from services.router.domain.plan import Plan, Shelf, plan_of
from services.router.following import Follower
from services.router.store.configuration import CATCH_UP_MAX, Configuration
from services.router.store.kept import Kept

CHANGES = "event.*.changed.v1"
FLOW_PLANS_MAX = 1_000  # of one account; then all are made anew
CATCH_UP_EVERY_SECONDS = 5.0  # what a lost announcement can delay a change by

_NOT_ACTIVE = {
    CampaignStatus.DRAFT: RouteReason.CAMPAIGN_DRAFT,
    CampaignStatus.PAUSED: RouteReason.CAMPAIGN_PAUSED,
    CampaignStatus.COMPLETED: RouteReason.CAMPAIGN_COMPLETED,
}


@dataclass(frozen=True, slots=True)
class Found:
    """Whose number was called, and the plan for it; or the reason why there is none.

    `number` is what was called, where it is one of the account's: its calls inherit from it.
    """

    account_id: AccountId
    number: Number | None
    plan: Plan | RouteReason

    @property
    def number_id(self) -> NumberId | None:
        """The number's name."""
        return self.number.id if self.number else None

    @property
    def tags(self) -> Mapping[str, str]:
        """What the number says of its calls."""
        return self.number.tags if self.number else {}

    @property
    def publisher_id(self) -> PublisherId | None:
        """Whose calls come by the number."""
        return self.number.publisher_id if self.number else None


@dataclass(frozen=True, slots=True)
class _KeptNumber:
    account_id: AccountId
    number: Number
    version: int


@dataclass
class _Account:
    """One account's things by id, as documents and with their versions."""

    documents: dict[Noun, dict[Any, Any]] = field(default_factory=lambda: defaultdict(dict))
    versions: dict[Any, int] = field(default_factory=dict)
    carriers: dict[str, Kept] = field(default_factory=dict)
    plans: dict[CampaignId, Plan] = field(default_factory=dict)
    flow_plans: dict[tuple[CampaignId, str], Plan] = field(default_factory=dict)
    numbers: dict[CampaignId, tuple[str, ...]] = field(default_factory=dict)
    shelf: Shelf | None = None
    recovers: bool | None = None

    def on_the_shelf(self) -> Shelf:
        """What plans are made from, put together once after a change."""
        if self.shelf is None:
            documents = self.documents
            self.shelf = Shelf(
                defaults=next(iter(documents[Noun.DEFAULTS].values()), Defaults()),
                buyers=documents[Noun.BUYER],
                targets=documents[Noun.TARGET],
                groups=documents[Noun.GROUP],
            )
        return self.shelf

    def plan(self, account_id: AccountId, campaign_id: CampaignId) -> Plan | None:
        """A campaign's plan, made when it is first asked for."""
        if campaign_id not in self.plans:
            campaign = self.documents[Noun.CAMPAIGN].get(campaign_id)
            if campaign is None:
                return None
            plan = plan_of(account_id, campaign, self.on_the_shelf(), 0)
            self.plans[campaign_id] = plan.model_copy(update={"version": self._newest(plan)})
        return self.plans[campaign_id]

    def flow_plan(
        self, account_id: AccountId, campaign_id: CampaignId, wanted: FlowPlan
    ) -> Plan | None:
        """A plan of a flow's node, made when it is first asked for."""
        campaign = self.documents[Noun.CAMPAIGN].get(campaign_id)
        if campaign is None:
            return None
        key = (campaign_id, wanted.model_dump_json(exclude_defaults=True))
        if key not in self.flow_plans:
            if len(self.flow_plans) >= FLOW_PLANS_MAX:
                self.flow_plans.clear()
            plan = flow_plan(account_id, campaign, self.on_the_shelf(), 0, wanted)
            self.flow_plans[key] = plan.model_copy(update={"version": self._newest(plan)})
        return self.flow_plans[key]

    def may_recover(self) -> bool:
        """Whether the account or any of its campaigns sets revenue recovery."""
        if self.recovers is None:
            setters = (
                *self.documents[Noun.DEFAULTS].values(),
                *self.documents[Noun.CAMPAIGN].values(),
            )
            self.recovers = any(one.recovery is not None for one in setters)
        return self.recovers

    def _newest(self, plan: Plan) -> int:
        parts: set[UUID] = {plan.campaign.id, plan.account_id}  # defaults have the account's id
        for candidate in plan.candidates:
            parts |= {one.id for one in (candidate.target, candidate.buyer) if one is not None}
            parts |= {group.id for group in candidate.groups}
        return max(self.versions.get(part, 0) for part in parts)


class Memory:
    """What the router knows of its accounts without asking its database."""

    def __init__(self, configuration: Configuration, broker: Broker) -> None:
        self._configuration = configuration
        self._accounts: defaultdict[AccountId, _Account] = defaultdict(_Account)
        self._numbers: dict[str, _KeptNumber] = {}
        self._withdrawn: dict[str, int] = {}
        self._pools: defaultdict[PoolId, set[AccountId]] = defaultdict(set)
        self._catching_up = asyncio.Lock()
        self._follower = Follower(broker, CHANGES, self.catch_up, CATCH_UP_EVERY_SECONDS)
        self.start, self.stop = self._follower.start, self._follower.stop
        self.version = 0
        self.loaded = False

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
            return Found(kept.account_id, kept.number, plan)
        account_id = self._owner_of_pool(pool_id, account_sid)
        if account_id is not None:
            campaign_id = self._campaign_of(account_id, pool_id)
            return Found(account_id, None, self._plan_of(account_id, campaign_id))
        return Found(NOBODY, None, RouteReason.UNKNOWN_NUMBER)

    def find_within(self, account_id: AccountId, dialled: str) -> Found:
        """The same for a number of this account; another's is as unknown as none."""
        kept = self._numbers.get(dialled)
        if kept is None or kept.account_id != account_id:
            return Found(account_id, None, RouteReason.UNKNOWN_NUMBER)
        return Found(account_id, kept.number, self._plan_of(account_id, self._serves(kept)))

    def campaign(self, account_id: AccountId, campaign_id: CampaignId) -> Plan | RouteReason:
        """A campaign's plan while it takes calls; else why it does not."""
        return self._plan_of(account_id, campaign_id)

    def numbers_of(self, account_id: AccountId, campaign_id: CampaignId) -> tuple[str, ...]:
        """A campaign's own numbers and those of its pools, in their order."""
        account = self._accounts[account_id]
        if campaign_id not in account.numbers:
            account.numbers[campaign_id] = tuple(
                sorted(
                    number.number
                    for number in account.documents[Noun.NUMBER].values()
                    if campaign_id
                    in (number.campaign_id, self._campaign_of(account_id, number.pool_id))
                )
            )
        return account.numbers[campaign_id]

    def number(self, account_id: AccountId, number_id: NumberId) -> Number | None:
        """One of an account's numbers as it is now."""
        number: Number | None = self._accounts[account_id].documents[Noun.NUMBER].get(number_id)
        return number

    def plan(self, account_id: AccountId, campaign_id: CampaignId) -> Plan | None:
        """A campaign's plan as it is now, whatever its status; None where it is retired."""
        return self._accounts[account_id].plan(account_id, campaign_id)

    def flow_plan(
        self, account_id: AccountId, campaign_id: CampaignId, wanted: FlowPlan
    ) -> Plan | None:
        """The same, as a node of a flow wants it."""
        return self._accounts[account_id].flow_plan(account_id, campaign_id, wanted)

    def in_flow(self, account_id: AccountId, flow_id: FlowId) -> list[Campaign]:
        """The campaigns whose calls run a flow."""
        campaigns = self._accounts[account_id].documents[Noun.CAMPAIGN].values()
        found = (one for one in campaigns if one.flow_id == flow_id)
        return sorted(found, key=lambda one: one.name)

    def shelf(self, account_id: AccountId) -> Shelf:
        """What an account's plans are made from."""
        return self._accounts[account_id].on_the_shelf()

    def may_recover(self, account_id: AccountId) -> bool:
        """Whether any campaign of an account gives a caller on whose callee hung up early."""
        return self._accounts[account_id].may_recover()

    def numbers_since(self, version: int) -> list[tuple[AccountId, Number, Plan | None]]:
        """Numbers, in their order, that changed since a version, or whose plan did."""
        changed = []
        for number in sorted(self._numbers):
            kept = self._numbers[number]
            campaign_id = self._serves(kept)
            plan = self.plan(kept.account_id, campaign_id) if campaign_id else None
            in_pool = self._accounts[kept.account_id].versions.get(kept.number.pool_id, 0)
            if max(kept.version, in_pool, plan.version if plan else 0) > version:
                changed.append((kept.account_id, kept.number, plan))
        return changed

    def pools_since(self, version: int) -> list[tuple[AccountId, PoolId, Plan | None, bool]]:
        """Pools, in the order of their ids, that changed since a version, or whose plan did.

        The last says whether it is still in use.
        """
        changed = []
        for pool_id, owner in sorted(
            (id, one) for id, owners in self._pools.items() for one in owners
        ):
            campaign_id = self._campaign_of(owner, pool_id)
            plan = self.plan(owner, campaign_id) if campaign_id else None
            account = self._accounts[owner]
            if max(account.versions[pool_id], plan.version if plan else 0) > version:
                in_use = pool_id in account.documents[Noun.POOL]
                changed.append((owner, pool_id, plan, in_use))
        return changed

    def withdrawn_since(self, version: int) -> list[str]:
        """Numbers that were retired since a version."""
        return sorted(number for number, at in self._withdrawn.items() if at > version)

    def carriers(self) -> list[Kept]:
        """Every account's own credentials, sealed."""
        return [kept for account in self._accounts.values() for kept in account.carriers.values()]

    def _owner_of_pool(self, pool_id: PoolId | None, account_sid: str) -> AccountId | None:
        """Whose pool it is: an id is no secret, so the call must be at their carrier account."""
        named = self._pools.get(pool_id, set()) if pool_id is not None else set()
        owners = [owner for owner in named if self._has_carrier(owner, account_sid)]
        return owners[0] if len(owners) == 1 else None

    def _has_carrier(self, account_id: AccountId, account_sid: str) -> bool:
        account = self._accounts[account_id]
        return account_sid in account.carriers or any(
            number.account_sid == account_sid for number in account.documents[Noun.NUMBER].values()
        )

    def _serves(self, kept: _KeptNumber) -> CampaignId | None:
        number = kept.number
        return number.campaign_id or self._campaign_of(kept.account_id, number.pool_id)

    def _campaign_of(self, account_id: AccountId, pool_id: PoolId | None) -> CampaignId | None:
        if pool_id is None:
            return None
        pool = self._accounts[account_id].documents[Noun.POOL].get(pool_id)
        return pool.campaign_id if pool else None

    def _plan_of(self, account_id: AccountId, campaign_id: CampaignId | None) -> Plan | RouteReason:
        plan = self.plan(account_id, campaign_id) if campaign_id else None
        if plan is None:
            return RouteReason.NUMBER_WITHOUT_CAMPAIGN
        return _NOT_ACTIVE.get(plan.campaign.status, plan)

    def _take(self, kept: Kept) -> None:
        account = self._accounts[kept.account_id]
        account.plans.clear()
        account.flow_plans.clear()
        account.numbers.clear()
        account.shelf = account.recovers = None
        if kept.noun is Noun.CARRIER:
            _put(account.carriers, kept.key, None if kept.retired else kept)
            return
        key = UUID(kept.key)
        document = None if kept.retired else DOCUMENTS[kept.noun].model_validate(kept.document)
        if kept.noun is Noun.NUMBER:
            self._take_number(kept, account.documents[Noun.NUMBER].get(key), document)
        if kept.noun is Noun.POOL:
            self._pools[PoolId(key)].add(kept.account_id)
        _put(account.documents[kept.noun], key, document)
        account.versions[key] = kept.version

    def _take_number(self, kept: Kept, before: Number | None, after: Document | None) -> None:
        if before is not None:
            self._give_up(before.number, kept)
        self._withdrawn.pop(kept.document["number"], None)
        if isinstance(after, Number):
            self._numbers[after.number] = _KeptNumber(kept.account_id, after, kept.version)
        else:
            self._withdrawn[kept.document["number"]] = kept.version

    def _give_up(self, number: str, kept: Kept) -> None:
        """Forget what a number thing was before, unless another has taken it over meanwhile."""
        now = self._numbers.get(number)
        if now and (now.account_id, str(now.number.id)) == (kept.account_id, kept.key):
            del self._numbers[number]
            self._withdrawn[number] = kept.version


def _put(things: dict[Any, Any], key: Any, thing: Any) -> None:
    if thing is None:
        things.pop(key, None)
    else:
        things[key] = thing
