"""How a caller is asked for keys or words: the fields that several nodes share, and the verb."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from libs.contracts.flows import Keyed
from libs.contracts.message import Document, refused_at
from libs.contracts.voice import Gather, Language, Pause, Verb
from services.flows.domain.prompt import FIRST_WAIT_MAX_SECONDS, Prompt, Sound
from services.flows.domain.scene import Scene

RETRIES_MAX = 10

Seconds = Annotated[int, Field(ge=1, le=FIRST_WAIT_MAX_SECONDS)]
Retries = Annotated[int, Field(ge=0, le=RETRIES_MAX)]


class Asking(Document):
    """How long is waited for a first and a further key, what is said again, and how often.

    With `barge_in` what is pressed while the prompt plays ends it.  `hints` are words that a
    caller is likely to say.
    """

    first_seconds: Seconds = 5
    next_seconds: Seconds = 3
    invalid_prompt: Prompt | None = None
    silence_prompt: Prompt | None = None
    invalid_retries: Retries = 2
    silence_retries: Retries = 2
    barge_in: bool = True
    hints: Annotated[str, Field(max_length=1_000)] = ""
    language: Language = "en-US"

    @model_validator(mode="after")
    def _the_first_key_takes_longest(self) -> Self:
        if self.first_seconds < self.next_seconds:
            raise refused_at(("first_seconds",), "is at least next_seconds")
        return self

    def gather(
        self, sounds: tuple[Sound, ...], *, digits: int | None, speech: bool, finish: str = ""
    ) -> tuple[Verb, ...]:
        """The verbs that ask.

        A carrier knows one wait for all keys.  What the first may take longer is silence that
        belongs to the prompts, which any key ends.  `digits` 0: keys are not listened for.
        """
        longer = self.first_seconds - self.next_seconds
        silence: tuple[Sound, ...] = (Pause(seconds=longer),) if longer else ()
        ask = Gather(
            prompts=(*(sounds if self.barge_in else ()), *silence),
            digits=digits != 0,
            speech=speech,
            digits_max=digits or None,
            finish_on_key=finish,
            timeout_seconds=self.next_seconds,
            hints=self.hints,
            language=self.language,
        )
        return (ask,) if self.barge_in else (*sounds, ask)

    def again(self, scene: Scene, heard: Keyed, prompt: Prompt) -> tuple[Sound, ...] | None:
        """What is said before asking once more; None: often enough."""
        kind = "silences" if heard.silent else "invalids"
        if tries(scene, kind) >= (self.silence_retries if heard.silent else self.invalid_retries):
            return None
        return scene.says(self.silence_prompt if heard.silent else self.invalid_prompt, prompt)


def tries(scene: Scene, kind: str) -> int:
    """How often this visit has failed so far, by silence or by what was not valid."""
    count = scene.keep.get(kind, 0)
    assert isinstance(count, int), "only counts are kept there"
    return count


def counted(scene: Scene, heard: Keyed) -> dict[str, int]:
    """What is kept once this try has failed too."""
    failed = {kind: tries(scene, kind) for kind in ("silences", "invalids")}
    failed["silences" if heard.silent else "invalids"] += 1
    return failed
