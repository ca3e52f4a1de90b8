"""The quoting desk: promises a publisher a call's place and price, and keeps both for a while."""

from collections.abc import Callable
from datetime import datetime, timedelta

from libs.contracts.ids import CallId, QuoteId
from libs.contracts.money import Money
from libs.contracts.quoting import (
    NotQuoted,
    QuoteCall,
    Quoted,
    QuoteGiven,
    Quotes,
    Unquoted,
)
from libs.contracts.routing import Close, RouteReason
from libs.rules.tags import merged
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Announcement
from services.router.desk.lookups import Lookups
from services.router.desk.routing import LOOK_FIRST, LOOK_GROWTH, places_of, scopes_of
from services.router.domain.context import CallContext
from services.router.domain.counters import Counters
from services.router.domain.decision import settle
from services.router.domain.deliberation import deliberate
from services.router.domain.plan import Plan
from services.router.domain.quoting import priced
from services.router.domain.record import Decision, Deliberation, Promised
from services.router.domain.sender import tags_of_sender
from services.router.memory import Memory
from services.router.publishers import PublisherBook
from services.router.store.claims import Claim, Claimed, Claims, Draft, QuoteDraft
from services.router.store.decisions import Decisions
from services.router.store.history import kept_text
from services.router.store.quotes import Quotes as Kept
from services.router.store.quotes import Wanted

PLACE_MARGIN_SECONDS = 2  # a place outlives its quote: nobody is promised what is just given away

_FULL = frozenset(
    (RouteReason.ALL_CAPPED, RouteReason.CAMPAIGN_CAPPED, RouteReason.PUBLISHER_CAPPED)
)


class QuotingDesk:
    """One per process; what it promises is kept in the store."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        memory: Memory,
        publishers: PublisherBook,
        claims: Claims,
        decisions: Decisions,
        lookups: Lookups,
        quotes: Kept,
        clock: Clock,
        draw_seed: Callable[[], int],
    ) -> None:
        self._memory = memory
        self._publishers = publishers
        self._claims = claims
        self._decisions = decisions
        self._lookups = lookups
        self._quotes = quotes
        self._clock = clock
        self._draw_seed = draw_seed

    async def quote(self, question: QuoteCall, deadline: Deadline) -> Quoted | NotQuoted:
        """Promise a call's place, or say why not; repeated while it holds, the same."""
        found = self._memory.campaign(question.account_id, question.campaign_id)
        if not isinstance(found, Plan):
            return NotQuoted(why=Unquoted.TURNED_AWAY, reason=found)
        rules = found.campaign.quotes
        if rules is None or not found.campaign.rtb_enabled:
            return NotQuoted(why=Unquoted.NO_QUOTES)
        again = await self._quotes.same(_wanted(question))
        if again is not None:
            address = _address(again.quote_id, rules)
            return again.model_copy(update={"sip_address": address})
        number = await self._number(question, rules)
        if number is None:
            return NotQuoted(why=Unquoted.NO_NUMBER)
        return await self._promise(question, found, number, deadline)

    async def _number(self, question: QuoteCall, rules: Quotes) -> str | None:
        """A number to call: any where the caller is known, else one for this quote alone."""
        numbers = self._memory.numbers_of(question.account_id, question.campaign_id)
        if not numbers or question.caller.number is not None:
            return next(iter(numbers), None)
        seconds = rules.seconds
        return await self._quotes.keep_number(
            question.account_id, question.quote_id, numbers, seconds
        )

    async def _promise(
        self, question: QuoteCall, plan: Plan, number: str, deadline: Deadline
    ) -> Quoted | NotQuoted:
        assert plan.campaign.quotes is not None, "checked before"
        now = self._clock.now()
        context = self._context(question, number, now)
        inputs = await self._lookups.inputs(plan, context)
        share = plan.campaign.quotes.share_percent
        inputs = inputs.model_copy(update={"share_percent": share})
        deliberation = deliberate(context, 0, plan, inputs, now=now, seed=self._draw_seed())
        await self._decisions.keep_plan(plan)
        promise = _Promise(question, plan.campaign.quotes, deliberation, number)
        look = LOOK_FIRST
        while (claimed := await self._claims.claim(promise.claim(look), deadline)) is None:
            look *= LOOK_GROWTH
        if promise.given is not None:
            return promise.given
        return _not_quoted(claimed)

    def _context(self, question: QuoteCall, number: str, now: datetime) -> CallContext:
        """The call as it would come, from whom it would come."""
        sender = self._publishers.meant(question.account_id, question.publisher)
        seen = self._publishers.seen(
            question.account_id, sender, question.tags, question.campaign_id
        )
        tags = merged(question.tags, tags_of_sender(seen, question.tags))
        context = _context(question, number, now)
        return context.model_copy(update={"publisher_id": sender, "publisher": seen, "tags": tags})


