"""What a call needs somebody to be able to do, and who can do all of it."""

from collections.abc import Iterable, Mapping

from libs.rules.finding import PASSED, Finding, named


def asked_for(tags: Mapping[str, str], tag: str | None) -> frozenset[str]:
    """The skills that a call names itself, by commas, in one of its tags.

    >>> sorted(asked_for({"language": "Spanish, roofing,"}, "language"))
    ['roofing', 'spanish']
    """
    written = tags.get(tag, "") if tag else ""
    return frozenset(filter(None, (one.strip().casefold() for one in written.split(","))))


def check(skills: Iterable[str], needed: Iterable[str]) -> Finding:
    """Whether these are all that is needed; no is told with what is missing.

    >>> check(["german"], ["german", "roofing"])
    Finding(passed=False, seen='only german', needed='german and roofing')
    """
    has, needs = frozenset(skills), frozenset(needed)
    if has >= needs:
        return PASSED
    common = named(sorted(has & needs), "and")
    seen = f"only {common}" if common else f"none of {len(needs)}"
    return Finding(False, seen, named(sorted(needs), "and"))
