"""The desk of buyers' own people: their targets, and what they set of them themselves."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import ValidationError

from libs.contracts.configuration import OwnSettings, Target
from libs.contracts.editing import Noun
from libs.contracts.ids import AccountId
from libs.contracts.message import FieldProblem
from libs.contracts.party_targets import (
    GetPartyTarget,
    ListPartyTargets,
    PartyTarget,
    PartyTargetFound,
    PartyTargets,
    SetPartyTarget,
    Used,
)
from libs.contracts.portals import Viewer
from libs.contracts.worth import PartyKind
from libs.runtime.clock import Clock
from services.router.desk.editing import check_version
from services.router.desk.keeping import Keeper
from services.router.domain.counters import Counters, Periods, usage_of
from services.router.domain.unfit import BadRule
from services.router.store.kept import Kept, Missing
from services.router.store.party_targets import PartyTargets as Store


class PartyTargetsDesk:
    """One per process; holds no state of its own."""

    def __init__(self, targets: Store, keeper: Keeper, clock: Clock) -> None:
        self._targets = targets
        self._keeper = keeper
        self._clock = clock

    async def page(self, question: ListPartyTargets) -> PartyTargets:
        """One page."""
        buyer_id = _buyer(question.viewer)
        found = await self._targets.page(
            question.account_id, buyer_id, question.cursor, question.limit + 1
        )
        shown = found[: question.limit]
        cursor = UUID(shown[-1].key) if len(shown) < len(found) else None
        return PartyTargets(targets=await self._told(question.account_id, shown), cursor=cursor)

    async def one(self, question: GetPartyTarget) -> PartyTargetFound:
        """One of them; raise Missing."""
        found = await self._targets.one(
            question.account_id, _buyer(question.viewer), question.target_id
        )
        if found is None:
            raise Missing
        (told,) = await self._told(question.account_id, [found])
        return PartyTargetFound(target=told)

    async def set(self, question: SetPartyTarget) -> PartyTargetFound:
        """Change what is the buyer's own to change; raise Missing, Stale or Unfit."""
        buyer_id = _buyer(question.viewer)
        async with self._keeper.work(question.account_id, question.actor) as work:
            before = await work.edit.current(Noun.TARGET, str(question.target_id))
            if before is None or before.retired or before.document["buyer_id"] != str(buyer_id):
                raise Missing
            check_version(before, question.expected_version)
            await work.keep(_changed(Target.model_validate(before.document), question), before)
        look = question.model_dump(include={"account_id", "viewer", "target_id"})
        return await self.one(GetPartyTarget.model_validate(look))

    async def _told(self, account_id: AccountId, kept: Sequence[Kept]) -> tuple[PartyTarget, ...]:
        targets = [Target.model_validate(one.document) for one in kept]
        counters = await self._targets.counters(account_id, [one.id for one in targets])
        return tuple(
            self._one_told(target, one.version, counters)
            for target, one in zip(targets, kept, strict=True)
        )

    def _one_told(self, target: Target, version: int, counters: Counters) -> PartyTarget:
        periods = Periods.of(self._clock.now(), target.zone)
        mine = {key: one.on(periods) for key, one in counters.items() if key[0] == target.id}
        usage = usage_of(target.id, target.bounds, mine, {})
        own = target.own or OwnSettings()
        return PartyTarget(
            **target.model_dump(include={"id", "name", "destination", "status", "caps"}),
            version=version,
            paused=own.paused,
            own=own.caps,
            live=usage.live,
            used=tuple(
                Used(
                    counts=limit.counts,
                    period=limit.period,
                    most=limit.most,
                    used=usage.counted.get((limit.counts, limit.period), 0),
                    possible=usage.possible.get(limit.counts, 0),
                )
                for limit in target.bounds.limits
            ),
        )


def _buyer(viewer: Viewer) -> UUID:
    """Whose targets are asked for; raise Missing for whoever has none."""
    if viewer.kind is not PartyKind.BUYER:
        raise Missing
    return viewer.id


def _changed(target: Target, question: SetPartyTarget) -> Target:
    """The target with what the buyer sets of it; raise BadRule."""
    own = target.own or OwnSettings()
    paused = own.paused if question.paused is None else question.paused
    caps = own.caps
    if question.caps is not None:
        caps = question.caps
        if problems := target.caps.looser(caps):
            raise BadRule([FieldProblem(path=f"caps.{at}", problem=no) for at, no in problems])
    own = OwnSettings(paused=paused, caps=caps)
    plain = target.model_dump(mode="json") | {"own": None if own == OwnSettings() else own}
    try:
        return Target.model_validate(plain)
    except ValidationError as fault:
        raise BadRule.at("caps", "this target is dialled without being counted") from fault
