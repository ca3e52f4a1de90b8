"""What a caller hears from a node: words to be spoken, or a recording."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Self

from pydantic import Field, model_validator

from libs.contracts.call_settings import Text
from libs.contracts.message import Document
from libs.contracts.voice import TEXT_LENGTH_MAX, Language, Pause, Play, Say
from libs.rules.macros import Place, Template, read_template

TEMPLATES_KEPT = 8_192  # read ones: those of all live flows of a large house
AUDIO_PATTERN = r"^(https?://|\[|\{)[^\s]{1,2000}$"  # an address, or a macro that is one
FIRST_WAIT_MAX_SECONDS = 60

_ADDRESS = re.compile(r"https?://[^\s]{1,2000}")

Sound = Say | Play | Pause


@lru_cache(maxsize=TEMPLATES_KEPT)
def template(text: str, place: Place) -> Template:
    """A template whose macros have been checked when the flow was saved."""
    return read_template(text, place, lambda _: True)


def filled(text: str, values: Mapping[str, str], place: Place = Place.TEXT) -> str:
    """A text with its macros replaced.

    >>> filled("Thank you, {name}.", {"name": "Ann"})
    'Thank you, Ann.'
    """
    return template(text, place).fill(values)


class Prompt(Document):
    """Words (`text`, spoken by `voice` in `language`) or a recording (`audio`); both take macros.

    {"text": "Press 1 for sales.", "voice": "Polly.Joanna", "language": "en-US"}
    """

    text: Text = Field(default="", max_length=TEXT_LENGTH_MAX)
    audio: Annotated[str, Field(pattern=AUDIO_PATTERN)] | None = None
    voice: Annotated[str, Field(max_length=60)] | None = None
    language: Language = "en-US"

    @model_validator(mode="after")
    def _words_or_a_recording(self) -> Self:
        if bool(self.text) == (self.audio is not None):
            raise ValueError("a prompt has either text or audio")
        return self

    @property
    def templates(self) -> tuple[tuple[str, Place], ...]:
        """Every template in it, with the place that it fills."""
        return ((self.text or self.audio or "", Place.TEXT),)

    def heard(self, values: Mapping[str, str]) -> tuple[Sound, ...]:
        """The verbs; words that come to nothing, and what is no address, are not heard."""
        if self.audio is not None:
            url = filled(self.audio, values)
            return (Play(url=url),) if _ADDRESS.fullmatch(url) else ()
        words = filled(self.text, values)[:TEXT_LENGTH_MAX].strip()
        return (Say(text=words, voice=self.voice, language=self.language),) if words else ()


def all_heard(prompts: Iterable[Prompt | None], values: Mapping[str, str]) -> tuple[Sound, ...]:
    """Several prompts, one after the other; None is not there."""
    return tuple(sound for prompt in prompts if prompt for sound in prompt.heard(values))
