"""What an operator may set for tracking."""

from pydantic import Field

from libs.runtime.settings import ServiceSettings, WithDatabase, WithSecret, of_service


class Settings(WithDatabase, WithSecret, ServiceSettings):
    """Tracking's settings."""

    model_config = of_service("tracking")

    keep_calls_days: int = Field(
        default=730,
        ge=60,
        le=3_650,
        description="How long calls and their facts are kept, in days; whole months go at a time.",
    )
    allow_private_addresses: bool = Field(
        default=False,
        description="Let pixels lead to private or loopback addresses: in development.",
    )
    keep_deliveries_days: int = Field(
        default=30,
        ge=1,
        le=3_650,
        description="How long postbacks that are over are kept with their log, in days.",
    )
    keep_visits_days: int = Field(
        default=365,
        ge=1,
        le=3_650,
        description="How long visits to websites are kept after they ended, in days.",
    )
    prove_books_at_hour: int = Field(
        default=4,
        ge=0,
        le=23,
        description="From which hour on, in UTC, the books are proved once a day.",
    )
    public_base_url: str = Field(
        default="http://127.0.0.1:8004",
        pattern=r"^https?://[^/\s]+$",
        description="Scheme and host by which websites reach tracking: it stands in snippets.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="How many proxies of yours stand before it and add to X-Forwarded-For.",
    )
