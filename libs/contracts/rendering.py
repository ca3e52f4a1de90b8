"""What the carrier would be told: neutral verbs in its own dialect, for people who look."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.ids import AccountId, CallId
from libs.contracts.message import Question, Value, one_of
from libs.contracts.voice import Verb

TURNS_MAX = 400


class Rendered(Value):
    """A document for each turn."""

    outcome: Literal["rendered"] = "rendered"
    documents: tuple[str, ...]


class RenderTurns(Question):
    """Write these turns of a flow as the carrier would get them; nothing is sent."""

    subject: ClassVar[str] = "ask.ingress.render.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Rendered)

    account_id: AccountId
    call_id: CallId
    turns: tuple[Annotated[tuple[Verb, ...], Field(max_length=250)], ...] = Field(
        max_length=TURNS_MAX
    )