class _Promise:
    """One quote on its way: what is claimed, and what comes of it."""

    def __init__(
        self, question: QuoteCall, rules: Quotes, deliberation: Deliberation, number: str
    ) -> None:
        self._question = question
        self._rules = rules
        self._deliberation = deliberation
        self._number = number
        self.given: Quoted | NotQuoted | None = None

    def claim(self, look: int) -> Claim:
        """Ask for a place with one of the first `look` of the order."""

        def settle_and_draft(counters: Counters) -> Draft | None:
            decision = settle(self._deliberation, counters, looked=look)
            return self._draft(decision, counters) if isinstance(decision, Decision) else None

        context = self._deliberation.context
        return Claim(
            call_id=context.call_id,
            step=0,
            account_id=context.account_id,
            at=self._deliberation.at,
            scope_ids=scopes_of(self._deliberation, look),
            settle=settle_and_draft,
        )

    def _draft(self, decision: Decision, counters: Counters) -> Draft:
        outcome, quote, fact = decision.outcome, None, None
        if isinstance(outcome, Promised):
            price = priced(self._question.pricing, outcome.worth)
            if isinstance(price, NotQuoted):
                self.given = price
            else:
                self.given = self._quoted(outcome, price)
                quote, fact = self._kept(decision, self.given, counters), self._fact(self.given)
        return Draft(
            outcome=outcome.model_dump_json(),
            record=decision.record.model_dump_json(),
            snapshot=decision.record.snapshot,
            leg=None,
            announcement=fact,
            quote=quote,
        )

    def _quoted(self, outcome: Promised, price: Money) -> Quoted:
        return Quoted(
            quote_id=self._question.quote_id,
            price=price,
            number=self._number,
            alone=self._question.caller.number is None,
            sip_address=_address(self._question.quote_id, self._rules),
            expires_at=self._deliberation.at + timedelta(seconds=self._rules.seconds),
            required_seconds=outcome.required_seconds,
        )

    def _kept(self, decision: Decision, quoted: Quoted, counters: Counters) -> QuoteDraft:
        question = self._question
        assert decision.chosen is not None, "a place has somebody's name"
        row = {
            "account_id": question.account_id,
            "id": quoted.quote_id,
            "campaign_id": question.campaign_id,
            "publisher": question.publisher,
            "publisher_id": self._deliberation.context.publisher_id,
            "caller": kept_text(question.caller.number or ""),
            "key": question.key,
            "number": quoted.number,
            "alone": quoted.alone,
            "candidate_id": decision.chosen.id,
            "price": quoted.price.amount,
            "currency": quoted.price.currency,
            "required_seconds": quoted.required_seconds,
            "at": self._deliberation.at,
            "expires_at": quoted.expires_at,
            "call_id": None,
            "tags": question.tags,
        }
        places = places_of(decision.chosen, decision, counters)
        return QuoteDraft(row, self._rules.seconds + PLACE_MARGIN_SECONDS, places)

    def _fact(self, quoted: Quoted) -> Announcement:
        question = self._question
        fact = QuoteGiven(
            call_id=CallId(quoted.quote_id),
            account_id=question.account_id,
            at=self._deliberation.at,
            seen_at=self._deliberation.at,
            campaign_id=question.campaign_id,
            seller=question.publisher,
            publisher_id=self._deliberation.context.publisher_id,
            price=quoted.price,
            expires_at=quoted.expires_at,
        )
        return Announcement(fact.subject, fact.model_dump_json())


def _not_quoted(claimed: Claimed) -> NotQuoted:
    assert claimed.outcome is not None, "nobody falls back for a quote"
    closed = Close.model_validate_json(claimed.outcome)
    why = Unquoted.NO_ROOM if closed.reason in _FULL else Unquoted.TURNED_AWAY
    return NotQuoted(why=why, reason=closed.reason)


def _address(quote_id: QuoteId, rules: Quotes) -> str | None:
    """Where a quote's call may come by SIP: the user is the quote's own name."""
    return f"sip:{quote_id.hex}@{rules.sip_domain}" if rules.sip_domain else None


def _wanted(question: QuoteCall) -> Wanted:
    return Wanted(
        question.account_id,
        question.campaign_id,
        question.publisher,
        question.caller.number or "",
        question.key,
    )


def _context(question: QuoteCall, number: str, now: datetime) -> CallContext:
    """The call as it would come; the carrier's names are made up, as nobody will ask for them."""
    return CallContext(
        call_id=CallId(question.quote_id),
        account_id=question.account_id,
        account_sid=f"AC{question.account_id.hex}",
        call_sid=f"CA{question.quote_id.hex}",
        caller=question.caller,
        dialled=number,
        campaign_id=question.campaign_id,
        geography=question.geography,
        tags=question.tags,
        ring_began_at=now,
    )
