"""Settings come from the environment, once, into a frozen object with a sentence a field.

Names that all services share have no prefix (`DATABASE_URL`); a service's own
begin with its name (`ROUTER_…`), and its own `ROUTER_DATABASE_URL` wins over the
shared one.
"""

from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_LENGTH_MIN = 16


def shared(service: str, name: str) -> AliasChoices:
    """The environment names of a shared setting: the service's own first."""
    return AliasChoices(f"{service}_{name}", name)


class ServiceSettings(BaseSettings):
    """What every service can be told."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    nats_url: str = Field(
        default="nats://127.0.0.1:4222",
        description="Where NATS listens.",
    )
    nats_user: str = Field(
        default="",
        description="The service's user at NATS; empty where the server asks for none.",
    )
    nats_password: SecretStr = Field(
        default=SecretStr(""),
        description="The password of that user.",
    )
    otel_exporter_otlp_endpoint: str = Field(
        default="",
        description="Where traces and metrics are sent by OTLP over HTTP; empty: nowhere.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log line that is written."
    )


SessionSecret = Annotated[
    SecretStr,
    Field(
        min_length=SECRET_LENGTH_MIN,
        description="Seals credentials at rest and signs sessions; there is no default.",
    ),
]
