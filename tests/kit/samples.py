"""The code samples of the guides, as the manual shows them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```(.*)\n([\s\S]*?)^```$", re.MULTILINE)
LANGUAGES = ("python", "js", "sh", "json", "yaml", "text")


@dataclass(frozen=True)
class Sample:
    """A fenced block: where it stands, what it says of itself, and what it is to print.

    `role` is what stands beside its language: `bidder`, `sandbox`.
    """

    place: str
    language: str
    role: str
    text: str
    output: tuple[str, ...] = ()


def samples(folder: Path = DOCS) -> Iterator[Sample]:
    """Every block of every guide; one that is called `text output` belongs to the one before."""
    for path in sorted(folder.glob("*.md")):
        before: Sample | None = None
        source = path.read_text("utf-8")
        for found in FENCE.finditer(source):
            language, _, role = found[1].partition(" ")
            line = source.count("\n", 0, found.start()) + 1
            sample = Sample(f"{path.name}:{line}", language, role, found[2])
            if (language, role) == ("text", "output"):
                assert before is not None, f"{sample.place} is the output of nothing"
                before = Sample(
                    before.place,
                    before.language,
                    before.role,
                    before.text,
                    tuple(found[2].splitlines()),
                )
                continue
            if before is not None:
                yield before
            before = sample
        if before is not None:
            yield before
