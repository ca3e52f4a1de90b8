"""Plays what stands outside, each in a container of its own: the carrier, or five bidders.

Run: python -m deploy.local.play carrier | bidders

The carrier sends its webhooks to PUBLIC_BASE_URL, signed with TWILIO_AUTH_TOKEN; with the
operator's login at NATS it loads the demo data, whose bidders are at BIDDERS_URL.
"""

import asyncio
import sys

import uvicorn
from pydantic import Field, SecretStr

from deploy.local import demo
from deploy.local.bidders import DEMO, PlayedBidders
from deploy.local.exchange import Exchange
from deploy.nats import OPERATOR
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.settings import ServiceSettings, of_service, settings_of_command

PORT = 8_000
TRY_AGAIN_SECONDS = 1.0
HOST = "0.0.0.0"


class Settings(ServiceSettings):
    """What the played carrier is told."""

    model_config = of_service("operator")

    twilio_account_sid: str = Field(min_length=1, description="The carrier's account.")
    twilio_auth_token: SecretStr = Field(min_length=1, description="Its auth token.")
    public_base_url: str = Field(description="Scheme and host to which webhooks are sent.")
    bidders_url: str = Field(description="Scheme and host of the played bidders.")


async def play_bidders() -> None:
    """Answer auctions until the container is stopped."""
    bidders = PlayedBidders(DEMO)
    await bidders.start(PORT, host=HOST)
    await asyncio.Event().wait()


async def play_carrier() -> None:
    """Load the demo data, then serve until the container is stopped."""
    settings = settings_of_command(Settings)
    broker = Broker(
        settings.nats_url, OPERATOR, OPERATOR, settings.nats_password.get_secret_value()
    )
    broker.open()
    ask = Ask(broker)
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
    exchange = Exchange(sid, token, settings.public_base_url, ask)
    exchange.own(demo.NUMBERS)
    await _load(ask, sid, settings.bidders_url)
    config = uvicorn.Config(exchange.app(), host=HOST, port=PORT, log_level="warning")
    await uvicorn.Server(config).serve()
    await exchange.close()
    await broker.close()


async def _load(ask: Ask, account_sid: str, bidders_url: str) -> None:
    while True:
        try:
            await demo.load(ask, account_sid, bidders_url)
        except (Unanswered, Refused) as fault:  # the services are still starting
            print(f"not loaded yet: {fault!r}", flush=True)
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        else:
            print("the demo data are there", flush=True)
            return


PLAYS = {"carrier": play_carrier, "bidders": play_bidders}

if __name__ == "__main__":
    asyncio.run(PLAYS[sys.argv[1]]())
