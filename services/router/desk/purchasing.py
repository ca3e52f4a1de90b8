"""The purchasing desk: keeps orders of numbers, and has them bought, each once.

An order is kept before the carrier hears of it; the purchase's name stands at the carrier with
the number, so that one whose answer was lost is found again.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from libs.contracts.carrier_numbers import BuyCarrierNumber, CarrierAccount, NumberBought
from libs.contracts.configuration import Number
from libs.contracts.ids import NumberId
from libs.contracts.numbers import (
    BuyNumbers,
    GetPurchase,
    LineState,
    ListPurchases,
    Purchase,
    PurchaseChanged,
    Purchases,
)
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from services.router.desk.editing import Elsewhere
from services.router.desk.keeping import Keeper, Work
from services.router.desk.setting_up import (
    ASK_WITHIN_MS,
    FAILED_AGAIN,
    UNASKED_AGAIN,
    again_after,
    spread,
)
from services.router.domain.unfit import PointsNowhere, Taken, TooMany, Unfit
from services.router.store.kept import Missing
from services.router.store.purchases import Due
from services.router.store.purchases import Purchases as Kept
from services.router.store.setups import Setups

MARK = "Purchase "
REUSED = "names another purchase already"
PLACELESS = "it has no place: the one that it was bought for is gone"


class PurchasingDesk:
    """Buys numbers."""

    def __init__(  # noqa: PLR0917 - wired once
        self,
        purchases: Kept,
        setups: Setups,
        keeper: Keeper,
        known: Elsewhere,
        ask: Ask,
        platform_numbers_max: int,
    ) -> None:
        self._platform_numbers_max = platform_numbers_max
        self._purchases = purchases
        self._setups = setups
        self._keeper = keeper
        self._known = known
        self._ask = ask

    async def order(self, question: BuyNumbers) -> Purchase:
        """Keep an order, or give the one that is kept by this id; raise Unfit."""
        account_id = question.account_id
        if (known := await self._purchases.find(account_id, question.id)) is not None:
            return _same(question, *known)
        wanted = _number(question, question.numbers[0], "AC")
        await self._known.check(account_id, wanted)
        async with self._keeper.work(account_id, question.actor) as work:
            if (known := await self._purchases.find(account_id, question.id)) is not None:
                return _same(question, *known)  # the same order came twice at once
            await work.check_references(wanted)
            await _check_free(work, question.numbers)
            await work.edit.purchases.order(question)
            await self._check_count(work)
            await _announce(work, question, None, LineState.ORDERED)
        found = await self._purchases.find(account_id, question.id)
        assert found is not None, "it was kept just now"
        return found[1]

    async def _check_count(self, work: Work) -> None:
        """Raise TooMany where the platform would pay for more than it lets an account have."""
        most = self._platform_numbers_max
        if (count := await work.edit.purchases.at_the_platform()) > most:
            text = (
                f"{count} numbers under the platform's carrier account: at most {most} are allowed"
            )
            raise TooMany.at("numbers", text)

    async def find(self, question: GetPurchase) -> Purchase:
        """A purchase as it is now; raise Missing."""
        found = await self._purchases.find(question.account_id, question.id)
        if found is None:
            raise Missing
        return found[1]

    async def page(self, question: ListPurchases) -> Purchases:
        """A part of an account's purchases."""
        after = None
        if question.cursor is not None:
            at, _, id = question.cursor.partition("/")
            after = (datetime.fromisoformat(at), UUID(id))
        limit = question.limit
        found = await self._purchases.page(question.account_id, after, limit + 1)
        last = found[limit - 1] if len(found) > limit else None
        return Purchases(
            purchases=tuple(found[:limit]),
            cursor=f"{last.at.isoformat()}/{last.id}" if last else None,
        )

    async def due(self) -> list[Due]:
        """Claim numbers that are to be bought."""
        return await self._purchases.due()

    async def work(self, due: Due) -> bool:
        """Buy one number; False where it has to wait for somebody."""
        order = due.order
        own = order.account_sid is not None and await self._setups.keeps(
            due.account_id, order.account_sid
        )
        question = BuyCarrierNumber(
            account=CarrierAccount(account_sid=order.account_sid, platform=not own),
            number=due.number,
            mark=f"{MARK}{due.purchase_id}",
        )
        try:
            bought: NumberBought = await self._ask(question, Deadline.within(ASK_WITHIN_MS))
        except Unanswered as fault:
            await self._purchases.later(due, str(fault), UNASKED_AGAIN, doubtful=True)
            return False
        except Refused as no:
            return await self._refused(due, no)
        try:
            await self._keep(due, bought.number.account_sid)
        except Unfit as no:  # the carrier has it for us, and something here is in its way
            problem = "; ".join(one.problem for one in no.problems)
            await self._purchases.later(due, problem, spread(FAILED_AGAIN), doubtful=True)
        return True

    async def _refused(self, due: Due, no: Refused) -> bool:
        """The carrier's no is the end, unless it may have said yes before and was not heard."""
        looked = no.code in ("number_gone", "number_owned")  # it saw that the number is not ours
        passes = no.code in ("unavailable", "busy")
        if passes or (due.doubtful and not looked):
            again = again_after(due.tries)
            await self._purchases.later(due, no.refusal.text, again, doubtful=passes)
            return not passes
        async with self._keeper.work(due.account_id, due.order.actor) as work:
            await work.edit.purchases.failed(due, no.refusal.text)
            await _announce(work, due.order, due.number, LineState.FAILED)
        return True

    async def _keep(self, due: Due, account_sid: str) -> None:
        """Make a bought number the account's, in its place if that is still there."""
        order, failure = due.order, ""
        async with self._keeper.work(due.account_id, order.actor) as work:
            wanted = _number(order, due.number, account_sid)
            here = (await work.edit.numbers.among([due.number])).get(due.number)
            if here is not None:
                number = Number.model_validate(here.document)
            else:
                try:
                    await work.check_references(wanted)
                    number = wanted
                except PointsNowhere:
                    failure = PLACELESS
                    number = wanted.model_copy(update={"campaign_id": None, "pool_id": None})
                await work.keep(number, await work.current(number))
            await work.edit.purchases.bought(due, number, failure)
            await _announce(work, order, due.number, LineState.BOUGHT)


