"""What an operator may set for tracking."""

from pydantic import Field, SecretStr

from libs.runtime.settings import ServiceSettings, shared


class Settings(ServiceSettings):
    """Tracking's settings."""

    nats_url: str = Field(
        default="nats://127.0.0.1:4222",
        validation_alias=shared("TRACKING", "NATS_URL"),
        description="Where NATS listens.",
    )
    nats_user: str = Field(
        default="",
        validation_alias=shared("TRACKING", "NATS_USER"),
        description="The service's user at NATS; empty where the server asks for none.",
    )
    nats_password: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=shared("TRACKING", "NATS_PASSWORD"),
        description="The password of that user.",
    )
    database_url: str = Field(
        validation_alias=shared("TRACKING", "DATABASE_URL"),
        description="The PostgreSQL database, as postgresql://user:password@host:port/name.",
    )
