"""Every refusal of tracking's desks in the words of the contract."""

from collections.abc import Iterator
from contextlib import contextmanager

from libs.runtime.answers import Declined
from services.tracking.domain.cursor import CursorUnreadable
from services.tracking.domain.unfit import Missing, Stale, Unfit


@contextmanager
def declining(path: str = "") -> Iterator[None]:
    """Say a desk's refusal; `path` is where documents stand in the question."""
    try:
        yield
    except Unfit as no:
        problems = [(f"{path}{field}", problem) for field, problem in no.problems]
        raise Declined(no.code, no.text, problems) from no
    except CursorUnreadable as no:
        fields = [("cursor", str(no))]
        raise Declined("malformed", "the question has wrong fields", fields) from no
    except Missing as no:
        raise Declined("not_found", "no such thing in this account") from no
    except Stale as no:
        text = f"it has changed since: its version is {no.current}"
        raise Declined("stale", text) from no
