"""The postbacks' desk: takes conversions that partners post, each once, and logs what came."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from libs.contracts.configuration import Status
from libs.contracts.conversions import ConversionPosted
from libs.contracts.editing import Saved
from libs.contracts.ids import AccountId, CallId
from libs.contracts.postbacks import (
    AskPostbackAddress,
    ListPostbacks,
    Postback,
    PostbackAddress,
    PostbackOutcome,
    Postbacks,
    SavePostbackKey,
)
from libs.contracts.tracking_edits import TrackingNoun
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from libs.runtime.rounds import Rounds
from services.tracking.desk.calls import Desk
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.domain.call import Heard
from services.tracking.domain.cursor import Place, read_cursor, write_cursor
from services.tracking.domain.deals import last_posted
from services.tracking.domain.keys import Keys
from services.tracking.domain.posted import Asked
from services.tracking.domain.unfit import Missing, Unfit
from services.tracking.store.configuration import Configuration
from services.tracking.store.journal import Journal
from services.tracking.store.postbacks import PostbackLog

MINUTE = timedelta(minutes=1)
OF_ACCOUNT_MAX = 600  # postbacks of a minute by one key of an account
OF_CALL_MAX = 20  # by the key of one call
FORGET_EVERY_SECONDS = 600.0
FORGETTINGS_MAX = 50  # of one round
WHY_MAX = 500  # characters of a line of the log

EXAMPLE = "?call_id=[Call:InboundCallId]&amount=12.50&currency=USD&conversion_id=1001&payout=7.50"


class UnknownKey(Exception):
    """The key opens nothing, or no longer."""


class TooOften(Exception):
    """More postbacks by one key within a minute than are taken."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a key opens: an account's calls, or one of them."""

    account_id: AccountId
    key_id: UUID | None
    name: str
    call_id: CallId | None = None


