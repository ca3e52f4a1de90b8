"""The looking desk: what is configured, in pages, by name, and by what uses it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from libs.contracts.bulk import (
    EXPORTED,
    AccountConfiguration,
    ExportConfiguration,
    Exported,
)
from libs.contracts.editing import Actor, GetConfiguration, Got, ListConfiguration, Noun, Page, Row
from libs.contracts.finding import Affected, FindAffected, FindCampaign, RtbIdOwner, WhoseRtbId
from libs.contracts.number_setup import Availability, NumberSetup, NumberStanding
from services.router.desk.keeping import Keeper
from services.router.domain.nouns import LISTS, masked
from services.router.store.configuration import Configuration, Wanted, place_of
from services.router.store.kept import Kept, Missing
from services.router.store.setups import Setups

PAGE_BYTES_MAX = 400_000  # below the 512 kB of a message; the largest row has a quarter of it
PART_MAX = 500  # documents of one part of an export


class LookingDesk:
    """Reads the configuration; changes nothing."""

    def __init__(self, configuration: Configuration, keeper: Keeper, setups: Setups) -> None:
        self._configuration = configuration
        self._keeper = keeper
        self._setups = setups

    async def get(self, question: GetConfiguration) -> Got:
        """One thing as it is now; raise Missing."""
        async with self._configuration.editing(question.account_id) as edit:
            kept = await edit.current(question.noun, question.key)
        if kept is None or kept.retired:
            raise Missing
        (row,) = await self._rows([kept])
        return Got(row=row)

    async def find_campaign(self, question: FindCampaign) -> Got:
        """The campaign of an RTB id; raise Missing."""
        return _got(await self._configuration.by_rtb_id(question.account_id, question.rtb_id))

    async def whose_rtb_id(self, question: WhoseRtbId) -> RtbIdOwner:
        """Whose an RTB id is; raise Missing."""
        kept = await self._configuration.of_rtb_id(question.rtb_id)
        if kept is None:
            raise Missing
        document = kept.document
        return RtbIdOwner(
            account_id=kept.account_id,
            campaign_id=document["id"],
            name=document["name"],
            status=document["status"],
            rtb_enabled=document.get("rtb_enabled", False),
        )

    async def page(self, question: ListConfiguration) -> Page:
        """One page of one kind."""
        rows = await self._configuration.page(
            question.account_id,
            question.noun,
            question.cursor,
            question.limit + 1,
            Wanted(question.order, question.contains, question.status),
        )
        shown = list(_fitting(rows[: question.limit]))
        return Page(
            rows=tuple(await self._rows(shown)),
            cursor=place_of(shown[-1], question.order) if len(shown) < len(rows) else None,
        )

    async def _rows(self, shown: Sequence[Kept]) -> list[Row]:
        """What is shown of them; of numbers also whom they serve, and how they are set up."""
        rows = [_row(kept) for kept in shown]
        if not shown or shown[0].noun is not Noun.NUMBER:
            return rows
        account_id = shown[0].account_id
        setups = await self._setups.of(account_id, [UUID(kept.key) for kept in shown])
        names = await self._configuration.names(account_id, _holders(shown))
        return [
            row.model_copy(update={"standing": _standing(kept, names, setups.get(UUID(kept.key)))})
            for row, kept in zip(rows, shown, strict=True)
        ]

    async def affected(self, question: FindAffected) -> Affected:
        """What uses a thing, and which campaigns could not go on without; raise Missing.

        The latter is found by doing it, and undoing it.
        """
        asker = Actor(name="what if", role="rehearsal", via=FindAffected.subject)
        async with self._keeper.work(question.account_id, asker, rehearsal=True) as work:
            thing = await work.edit.current(question.noun, question.key)
            if thing is None or thing.retired:
                raise Missing
            uses = await work.edit.uses_of(question.noun, question.key)
            await work.edit.campaigns.cut_out(question.noun, question.key)
        return Affected(uses=tuple(uses), pauses=work.paused)

    async def export(self, question: ExportConfiguration) -> Exported:
        """A part of everything, in an order in which nothing is named before it is there."""
        noun, after = _place(question.cursor)
        rows = await self._configuration.page(question.account_id, noun, after, PART_MAX + 1)
        shown = list(_fitting(rows[:PART_MAX]))
        following = _after(noun)
        if len(shown) < len(rows):
            cursor: str | None = f"{noun}/{shown[-1].key}"
        else:
            cursor = f"{following}/" if following else None
        documents: Any = [kept.document for kept in shown]
        if noun is Noun.DEFAULTS:
            documents = documents[0] if documents else None
        return Exported(
            version=await self._configuration.newest(question.account_id),
            configuration=AccountConfiguration.model_validate({LISTS[noun]: documents}),
            cursor=cursor,
        )


def _holders(numbers: Iterable[Kept]) -> list[tuple[Noun, str]]:
    """The pools and campaigns that numbers serve."""
    places = ((Noun.POOL, "pool_id"), (Noun.CAMPAIGN, "campaign_id"))
    return [
        (noun, kept.document[field])
        for kept in numbers
        for noun, field in places
        if kept.document[field] is not None
    ]


def _standing(
    number: Kept, names: Mapping[tuple[Noun, str], str], setup: NumberSetup | None
) -> NumberStanding:
    holders = _holders([number])
    if not holders:
        return NumberStanding(availability=Availability.AVAILABLE, setup=setup)
    ((noun, key),) = holders
    return NumberStanding(
        availability=Availability(noun),
        holder_id=UUID(key),
        holder_name=names.get((noun, key), ""),
        setup=setup,
    )


def _place(cursor: str | None) -> tuple[Noun, str | None]:
    """Which kind comes next, and after which of its keys."""
    if cursor is None:
        return EXPORTED[0], None
    noun, _, key = cursor.partition("/")
    return Noun(noun), key or None


def _after(noun: Noun) -> Noun | None:
    at = EXPORTED.index(noun) + 1
    return EXPORTED[at] if at < len(EXPORTED) else None


def _fitting(rows: Iterable[Kept]) -> Iterator[Kept]:
    """As many as one message holds."""
    room = PAGE_BYTES_MAX
    for kept in rows:
        room -= len(_row(kept).model_dump_json().encode())
        if room < 0:
            return
        yield kept


def _got(kept: Kept | None) -> Got:
    if kept is None or kept.retired:
        raise Missing
    return Got(row=_row(kept))


def _row(kept: Kept) -> Row:
    return Row(version=kept.version, document=masked(kept.document))
