"""The bulk desk: lists of numbers, and whole configurations, in one edit."""

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid4

from libs.contracts.bulk import (
    EXPORTED,
    NUMBERS_MAX,
    AccountConfiguration,
    AddNumbers,
    ImportChange,
    ImportConfiguration,
    Imported,
    ImportedDocument,
    NumberOutcome,
    NumberResult,
    NumbersAdded,
    Retired,
)
from libs.contracts.configuration import Group, Number
from libs.contracts.ids import NumberId
from libs.contracts.message import Document
from libs.contracts.phone import PhoneNumber
from services.router.desk.editing import Elsewhere
from services.router.desk.keeping import Keeper, Work, key_of, noun_of
from services.router.domain.nouns import LISTS
from services.router.domain.number_list import read_csv, read_number
from services.router.domain.plan import chain_of
from services.router.domain.unfit import BadRule, Taken, Unfit
from services.router.store.configuration import Configuration
from services.router.store.kept import InUse, Kept, Missing, Stale


class BulkDesk:
    """Edits many things together."""

    def __init__(self, configuration: Configuration, keeper: Keeper, known: Elsewhere) -> None:
        self._configuration = configuration
        self._keeper = keeper
        self._known = known

    async def add_numbers(self, question: AddNumbers) -> NumbersAdded:
        """Give each number its place, or the reason why it has none; raise Unfit for the place."""
        given = _numbers_of(question)
        async with self._keeper.work(question.account_id, question.actor) as work:
            place = _Place(work, question)
            await place.look([number for _, _, number in given if number is not None])
            results = [await place.give(*one) for one in given]
        return NumbersAdded(version=work.version, results=tuple(results))

    async def bring_in(self, question: ImportConfiguration) -> Imported:
        """Make an account's configuration so; raise Stale or Unfit, and nothing is changed."""
        done: list[ImportedDocument] = []
        unchanged = 0
        account_id = question.account_id
        for path, document in _in_order(question.configuration):
            try:
                await self._known.check(account_id, document)
            except Unfit as no:
                raise no.within(path) from no
        await self._known.check_leases(account_id, self._leaving(question))
        async with self._keeper.work(
            account_id, question.actor, rehearsal=question.rehearsal
        ) as work:
            newest = await self._configuration.newest(account_id)
            if question.expected_version not in (None, newest):
                raise Stale(newest)
            for path, document in _in_order(question.configuration):
                before = await work.current(document)
                if _same(before, document):
                    unchanged += 1
                    continue
                try:
                    await work.keep(document, before, path)
                except Unfit as no:
                    raise no.within(path) from no
                done.append(_told(document, key_of(account_id, document), before))
            done += [await _retire(work, one) for one in question.retired]
        return Imported(
            rehearsal=question.rehearsal,
            version=newest if question.rehearsal else work.version or newest,
            documents=tuple(done),
            unchanged=unchanged,
            paused=work.paused,
        )

    def _leaving(self, question: ImportConfiguration) -> Iterator[tuple[str, NumberId]]:
        """Numbers that it takes out of the pools that they are in, by where they are named."""
        for at, number in enumerate(question.configuration.numbers):
            if self._known.leaves_pool(question.account_id, number):
                yield f"numbers.{at}.pool_id", number.id
        for gone in question.retired:
            if self._known.in_pool(question.account_id, gone.noun, gone.key):
                yield "numbers", NumberId(UUID(gone.key))


async def _retire(work: Work, thing: Retired) -> ImportedDocument:
    """Take a thing out of use; raise Missing, or InUse while something else needs it."""
    before = await work.edit.current(thing.noun, thing.key)
    if before is None or before.retired:
        raise Missing
    if users := await work.edit.uses_of(thing.noun, thing.key):
        raise InUse(users)
    await work.retire(before)
    named = before.document.get("name") or before.document.get("number") or ""
    return ImportedDocument(
        noun=thing.noun, key=thing.key, name=str(named), change=ImportChange.RETIRED
    )


