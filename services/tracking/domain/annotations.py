"""What was added to a call afterwards, read from what has been told of it."""

from collections.abc import Mapping

from libs.contracts.annotating import NOTES_MAX, CallAnnotated, Note
from libs.contracts.tags import TAGS_MAX
from services.tracking.domain.cells import Cells, Told
from services.tracking.domain.unfit import Unfit

_TAG, _NOTE = "annotated.", "note."


def annotation(fact: CallAnnotated) -> Cells:
    """The cells of one: the latest word on a tag counts."""
    at = fact.at.isoformat()
    cells: Cells = {f"{_TAG}{name}": [at, fact.sequence, text] for name, text in fact.tags.items()}
    if fact.note:
        cells[f"{_NOTE}{fact.sequence}"] = [at, fact.actor.name, fact.note]
    return cells


def annotated(told: Told, tags: Mapping[str, str]) -> dict[str, str]:
    """The tags of a call with what was annotated; an empty one was taken away."""
    later = {
        name.removeprefix(_TAG): str(cell[2])
        for name, cell in told.greatest.items()
        if name.startswith(_TAG)
    }
    return {name: text for name, text in {**tags, **later}.items() if text or name not in later}


def notes_of(told: Told) -> tuple[Note, ...]:
    """The notes of a call, the first first."""
    cells = sorted(cell for name, cell in told.greatest.items() if name.startswith(_NOTE))
    return tuple(Note(at=at, by=by, text=text) for at, by, text in cells)


def check_room(told: Told) -> None:
    """Raise Unfit where a call has more notes, or tags that were annotated, than it may."""
    if len(notes_of(told)) > NOTES_MAX:
        raise Unfit("full", "too many notes", [("note", f"a call has at most {NOTES_MAX}")])
    if sum(name.startswith(_TAG) for name in told.greatest) > TAGS_MAX:
        raise Unfit("full", "too many tags", [("tags", f"a call has at most {TAGS_MAX}")])
