"""What an operator may set for the ingress."""

from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from libs.runtime.settings import ServiceSettings, WithSecret, of_service


class Settings(WithSecret, ServiceSettings):
    """The ingress's settings."""

    model_config = of_service("ingress")

    public_base_url: str = Field(
        pattern=r"^https?://[^/?#\s]+$",
        description="Scheme and host by which Twilio reaches the ingress; signatures cover it.",
    )
    folder: Path = Field(
        validation_alias="INGRESS_DIR",
        description="A writable folder for facts and fallback plans while NATS is away.",
    )
    webhook_deadline_ms: int = Field(
        default=5_000,
        ge=500,
        description="How long a caller may wait for an answer; never more than 8000 is taken.",
    )
    trace_ratio: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="The share of webhooks that is traced through all services.",
    )
    environment: Literal["development", "production"] = Field(
        default="production",
        description="Only in development may signatures go unchecked.",
    )
    verify_signatures: bool = Field(
        default=True,
        description="Whether webhooks must bear Twilio's signature.",
    )
    twilio_account_sid: str = Field(min_length=1, description="The platform's own Twilio account.")
    twilio_auth_token: SecretStr = Field(min_length=1, description="That account's auth token.")
    twilio_api_base_url: str = Field(
        default="https://api.twilio.com",
        description="Where Twilio's REST API is; another address plays it in development.",
    )

    @field_validator("public_base_url", mode="before")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("public_base_url")
    @classmethod
    def _with_a_host(cls, value: str) -> str:
        """Every webhook's address is taken apart for its signature; this one must not fail."""
        parts = urlsplit(value)
        if not parts.hostname or parts.port == 0:  # reading a port of six digits raises
            raise ValueError("has no host, or a port that nobody can listen on")
        return value

    @model_validator(mode="after")
    def _signatures_are_checked_in_production(self) -> Self:
        if not self.verify_signatures and self.environment != "development":
            raise ValueError(
                "INGRESS_VERIFY_SIGNATURES=false is only allowed with "
                "INGRESS_ENVIRONMENT=development"
            )
        return self