class _Place:
    """Where the numbers of a list go."""

    def __init__(self, work: Work, question: AddNumbers) -> None:
        self._work = work
        self._question = question
        self._here: dict[str, Kept] = {}
        self._elsewhere: set[str] = set()

    async def look(self, numbers: Sequence[PhoneNumber]) -> None:
        """See which of them are kept already, here or elsewhere; raise PointsNowhere."""
        await self._work.check_references(self._number(PhoneNumber("+10000000000"), None))
        self._here = await self._work.edit.numbers.among(numbers)
        self._elsewhere = await self._work.edit.numbers.elsewhere(numbers)

    async def give(self, line: int, text: str, number: PhoneNumber | None) -> NumberResult:
        """One number's place, or why it has none."""
        if number is None:
            problem = "no phone number: write it with its country code, as +12125550100"
            return _refused(line, text, problem)
        if number in self._elsewhere:
            return _refused(line, text, Taken.text)
        before = self._here.get(number)
        document = self._number(number, before)
        if before is not None and _same(before, document):
            return _result(line, text, NumberOutcome.ALREADY, document)
        if before is not None and not _waits(before):
            return _refused(line, text, f"belongs to {await self._work.place_of(before)} already")
        self._here[number] = await self._work.keep(document, before)
        outcome = NumberOutcome.ADDED if before is None else NumberOutcome.PLACED
        return _result(line, text, outcome, document)

    def _number(self, number: PhoneNumber, before: Kept | None) -> Number:
        question = self._question
        was = None if before is None else Number.model_validate(before.document)
        return Number(
            id=was.id if was else NumberId(uuid4()),
            number=number,
            account_sid=question.account_sid,
            campaign_id=question.campaign_id,
            pool_id=question.pool_id,
            publisher_id=was.publisher_id if was else None,
            tags=was.tags if was else {},
        )


def _waits(number: Kept) -> bool:
    return number.document["pool_id"] is None and number.document["campaign_id"] is None


def _numbers_of(question: AddNumbers) -> list[tuple[int, str, PhoneNumber | None]]:
    """Lines, texts and numbers; None where a text is no number."""
    lines = read_csv(question.csv) if question.csv else list(enumerate(question.numbers, 1))
    if len(lines) > NUMBERS_MAX:
        problem = f"{len(lines):,} numbers: at most {NUMBERS_MAX:,} at once"
        raise BadRule.at("csv", problem)
    return [(line, text, _read(text)) for line, text in lines]


def _read(text: str) -> PhoneNumber | None:
    try:
        return read_number(text)
    except ValueError:
        return None


def _result(line: int, text: str, outcome: NumberOutcome, number: Number) -> NumberResult:
    return NumberResult(line=line, given=text, outcome=outcome, number_id=number.id)


def _refused(line: int, text: str, problem: str) -> NumberResult:
    return NumberResult(line=line, given=text, outcome=NumberOutcome.REFUSED, problem=problem)


def _in_order(configuration: AccountConfiguration) -> Iterator[tuple[str, Document]]:
    """Documents with their paths, each after those that it may name."""
    for noun in EXPORTED:
        name = LISTS[noun]
        documents = getattr(configuration, name)
        if isinstance(documents, Document):
            yield name, documents
            continue
        paths = [(f"{name}.{at}", document) for at, document in enumerate(documents or ())]
        if name == "groups":
            paths.sort(key=lambda one: _depth(one[1], configuration.groups))
        yield from paths


def _depth(group: Group, groups: Sequence[Group]) -> int:
    """How many groups are around one; those come first."""
    return len(chain_of(group.id, {one.id: one.parent_id for one in groups}))


def _same(before: Kept | None, document: Document) -> bool:
    if before is None or before.retired:
        return False
    return type(document).model_validate(before.document) == document


def _told(document: Document, key: str, before: Kept | None) -> ImportedDocument:
    new = before is None or before.retired
    return ImportedDocument(
        noun=noun_of(document),
        key=key,
        name=str(getattr(document, "name", None) or getattr(document, "number", "")),
        change=ImportChange.CREATED if new else ImportChange.CHANGED,
    )
