"""Keeping edits: what every way of editing has in common, in one transaction.

Each document is checked, kept as a new version and told of.  At the end no active campaign
may lack what it needs: one that an edit would activate is refused, others are paused.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from libs.contracts.configuration import (
    Campaign,
    CampaignStatus,
    Carrier,
    Defaults,
    Group,
    Number,
    Pool,
    Selective,
    Target,
)
from libs.contracts.editing import Actor, Changed, Noun, Pausing
from libs.contracts.ids import AccountId, CampaignId
from libs.contracts.message import Document
from libs.rules import filters
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from libs.runtime.seal import Seal
from services.router.domain.nouns import CHANGES, DOCUMENTS, NOUNS, masked, references
from services.router.domain.readiness import sold_to_nobody
from services.router.domain.unfit import BadRule, BelowUse, Incomplete, Taken
from services.router.memory import Memory
from services.router.store.configuration import Configuration
from services.router.store.edit import Edit
from services.router.store.kept import Kept

RTB_ID_BYTES = 16  # written as 32 hexadecimal digits


class _Undone(Exception):
    """A rehearsal is over: nothing of it is kept."""


class Work:
    """Edits under way; what they change is told once all of it is kept."""

    def __init__(
        self, edit: Edit, account_id: AccountId, actor: Actor, seal: Seal, now: datetime
    ) -> None:
        self.edit = edit
        self.paused: tuple[Pausing, ...] = ()
        self.version = 0
        self.announcements: list[Announcement] = []
        self._account_id = account_id
        self._actor = actor
        self._seal = seal
        self.now = now
        self._activated: dict[str, str] = {}

    async def current(self, document: Document) -> Kept | None:
        """What is kept in the place of a document, retired or not."""
        return await self.edit.current(noun_of(document), key_of(self._account_id, document))

    async def keep(
        self, document: Document, before: Kept | None, path: str = "", *, detached: bool = False
    ) -> Kept:
        """Keep a document as a new version; raise Unfit.

        `path` is where it stands in what is edited, for what is found wrong at the end;
        `detached`: something was taken out of it, and what that leaves may stay.
        """
        was = _read(before)
        if isinstance(document, Campaign) and not detached:
            _check_sold(document, was)
        document = _with_rtb_id(document, before)
        await self._check(document, was)
        kept = Kept(
            noun_of(document),
            self._account_id,
            key_of(self._account_id, document),
            await self.edit.next_version(),
            retired=False,
            document=self._content(document),
        )
        await self.edit.put(kept, _columns(document))
        match document:
            case Campaign():
                await self.edit.assign(document.id, document.assignments)
            case Group():
                await self.edit.gather(document)
            case Number() if _moves(document, was):
                await self.edit.setups.due(document)
            case Carrier():
                await self.edit.setups.again(document.account_sid)
        await self.edit.count(document, self.now)
        if problems := await self.edit.below_use(document, was, self.now):
            raise BelowUse(problems)
        if _activates(document, was):
            self._activated[kept.key] = path
        await self._announce(before, kept)
        return kept

    async def retire(self, before: Kept, reason: str = "") -> Kept:
        """Take a thing out of use; `reason`: why the platform does."""
        kept = Kept(
            before.noun,
            self._account_id,
            before.key,
            await self.edit.next_version(),
            retired=True,
            document=before.document,
        )
        await self.edit.retire(kept)
        if before.noun is Noun.NUMBER:
            await self.edit.setups.forget(UUID(before.key))
        await self._announce(before, kept, reason)
        return kept

    async def finish(self) -> None:
        """Let no active campaign lack what it needs; raise Incomplete."""
        paused = []
        for kept, readiness in await self.edit.campaigns.incomplete():
            if (path := self._activated.get(kept.key)) is not None:
                no = Incomplete(readiness.missing())
                raise no.within(path) if path else no
            campaign = Campaign.model_validate(kept.document)
            reason = readiness.why_paused()
            await self._pause(campaign, kept, reason)
            paused.append(
                Pausing(campaign_id=CampaignId(campaign.id), name=campaign.name, reason=reason)
            )
        self.paused = tuple(paused)

    def undo(self) -> NoReturn:
        """Leave everything as it was: a rehearsal is over."""
        raise _Undone

    async def _pause(self, campaign: Campaign, before: Kept, reason: str) -> None:
        changed = campaign.model_copy(update={"status": CampaignStatus.PAUSED})
        after = Kept(
            before.noun,
            before.account_id,
            before.key,
            await self.edit.next_version(),
            retired=False,
            document=changed.model_dump(mode="json"),
        )
        await self.edit.put(after, _columns(changed))
        await self._announce(before, after, reason)

    async def check_references(self, document: Document) -> None:
        """Raise PointsNowhere where a document names what is not there."""
        await self.edit.check(references(document))

    async def _check(self, document: Document, was: Document | None) -> None:
        rule = document.filter if isinstance(document, Selective) else None
        if rule is not None and (problems := filters.problems(rule, path="filter")):
            raise BadRule(problems)
        await self.check_references(document)
        if isinstance(document, Number):
            await self._check_number(document, was)
        if isinstance(document, Pool) and isinstance(was, Pool):
            await self._check_pool(document, was)

    async def _check_number(self, number: Number, was: Document | None) -> None:
        holder = await self.edit.numbers.holder_of(number)
        if holder is not None:
            raise Taken.at("number", f"belongs to {await self.place_of(holder)} already")
        same = isinstance(was, Number) and was.number == number.number
        if not same and await self.edit.numbers.elsewhere([number.number]):
            raise Taken.at("number", Taken.text)
        left_so = isinstance(was, Number) and was.leaves_at == number.leaves_at
        if number.leaves_at is not None and number.leaves_at < self.now and not left_so:
            raise BadRule.at("leaves_at", "is over already: name a time that is to come")

    async def _check_pool(self, pool: Pool, was: Pool) -> None:
        """A pool that serves an active campaign is given up there before it serves another."""
        if was.campaign_id is None or pool.campaign_id in (None, was.campaign_id):
            return
        holder = await self.edit.current(Noun.CAMPAIGN, str(was.campaign_id))
        if holder is not None and holder.document["status"] == CampaignStatus.ACTIVE:
            name = holder.document["name"]
            raise Taken.at("campaign_id", f"the pool serves the active campaign {name} already")

    async def place_of(self, number: Kept) -> str:
        """Whose a kept number is, in words."""
        for field, noun in (("pool_id", Noun.POOL), ("campaign_id", Noun.CAMPAIGN)):
            key = number.document[field]
            holder = await self.edit.current(noun, key) if key is not None else None
            if holder is not None:
                return f"{noun} {holder.document['name']}"
        return f"number {number.key} of this account"

    def _content(self, document: Document) -> dict[str, Any]:
        if not isinstance(document, Carrier):
            return document.model_dump(mode="json")
        later = document.token_next
        return {
            "account_sid": document.account_sid,
            "token_sealed": self._seal.close(document.token.get_secret_value()),
            "token_next_sealed": self._seal.close(later.get_secret_value()) if later else None,
        }

    async def _announce(self, before: Kept | None, after: Kept, reason: str = "") -> None:
        await self.tell(
            CHANGES[after.noun],
            after.key,
            masked(before.document) if before and not before.retired else None,
            None if after.retired else masked(after.document),
            version=after.version,
            reason=reason,
        )
        self.version = after.version

    async def tell(  # noqa: PLR0917 - an event's fields
        self,
        kind: type[Changed],
        key: str,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
        version: int = 0,
        reason: str = "",
    ) -> None:
        """Have a change told when all of it is kept."""
        change = kind(
            account_id=self._account_id,
            key=key,
            version=version,
            at=self.now,
            actor=self._actor,
            before=before,
            after=after,
            reason=reason,
        )
        announcement = Announcement(change.subject, change.model_dump_json())
        await self.edit.announce(announcement)
        self.announcements.append(announcement)


class Keeper:
    """Opens edits of an account, one at a time, and tells everybody what they changed."""

    def __init__(
        self,
        configuration: Configuration,
        memory: Memory,
        outbox: Outbox,
        seal: Seal,
        clock: Clock,
    ) -> None:
        self._configuration = configuration
        self._memory = memory
        self._outbox = outbox
        self._seal = seal
        self._clock = clock

    @asynccontextmanager
    async def work(
        self, account_id: AccountId, actor: Actor, *, rehearsal: bool = False
    ) -> AsyncIterator[Work]:
        """Edits that are kept together or not at all; a rehearsal is checked, and not kept."""
        try:
            async with self._configuration.editing(account_id) as edit:
                work = Work(edit, account_id, actor, self._seal, self._clock.now())
                yield work
                await work.finish()
                if rehearsal:
                    work.undo()
        except _Undone:
            return
        self._outbox.announce(work.announcements)
        await self._memory.catch_up()

    @asynccontextmanager
    async def looking(self, account_id: AccountId) -> AsyncIterator[Edit]:
        """The account as the next edit would see it."""
        async with self._configuration.editing(account_id) as edit:
            yield edit


def noun_of(document: Document) -> Noun:
    """Which kind of thing a document is."""
    return NOUNS[type(document)]


def key_of(account_id: AccountId, document: Document) -> str:
    """What a document is known by: its id, a carrier's account_sid, the account for defaults."""
    if isinstance(document, Defaults):
        return str(account_id)
    if isinstance(document, Carrier):
        return document.account_sid
    return str(document.id)  # type: ignore[attr-defined] # every other document has one


