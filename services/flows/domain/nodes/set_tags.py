"""Set tags: texts with macros become tags of the call."""

from typing import Annotated, Literal

from pydantic import Field

from libs.contracts.call_settings import Text
from libs.contracts.tags import TAG_TEXT_MAX, TagName
from libs.rules.macros import Place
from services.flows.domain.moves import Go, Move
from services.flows.domain.nodes.node import Node, Templates
from services.flows.domain.scene import Scene

SET_MAX = 60


class SetTags(Node):
    """Port: `done`.  A text that comes to nothing makes the tag empty: filters see none.

    A tag that is made of something sensitive is sensitive too.

    {"type": "set_tags", "id": "s", "tags": {"source": "radio", "greeting": "Hello {name}"}}
    """

    type: Literal["set_tags"] = "set_tags"
    tags: dict[TagName, Annotated[Text, Field(max_length=TAG_TEXT_MAX)]] = Field(
        min_length=1, max_length=SET_MAX
    )

    @property
    def ports(self) -> tuple[str, ...]:
        """The exit."""
        return ("done",)

    @property
    def sets_tags(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.tags)

    def templates(self) -> Templates:
        """The texts."""
        for name, text in self.tags.items():
            yield f"tags.{name}", text, Place.TEXT

    def enter(self, scene: Scene) -> Move:
        """Set them."""
        return Go(
            port="done",
            tags={name: scene.fill(text) for name, text in self.tags.items()},
            sensitive=tuple(name for name, text in self.tags.items() if scene.tells_secret(text)),
        )
