"""The keeping desk: what accounts configure of bidders and routers, by version, with its facts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from libs.contracts.bidding import RtbRouter, RtbTarget
from libs.contracts.bidding_edits import (
    Cleared,
    ClearRtbTargets,
    FindRtbUses,
    GetRtb,
    ListRtb,
    RetireRtb,
    RtbNoun,
    RtbRouterChanged,
    RtbTargetChanged,
    RtbUses,
    SaveRtbRouter,
    SaveRtbTarget,
)
from libs.contracts.editing import Changed, Edit, Got, Page, Row, Saved
from libs.contracts.pinging import PingRules, RtbPingRulesChanged, SavePingRules
from libs.rules.secrets import masked, unmasked, with_secrets
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from services.rtb.domain.unfit import InUse, Missing, Stale, Unfit, check, check_router
from services.rtb.store.configuration import Configuration, Kept
from services.rtb.store.configuration import Edit as Work
from services.rtb.store.listing import Listing, place_of

_CHANGES: dict[RtbNoun, type[Changed]] = {
    RtbNoun.TARGET: RtbTargetChanged,
    RtbNoun.ROUTER: RtbRouterChanged,
    RtbNoun.PING_RULES: RtbPingRulesChanged,
}


class KeepingDesk:
    """Saves, lists and retires; every change is told when it is committed."""

    def __init__(
        self, configuration: Configuration, listing: Listing, outbox: Outbox, clock: Clock
    ) -> None:
        self._configuration = configuration
        self._listing = listing
        self._outbox = outbox
        self._clock = clock

    async def save_target(self, question: SaveRtbTarget) -> Saved:
        """Keep a bidder; raise Stale or Unfit."""
        seal = self._configuration.seal
        facts: list[Announcement] = []
        async with self._configuration.editing(question.account_id) as work:
            before = await work.current(RtbNoun.TARGET, question.document.id)
            _check_version(before, question.expected_version)
            given = question.document.model_dump(mode="json")
            opened = with_secrets(before.document, seal.open) if before else None
            target = RtbTarget.model_validate(unmasked(given, opened))
            check(target)
            document = with_secrets(target.model_dump(mode="json"), seal.close)
            kept = await work.keep(RtbNoun.TARGET, target.id, document)
            await work.begin_counting(target, self._clock.now())
            facts.append(await self._announce(work, question, before, kept))
        self._outbox.announce(facts)
        return Saved(version=kept.version)

    async def save_router(self, question: SaveRtbRouter) -> Saved:
        """Keep a router; raise Stale, or Unfit where a member is not there or a filter is none."""
        router = question.document
        check_router(router)
        facts: list[Announcement] = []
        async with self._configuration.editing(question.account_id) as work:
            before = await work.current(RtbNoun.ROUTER, router.id)
            _check_version(before, question.expected_version)
            document = router.model_dump(mode="json")
            kept = await work.keep(RtbNoun.ROUTER, router.id, document)
            await work.gather(router)
            facts.append(await self._announce(work, question, before, kept))
        self._outbox.announce(facts)
        return Saved(version=kept.version)

    async def save_ping_rules(self, question: SavePingRules) -> Saved:
        """Keep how a campaign is pinged; raise Stale, or Unfit where its router is not there."""
        seal, rules = self._configuration.seal, question.document
        facts: list[Announcement] = []
        async with self._configuration.editing(question.account_id) as work:
            before = await work.current(RtbNoun.PING_RULES, rules.id)
            _check_version(before, question.expected_version)
            if rules.rtb_router_id is not None:
                router = await work.current(RtbNoun.ROUTER, rules.rtb_router_id)
                if router is None or router.retired:
                    problem = ("rtb_router_id", "no such RTB router in this account")
                    raise Unfit("points_nowhere", "the router is not there", [problem])
            opened = with_secrets(before.document, seal.open) if before else None
            given = PingRules.model_validate(unmasked(rules.model_dump(mode="json"), opened))
            document = with_secrets(given.model_dump(mode="json"), seal.close)
            kept = await work.keep(RtbNoun.PING_RULES, rules.id, document)
            facts.append(await self._announce(work, question, before, kept))
        self._outbox.announce(facts)
        return Saved(version=kept.version)

    async def retire(self, question: RetireRtb) -> Saved:
        """Take something out of use; raise Missing, Stale, or InUse."""
        facts: list[Announcement] = []
        async with self._configuration.editing(question.account_id) as work:
            before = await work.current(question.noun, question.key)
            if before is None or before.retired:
                raise Missing
            _check_version(before, question.expected_version)
            if question.noun is RtbNoun.TARGET:
                await self._free(work, question, [question.key], facts, detach=question.detach)
            if question.noun is RtbNoun.ROUTER:
                await self._unpass(work, question, facts)
            kept = await self._retired(work, question, before, facts)
        self._outbox.announce(facts)
        return Saved(version=kept.version)

    async def clear(self, question: ClearRtbTargets) -> Cleared:
        """Take all bidders out of use; raise InUse."""
        facts: list[Announcement] = []
        async with self._configuration.editing(question.account_id) as work:
            keys = await work.targets()
            await self._free(work, question, keys, facts, detach=question.detach)
            for key in keys:
                before = await work.current(RtbNoun.TARGET, key)
                assert before is not None, "it was listed under the lock"
                await self._retired(work, question, before, facts)
        self._outbox.announce(facts)
        return Cleared(retired=len(keys))

    async def uses(self, question: FindRtbUses) -> RtbUses:
        """Which routers ask a bidder, and whose pings are answered with a router's bids."""
        account_id, key = question.account_id, question.key
        users = await self._configuration.users_of(account_id, key)
        pinged = await self._configuration.pinged_with(account_id, key) if key else []
        return RtbUses(routers=tuple(users), pinged_campaigns=tuple(pinged))

    async def get(self, question: GetRtb) -> Got:
        """One thing as it is now; raise Missing."""
        kept = await self._configuration.get(question.account_id, question.noun, question.key)
        if kept is None:
            raise Missing
        return Got(row=_row(kept))

    async def page(self, question: ListRtb) -> Page:
        """One page of one kind."""
        rows = await self._listing.page(question)
        shown = rows[: question.limit]
        more = len(rows) > len(shown)
        return Page(
            rows=tuple(_row(kept) for kept in shown),
            cursor=place_of(shown[-1], question.order) if more else None,
        )

    async def _free(
        self,
        work: Work,
        question: Edit,
        keys: Sequence[UUID],
        facts: list[Announcement],
        *,
        detach: bool,
    ) -> None:
        """Take bidders out of the routers that ask them; raise InUse unless told to."""
        gone = set(keys)
        users = {use.rtb_router_id: use for key in keys for use in await work.users_of(key)}
        if users and not detach:
            asking = users.values()
            raise InUse(
                [(f"rtb_router {one.rtb_router_id}", f"asks it: {one.name}") for one in asking]
            )
        for router_id in users:
            before = await work.current(RtbNoun.ROUTER, router_id)
            assert before is not None, "it was found under the lock"
            router = RtbRouter.model_validate(before.document)
            rest = tuple(one for one in router.members if one.target_id not in gone)
            router = router.model_copy(update={"members": rest})
            kept = await work.keep(RtbNoun.ROUTER, router_id, router.model_dump(mode="json"))
            await work.gather(router)
            reason = "a bidder that it asked was taken out of use"
            facts.append(await self._announce(work, question, before, kept, reason))

    async def _unpass(self, work: Work, question: RetireRtb, facts: list[Announcement]) -> None:
        """Take a router out of ping rules: they go by what the held target pays, from now on."""
        campaigns = await work.pinged_with(question.key)
        if campaigns and not question.detach:
            how = "answers its pings with this router's bids"
            raise InUse([(f"campaign {campaign_id}", how) for campaign_id in campaigns])
        for campaign_id in campaigns:
            before = await work.current(RtbNoun.PING_RULES, campaign_id)
            assert before is not None, "it was found under the lock"
            document = {**before.document, "rtb_router_id": None}
            kept = await work.keep(RtbNoun.PING_RULES, campaign_id, document)
            reason = "the RTB router whose bids it passed through was taken out of use"
            facts.append(await self._announce(work, question, before, kept, reason))

    async def _retired(
        self, work: Work, question: Edit, before: Kept, facts: list[Announcement]
    ) -> Kept:
        kept = await work.keep(before.noun, before.key, before.document, retired=True)
        if before.noun is RtbNoun.ROUTER:
            await work.disband(before.key)
        facts.append(await self._announce(work, question, before, kept))
        return kept

    async def _announce(
        self, work: Work, question: Edit, before: Kept | None, after: Kept, reason: str = ""
    ) -> Announcement:
        there = before is not None and not before.retired
        change = _CHANGES[after.noun](
            account_id=question.account_id,
            key=str(after.key),
            version=after.version,
            at=self._clock.now(),
            actor=question.actor,
            before=masked(before.document) if before is not None and there else None,
            after=None if after.retired else masked(after.document),
            reason=reason,
        )
        announcement = Announcement(change.subject, change.model_dump_json())
        await work.announce(announcement)
        return announcement


def _check_version(before: Kept | None, expected: int | None) -> None:
    current = None if before is None or before.retired else before.version
    if current != expected:
        raise Stale(current)


def _row(kept: Kept) -> Row:
    document: dict[str, Any] = masked(kept.document)
    return Row(version=kept.version, document=document)