class PostbacksDesk:
    """One per process; holds no state of its own."""

    def __init__(  # noqa: PLR0917 - wired once
        self,
        keeping: KeepingDesk,
        configuration: Configuration,
        desk: Desk,
        journal: Journal,
        log: PostbackLog,
        outbox: Outbox,
        clock: Clock,
        keys: Keys,
        base_url: str,
        kept: tuple[timedelta, timedelta],
    ) -> None:
        self._keeping = keeping
        self._configuration = configuration
        self._desk = desk
        self._journal = journal
        self._log = log
        self._outbox = outbox
        self._clock = clock
        self._keys = keys
        self._base_url = base_url.rstrip("/")
        self._kept = kept
        self._rounds = Rounds("tracking-postbacks-forgetting", FORGET_EVERY_SECONDS, self.forget)

    def start(self) -> None:
        """Begin to forget."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop forgetting."""
        await self._rounds.stop()

    async def forget(self) -> None:
        """Forget what is old."""
        for _ in range(FORGETTINGS_MAX):
            if not await self._log.forget(*self._kept):
                break

    async def save(self, question: SavePostbackKey) -> Saved:
        """Keep a key; raise Stale."""
        key = question.document
        document = key.model_dump(mode="json")
        return await self._keeping.save(TrackingNoun.POSTBACK_KEY, key.id, document, question)

    async def address(self, question: AskPostbackAddress) -> PostbackAddress:
        """The address of a key; raise Missing."""
        noun, key_id = TrackingNoun.POSTBACK_KEY, question.postback_key_id
        if await self._configuration.get(question.account_id, noun, key_id) is None:
            raise Missing
        url = f"{self._base_url}/p/{self._keys.of_account(question.account_id, key_id)}"
        return PostbackAddress(url=url, example=url + EXAMPLE)

    async def page(self, question: ListPostbacks) -> Postbacks:
        """One page; raise CursorUnreadable."""
        after = read_cursor(question.cursor) if question.cursor is not None else None
        found = await self._log.page(question, after, question.limit + 1)
        shown = found[: question.limit]
        if len(found) == len(shown):
            return Postbacks(postbacks=tuple(shown))
        last = Place(shown[-1].at, CallId(shown[-1].postback_id))
        return Postbacks(postbacks=tuple(shown), cursor=write_cursor(last))

    async def take(self, key: str, asked: Asked, address: str) -> Postback:
        """Take a conversion; raise UnknownKey, TooOften, Missing or Unfit."""
        opened = await self._open(key)
        now = self._clock.now()
        most = OF_CALL_MAX if opened.key_id is None else OF_ACCOUNT_MAX
        if most <= await self._log.count(
            opened.account_id, now - MINUTE, opened.key_id, opened.call_id
        ):
            raise TooOften
        call_id = opened.call_id or self._call_of(asked)
        one = Postback(
            postback_id=uuid4(),
            at=now,
            postback_key_id=opened.key_id,
            call_id=call_id,
            conversion_id=asked.conversion_id,
            outcome=PostbackOutcome.KEPT,
            amount=asked.amount,
            payout=asked.payout,
            address=address,
        )
        problems = list(asked.problems)
        if call_id is None and asked.call_key:
            problems.append(("call_key", "opens no call"))
        elif call_id is None and not any(name == "call_id" for name, _ in problems):
            problems.append(("call_id", "name the call by call_id, or by its call_key"))
        if problems:
            await self._refuse(opened.account_id, one, "; ".join(map(" ".join, problems)))
            raise Unfit("malformed", "the postback cannot be read", problems)
        outcome = await self._kept_now(opened, one)
        if outcome is PostbackOutcome.REFUSED:
            await self._refuse(opened.account_id, one, "there is no such call")
            raise Missing
        if outcome is PostbackOutcome.DUPLICATE:
            one = one.model_copy(update={"outcome": outcome, "why": "it was posted before"})
            await self._log.note(opened.account_id, one)
        return one

    async def _open(self, key: str) -> Opened:
        """What a key opens; raise UnknownKey."""
        if (call := self._keys.call_of(key)) is not None:
            call_id = CallId(call)
            account_id = await self._log.whose(call_id)
            if account_id is None:
                raise UnknownKey
            return Opened(account_id, None, "the call's key", call_id)
        found = self._keys.account_of(key)
        if found is None:
            raise UnknownKey
        account_id, key_id = AccountId(found[0]), found[1]
        kept = await self._configuration.get(account_id, TrackingNoun.POSTBACK_KEY, key_id)
        if kept is None or kept.document["status"] != Status.ACTIVE:
            raise UnknownKey
        return Opened(account_id, key_id, kept.document["name"])

    def _call_of(self, asked: Asked) -> CallId | None:
        if asked.call_key:
            call = self._keys.call_of(asked.call_key)
            return None if call is None else CallId(call)
        return asked.call_id

    async def _kept_now(self, opened: Opened, one: Postback) -> PostbackOutcome:
        """Keep the postback and its fact together; refused where there is no such call."""
        assert one.call_id is not None
        async with self._journal.entry() as entry:
            if not await entry.is_of(opened.account_id, one.call_id):
                return PostbackOutcome.REFUSED
            if not await entry.take_postback(opened.account_id, one):
                return PostbackOutcome.DUPLICATE
            told = (await entry.reopen([one.call_id]))[one.call_id]
            fact = ConversionPosted.said(
                opened.account_id,
                one.call_id,
                one.amount,
                at=one.at,
                after=last_posted(told),
                source=opened.name,
            ).model_copy(update={"payout": one.payout})
            heard = Heard(fact, fact.model_dump_json())
            announcement = Announcement(fact.subject, heard.payload)
            await self._desk.enter(entry, [heard])
            await entry.announce(announcement)
        self._outbox.announce([announcement])
        return PostbackOutcome.KEPT

    async def _refuse(self, account_id: AccountId, one: Postback, why: str) -> None:
        refused = {"outcome": PostbackOutcome.REFUSED, "why": why[:WHY_MAX]}
        await self._log.note(account_id, one.model_copy(update=refused))
