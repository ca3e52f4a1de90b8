"""Agents: targets that are people.  What is configured of one."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from libs.contracts.call_settings import Text
from libs.contracts.ids import PersonId
from libs.contracts.message import Document

SKILLS_MAX = 50  # of one agent, or asked for by one entry
CALLS_AT_ONCE_MAX = 50  # who chats with more is no person
WRAP_UP_MAX_SECONDS = 3_600
PRIORITIES = 10  # of agents among each other
USUAL_PRIORITY = 5  # of an agent, and of whoever is none


def _one_spelling(skill: Any) -> Any:
    return skill.strip().casefold() if isinstance(skill, str) else skill


def _each_once(skills: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(skills)))


def _is_empty(value: object) -> bool:
    return not value


Skill = Annotated[
    Text, BeforeValidator(_one_spelling), Field(min_length=1, max_length=60, pattern="^[^,]+$")
]
"""Something that not everybody can do; small letters, no comma."""
Skills = Annotated[
    tuple[Skill, ...],
    AfterValidator(_each_once),
    Field(max_length=SKILLS_MAX, exclude_if=_is_empty),
]
"""Skills, each once and in order.  No skills are not written: older plans have no such field."""


class Agent(Document):
    """What a target has that is a person.

    `person_id` is whose sign-in at the console it is, `supervisor_id` who looks after her.  In a
    tier of a plan lower `priority` comes first.  She takes at most `calls_at_once`, and after a
    call none for `wrap_up_seconds`, unless she says before that she is done.
    """

    person_id: PersonId | None = None
    supervisor_id: PersonId | None = None
    skills: Skills = ()
    priority: int = Field(default=USUAL_PRIORITY, ge=1, le=PRIORITIES)
    wrap_up_seconds: int = Field(default=30, ge=0, le=WRAP_UP_MAX_SECONDS)
    calls_at_once: int = Field(default=1, ge=1, le=CALLS_AT_ONCE_MAX)
