"""What an operator may set for tracking."""

from pydantic import Field

from libs.runtime.settings import ServiceSettings, WithDatabase, of_service


class Settings(WithDatabase, ServiceSettings):
    """Tracking's settings."""

    model_config = of_service("tracking")

    keep_calls_days: int = Field(
        default=730,
        ge=60,
        le=3_650,
        description="How long calls and their facts are kept, in days; whole months go at a time.",
    )
