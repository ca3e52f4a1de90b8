"""Numbers at the carrier: looked for, bought, set up, listed and given back.

What is done is looked at first, so that each may be asked again: a number is not bought twice,
one that is set up is not touched, one that is gone is not given back.
"""

from collections.abc import Mapping
from typing import Any

from twilio.base import values
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from libs.contracts.carrier_numbers import (
    AvailableNumber,
    BuyCarrierNumber,
    Capabilities,
    CarrierNumber,
    FindCarrierNumbers,
    ListCarrierNumbers,
    NumberBought,
    NumberKind,
    NumberReleased,
    NumberSetUp,
    NumbersFound,
    NumbersListed,
    ReleaseCarrierNumber,
    SetUpCarrierNumber,
)
from libs.runtime.answers import Declined
from libs.runtime.deadline import Deadline
from services.ingress.carrier.access import Access, declined, next_of, place_in_list
from services.ingress.domain.carrier_faults import (
    ANSWERED_ELSEWHERE,
    MISSING,
    SPEECHLESS,
    Fault,
)
from services.ingress.domain.numbers import differing, place_of, setting

_SET = (
    "friendly_name",
    "voice_url",
    "voice_method",
    "voice_fallback_url",
    "voice_fallback_method",
    "status_callback",
    "status_callback_method",
)


class CarrierNumbers:
    """The numbers of the platform's carrier account, and of accounts' own."""

    def __init__(self, access: Access, public_url: str) -> None:
        self._access = access
        self._public_url = public_url

    async def find(self, question: FindCarrierNumbers, deadline: Deadline) -> NumbersFound:
        """What the carrier has to sell; raise Declined."""
        search = question.search
        async with self._access.client(question.account, deadline) as client:
            shelf = client.available_phone_numbers(search.country)
            kinds = {
                NumberKind.LOCAL: shelf.local,
                NumberKind.TOLL_FREE: shelf.toll_free,
                NumberKind.MOBILE: shelf.mobile,
            }
            found = await kinds[search.kind].list_async(
                area_code=values.unset if search.area_code is None else int(search.area_code),
                contains=search.contains or values.unset,
                in_region=search.region or values.unset,
                in_locality=search.locality or values.unset,
                voice_enabled=True,
                limit=search.limit,
            )
            return NumbersFound(
                account_sid=client.username, numbers=tuple(_available(one) for one in found)
            )

    async def buy(self, question: BuyCarrierNumber, deadline: Deadline) -> NumberBought:
        """Buy a number, unless this purchase has it already; raise Declined."""
        wanted = setting(self._public_url, question.place) | {"friendly_name": question.mark}
        async with self._access.client(question.account, deadline) as client:
            if bought := await self._marked(client, question):
                return NumberBought(number=bought, again=True)
            try:
                made = await client.incoming_phone_numbers.create_async(
                    phone_number=question.number, **wanted
                )
            except TwilioException:
                # An earlier request of this purchase may have come through meanwhile.
                if bought := await self._marked(client, question):
                    return NumberBought(number=bought, again=True)
                raise
            return NumberBought(number=self._told(made))

    async def _marked(self, client: Client, question: BuyCarrierNumber) -> CarrierNumber | None:
        """The number, where it is the account's by this purchase; raise Declined by another."""
        owned = await _owned(client, question.number)
        if owned is None:
            return None
        number = self._told(owned)
        if number.friendly_name != question.mark:
            text = "the carrier account has this number already: import it"
            raise Declined("number_owned", text, [("number", text)])
        return number

    async def set_up(self, question: SetUpCarrierNumber, deadline: Deadline) -> NumberSetUp:
        """Make a number's settings so, where they are not; raise Declined."""
        wanted = setting(self._public_url, question.place)
        async with self._access.client(question.account, deadline) as client:
            owned = await _owned(client, question.number)
            if owned is None:
                raise declined(MISSING)
            if fault := _unusable(owned):
                raise declined(fault)
            changes = differing(wanted, _settings_of(owned))
            if changes:
                owned = await client.incoming_phone_numbers(owned.sid).update_async(**changes)
            return NumberSetUp(number=self._told(owned), changed=tuple(sorted(changes)))

    async def release(self, question: ReleaseCarrierNumber, deadline: Deadline) -> NumberReleased:
        """Give a number back, if it is there; raise Declined."""
        async with self._access.client(question.account, deadline) as client:
            owned = await _owned(client, question.number)
            if owned is None:
                return NumberReleased(was_there=False)
            await client.incoming_phone_numbers(owned.sid).delete_async()
            return NumberReleased(was_there=True)

    async def listed(self, question: ListCarrierNumbers, deadline: Deadline) -> NumbersListed:
        """A page of what an account owns; raise Declined."""
        async with self._access.client(question.account, deadline) as client:
            page = await client.incoming_phone_numbers.page_async(
                phone_number=question.number or values.unset,
                **place_in_list(question.cursor, question.limit),
            )
            return NumbersListed(
                account_sid=client.username,
                numbers=tuple(self._told(one) for one in page),
                cursor=next_of(page.next_page_url),
            )

    def _told(self, owned: Any) -> CarrierNumber:
        settings = _settings_of(owned)
        return CarrierNumber(
            account_sid=owned.account_sid,
            number_sid=owned.sid,
            number=owned.phone_number,
            friendly_name=owned.friendly_name or "",
            place=place_of(self._public_url, settings),
            capabilities=_capabilities(owned.capabilities),
        )


async def _owned(client: Client, number: str) -> Any:
    """The account's number, or None."""
    found = await client.incoming_phone_numbers.list_async(phone_number=number, limit=2)
    return next((one for one in found if one.phone_number == number), None)


def _unusable(owned: Any) -> Fault | None:
    """Why a number's calls can never come to us."""
    if owned.voice_application_sid or owned.trunk_sid:
        return ANSWERED_ELSEWHERE
    return None if _capabilities(owned.capabilities).voice else SPEECHLESS


def _settings_of(owned: Any) -> Mapping[str, str | None]:
    return {name: getattr(owned, name) for name in _SET}


def _capabilities(told: Any) -> Capabilities:
    """The carrier writes them small for owned numbers, and partly large for those on sale."""
    return Capabilities(**{name.lower(): bool(can) for name, can in (told or {}).items()})


def _available(one: Any) -> AvailableNumber:
    return AvailableNumber(
        number=one.phone_number,
        friendly_name=one.friendly_name or "",
        locality=one.locality or "",
        region=one.region or "",
        postal_code=one.postal_code or "",
        country=one.iso_country or "",
        capabilities=_capabilities(one.capabilities),
    )
