"""The carrier-numbers desk: numbers on sale, those that are owned already, those that leave."""

import asyncio
from datetime import timedelta

from libs.contracts.bulk import AddNumbers, NumberOutcome, NumberResult, NumbersAdded
from libs.contracts.carrier_numbers import (
    CarrierAccount,
    CarrierNumber,
    FindCarrierNumbers,
    ListCarrierNumbers,
    NumbersFound,
    NumbersListed,
)
from libs.contracts.configuration import Number
from libs.contracts.editing import Noun
from libs.contracts.ids import AccountId, NumberId
from libs.contracts.numbers import (
    CheckNumbers,
    ImportNumbers,
    ListOwnedNumbers,
    NumberLeaving,
    NumbersChecked,
    OwnedNumber,
    OwnedNumbers,
    ReleaseNumber,
    SearchNumbers,
)
from libs.runtime.ask import Ask
from libs.runtime.deadline import Deadline
from services.router.desk.bulk import BulkDesk
from services.router.desk.editing import check_version
from services.router.desk.keeping import Keeper
from services.router.desk.setting_up import ASK_WITHIN_MS
from services.router.domain.unfit import NotOurs
from services.router.store.kept import Missing
from services.router.store.setups import Setups

POOL_DRAINS = timedelta(days=1)  # visitors who were shown a number still call it
LOOKS_AT_ONCE = 3  # as many as the ingress lets through


class CarrierNumbersDesk:
    """What operators do with numbers at the carrier, beside buying them."""

    def __init__(
        self,
        setups: Setups,
        keeper: Keeper,
        bulk: BulkDesk,
        ask: Ask,
        platform_account_id: AccountId | None,
    ) -> None:
        self._setups = setups
        self._keeper = keeper
        self._bulk = bulk
        self._ask = ask
        self._platform_account_id = platform_account_id

    async def search(self, question: SearchNumbers, deadline: Deadline) -> NumbersFound:
        """Numbers on sale; raise Refused as the ingress does."""
        account = await self._account(question.account_id, question.account_sid)
        asked = FindCarrierNumbers(account=account, search=question.search)
        found: NumbersFound = await self._ask(asked, _within(deadline))
        return found

    async def owned(self, question: ListOwnedNumbers, deadline: Deadline) -> OwnedNumbers:
        """What can be brought in; raise NotOurs, or Refused as the ingress does."""
        account = await self._importable(question.account_id, question.account_sid)
        asked = ListCarrierNumbers(account=account, cursor=question.cursor, limit=question.limit)
        listed: NumbersListed = await self._ask(asked, _within(deadline))
        numbers = [one.number for one in listed.numbers]
        async with self._keeper.looking(question.account_id) as edit:
            here = await edit.numbers.among(numbers)
            elsewhere = await edit.numbers.elsewhere(numbers)
        return OwnedNumbers(
            account_sid=listed.account_sid,
            numbers=tuple(
                OwnedNumber(
                    number=one.number,
                    friendly_name=one.friendly_name,
                    number_id=NumberId(here[one.number].document["id"])
                    if one.number in here
                    else None,
                )
                for one in listed.numbers
                if one.number not in elsewhere
            ),
            cursor=listed.cursor,
        )

    async def bring_in(self, question: ImportNumbers, deadline: Deadline) -> NumbersAdded:
        """Keep numbers that the carrier account has; raise NotOurs, Unfit or Refused."""
        account = await self._importable(question.account_id, question.account_sid)
        room = asyncio.Semaphore(LOOKS_AT_ONCE)

        async def look(number: str) -> CarrierNumber | None:
            async with room:
                asked = ListCarrierNumbers(account=account, number=number)
                listed: NumbersListed = await self._ask(asked, _within(deadline))
            return next((one for one in listed.numbers if one.number == number), None)

        found = await asyncio.gather(*map(look, question.numbers))
        there = [one for one in found if one is not None]
        results = {
            number: NumberResult(
                line=line,
                given=number,
                outcome=NumberOutcome.REFUSED,
                problem="the carrier account does not have this number",
            )
            for line, number in enumerate(question.numbers, 1)
        }
        version = 0
        if there:
            added = await self._bulk.add_numbers(
                AddNumbers(
                    account_id=question.account_id,
                    actor=question.actor,
                    account_sid=there[0].account_sid,
                    campaign_id=question.campaign_id,
                    pool_id=question.pool_id,
                    numbers=tuple(one.number for one in there),
                )
            )
            version = added.version
            for one in added.results:
                results[one.given] = one.model_copy(update={"line": results[one.given].line})
        return NumbersAdded(version=version, results=tuple(results.values()))

    async def release(self, question: ReleaseNumber) -> NumberLeaving:
        """Have a number given back once it has drained; raise Missing, Stale."""
        async with self._keeper.work(question.account_id, question.actor) as work:
            kept = await work.edit.current(Noun.NUMBER, str(question.number_id))
            if kept is None or kept.retired:
                raise Missing
            check_version(kept, question.expected_version)
            number = Number.model_validate(kept.document)
            leaves_at = work.now + _drain(number, question.drain_seconds)
            leaving = number.model_copy(update={"leaves_at": leaves_at})
            after = await work.keep(leaving, kept)
        return NumberLeaving(version=after.version, leaves_at=leaves_at)

    async def check(self, question: CheckNumbers) -> NumbersChecked:
        """How an account's numbers stand with the carrier."""
        if question.again:
            await self._setups.look_again(question.account_id)
        return await self._setups.report(question.account_id)

    async def _account(self, account_id: AccountId, account_sid: str | None) -> CarrierAccount:
        """The carrier account that is meant: one's own where its credentials are kept."""
        own = account_sid is not None and await self._setups.keeps(account_id, account_sid)
        return CarrierAccount(account_sid=account_sid, platform=not own)

    async def _importable(self, account_id: AccountId, account_sid: str | None) -> CarrierAccount:
        account = await self._account(account_id, account_sid)
        if account.platform and account_id != self._platform_account_id:
            raise NotOurs.at("account_sid", NotOurs.text)
        return account


def _drain(number: Number, seconds: int | None) -> timedelta:
    if seconds is not None:
        return timedelta(seconds=seconds)
    return POOL_DRAINS if number.pool_id is not None else timedelta(0)


def _within(deadline: Deadline) -> Deadline:
    return Deadline.within(min(ASK_WITHIN_MS, deadline.remaining_seconds * 1_000))
