"""The desk of work that goes through all owners' tables, step by step, whoever has asked for it.

It may be left and found again: each step is kept, and what is under way is gone on with by any
process.  Each owner does its own tables, the console's are done here.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.contracts.message import Question
from libs.contracts.sweeping import (
    CallerErased,
    EraseCaller,
    EraseFlowsCaller,
    EraseRouterCaller,
    EraseRtbCaller,
    EraseTrackingCaller,
    Reseal,
    ResealRouter,
    ResealRtb,
    ResealTracking,
    SecretsResealed,
)
from libs.rules.erasing import drawn_number, pattern_of
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.clock import Clock
from libs.runtime.database import Database
from libs.runtime.deadline import Deadline
from libs.runtime.replacing import Replacing
from libs.runtime.resealing import Resealing
from libs.runtime.rounds import Rounds
from libs.runtime.seal import Seal
from services.console.domain.access import Principal
from services.console.domain.sweeping import OWNERS, Step, Sweep, SweepKind, SweepState, stepped
from services.console.store.audit import Told
from services.console.store.sweeps import Sweeps

EVERY_SECONDS = 5.0  # what another process had left is taken up so soon
LEASE = timedelta(minutes=2)  # longer than any step
STEP_MS = 20_000  # a second of work, and twelve for the carrier
AGAIN_AFTER = timedelta(seconds=30)  # if an owner is away, or the carrier does not want

NOUNS = {SweepKind.ERASURE: "erasure", SweepKind.RESEALING: "platform"}
"""What the audit log calls them."""
ERASERS: Mapping[str, type[EraseCaller]] = {
    "router": EraseRouterCaller,
    "rtb": EraseRtbCaller,
    "flows": EraseFlowsCaller,
    "tracking": EraseTrackingCaller,
}
RESEALERS: Mapping[str, type[Reseal]] = {
    "router": ResealRouter,
    "rtb": ResealRtb,
    "tracking": ResealTracking,
}

log = logging.getLogger(__name__)


class SweepingDesk:
    """One per process; each goes on with what it has claimed."""

    def __init__(  # noqa: PLR0917 - wired once
        self,
        sweeps: Sweeps,
        ask: Ask,
        texts: Replacing,
        secrets: Resealing,
        seal: Seal,
        clock: Clock,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._sweeps = sweeps
        self._ask = ask
        self._texts = texts
        self._secrets = secrets
        self._seal = seal
        self._clock = clock
        self._rounds = Rounds("console-sweeps", every_seconds, self.round)

    @classmethod
    def on(cls, database: Database, ask: Ask, secret: str, clock: Clock) -> "SweepingDesk":
        """The desk of a console that seals with this secret."""
        return cls(
            Sweeps(database),
            ask,
            Replacing(database, "console"),
            Resealing(database, "console", Seal(secret, "second factors")),
            Seal(secret, "callers who are erased"),
            clock,
        )

    def start(self) -> None:
        """Begin."""
        self._rounds.start()

    async def stop(self) -> None:
        """End; a step that is under way is done again by whoever claims the work."""
        await self._rounds.stop()

    async def erase(self, who: Principal, number: str, reason: str) -> Sweep:
        """Begin to take a caller out; raise TooMany."""
        instead = drawn_number(secrets.randbelow)
        sealed = self._seal.close(number).encode()
        return await self._add(who, SweepKind.ERASURE, reason, sealed, instead)

    async def reseal(self, who: Principal) -> Sweep:
        """Begin to seal anew; raise TooMany."""
        return await self._add(who, SweepKind.RESEALING, "secrets are sealed anew")

    async def page(self, who: Principal, kind: SweepKind, limit: int) -> list[Sweep]:
        """The latest."""
        return await self._sweeps.page(who.account_id, kind, limit)

    async def one(self, who: Principal, kind: SweepKind, sweep_id: UUID) -> Sweep | None:
        """One of them."""
        return await self._sweeps.one(who.account_id, kind, sweep_id)

    async def _add(
        self,
        who: Principal,
        kind: SweepKind,
        reason: str,
        sealed: bytes | None = None,
        instead: str = "",
    ) -> Sweep:
        one = Sweep(
            account_id=AccountId(who.account_id),
            sweep_id=uuid4(),
            kind=kind,
            asked_by=who.name,
            asked_at=self._clock.now(),
            reason=reason,
            sealed=sealed,
            instead=instead,
            owner=OWNERS[kind][0],
        )
        told = Told(who.actor, one.asked_at, None, _seen(one), reason)
        await self._sweeps.add(one, NOUNS[kind], told)
        self._rounds.hurry()
        return one

    async def round(self) -> None:
        """Go on with all that is due."""
        while (one := await self._sweeps.claim(self._clock.now(), LEASE)) is not None:
            while one.state is SweepState.UNDER_WAY:
                try:
                    step = await self._step(one)
                except (Refused, Unanswered) as no:
                    log.warning("%s waits for %s: %s", one.kind, one.owner, no)
                    await self._keep(replace(one, note=str(no)), waits=True)
                    break
                one = await self._keep(stepped(one, step, self._clock.now()))

    async def _keep(self, one: Sweep, *, waits: bool = False) -> Sweep:
        now = self._clock.now()
        told = None
        if one.state is SweepState.DONE:
            ours = Actor(name="platform", role="", via="platform")
            told = Told(ours, now, {"state": SweepState.UNDER_WAY}, _seen(one))
        await self._sweeps.keep(one, now + (AGAIN_AFTER if waits else LEASE), told, NOUNS[one.kind])
        return one

    async def _step(self, one: Sweep) -> Step:
        if one.kind is SweepKind.RESEALING:
            return await self._reseal(one)
        assert one.sealed is not None, "what is under way has its number"
        number = self._seal.open(one.sealed.decode())
        if one.owner == "console":
            pattern = pattern_of(number)
            digits = one.instead.removeprefix("+")
            swept = await self._texts.step(one.account_id, pattern, digits, one.at)
            return Step(swept.found, swept.at)
        question = ERASERS[one.owner](
            account_id=one.account_id, number=number, instead=one.instead, at=one.at
        )
        erased: CallerErased = await self._asked(question)
        return Step(erased.rows, erased.at)

    async def _reseal(self, one: Sweep) -> Step:
        if one.owner == "console":
            ours = await self._secrets.step(one.at)
            return Step({"secrets": ours.anew} if ours.anew else {}, ours.at, ours.lost)
        told: SecretsResealed = await self._asked(RESEALERS[one.owner](at=one.at))
        return Step({"secrets": told.anew} if told.anew else {}, told.at, told.lost)

    async def _asked(self, question: Question) -> Any:
        return await self._ask(question, Deadline.within(STEP_MS))


def _seen(one: Sweep) -> dict[str, object]:
    """What the audit log tells: never the number."""
    seen: dict[str, object] = {"state": one.state, "rows": sum(one.found.values())}
    return seen | ({"instead": one.instead} if one.instead else {"lost": one.lost})
