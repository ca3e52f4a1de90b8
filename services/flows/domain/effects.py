"""What a flow leaves behind beside what the caller hears: told as facts once the turn is kept."""

from typing import Annotated, Literal

from pydantic import Field

from libs.contracts.message import Value
from libs.contracts.money import Money


class Fired(Value):
    """A request to a partner, whole as it is to be sent; tracking sends it, with retries."""

    kind: Literal["fired"] = "fired"
    method: str
    url: str
    headers: dict[str, str] = Field(default_factory=dict)
    body: str = ""


class Marked(Value):
    """A named event of the call, for reports."""

    kind: Literal["marked"] = "marked"
    event: str


class Converted(Value):
    """The flow says that the call has converted, and what that is worth."""

    kind: Literal["converted"] = "converted"
    value: Money | None = None


Effect = Annotated[Fired | Marked | Converted, Field(discriminator="kind")]
