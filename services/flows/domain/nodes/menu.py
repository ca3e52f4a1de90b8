"""A menu: the caller presses a key, or says a word, and goes on by that option's port."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from libs.contracts.call_settings import Text
from libs.contracts.flows import Keyed
from libs.contracts.message import Document, refused_at
from services.flows.domain.moves import Go, Heard, Keep, Move, Stay
from services.flows.domain.nodes.asking import Asking, counted
from services.flows.domain.nodes.node import Node, NotWaiting
from services.flows.domain.prompt import Prompt, Sound
from services.flows.domain.scene import Scene

OPTIONS_MAX = 24


class Option(Document):
    """What a key means; `words` are what a caller may say instead."""

    key: Annotated[str, Field(pattern=r"^[0-9*#]{1,4}$")]
    label: Annotated[Text, Field(max_length=120)] = ""
    words: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = Field(
        default=(), max_length=20
    )


class Menu(Asking, Node):
    """Ports: each option's key; `invalid` and `timeout` once retries are used up.

    {"type": "menu", "id": "m", "prompt": {"text": "Sales, press 1."},
     "options": [{"key": "1", "words": ["sales"]}], "repeat_key": "*"}
    """

    type: Literal["menu"] = "menu"
    prompt: Prompt
    options: tuple[Option, ...] = Field(min_length=1, max_length=OPTIONS_MAX)
    repeat_key: Annotated[str, Field(pattern=r"^[0-9*#]$")] | None = None
    speech: bool = False

    @model_validator(mode="after")
    def _each_key_once(self) -> Self:
        keys = [option.key for option in self.options]
        if len(set(keys)) != len(keys):
            raise refused_at(("options",), "one key is used twice")
        if self.repeat_key in keys:
            raise refused_at(("repeat_key",), "is the key of an option")
        return self

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return (*(option.key for option in self.options), "invalid", "timeout")

    @property
    def waits(self) -> bool:
        """A turn ends here."""
        return True

    def enter(self, scene: Scene) -> Move:
        """Ask."""
        return self._ask(scene.says(self.prompt), {})

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """Go where the key leads, repeat, or ask again."""
        if not isinstance(heard, Keyed):
            raise NotWaiting(f"a menu does not wait for {heard.kind}")
        if heard.digits and heard.digits == self.repeat_key:
            return self._ask(scene.says(self.prompt), scene.keep)
        chosen = self._chosen(heard)
        if chosen is not None:
            return Go(port=chosen.key, note=chosen.label)
        sounds = self.again(scene, heard, self.prompt)
        if sounds is None:
            return Go(port="timeout" if heard.silent else "invalid")
        return self._ask(sounds, {**counted(scene, heard)})

    def _ask(self, sounds: tuple[Sound, ...], keep: Keep) -> Stay:
        longest = max(len(option.key) for option in self.options)
        return Stay(verbs=self.gather(sounds, digits=longest, speech=self.speech), keep=keep)

    def _chosen(self, heard: Keyed) -> Option | None:
        """The option of a key, or of a word in what was said."""
        if heard.digits:
            return next((one for one in self.options if one.key == heard.digits), None)
        said = f" {' '.join(_words(heard.speech))} " if self.speech and heard.speech else ""
        for option in self.options:
            for word in (option.key, option.label, *option.words):
                if word and f" {' '.join(_words(word))} " in said:
                    return option
        return None


def _words(text: str) -> list[str]:
    """Words without regard to case and punctuation."""
    return "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