def _read(before: Kept | None) -> Document | None:
    """The document that is in force; a carrier's, being sealed, is not read."""
    if before is None or before.retired or before.noun is Noun.CARRIER:
        return None
    return DOCUMENTS[before.noun].model_validate(before.document)


def _moves(number: Number, was: Document | None) -> bool:
    """Whether the carrier must hear of an edit of a number."""
    return not isinstance(was, Number) or any(
        getattr(number, field) != getattr(was, field)
        for field in ("number", "account_sid", "campaign_id", "pool_id", "leaves_at")
    )


def _check_sold(campaign: Campaign, was: Document | None) -> None:
    """Raise Incomplete where RTB is opened to nobody; what a detached router left may stay."""
    left_so = isinstance(was, Campaign) and sold_to_nobody(was)
    if not left_so and (problems := sold_to_nobody(campaign)):
        raise Incomplete(problems)


def _activates(document: Document, was: Document | None) -> bool:
    if not isinstance(document, Campaign) or document.status is not CampaignStatus.ACTIVE:
        return False
    return not (isinstance(was, Campaign) and was.status is CampaignStatus.ACTIVE)


def _with_rtb_id(
    document: Document,
    before: Kept | None,
    draw: Callable[[int], str] = secrets.token_hex,
) -> Document:
    """Once a campaign has an id that outside publishers know, it keeps it."""
    if not isinstance(document, Campaign):
        return document
    known = before.document.get("rtb_id") if before else None
    if known is None:
        known = document.rtb_id or (draw(RTB_ID_BYTES) if document.rtb_enabled else None)
    elif document.rtb_id not in (None, known):
        raise BadRule.at("rtb_id", f"it is {known} for good: publishers know it")
    return document.model_copy(update={"rtb_id": known})


def _columns(document: Document) -> Mapping[str, Any]:
    """The columns beside a document, which exist for constraints."""
    match document:
        case Campaign():
            return {"rtb_id": document.rtb_id}
        case Target():
            agent = document.agent
            return {"buyer_id": document.buyer_id, "person_id": agent and agent.person_id}
        case Pool():
            return {"campaign_id": document.campaign_id, "name": document.name}
        case Group():
            return {"parent_id": document.parent_id}
        case Number():
            return {
                "number": document.number,
                "campaign_id": document.campaign_id,
                "pool_id": document.pool_id,
            }
        case _:
            return {}
