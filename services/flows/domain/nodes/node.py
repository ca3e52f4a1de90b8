"""What every kind of node has: a name, a type, its ports, and what it does when it is come to."""

import re
from abc import abstractmethod
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from libs.contracts.call_settings import Text
from libs.contracts.message import Document
from libs.rules.macros import Place
from services.flows.domain.moves import Heard, Move
from services.flows.domain.prompt import Prompt
from services.flows.domain.scene import Scene

ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")

NodeId = Annotated[str, Field(pattern=f"^{ID.pattern}$")]
PortName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.*# -]{1,60}$")]

Templates = Iterator[tuple[str, str, Place]]
"""Fields with macros: where each stands, its text, and the place it fills."""


class Node(Document):
    """A step of a flow.  `label` is for people; the engine knows the `id`."""

    FAILURE: ClassVar[str] = "failure"
    """The port that a broken node takes."""

    ENDS: ClassVar[frozenset[str]] = frozenset()
    """Ports by which the call simply ends where they are not connected."""

    id: NodeId
    label: Text = Field(default="", max_length=120)

    @property
    @abstractmethod
    def ports(self) -> tuple[str, ...]:
        """The exits it may take."""

    @abstractmethod
    def enter(self, scene: Scene) -> Move:
        """What it does when the call comes to it."""

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """What it does with what it waited for; one that never waits has nothing to resume."""
        raise NotWaiting(f"{self.id} does not wait for {heard.kind}")

    @property
    def waits(self) -> bool:
        """Whether a turn may end here, so that walking in a circle through it ends."""
        return False

    @property
    def sets_tags(self) -> tuple[str, ...]:
        """The tags that it may set."""
        return ()

    @property
    def reads_tags(self) -> tuple[str, ...]:
        """The tags that it looks at by name, beside those in its templates."""
        return ()

    def templates(self) -> Templates:
        """Every text with macros in it."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            prompts = value if isinstance(value, tuple) else (value,)
            for at, prompt in enumerate(prompts):
                if isinstance(prompt, Prompt):
                    where = f"{name}.{at}" if isinstance(value, tuple) else name
                    for text, place in prompt.templates:
                        yield f"{where}.{'text' if prompt.text else 'audio'}", text, place


class NotWaiting(Exception):
    """Something came for a node that did not wait for it."""
