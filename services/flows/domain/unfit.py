"""Why an edit of a flow cannot be."""

from collections.abc import Sequence

from pydantic import ValidationError

from services.flows.domain.flow import Flow
from services.flows.domain.language import kinds, type_of
from services.flows.domain.upgrade import lifted

_KINDS = frozenset(type_of(kind) for kind in kinds())

Problems = Sequence[tuple[str, str]]


class Unfit(Exception):
    """The edit is understood and cannot be; each problem with the path of its field."""

    def __init__(self, code: str, text: str, problems: Problems = ()) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.problems = problems


class Missing(Exception):
    """There is no such flow, or no such version of it, in this account."""


class Unavailable(Exception):
    """Whether it may be cannot be said now."""


class Stale(Exception):
    """It has changed since the editor looked; `current` is its version now, None: it is gone."""

    def __init__(self, current: int | None) -> None:
        super().__init__(f"the current version is {current}")
        self.current = current


def fit(document: object) -> Flow:
    """The flow that a document says; raise Unfit with the path of each wrong field."""
    try:
        if not isinstance(document, dict):
            raise Unfit("malformed", "a flow is a JSON object")
        return Flow.model_validate(lifted(document))
    except ValidationError as fault:
        problems = [
            (_path(one["loc"]), one["msg"])
            for one in fault.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise Unfit("malformed", "the flow has wrong fields", problems) from fault


def _path(location: tuple[str | int, ...]) -> str:
    """A field's path, without the kind of node, which pydantic tells between."""
    if location[:1] == ("nodes",) and location[2:3] and location[2] in _KINDS:
        location = (*location[:2], *location[3:])
    return ".".join(str(part) for part in location)
