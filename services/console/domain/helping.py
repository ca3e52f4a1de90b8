"""What the help desk says: answers with what they rest on, and the steps on the way there."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from services.console.domain.searching import Found

PASSAGES_MAX = 4  # of an answer; more is what people call a list of links
NOTHING = (
    "The manual says nothing that fits. Try other words, or look at the contents: [/docs/](/docs/)."
)


class By(StrEnum):
    """Who has answered."""

    CLAUDE = "claude"
    LOCAL_SEARCH = "local search"


@dataclass(frozen=True, slots=True)
class Source:
    """A part of the manual that an answer rests on."""

    title: str
    link: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Looking:
    """Something is looked up."""

    what: str


@dataclass(frozen=True, slots=True)
class Telling:
    """The next words of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Anew:
    """What was told so far does not count: the answer begins anew, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer.  `note` says why it is not by whom one would expect."""

    text: str
    by: By
    sources: tuple[Source, ...]
    looked_up: tuple[str, ...] = ()
    note: str = ""

    def shown(self) -> dict[str, Any]:
        """As it is kept and shown."""
        return {
            "answer": self.text,
            "by": self.by.value,
            "sources": [asdict(one) for one in self.sources],
            "looked_up": list(self.looked_up),
            "note": self.note,
        }


Step = Looking | Telling | Anew | Answer


def source_of(found: Found) -> Source:
    """A passage as a source."""
    passage = found.passage
    title = passage.title
    if passage.heading != title:
        title = f"{title}: {passage.heading}"
    return Source(title, passage.link, found.excerpt)


def answer_of(found: Sequence[Found], note: str = "") -> Answer:
    """The passages themselves as an answer, each place once."""
    sources: dict[str, Source] = {}
    for one in found:
        sources.setdefault(one.passage.link, source_of(one))
    best = tuple(sources.values())[:PASSAGES_MAX]
    said = "\n\n".join(f"**[{one.title}]({one.link})**\n\n{one.excerpt}" for one in best)
    return Answer(said or NOTHING, By.LOCAL_SEARCH, best, note=note)
