"""Conditions on a call's tags, alone and in groups."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from libs.contracts.message import Document, refused_at

VALUE_LENGTH_MAX = 500  # of a tag's value: a click identifier is far shorter
VALUES_MAX = 1_000  # of one list: all area codes, or the ZIP codes of a state's cities
PATTERN_LENGTH_MAX = 200  # a pattern nobody can read is a list in disguise
TESTS_MAX = 100  # of one filter with all its groups
DEPTH_MAX = 4  # groups within groups

TagName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.:-]{0,63}$")]
TagValue = Annotated[str, Field(max_length=VALUE_LENGTH_MAX)]


class Operator(StrEnum):
    """How a tag's value is compared."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    IN = "in"
    NOT_IN = "not in"
    LESS = "<"
    GREATER = ">"
    AT_MOST = "<="
    AT_LEAST = ">="
    EXISTS = "exists"
    NOT_EXISTS = "not exists"
    BEGINS_WITH = "begins with"
    CONTAINS = "contains"
    MATCHES = "matches regex"


OF_A_LIST = frozenset((Operator.IN, Operator.NOT_IN))
OF_NOTHING = frozenset((Operator.EXISTS, Operator.NOT_EXISTS))


class TagTest(Document):
    """One tag compared with `value`, with each of `values` (in, not in), or with nothing.

    A tag that is missing, or empty, passes only `!=`, `not in` and `not exists`.
    """

    tag: TagName
    operator: Operator
    value: TagValue = ""
    values: tuple[TagValue, ...] = Field(default=(), max_length=VALUES_MAX)

    @model_validator(mode="after")
    def _what_the_operator_needs(self) -> Self:
        single = self.operator not in OF_A_LIST | OF_NOTHING
        if single != bool(self.value.strip()):
            raise refused_at(("value",), f"{self.operator} {'needs' if single else 'takes no'} one")
        if (self.operator in OF_A_LIST) != bool(self.values):
            wants = "needs" if self.operator in OF_A_LIST else "takes no"
            raise refused_at(("values",), f"{self.operator} {wants} list")
        if self.operator is Operator.MATCHES and len(self.value) > PATTERN_LENGTH_MAX:
            raise refused_at(("value",), f"a pattern has at most {PATTERN_LENGTH_MAX} characters")
        return self


class Match(StrEnum):
    """How the parts of a filter are combined."""

    ALL = "all"
    ANY = "any"


class TagFilter(Document):
    """Tests and groups of tests, all or any of which must pass; all of nothing passes."""

    match: Match = Match.ALL
    tests: tuple[TagTest, ...] = ()
    groups: tuple["TagFilter", ...] = ()

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.match is Match.ANY and not (self.tests or self.groups):
            raise refused_at(("tests",), "any of nothing passes nobody: name a test")
        if self.size > TESTS_MAX:
            raise refused_at(("tests",), f"a filter has at most {TESTS_MAX} tests")
        if self.depth > DEPTH_MAX:
            raise refused_at(("groups",), f"groups nest at most {DEPTH_MAX} deep")
        return self

    @property
    def size(self) -> int:
        """How many tests it has, with all its groups."""
        return len(self.tests) + sum(group.size for group in self.groups)

    @property
    def depth(self) -> int:
        """How deep its groups nest; 1 without any."""
        return 1 + max((group.depth for group in self.groups), default=0)
