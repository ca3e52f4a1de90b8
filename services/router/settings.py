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
