"""Why an edit of a bidder or router cannot be."""

from collections.abc import Iterable, Iterator, Sequence

from libs.contracts.bidding import RtbRouter, RtbTarget
from libs.contracts.filters import TagFilter
from libs.rules.filters import problems as filter_problems
from libs.rules.paths import BadPath, read_path
from services.rtb.domain.notices import check_notices
from services.rtb.domain.offer import check_templates

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


class InUse(Exception):
    """Something still uses it: each user by what it is, with how it does."""

    def __init__(self, users: Problems) -> None:
        super().__init__(", ".join(whom for whom, _ in users))
        self.users = users


def check(target: RtbTarget) -> None:
    """Raise Unfit where a template, a path or the filter cannot be read."""
    problems = [*check_templates(target), *check_notices(target), *_paths(target)]
    if problems:
        raise Unfit("bad_template", "a template or path cannot be read", problems)
    _check_filters([("filter", target.filter)])


def check_router(router: RtbRouter) -> None:
    """Raise Unfit where the filter of an adjustment cannot be read."""
    _check_filters(
        (f"members.{at}.adjustments.{number}.filter", adjustment.filter)
        for at, member in enumerate(router.members)
        for number, adjustment in enumerate(member.adjustments)
    )


def _check_filters(filters: Iterable[tuple[str, TagFilter | None]]) -> None:
    problems = [
        (one.path, one.problem)
        for path, condition in filters
        if condition is not None
        for one in filter_problems(condition, path=path)
    ]
    if problems:
        raise Unfit("bad_rule", "a rule cannot be followed", problems)


def _paths(target: RtbTarget) -> Iterator[tuple[str, str]]:
    for name, path in target.response:
        if not path:
            continue
        try:
            read_path(path)
        except BadPath as fault:
            yield f"response.{name}", f"no JSONPath (RFC 9535): {fault}"
