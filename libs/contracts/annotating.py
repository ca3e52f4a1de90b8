"""What people and their programs add to a call afterwards: tags and notes."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from libs.contracts.calls import Fact
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, CallId
from libs.contracts.message import Instant, Question, Value, one_of, refused_at
from libs.contracts.tags import Tags

CALLS_MAX = 100  # of one edit
NOTES_MAX = 50  # of one call
NOTE_LENGTH_MAX = 1_000

NoteText = Annotated[str, StringConstraints(max_length=NOTE_LENGTH_MAX, pattern=r"^[^\x00]*$")]


class Note(Value):
    """What somebody noted of a call."""

    at: Instant
    by: str
    text: str


class CallAnnotated(Fact):
    """Somebody gave a call tags, or a note; an empty tag takes one away.  The latest counts."""

    subject: ClassVar[str] = "event.call.annotated.v1"
    publisher: ClassVar[str] = "tracking"

    actor: Actor
    tags: Tags = Field(default_factory=dict)
    note: str = ""


class CallsAnnotated(Value):
    """It stands with so many calls."""

    outcome: Literal["annotated"] = "annotated"
    calls: int


class AnnotateCalls(Question):
    """Give some of an account's calls tags, a note, or both: all of them, or none.

    `not_found`: one is not the account's.  `full`: one has as many notes or tags as a call may.
    """

    subject: ClassVar[str] = "ask.tracking.annotate_calls.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(CallsAnnotated)

    account_id: AccountId
    actor: Actor
    call_ids: tuple[CallId, ...] = Field(min_length=1, max_length=CALLS_MAX)
    tags: Tags = Field(default_factory=dict)
    note: NoteText = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.tags and not self.note.strip():
            raise refused_at(("note",), "give tags, a note, or both")
        return self
