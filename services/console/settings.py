"""What an operator may set for console."""

import re
from uuid import UUID

from pydantic import Field, SecretStr, field_validator

from libs.runtime.settings import ServiceSettings, WithDatabase, WithSecret, of_service

EMAIL = r"^[^@\s]+@[^@\s]+$"
MAIL_SERVER = re.compile(r"smtps?://([^@/\s]+@)?[^@/\s]+")


class Settings(WithDatabase, WithSecret, ServiceSettings):
    """The settings of console."""

    model_config = of_service("console")

    secure_cookies: bool = Field(
        default=True,
        description="Whether sessions need HTTPS; only for plain http on one machine: false.",
    )
    cors_origins: tuple[str, ...] = Field(
        default=(),
        description="Other sites whose pages may ask the API, as JSON; none unless named.",
    )
    requests_per_minute: int = Field(
        default=1_200, ge=1, description="How many requests one key, session or address may make."
    )
    password_memory_mib: int = Field(
        default=64,
        ge=19,
        le=1_024,
        description="MiB that hashing one password takes (argon2id): more is harder to guess.",
    )
    ingress_base_url: str = Field(
        default="http://127.0.0.1:8001",
        pattern=r"^https?://[^/\s]+$",
        description="Scheme and host by which the console reaches the ingress, for recordings.",
    )
    public_base_url: str = Field(
        default="http://127.0.0.1:8005",
        pattern=r"^https?://[^/\s]+$",
        description="Scheme and host by which people reach the console; links to it begin so.",
    )
    smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="The mail server, as smtp://user:password@host:587 or smtps://host; "
        "a password needs TLS. Empty: no mail is sent.",
    )
    mail_from: str = Field(
        default="callcenter@localhost",
        pattern=EMAIL,
        description="The address from which mail comes.",
    )
    sign_up: bool = Field(
        default=False,
        description="Whether anybody may found an account, by a link that comes by mail.",
    )
    sign_ups_per_hour: int = Field(
        default=100, ge=1, description="How many links to found accounts are sent in an hour."
    )
    invitations_per_hour: int = Field(
        default=1_000,
        ge=1,
        description="How many invitations all accounts together may send in an hour.",
    )
    nats_operator_password: SecretStr = Field(
        default=SecretStr(""),
        description="Of NATS's user `operator`: opens dead letters to the platform's operators.",
    )
    first_owner: str = Field(
        default="owner@example.com",
        description="Who owns the first account, which is made when there is none.",
    )
    first_account_id: UUID | None = Field(
        default=None, description="The id of that account; drawn where not given."
    )
    help_questions_per_hour: int = Field(
        default=60, ge=1, description="How often one person or program may ask for help in an hour."
    )
    keep_help_days: int = Field(
        default=365, ge=1, le=3_650, description="How long questions and answers are kept, in days."
    )
    anthropic_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="Lets Claude answer questions for help; without one the manual does by itself.",
    )
    anthropic_base_url: str = Field(
        default="https://api.anthropic.com",
        pattern=r"^https?://[^\s]+$",
        description="Where Anthropic's API is.",
    )
    assistant_model: str = Field(
        default="claude-sonnet-5-5", min_length=1, description="Which model answers."
    )
    assistant_seconds: float = Field(
        default=45, gt=0, le=300, description="How long it may take, before the manual answers."
    )

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not MAIL_SERVER.fullmatch(url.get_secret_value()):
            raise ValueError("is written smtp://user:password@host:port, or smtps://")
        return url
