"""What every message has: a subject, frozen values, and tolerance of the unknown."""

from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import InitErrorDetails, PydanticCustomError


def _in_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment, always in UTC; a text without an offset is refused."""


class Value(BaseModel):
    """A part of a message: immutable, and blind to fields that a newer writer added.

    What was refused never stands in the text of a fault: logs are no place for what callers gave.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Document(Value):
    """Something an operator writes; a field that does not exist is refused, not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def refused_at(path: tuple[str | int, ...], problem: str) -> ValidationError:
    """A validator's refusal that names a field further inside: raise it, and the path is whole.

    >>> refused_at(("hours", 1), "overlaps hours.0").errors(include_url=False)[0]["loc"]
    ('hours', 1)
    """
    fault = PydanticCustomError("value_error", "{problem}", {"problem": problem})
    return ValidationError.from_exception_data(
        "refused", [InitErrorDetails(type=fault, loc=path, input=None)]
    )


class Message(Value):
    """Something said on a subject.

    The subject is `<kind>.<owner or noun>.<word>.v<N>`; it carries the major version.
    """

    subject: ClassVar[str]


class FieldProblem(Value):
    """One field that was refused: where it stands, and what is allowed there."""

    path: str
    problem: str


class Refusal(Value):
    """I understood and will not: the answer of a service that could not or may not.

    `code` is stable and meant for programs, `text` for people.  Codes that the chassis
    itself gives: `malformed` (with `fields`), `busy`, `unavailable` (its database is away: a
    later try may succeed), `internal`.
    """

    outcome: Literal["refused"] = "refused"
    code: str
    text: str
    fields: tuple[FieldProblem, ...] = ()


class Question(Message):
    """Asked of one owner, answered once, before a deadline that travels in the headers.

    `answers` reads every outcome that the owner may give, a `Refusal` among them.
    """

    answers: ClassVar[TypeAdapter[Any]]


def one_of(*outcomes: type[Value]) -> TypeAdapter[Any]:
    """Read an answer: one of the outcomes, told apart by `outcome`, or a refusal.

    >>> one_of().validate_json('{"outcome":"refused","code":"busy","text":"try again"}').code
    'busy'
    """
    union = reduce(or_, (*outcomes, Refusal))
    if not outcomes:
        return TypeAdapter(Refusal)
    told_apart: Any = Annotated[union, Field(discriminator="outcome")]
    return TypeAdapter(told_apart)
