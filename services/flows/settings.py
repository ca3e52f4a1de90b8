"""What an operator may set for flows."""

from pydantic import Field

from libs.runtime.settings import ServiceSettings, WithDatabase, of_service


class Settings(WithDatabase, ServiceSettings):
    """The settings of flows."""

    model_config = of_service("flows")

    sandbox_workers: int = Field(
        default=3,
        ge=1,
        le=64,
        description="Processes that run users' code and conditions, of 60 MB each; one account "
        "has at most half of them at once.",
    )
    keep_days: int = Field(
        default=90, ge=3, le=3_650, description="How long the ways of calls through flows are kept."
    )
    allow_private_addresses: bool = Field(
        default=False,
        description="Lets requests of flows go to addresses of private networks: for development.",
    )
