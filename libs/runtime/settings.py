"""Settings come from the environment, once, into a frozen object with a sentence a field.

Each setting has two names: the service's own (`ROUTER_DATABASE_URL`) and the one that
all services share (`DATABASE_URL`); the service's own wins.  What the environment does not say
may stand in a file of that name in the folder that `SECRETS_DIR` names.
"""

import os
from typing import Any, Literal, TypeVar

from pydantic import (
    AliasChoices,
    AliasGenerator,
    BaseModel,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_LENGTH_MIN = 16
SECRETS_DIR = "SECRETS_DIR"
S = TypeVar("S", bound=BaseSettings)


def of_service(service: str) -> SettingsConfigDict:
    """The `model_config` of a service's settings: it gives each field its two names."""

    def names(field: str) -> AliasChoices:
        return AliasChoices(f"{service}_{field}".upper(), field.upper())

    return SettingsConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        secrets_dir=os.environ.get(SECRETS_DIR) or None,
        alias_generator=AliasGenerator(validation_alias=names),
    )


def settings_of_command(kind: type[S]) -> S:
    """What a command line is told; it ends by naming each variable that is missing or wrong."""
    try:
        return kind()
    except ValidationError as fault:
        lines = [_said(kind, str(one["loc"][0]), one) for one in fault.errors()]
        raise SystemExit("\n".join(lines)) from None


def _said(kind: type[BaseModel], name: str, problem: Any) -> str:
    for field in kind.model_fields.values():
        alias = field.validation_alias
        names = [str(one) for one in alias.choices] if isinstance(alias, AliasChoices) else []
        if name in names:
            means = f"{' or '.join(names)}: {field.description}"
            if problem["type"] == "missing":
                return f"not set: {means}"
            return f"{problem['msg'].removeprefix('Value error, ')}: {means}"
    return f"{name}: {problem['msg']}"


class ServiceSettings(BaseSettings):
    """What every service can be told."""

    nats_url: str = Field(
        default="nats://127.0.0.1:4222",
        description="Where NATS listens; of a cluster several, with commas.",
    )
    nats_user: str = Field(
        default="",
        description="The service's user at NATS; empty where the server asks for none.",
    )
    nats_password: SecretStr = Field(
        default=SecretStr(""), description="The password of that user."
    )
    nats_replicas: int = Field(
        default=1,
        ge=1,
        le=5,
        description="How many servers of a NATS cluster keep each fact; the same for all services.",
    )
    otel_exporter_otlp_endpoint: str = Field(
        default="",
        description="Where traces and metrics are sent by OTLP over HTTP; empty: nowhere.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least severe log line that is written."
    )


class WithDatabase(BaseSettings):
    """What a service that owns tables is told besides."""

    database_url: str = Field(
        description="The PostgreSQL database, as postgresql://user:password@host:port/name."
    )
    database_pooler: bool = Field(
        default=False,
        description="Whether a pooler that lends connections for single transactions stands "
        "there: then no statement is prepared, and limits are the role's.",
    )


class WithSecret(BaseSettings):
    """What a service that seals or signs is told besides."""

    session_secret: SecretStr = Field(
        min_length=SECRET_LENGTH_MIN,
        description="Seals credentials at rest and signs addresses; there is no default. While it "
        "is being changed several, one a line: the first seals, each opens.",
    )

    @field_validator("session_secret")
    @classmethod
    def _is_long_throughout(cls, secrets: SecretStr) -> SecretStr:
        if any(len(one) < SECRET_LENGTH_MIN for one in secrets.get_secret_value().splitlines()):
            raise ValueError(f"each line has {SECRET_LENGTH_MIN} characters or more")
        return secrets
