"""Settings that are inherited: the most specific level that sets a field decides it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from libs.contracts.message import Value

S = TypeVar("S", bound=Value)


class Level(StrEnum):
    """Where a setting is made, from the general to the specific."""

    DEFAULT = "default"
    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    BUYER = "buyer"
    TARGET = "target"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class Resolved(Generic[S]):
    """The settings in force, and of each field the level that set it."""

    settings: S
    provenance: Mapping[str, Level]


def resolve(defaults: S, levels: Mapping[Level, S | None]) -> Resolved[S]:
    """Take each field from the most specific level that sets it; None is not set.

    A field is taken whole, lists too: what is set below replaces what is set above.

    >>> class Ringing(Value):
    ...     ring_seconds: int | None = None
    ...     attempts: int | None = None
    >>> found = resolve(
    ...     Ringing(ring_seconds=25, attempts=1),
    ...     {
    ...         Level.TARGET: Ringing(attempts=2),
    ...         Level.ACCOUNT: Ringing(ring_seconds=20, attempts=3),
    ...     },
    ... )
    >>> found.settings, {name: level.value for name, level in found.provenance.items()}
    (Ringing(ring_seconds=20, attempts=2), {'ring_seconds': 'account', 'attempts': 'target'})
    """
    provenance = dict.fromkeys(type(defaults).model_fields, Level.DEFAULT)
    changes: dict[str, object] = {}
    for level in Level:
        settings = levels.get(level)
        for name in provenance:
            value = getattr(settings, name, None)
            if value is not None:
                provenance[name], changes[name] = level, value
    return Resolved(defaults.model_copy(update=changes), provenance)
