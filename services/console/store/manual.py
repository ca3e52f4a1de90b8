"""The manual as it stands in the project's own `docs/`, read once, when somebody first asks."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from services.console.domain.manual import Page, Shelf, read_index, read_page
from services.console.domain.searching import Index

HOME = Path(__file__).parents[3]
STYLE = Path(__file__).with_name("manual.css")


@dataclass(frozen=True)
class Manual:
    """All pages by name, pictures by name, the index's shelves, and what a search looks in."""

    pages: dict[str, Page]
    pictures: dict[str, bytes]
    shelves: tuple[Shelf, ...]
    index: Index
    style: str


class ManualShelf:
    """Has the manual at hand."""

    def __init__(self, home: Path = HOME) -> None:
        self._home = home
        self._reading = asyncio.Lock()
        self._manual: Manual | None = None

    async def manual(self) -> Manual:
        """The manual; it takes a moment, once."""
        async with self._reading:
            if self._manual is None:
                self._manual = await asyncio.to_thread(read, self._home)
            return self._manual


def read(home: Path) -> Manual:
    """Read every guide, and the change log."""
    folder = home / "docs"
    sources = {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.md"))
    }
    sources["changelog"] = (home / "CHANGELOG.md").read_text("utf-8")
    pages = {name: read_page(name, text) for name, text in sources.items()}
    pictures = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.svg")
    }
    passages = [one for page in pages.values() for one in page.passages]
    style = STYLE.read_text("utf-8")
    return Manual(pages, pictures, read_index(sources["index"]), Index(passages), style)
