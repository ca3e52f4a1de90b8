"""What the ingress knows by itself: each number's fallback plan, and the carriers' tokens.

Asked of the router at start, every minute, and soon after a change; kept on disk, so
that an ingress which starts while everything else is away can still answer.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from nats.aio.msg import Msg
from pydantic import ValidationError

from libs.contracts.fallback import AskFallbackPlans, FallbackPlan, FallbackPlans, SealedCarrier
from libs.contracts.message import Value
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.seal import CannotOpen, Seal
from libs.runtime.tasks import ended

ASK_EVERY_SECONDS = 60.0
RETRY_SECONDS = 1.0  # until the first answer
DEBOUNCE_SECONDS = 0.2  # an edit often comes with others
LOOK_AGAIN_SECONDS = 2.0  # after that: the router that answered may have taken the edit up later
ASK_WITHIN_MS = 5_000
PAGES_MAX = 1_000
STALE_AFTER_SECONDS = 180.0
CHANGES = "event.*.changed.v1"

log = logging.getLogger(__name__)


class _Kept(Value):
    """What lies on disk."""

    plans: tuple[FallbackPlan, ...]
    carriers: tuple[SealedCarrier, ...]


class Plans:
    """Fallback plans by number, and tokens by account."""

    def __init__(self, path: Path, ask: Ask, broker: Broker, seal: Seal) -> None:
        self._path = path
        self._ask = ask
        self._broker = broker
        self._seal = seal
        self._plans: dict[str, FallbackPlan] = {}
        self._carriers: dict[str, SealedCarrier] = {}
        self._tokens: dict[str, tuple[str, ...]] = {}
        self._since = 0
        self._asked_at: float | None = None
        self._changed = asyncio.Event()
        self._listening = False
        self._task: asyncio.Task[None] | None = None
        self._load()
        broker.on_connected(self._listen)
        broker.on_thrown_out(self._forget_subscription)

    def start(self) -> None:
        """Begin to follow the router."""
        self._task = asyncio.create_task(self._follow_for_ever(), name="plans")

    async def stop(self) -> None:
        """Stop following."""
        await ended(self._task)

    def of(self, number: str) -> FallbackPlan | None:
        """What to do alone with a call to this number."""
        return self._plans.get(number)

    def tokens(self, account_sid: str) -> tuple[str, ...]:
        """The tokens of an account's own carrier; both while they are being rotated."""
        return self._tokens.get(account_sid, ())

    def carriers(self) -> tuple[str, ...]:
        """The accounts' own carriers whose tokens are known."""
        return tuple(sid for sid, tokens in self._tokens.items() if tokens)

    @property
    def stale(self) -> bool:
        """Whether the router has not been heard for too long."""
        return self._asked_at is None or time.monotonic() - self._asked_at > STALE_AFTER_SECONDS

    async def refresh(self) -> None:
        """Ask for what changed; raise Unanswered or Refused."""
        after: str | None = None
        reached: int | None = None
        everything = self._since == 0  # then what was kept and is not named any more is forgotten
        plans = {} if everything else dict(self._plans)
        for _ in range(PAGES_MAX):
            question = AskFallbackPlans(since=self._since, after=after)
            page: FallbackPlans = await self._ask(question, Deadline.within(ASK_WITHIN_MS))
            reached = page.version if reached is None else reached
            plans.update((plan.number, plan) for plan in page.plans)
            if not page.more or not page.plans:
                for number in page.withdrawn:
                    plans.pop(number, None)
                break
            after = page.plans[-1].number
        self._since = reached or 0
        self._asked_at = time.monotonic()
        carriers = {carrier.account_sid: carrier for carrier in page.carriers}
        if (plans, carriers) != (self._plans, self._carriers):
            self._plans = plans
            self._learn(carriers.values())
            await asyncio.to_thread(self._save)

    def _learn(self, carriers: Iterable[SealedCarrier]) -> None:
        self._carriers = {carrier.account_sid: carrier for carrier in carriers}
        self._tokens = {sid: self._opened(one) for sid, one in self._carriers.items()}

    def _opened(self, carrier: SealedCarrier) -> tuple[str, ...]:
        sealed = (carrier.token_sealed, carrier.token_next_sealed)
        try:
            return tuple(self._seal.open(one) for one in sealed if one)
        except CannotOpen:
            log.error(  # noqa: TRY400 - the trace would say nothing more
                "a carrier's token was sealed with another secret",
                extra={"account_sid": carrier.account_sid},
            )
            return ()

    def _load(self) -> None:
        try:
            kept = _Kept.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return
        except (OSError, ValidationError) as fault:
            log.warning("kept plans cannot be read: %r", fault)
            return
        self._plans = {plan.number: plan for plan in kept.plans}
        self._learn(kept.carriers)

    def _save(self) -> None:
        kept = _Kept(plans=tuple(self._plans.values()), carriers=tuple(self._carriers.values()))
        draft = self._path.with_suffix(f".{uuid4().hex}")  # several processes share the folder
        try:
            draft.write_text(kept.model_dump_json())
            draft.replace(self._path)  # readers see the old file or the new one, never a half
        except OSError as fault:
            log.warning("fallback plans cannot be kept on disk: %r", fault)
            with contextlib.suppress(OSError):  # a disk that takes nothing gives nothing back
                draft.unlink()

    async def _listen(self) -> None:
        if not self._listening:
            await self._broker.client.subscribe(CHANGES, cb=self._hear)
            self._listening = True
        self._changed.set()  # only now: what changes after the next question is heard of

    def _forget_subscription(self) -> None:
        self._listening = False

    async def _hear(self, _: Msg) -> None:
        self._changed.set()

    async def _follow_for_ever(self) -> None:
        wait = ASK_EVERY_SECONDS
        while True:
            try:
                await self.refresh()
            except (Unanswered, Refused) as fault:
                log.info("fallback plans are not to be had: %s", fault)
                wait = RETRY_SECONDS
            try:
                await asyncio.wait_for(self._changed.wait(), wait)
            except TimeoutError:
                wait = ASK_EVERY_SECONDS
            else:
                wait = LOOK_AGAIN_SECONDS
                if not self.stale:
                    await asyncio.sleep(DEBOUNCE_SECONDS)
            self._changed.clear()
