"""Gather: the caller keys or says something that becomes a tag."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from libs.contracts.flows import Keyed
from libs.contracts.message import refused_at
from libs.contracts.tags import TAG_TEXT_MAX, TagName
from libs.rules.patterns import found, refusal
from services.flows.domain.moves import Go, Heard, Keep, Move, Stay
from services.flows.domain.nodes.asking import Asking, counted
from services.flows.domain.nodes.node import Node, NotWaiting, Templates
from services.flows.domain.prompt import Prompt, Sound
from services.flows.domain.scene import Scene
from services.flows.domain.session import HIDDEN

DIGITS_MAX = 60


class By(StrEnum):
    """How the caller answers."""

    DIGITS = "digits"
    SPEECH = "speech"
    BOTH = "both"


def _taken(pattern: str) -> str:
    no = refusal(pattern)
    if no is not None:
        raise ValueError(no)
    return pattern


Pattern = Annotated[str, Field(max_length=500), AfterValidator(_taken)]


class GatherInput(Asking, Node):
    """Ports: `done`; `invalid` and `timeout` once retries are used up.

    {"type": "gather", "id": "zip", "prompt": {"text": "Key in your ZIP code."},
     "tag": "gathered:zip", "digits_min": 5, "digits_max": 5, "pattern": "^[0-9]{5}$",
     "confirm_prompt": {"text": "You entered {answer}. Press 1 if that is right."}}

    `pattern` is searched for in the answer.  With `confirm_prompt` the caller must press
    `confirm_key`; any other key asks anew.  `sensitive` answers are masked wherever they show.
    """

    type: Literal["gather"] = "gather"
    prompt: Prompt
    by: By = By.DIGITS
    tag: TagName
    digits_min: int = Field(default=1, ge=1, le=DIGITS_MAX)
    digits_max: int | None = Field(default=None, ge=1, le=DIGITS_MAX)
    finish_key: Annotated[str, Field(pattern=r"^[0-9*#]?$")] = "#"
    pattern: Pattern | None = None
    confirm_prompt: Prompt | None = None
    confirm_key: Annotated[str, Field(pattern=r"^[0-9*#]$")] = "1"
    skip_if_known: bool = False
    sensitive: bool = False

    @model_validator(mode="after")
    def _a_range(self) -> Self:
        if self.digits_max is not None and self.digits_max < self.digits_min:
            raise refused_at(("digits_max",), "is at least digits_min")
        return self

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return ("done", "invalid", "timeout")

    @property
    def waits(self) -> bool:
        """A turn ends here."""
        return True

    @property
    def sets_tags(self) -> tuple[str, ...]:
        """The answer."""
        return (self.tag,)

    def templates(self) -> Templates:
        """`{answer}` is the answer that is being confirmed."""
        for where, text, place in super().templates():
            yield where, text.replace("{answer}", ""), place

    def enter(self, scene: Scene) -> Move:
        """Ask, unless the answer is known."""
        if self.skip_if_known and scene.all_tags.get(self.tag):
            return Go(port="done", note="known already", sensitive=self._sensitive)
        return self._ask(scene.says(self.prompt), {})

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """Take the answer, have it confirmed, or ask again."""
        if not isinstance(heard, Keyed):
            raise NotWaiting(f"an input does not wait for {heard.kind}")
        given = scene.keep.get(self._kept_as)
        if isinstance(given, str):
            return self._confirmed(scene, heard, given)
        answer = heard.digits if self.by is By.DIGITS else (heard.digits or heard.speech)
        if not self._valid(heard, answer):
            return self._again(scene, heard)
        if self.confirm_prompt is not None:
            return self._confirm(scene, answer)
        return self._done(answer)

    def _valid(self, heard: Keyed, answer: str) -> bool:
        if not answer or (heard.digits and self.by is By.SPEECH):
            return False
        most = self.digits_max or DIGITS_MAX
        if heard.digits and not self.digits_min <= len(answer) <= most:
            return False
        return self.pattern is None or found(self.pattern, answer)

    def _confirmed(self, scene: Scene, heard: Keyed, given: str) -> Move:
        if heard.digits == self.confirm_key:
            return self._done(given)
        return self._again(scene, heard)

    def _confirm(self, scene: Scene, answer: str) -> Stay:
        assert self.confirm_prompt is not None, "asked for only then"
        prompt = self.confirm_prompt
        spoken = {**scene.values, "answer": " ".join(answer) if answer.isdigit() else answer}
        verbs = self.gather(prompt.heard(spoken), digits=1, speech=False)
        return Stay(verbs=verbs, keep={**scene.keep, self._kept_as: answer})

    def _again(self, scene: Scene, heard: Keyed) -> Move:
        sounds = self.again(scene, heard, self.prompt)
        if sounds is None:
            return Go(port="timeout" if heard.silent else "invalid")
        return self._ask(sounds, {**counted(scene, heard)})

    def _ask(self, sounds: tuple[Sound, ...], keep: Keep) -> Stay:
        digits = 0 if self.by is By.SPEECH else self.digits_max
        speech = self.by is not By.DIGITS
        return Stay(
            verbs=self.gather(sounds, digits=digits, speech=speech, finish=self.finish_key),
            keep=keep,
        )

    def _done(self, answer: str) -> Go:
        return Go(
            port="done",
            tags={self.tag: answer[:TAG_TEXT_MAX]},
            sensitive=self._sensitive,
        )

    @property
    def _sensitive(self) -> tuple[str, ...]:
        return (self.tag,) if self.sensitive else ()

    @property
    def _kept_as(self) -> str:
        """The name of an answer that is yet to be confirmed."""
        return HIDDEN if self.sensitive else "answer"
