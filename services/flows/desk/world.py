"""What the engine asks the world within a turn: buyers, counts, requests, code; each bounded."""

from datetime import datetime
from http import HTTPStatus

from libs.contracts.flow_routing import FindBuyer
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.fetch import Fetch, Outgoing
from libs.runtime.not_fetched import NotFetched
from libs.runtime.sandbox.outcome import Value
from libs.runtime.sandbox.sandbox import Sandbox
from services.flows.domain.engine import Walk
from services.flows.domain.moves import (
    Answered,
    Buyer,
    Code,
    HttpCall,
    Judgement,
    Rotation,
    Standings,
    Stuck,
    Wanted,
)
from services.flows.domain.session import Session
from services.flows.store.counts import STANDINGS_OVER, Counts

BODY_CHARACTERS_MAX = 65_536  # of an answer that is read


class World:
    """One per process."""

    def __init__(
        self, ask: Ask, counts: Counts, fetch: Fetch, sandbox: Sandbox, clock: Clock
    ) -> None:
        self._ask = ask
        self._counts = counts
        self._fetch = fetch
        self._sandbox = sandbox
        self._clock = clock

    async def answer(self, wanted: Wanted, walk: Walk, deadline: Deadline) -> Answered:
        """What became of it; a fault is an answer too."""
        match wanted:
            case Buyer():
                return await self._buyer(wanted, walk, deadline)
            case HttpCall():
                return await self._fetched(wanted, walk, deadline)
            case Code() | Judgement():
                return await run_code(self._sandbox, wanted, walk.session, self._clock.now())
            case Rotation() | Stuck() | Standings():
                return await self._counted(wanted, walk)

    async def _buyer(self, wanted: Buyer, walk: Walk, deadline: Deadline) -> Answered:
        """`walk` stands at the step that the question is asked for."""
        session = walk.session
        question = FindBuyer(
            account_id=session.account_id,
            call_id=session.call_id,
            step=session.step,
            plan=wanted.plan,
            tags=session.open_tags,
            ended=wanted.ended,
        )
        try:
            outcome = await self._ask(question, deadline)
        except (Unanswered, Refused) as fault:
            return Answered(failed=f"the router does not answer: {fault}")
        return Answered(value=outcome.model_dump(mode="json"))

    async def _counted(self, wanted: Rotation | Stuck | Standings, walk: Walk) -> Answered:
        session = walk.session
        at = (session.account_id, session.flow_id, session.node)
        match wanted:
            case Rotation(since=since):
                return Answered(value=await self._counts.turn(*at, since))
            case Stuck(since=since):
                caller = session.caller.text
                branch = await self._counts.branch(*at, caller, since) if caller else None
                return Answered(value=branch)
            case Standings(since=since):
                over = since or self._clock.now() - STANDINGS_OVER
                return Answered(value=dict(await self._counts.standings(*at, over)))

    async def _fetched(self, wanted: HttpCall, walk: Walk, deadline: Deadline) -> Answered:
        account_id, now = walk.session.account_id, self._clock.now()
        if wanted.cache_seconds:
            known = await self._counts.known(account_id, wanted, now)
            if known is not None:
                return Answered(value=list(known))
        outgoing = Outgoing(wanted.method, wanted.url, wanted.headers, wanted.body.encode())
        within = min(wanted.timeout_ms, deadline.remaining_ms) / 1_000
        try:
            fetched = await self._fetch(outgoing, within)
        except NotFetched as no:
            return Answered(failed=no.text)
        body = fetched.body.decode(errors="replace")[:BODY_CHARACTERS_MAX]
        answer = (fetched.status, body)
        if wanted.cache_seconds and fetched.status < HTTPStatus.MULTIPLE_CHOICES:
            await self._counts.learn(account_id, wanted, answer, now)
        return Answered(value=list(answer))


async def run_code(
    sandbox: Sandbox, wanted: Code | Judgement, session: Session, now: datetime
) -> Answered:
    """Have a user's code or conditions run; the same time and seed give the same."""
    owner = str(session.account_id)  # code of one account never takes all workers
    if isinstance(wanted, Code):
        outcome = await sandbox.run_js(
            wanted.source, wanted.inputs, now=now, seed=wanted.seed, owner=owner
        )
    else:
        outcome = await sandbox.first_true(wanted.expressions, wanted.variables, owner=owner)
    if isinstance(outcome, Value):
        return Answered(value=outcome.value)
    line = f" in line {outcome.line}" if outcome.line else ""
    return Answered(failed=f"{outcome.reason.value}{line}: {outcome.detail}")
