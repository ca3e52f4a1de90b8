"""The editing desk: one edit at a time, checked, kept, and told to everybody."""

from collections.abc import Mapping, Sequence
from typing import Any

from libs.contracts.configuration import (
    Campaign,
    Carrier,
    Defaults,
    Group,
    Number,
    Pool,
    Selective,
    Target,
)
from libs.contracts.editing import (
    Actor,
    GetConfiguration,
    Got,
    ListConfiguration,
    Noun,
    Page,
    Retire,
    Row,
    Saved,
)
from libs.contracts.editing import Edit as EditQuestion
from libs.contracts.ids import AccountId
from libs.contracts.message import Document, FieldProblem
from libs.rules import filters
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement, Outbox
from libs.runtime.seal import Seal
from services.router.domain.nouns import CHANGES, masked, references
from services.router.memory import Memory
from services.router.store.configuration import (
    Configuration,
    Edit,
    InUse,
    Kept,
    Missing,
    Stale,
)

PAGE_BYTES_MAX = 400_000  # below the 512 kB of a message; the largest row has a quarter of it


class BadRule(Exception):
    """A rule of the document cannot be followed: a pattern that the engine does not take."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(", ".join(one.path for one in problems))
        self.problems = problems


class EditingDesk:
    """Saves, retires and lists what accounts configure."""

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

    async def save(self, question: EditQuestion, noun: Noun, document: Document) -> Saved:
        """Keep a document as a new version; raise Stale, Taken or PointsNowhere."""
        if problems := _problems(document):
            raise BadRule(problems)
        key = key_of(question.account_id, document)
        content = self._content(document)
        async with self._configuration.editing(question.account_id) as edit:
            before = await edit.current(noun, key)
            _check_version(before, question.expected_version)
            await edit.check(references(document))
            version = await edit.next_version()
            kept = Kept(noun, question.account_id, key, version, retired=False, document=content)
            await edit.put(kept, _columns(document))
            await _put_what_hangs_on_it(edit, document)
            await edit.count(document, self._clock.now())
            announcement = await self._announce(edit, question.actor, before, kept)
        await self._tell(announcement)
        return Saved(version=version)

    async def retire(self, question: Retire) -> Saved:
        """Take something out of use; raise Missing, or InUse while something else needs it."""
        async with self._configuration.editing(question.account_id) as edit:
            before = await edit.current(question.noun, question.key)
            if before is None or before.retired:
                raise Missing
            _check_version(before, question.expected_version)
            if users := await edit.users_of(question.noun, question.key):
                raise InUse(users)
            version = await edit.next_version()
            kept = Kept(
                question.noun,
                question.account_id,
                question.key,
                version,
                retired=True,
                document=before.document,
            )
            await edit.retire(kept)
            announcement = await self._announce(edit, question.actor, before, kept)
        await self._tell(announcement)
        return Saved(version=version)

    async def get(self, question: GetConfiguration) -> Got:
        """One thing as it is now; raise Missing."""
        async with self._configuration.editing(question.account_id) as edit:
            kept = await edit.current(question.noun, question.key)
        if kept is None or kept.retired:
            raise Missing
        return Got(row=Row(version=kept.version, document=masked(kept.document)))

    async def page(self, question: ListConfiguration) -> Page:
        """One page of one kind, in the order of the ids."""
        rows = await self._configuration.page(
            question.account_id, question.noun, question.cursor, question.limit + 1
        )
        shown: list[Row] = []
        room = PAGE_BYTES_MAX
        for kept in rows[: question.limit]:
            row = Row(version=kept.version, document=masked(kept.document))
            room -= len(row.model_dump_json().encode())
            if room < 0:
                break
            shown.append(row)
        return Page(
            rows=tuple(shown),
            cursor=rows[len(shown) - 1].key if len(shown) < len(rows) else None,
        )

    def _content(self, document: Document) -> dict[str, Any]:
        if not isinstance(document, Carrier):
            return document.model_dump(mode="json")
        later = document.token_next
        return {
            "account_sid": document.account_sid,
            "token_sealed": self._seal.close(document.token.get_secret_value()),
            "token_next_sealed": self._seal.close(later.get_secret_value()) if later else None,
        }

    async def _announce(
        self, edit: Edit, actor: Actor, before: Kept | None, after: Kept
    ) -> Announcement:
        change = CHANGES[after.noun](
            account_id=after.account_id,
            key=after.key,
            version=after.version,
            at=self._clock.now(),
            actor=actor,
            before=masked(before.document) if before and not before.retired else None,
            after=None if after.retired else masked(after.document),
        )
        announcement = Announcement(change.subject, change.model_dump_json())
        await edit.announce(announcement)
        return announcement

    async def _tell(self, announcement: Announcement) -> None:
        """The edit is in force here at once, and everywhere as soon as the event arrives."""
        self._outbox.announce([announcement])
        await self._memory.catch_up()


def _problems(document: Document) -> tuple[FieldProblem, ...]:
    """What a document's shape alone does not show."""
    rule = document.filter if isinstance(document, Selective) else None
    return () if rule is None else filters.problems(rule, path="filter")


def key_of(account_id: AccountId, document: Document) -> str:
    """What a document is known by: its id, a carrier's account_sid, the account for defaults."""
    if isinstance(document, Defaults):
        return str(account_id)
    if isinstance(document, Carrier):
        return document.account_sid
    return str(document.id)  # type: ignore[attr-defined] # every other document has one


def _check_version(before: Kept | None, expected: int | None) -> None:
    current = None if before is None or before.retired else before.version
    if current != expected:
        raise Stale(current)


def _columns(document: Document) -> Mapping[str, Any]:
    """The columns beside a document, which exist for constraints."""
    match document:
        case Target():
            return {"buyer_id": document.buyer_id}
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


async def _put_what_hangs_on_it(edit: Edit, document: Document) -> None:
    match document:
        case Campaign():
            await edit.assign(document.id, document.assignments)
        case Group():
            await edit.gather(document)
        case _:
            pass
