"""What an operator may set for the router."""

from uuid import UUID

from pydantic import Field

from libs.runtime.settings import ServiceSettings, WithDatabase, WithSecret, of_service


class Settings(WithDatabase, WithSecret, ServiceSettings):
    """The router's settings."""

    model_config = of_service("router")

    platform_account_id: UUID | None = Field(
        default=None,
        description="The account that may use the numbers which the platform's own Twilio account "
        "has already; every other account only those that it buys there.",
    )
    platform_numbers_max: int = Field(
        default=100,
        ge=0,
        le=100_000,
        description="How many numbers an account may have under the platform's own Twilio account; "
        "under one of its own, as many as it likes.",
    )