def _same(question: BuyNumbers, order: BuyNumbers, purchase: Purchase) -> Purchase:
    """The purchase that is kept, where it is the same; raise Taken."""
    if question.model_copy(update={"actor": order.actor}) != order:
        raise Taken.at("id", REUSED)
    return purchase


def _number(order: BuyNumbers, number: str, account_sid: str) -> Number:
    return Number(
        id=NumberId(uuid5(order.id, number)),
        number=number,
        account_sid=account_sid,
        campaign_id=order.campaign_id,
        pool_id=order.pool_id,
        publisher_id=order.publisher_id,
        tags=order.tags,
    )


async def _check_free(work: Work, numbers: Sequence[str]) -> None:
    """Raise Taken where somebody has one of them already."""
    here = await work.edit.numbers.among(numbers)
    elsewhere = await work.edit.numbers.elsewhere(numbers)
    problems: list[Unfit] = []
    for at, number in enumerate(numbers):
        if number in here:
            problem = f"belongs to {await work.place_of(here[number])} already"
            problems.append(Taken.at(f"numbers.{at}", problem))
        elif number in elsewhere:
            problems.append(Taken.at(f"numbers.{at}", Taken.text))
    if problems:
        raise Taken([one for no in problems for one in no.problems])


async def _announce(work: Work, order: BuyNumbers, number: str | None, state: LineState) -> None:
    """Tell what became of an order, or of one number of it."""
    told = {"id": str(order.id), "numbers": list(order.numbers) if number is None else [number]}
    before = None if number is None else {**told, "state": LineState.ORDERED}
    after = {**told, "state": state}
    await work.tell(PurchaseChanged, str(order.id), before, after)
