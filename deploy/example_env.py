"""Writes `example.env`: every setting of every service, with its sentence and its default.

Run: make env
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from libs.contracts.catalogue import SERVICES
from libs.runtime.settings import ServiceSettings, WithDatabase, WithSecret

FILE = Path(__file__).parent / "example.env"
SHARED = (ServiceSettings, WithDatabase, WithSecret)
PLATFORMS_OWN = (
    *("twilio_account_sid", "twilio_auth_token", "twilio_api_base_url"),
    *("anthropic_api_key", "anthropic_base_url"),
)
"""Settings that are read by their plain names, for they are the platform's, not a service's."""

HEAD = """\
# Every setting. Written by `make env` from the services' own lists: do not edit.
# What all services share may be set for one of them alone: ROUTER_LOG_LEVEL=DEBUG.
# A line that is commented out shows the default; the others must be set.
"""


def settings_of(service: str) -> type[BaseSettings]:
    """A service's class of settings."""
    kind: type[BaseSettings] = import_module(f"services.{service}.settings").Settings
    return kind


def example() -> str:
    """The file's text: what services share, then what each has for itself."""
    shared = {name: field for kind in SHARED for name, field in kind.model_fields.items()}
    parts = [HEAD, *_part("all services", {name.upper(): field for name, field in shared.items()})]
    for service in SERVICES:
        own = {
            variable_of(service, name, field): field
            for name, field in settings_of(service).model_fields.items()
            if name not in shared
        }
        parts += _part(service, own)
    return "".join(parts)


def variable_of(service: str, name: str, field: FieldInfo) -> str:
    """The environment's name for a setting that one service has for itself."""
    if name in PLATFORMS_OWN:
        return name.upper()
    alias = field.validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else str(alias)


def _part(title: str, fields: dict[str, FieldInfo]) -> Iterator[str]:
    if fields:
        yield f"\n## {title}\n"
    for variable, field in fields.items():
        yield f"\n# {field.description}\n"
        yield f"{variable}=\n" if field.is_required() else f"# {variable}={_text(field.default)}\n"


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    FILE.write_text(example())
