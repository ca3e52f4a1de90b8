"""Why an edit cannot be kept as it is: each refusal names the fields, by their path."""

from collections.abc import Sequence
from typing import ClassVar, Self

from libs.contracts.message import FieldProblem
from services.router.domain.plan import GROUP_DEPTH_MAX


class Unfit(Exception):
    """A document cannot be kept as it is; `code` and `text` are what its editor is told."""

    code: ClassVar[str]
    text: ClassVar[str]

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        super().__init__(", ".join(one.path for one in problems))
        self.problems = tuple(problems)

    @classmethod
    def at(cls, path: str, problem: str) -> Self:
        """The refusal of one field."""
        return cls([FieldProblem(path=path, problem=problem)])

    def within(self, path: str) -> Self:
        """The same, of a document that stands inside another at this path."""
        return type(self)(
            [one.model_copy(update={"path": f"{path}.{one.path}"}) for one in self.problems]
        )


class PointsNowhere(Unfit):
    """A field names something that does not exist in this account."""

    code = "points_nowhere"
    text = "names something that does not exist in this account"

    @classmethod
    def field(cls, path: str) -> Self:
        """The refusal of a field that names something."""
        return cls.at(path, cls.text)


class Taken(Unfit):
    """A field's value belongs to something else already."""

    code = "taken"
    text = "belongs to something else already"


class Leased(Unfit):
    """A number leaves its pool while a visitor of a website has it."""

    code = "leased"
    text = "a visitor has the number"


class NotOurs(Unfit):
    """Numbers of the platform's own carrier account are not for everybody."""

    code = "not_ours"
    text = (
        "only numbers of a carrier account whose credentials are the account's own are brought in"
    )


class NoneFree(Unfit):
    """A pool has no number that could be given away now."""

    code = "full"
    text = "no number is free there"


class NotAllowed(Unfit):
    """A party's record does not let its people do it."""

    code = "forbidden"
    text = "the record does not allow it"


class TooMany(Unfit):
    """An account or a party has as many as it may have."""

    code = "too_many"
    text = "more than there may be"


class GroupCycle(Unfit):
    """A group would be within itself, or too deep."""

    code = "group_cycle"
    text = f"leads back to the group itself, or more than {GROUP_DEPTH_MAX} groups deep"

    @classmethod
    def found(cls) -> Self:
        """The refusal of a group's parent."""
        return cls.at("parent_id", cls.text)


class BadRule(Unfit):
    """A rule of the document cannot be followed."""

    code = "bad_rule"
    text = "a rule cannot be followed"


class BelowUse(Unfit):
    """A cap is less than what is used of it now."""

    code = "below_use"
    text = "a cap is below what is in use now"


class Incomplete(Unfit):
    """A campaign cannot take calls yet; the problems are everything that it lacks."""

    code = "incomplete"
    text = "the campaign cannot be activated yet"
