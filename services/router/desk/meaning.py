"""What a call is meant for: whose number was dialled, or which quote's own address."""

import re
from uuid import UUID

from libs.contracts.ids import QuoteId
from libs.contracts.routing import AdmitCall
from services.router.domain.context import QuoteSeen
from services.router.domain.plan import Plan
from services.router.memory import Found, Memory
from services.router.store.quotes import Quotes

ADDRESS_OF_QUOTE = re.compile(r"sips?:([0-9a-f]{32})@([A-Za-z0-9.-]{1,253})([:;].*)?")


class Meaning:
    """Looks in memory, and among quotes where the campaign gives any."""

    def __init__(self, memory: Memory, quotes: Quotes) -> None:
        self._memory = memory
        self._quotes = quotes

    async def of(self, question: AdmitCall) -> tuple[Found, QuoteSeen | None]:
        """Whose call it is, and the quote that it may be meant by."""
        named = ADDRESS_OF_QUOTE.fullmatch(question.dialled)
        if named is not None:
            return await self._addressed(question, QuoteId(UUID(named[1])), named[2].lower())
        found = self._memory.find(question.dialled, question.pool_id, question.account_sid)
        if not isinstance(found.plan, Plan) or found.plan.campaign.quotes is None:
            return found, None
        caller = question.caller.number or ""
        campaign_id = found.plan.campaign.id
        return found, await self._quotes.nearest(
            found.account_id, campaign_id, caller, question.dialled
        )

    async def _addressed(
        self, question: AdmitCall, quote_id: QuoteId, domain: str
    ) -> tuple[Found, QuoteSeen | None]:
        """The same for a call to a quote's own address, whoever calls."""
        named = await self._quotes.of_address(quote_id)
        unknown = self._memory.find(question.dialled, None, question.account_sid)
        if named is None:
            return unknown, None
        found = self._memory.find(named.number, None, question.account_sid)
        plan = found.plan if found.account_id == named.account_id else None
        quotes = plan.campaign.quotes if isinstance(plan, Plan) else None
        if quotes is None or quotes.sip_domain != domain:
            return unknown, None
        return found, named.quote
