"""Why an edit of what tracking keeps cannot be."""

from collections.abc import Sequence

Problems = Sequence[tuple[str, str]]


class Unfit(Exception):
    """The document cannot be kept; each problem with the path of its field."""

    def __init__(self, code: str, text: str, problems: Problems = ()) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.problems = problems


class Missing(Exception):
    """There is no such thing in this account."""


class Stale(Exception):
    """It has changed since the editor looked; `current` is its version now."""

    def __init__(self, current: int | None) -> None:
        super().__init__(f"the current version is {current}")
        self.current = current
