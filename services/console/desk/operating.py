"""The desk of the platform's operators: which accounts there are, whose an RTB id is, what is well.

Nothing else of an account comes here, no call and no money; and what was looked at is written down.
"""

import asyncio
from uuid import UUID, uuid4

from libs.contracts.bidding_edits import GetRtb, RtbNoun
from libs.contracts.editing import GetConfiguration, Noun
from libs.contracts.finding import RtbIdOwner, WhoseRtbId
from libs.contracts.flow_edits import GetFlow
from libs.contracts.ids import AccountId, FlowId
from libs.contracts.message import Question
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from services.console.domain.access import PLATFORM, Principal
from services.console.store.accounts import Accounts, Listed
from services.console.store.audit import Told

WITHIN_MS = 950  # as long as any look at an owner
AWAY = frozenset(("busy", "unavailable", "not_ready", "internal"))  # refusals that are no answer


class NoSuchRtbId(Exception):
    """No campaign of any account is known by it."""


class Operating:
    """Looks for operators."""

    def __init__(self, accounts: Accounts, ask: Ask, clock: Clock) -> None:
        self._accounts = accounts
        self._ask = ask
        self._clock = clock

    async def accounts(self, principal: Principal, after: UUID, limit: int) -> list[Listed]:
        """A page of accounts by their ids."""
        told = Told(principal.actor, self._clock.now(), None, None, "accounts were listed")
        await self._accounts.note_look(PLATFORM, "accounts", told)
        return await self._accounts.page(after, limit)

    async def whose(self, principal: Principal, rtb_id: str) -> tuple[RtbIdOwner, str]:
        """Whose an RTB id is, and the account's name; the account sees that it was looked up.

        Raise NoSuchRtbId, Refused or Unanswered.
        """
        told = Told(principal.actor, self._clock.now(), None, None, "an RTB id was looked up")
        try:
            found: RtbIdOwner = await self._ask(
                WhoseRtbId(rtb_id=rtb_id), Deadline.within(WITHIN_MS)
            )
        except Refused as no:
            if no.code != "not_found":
                raise
            await self._accounts.note_look(PLATFORM, rtb_id, told)
            raise NoSuchRtbId from no
        await self._accounts.note_look(found.account_id, rtb_id, told)
        return found, await self._accounts.name(found.account_id)

    async def answering(self) -> dict[str, bool]:
        """Which services answer questions now; the ingress is not asked any for operators."""
        owners = [question.subject.split(".")[1] for question in _probes()]
        found = await asyncio.gather(*(self._answers(question) for question in _probes()))
        return dict(zip(owners, found, strict=True))

    async def _answers(self, question: Question) -> bool:
        try:
            await self._ask(question, Deadline.within(WITHIN_MS))
        except Refused as no:
            return no.code not in AWAY
        except Unanswered:
            return False
        return True


def _probes() -> tuple[Question, ...]:
    """A look at something that is not there, for each service: it reaches its tables."""
    mine, nothing = {"account_id": AccountId(PLATFORM)}, uuid4()
    return (
        GetConfiguration(**mine, noun=Noun.BUYER, key=str(nothing)),
        GetRtb(**mine, noun=RtbNoun.TARGET, key=nothing),
        GetFlow(**mine, flow_id=FlowId(nothing)),
        GetTracking(**mine, noun=TrackingNoun.PUBLISHER, key=nothing),
    )
