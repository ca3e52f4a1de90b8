"""The manual as it stands in the project's own `docs/`, read once, when somebody first asks."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.console.domain.api_reference import OWN, joined
from services.console.domain.event_reference import event_document
from services.console.domain.manual import Page, Shelf, read_index, read_page
from services.console.domain.reference_page import api_pages, events_page
from services.console.domain.searching import Index

HOME = Path(__file__).parents[3]
OWN_DOCUMENT = Path("services", "console", "web", "openapi.json")
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
    """Has the manual at hand."""

    def __init__(self, home: Path = HOME) -> None:
        self._home = home
        self._reading = asyncio.Lock()
        self._read: tuple[Guides, Manual] | None = None

    async def guides(self) -> Guides:
        """The guides and the change log."""
        return (await self._whole())[0]

    async def manual(self) -> Manual:
        """All of it."""
        return (await self._whole())[1]

    async def _whole(self) -> tuple[Guides, Manual]:
        async with self._reading:
            if self._read is None:
                self._read = await asyncio.to_thread(read, self._home)
            return self._read


def read(home: Path) -> tuple[Guides, Manual]:
    """Read what people write, and make the reference of what the doors say."""
    guides = read_guides(home)
    return guides, with_reference(guides, read_doors(home))


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
    """What the doors say of themselves, by name; the console's own is kept with its pages."""
    others = sorted((home / "docs" / "doors").glob("*.json"))
    files = {OWN: home / OWN_DOCUMENT, **{path.stem: path for path in others}}
    return {door: json.loads(path.read_bytes()) for door, path in files.items()}


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
