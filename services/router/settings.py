"""What an operator may set for the router."""

from pydantic import Field, SecretStr

from libs.runtime.settings import SECRET_LENGTH_MIN, ServiceSettings, shared


class Settings(ServiceSettings):
    """The router's settings."""

    nats_url: str = Field(
        default="nats://127.0.0.1:4222",
        validation_alias=shared("ROUTER", "NATS_URL"),
        description="Where NATS listens.",
    )
    nats_user: str = Field(
        default="",
        validation_alias=shared("ROUTER", "NATS_USER"),
        description="The service's user at NATS; empty where the server asks for none.",
    )
    nats_password: SecretStr = Field(
        default=SecretStr(""),
        validation_alias=shared("ROUTER", "NATS_PASSWORD"),
        description="The password of that user.",
    )
    database_url: str = Field(
        validation_alias=shared("ROUTER", "DATABASE_URL"),
        description="The PostgreSQL database, as postgresql://user:password@host:port/name.",
    )
    session_secret: SecretStr = Field(
        min_length=SECRET_LENGTH_MIN,
        validation_alias=shared("ROUTER", "SESSION_SECRET"),
        description="Seals credentials at rest and signs sessions; there is no default.",
    )
