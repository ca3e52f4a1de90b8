"""What an operator may set for the ingress."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from libs.runtime.settings import SECRET_LENGTH_MIN, ServiceSettings, shared


class Settings(ServiceSettings):
    """The ingress's settings."""

    nats_url: str = Field(
        default="nats://127.0.0.1:4222",
        validation_alias=shared("INGRESS", "NATS_URL"),
        description="Where NATS listens.",
    )
    nats_user: str = Field(
        default="",
        validation_alias=shared("INGRESS", "NATS_USER"),
        description="The service's user at NATS; empty where the server asks for none.",
    )
    nats_password: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=shared("INGRESS", "NATS_PASSWORD"),
        description="The password of that user.",
    )
    session_secret: SecretStr = Field(
        min_length=SECRET_LENGTH_MIN,
        validation_alias=shared("INGRESS", "SESSION_SECRET"),
        description="Seals credentials at rest and signs sessions; there is no default.",
    )
    public_base_url: str = Field(
        validation_alias="INGRESS_PUBLIC_BASE_URL",
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
        validation_alias="INGRESS_WEBHOOK_DEADLINE_MS",
        description="How long a caller may wait for an answer; never more than 8000 is taken.",
    )
    trace_ratio: float = Field(
        default=0.1,
        ge=0,
        le=1,
        validation_alias="INGRESS_TRACE_RATIO",
        description="The share of webhooks that is traced through all services.",
    )
    environment: Literal["development", "production"] = Field(
        default="production",
        validation_alias="INGRESS_ENVIRONMENT",
        description="Only in development may signatures go unchecked.",
    )
    verify_signatures: bool = Field(
        default=True,
        validation_alias="INGRESS_VERIFY_SIGNATURES",
        description="Whether webhooks must bear Twilio's signature.",
    )
    twilio_account_sid: str = Field(
        validation_alias="TWILIO_ACCOUNT_SID", description="The platform's own Twilio account."
    )
    twilio_auth_token: SecretStr = Field(
        validation_alias="TWILIO_AUTH_TOKEN", description="That account's auth token."
    )
    twilio_api_base_url: str = Field(
        default="https://api.twilio.com",
        validation_alias="TWILIO_API_BASE_URL",
        description="Where Twilio's REST API is; another address plays it in development.",
    )

    @field_validator("public_base_url", mode="before")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _signatures_are_checked_in_production(self) -> Self:
        if not self.verify_signatures and self.environment != "development":
            raise ValueError(
                "INGRESS_VERIFY_SIGNATURES=false is only allowed with "
                "INGRESS_ENVIRONMENT=development"
            )
        return self
