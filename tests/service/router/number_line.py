"""A router, an ingress and the carrier's REST API, and what is asked of the first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from deploy.local.carrier.ledger import NumberConfig
from libs.contracts.editing import GetConfiguration, Got, Noun
from libs.contracts.number_setup import NumberSetup
from libs.contracts.numbers import (
    BuyNumbers,
    GetPurchase,
    Purchase,
)
from services.ingress.app import create as create_ingress
from services.ingress.settings import Settings as IngressSettings
from tests.kit.hosting import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    BASE_URL,
    TESTER,
    alive,
    eventually,
    is_whole,
    settings_of,
)
from tests.kit.played_rest import PlayedRest
from tests.service.router.stage import Stage

OWNED = "IncomingPhoneNumbers"
OWN_SID = "AC" + "9" * 32
PHONE = "+12125550100"


class Line:
    """A router, an ingress and the carrier's REST API."""

    def __init__(self, stage: Stage, rest: PlayedRest) -> None:
        self.stage = stage
        self.rest = rest
        self.about: dict[str, Any] = {"account_id": stage.account_id, "actor": TESTER}

    @property
    def owned(self) -> dict[str, NumberConfig]:
        """What the carrier has, by number."""
        return {one.phone_number: one for one in self.rest.carrier.ledger.numbers.values()}

    def own(self, number: str, **more: Any) -> None:
        """Let the carrier account have a number already."""
        config = NumberConfig("https://elsewhere.example.com", phone_number=number, **more)
        self.rest.carrier.ledger.numbers[config.sid] = config

    async def hurry(self) -> None:
        """Let what waits for another try, or another look, wait no longer."""
        for table in ("number_setup", "purchase"):
            await self.stage.sql.execute(
                f"UPDATE router.{table} SET due_at = now() "
                "WHERE due_at > now() AND state <> 'draining'"
            )

    async def a_minute_later(self) -> None:
        """Let the latest looks at numbers be a while ago."""
        await self.stage.sql.execute(
            "UPDATE router.number_setup SET checked_at = checked_at - interval '2 minutes'"
        )

    async def buy(self, *numbers: str, **more: Any) -> Purchase:
        question = BuyNumbers(**{**self.about, "id": uuid4(), "numbers": numbers, **more})
        purchase: Purchase = await self.stage.ask(question)
        return purchase

    async def done(self, purchase: Purchase, *states: str) -> Purchase:
        """The purchase, once its numbers have come so far."""

        async def look() -> Purchase | None:
            await self.hurry()
            now: Purchase = await self.stage.ask(
                GetPurchase(account_id=self.stage.account_id, id=purchase.id)
            )
            return now if tuple(line.state for line in now.lines) == states else None

        return await eventually(look)

    async def number(self, number_id: UUID) -> Got:
        got: Got = await self.stage.ask(
            GetConfiguration(account_id=self.stage.account_id, noun=Noun.NUMBER, key=str(number_id))
        )
        return got

    async def stands(self, number_id: UUID, state: str) -> NumberSetup:
        """How a number stands, once it stands so."""

        async def look() -> NumberSetup | None:
            await self.hurry()
            standing = (await self.number(number_id)).row.standing
            setup = standing.setup if standing else None
            return setup if setup and setup.state == state else None

        return await eventually(look)


@asynccontextmanager
async def ingress_at(rest: PlayedRest, stage: Stage, folder: Path) -> AsyncIterator[None]:
    """An ingress of the platform, whose carrier is played here."""
    settings = settings_of(
        IngressSettings,
        nats_url=stage.nats_url,
        public_base_url=BASE_URL,
        folder=folder,
        twilio_account_sid=ACCOUNT_SID,
        twilio_auth_token=AUTH_TOKEN,
        twilio_api_base_url=rest.url,
    )
    async with alive(create_ingress(settings)) as app:
        await eventually(lambda: is_whole(app))
        yield
