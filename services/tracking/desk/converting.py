"""The converting desk: takes what is said of a call afterwards, and keeps it with its facts."""

from libs.contracts.conversions import ConversionPosted
from libs.contracts.ids import AccountId, CallId
from libs.contracts.money import Money
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from services.tracking.desk.calls import Desk
from services.tracking.domain.call import Heard
from services.tracking.domain.deals import last_posted
from services.tracking.domain.unfit import Missing, Unfit
from services.tracking.store.journal import Journal


class ConvertingDesk:
    """One per process; holds no state of its own."""

    def __init__(self, desk: Desk, journal: Journal, outbox: Outbox, clock: Clock) -> None:
        self._desk = desk
        self._journal = journal
        self._outbox = outbox
        self._clock = clock

    async def post(
        self, account_id: AccountId, call_id: CallId, amount: Money | None, source: str
    ) -> ConversionPosted:
        """A conversion was said of a call; raise Missing where the account has no such call.

        Raise Unfit where its amount is below zero.

        `source` says who: it is shown with the call.
        """
        if amount is not None and amount.amount < 0:
            raise Unfit("malformed", "less than nothing", [("amount", "is not below zero")])
        async with self._journal.entry() as entry:
            if not await entry.is_of(account_id, call_id):
                raise Missing
            told = (await entry.reopen([call_id]))[call_id]
            now, after = self._clock.now(), last_posted(told)
            fact = ConversionPosted.said(
                account_id, call_id, amount, at=now, after=after, source=source
            )
            heard = Heard(fact, fact.model_dump_json())
            announcement = Announcement(fact.subject, heard.payload)
            await self._desk.enter(entry, [heard])
            await entry.announce(announcement)
        self._outbox.announce([announcement])
        return fact
