"""The manual as it stands in the project's own `docs/`, read once, when somebody first asks."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.console.domain.api_reference import OWN, joined
from services.console.domain.event_reference import event_document
from services.console.domain.manual import Page, Shelf, read_index, read_page
from services.console.domain.reference_page import api_pages, events_page
from services.console.domain.searching import Index

HOME = Path(__file__).parents[3]
STYLE = Path(__file__).with_name("manual.css")


@dataclass(frozen=True)
class Guides:
    """The guides' pages by name, their pictures, the index's shelves, and how pages look."""

    pages: dict[str, Page]
    pictures: dict[str, bytes]
    shelves: tuple[Shelf, ...]
    style: str


@dataclass(frozen=True)
class Manual:
    """The guides with the reference: all pages, documents for programs, what a search needs."""

    pages: dict[str, Page]
    documents: dict[str, bytes]
    index: Index


class ManualShelf:
    """Has the manual at hand; `own` describes the console's own part of the API.

    That takes seconds, in a thread, once: a guide does not wait for it.
    """

    def __init__(self, own: Callable[[], dict[str, Any]], home: Path = HOME) -> None:
        self._own = own
        self._home = home
        self._reading = asyncio.Lock()
        self._describing = asyncio.Lock()
        self._guides: Guides | None = None
        self._manual: Manual | None = None

    async def guides(self) -> Guides:
        """The guides and the change log."""
        async with self._reading:
            if self._guides is None:
                self._guides = await asyncio.to_thread(read_guides, self._home)
            return self._guides

    async def manual(self) -> Manual:
        """All of it."""
        guides = await self.guides()
        async with self._describing:
            if self._manual is None:
                self._manual = await asyncio.to_thread(self._whole, guides)
            return self._manual

    def _whole(self, guides: Guides) -> Manual:
        return with_reference(guides, {OWN: self._own(), **read_doors(self._home)})


def read_guides(home: Path) -> Guides:
    """Every file of the manual that people write."""
    folder = home / "docs"
    sources = {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.md"))
    }
    sources["changelog"] = (home / "CHANGELOG.md").read_text("utf-8")
    return Guides(
        pages={name: read_page(name, text) for name, text in sources.items()},
        pictures={
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.svg")
        },
        shelves=read_index(sources["index"]),
        style=STYLE.read_text("utf-8"),
    )


def read_doors(home: Path) -> dict[str, Any]:
    """What the other doors say of themselves, by name."""
    files = sorted((home / "docs" / "doors").glob("*.json"))
    return {path.stem: json.loads(path.read_bytes()) for path in files}


def with_reference(guides: Guides, doors: dict[str, Any]) -> Manual:
    """The guides with the reference that is made of what the doors and the contracts say."""
    documents = {"openapi.json": joined(doors), "asyncapi.json": event_document()}
    reference = [*api_pages(documents["openapi.json"]), events_page(documents["asyncapi.json"])]
    pages = {**guides.pages, **{page.name: page for page in reference}}
    searched = [page for name, page in pages.items() if name != "index"]  # it only names others
    return Manual(
        pages=pages,
        documents={name: json.dumps(document).encode() for name, document in documents.items()},
        index=Index([one for page in searched for one in page.passages]),
    )
