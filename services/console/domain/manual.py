"""The manual's pages: Markdown as safe HTML, and as passages that a search finds.

Nothing of a page's own HTML or scripts is let through; links between guides lead to the pages
that they are served as.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = "/docs"
PASSAGE_LETTERS_MAX = 800  # of one passage; what is longer is cut at a paragraph
OUTPUT = "text output"  # what a sample prints: it answers nobody's question
_NOT_IN_ANCHORS = re.compile(r"[^a-z0-9 -]+")
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a page that says one thing: what a search answers with."""

    page: str
    title: str
    heading: str
    anchor: str
    text: str

    @property
    def link(self) -> str:
        """Where it stands."""
        address = f"{ROOT}/{self.page}"
        return f"{address}#{self.anchor}" if self.anchor else address


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a page, below the page's own."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Page:
    """A guide as it is served."""

    name: str
    title: str
    html: str
    headings: tuple[Heading, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some pages that belong together, as the manual's index lists them: names and titles."""

    title: str
    pages: tuple[tuple[str, str], ...]


def read_page(name: str, markdown: str) -> Page:
    r"""A page of the manual; `name` is its path without the ending.

    >>> page = read_page("x", "# A title\n\nText, <b>plain</b>, [more](y.md#z).")
    >>> page.title, page.html.splitlines()[1]
    ('A title', '<p>Text, &lt;b&gt;plain&lt;/b&gt;, <a href="/docs/y#z">more</a>.</p>')
    """
    tokens = _MARKDOWN.parse(markdown)
    headings = tuple(_named(tokens))
    for token in tokens:
        for child in token.children or ():
            _lead(child, name)
    title = next((one.text for one in headings if one.level == 1), name)
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    passages = tuple(_passages(name, title, tokens))
    return Page(name, title, html, tuple(one for one in headings if one.level > 1), passages)


def read_index(markdown: str) -> tuple[Shelf, ...]:
    r"""The shelves of the index: its headings, and the links below each.

    >>> read_index("## Begin\n\n- [First](first.md): what it is\n")
    (Shelf(title='Begin', pages=(('first', 'First'),)),)
    """
    shelves: list[Shelf] = []
    tokens = _MARKDOWN.parse(markdown)
    for before, token in pairwise(tokens):
        if before.type == "heading_open" and before.tag == "h2":
            shelves.append(Shelf(token.content, ()))
        elif token.type == "inline" and shelves:
            found = tuple(_pages_named(token))
            shelves[-1] = replace(shelves[-1], pages=shelves[-1].pages + found)
    return tuple(shelves)


def _pages_named(line: Token) -> Iterator[tuple[str, str]]:
    children = line.children or []
    for link, text in pairwise(children):
        if link.type == "link_open":
            yield page_of(str(link.attrGet("href")), "index"), text.content


def page_of(link: str, page: str) -> str:
    """The name of the page that a guide's relative link means.

    >>> page_of("routing.md", "money"), page_of("../money.md", "benchmarks/flow")
    ('routing', 'money')
    >>> page_of("../CHANGELOG.md", "index")
    'changelog'
    >>> page_of("docs/money.md", "changelog")  # that one stands beside the folder of the guides
    'money'
    """
    parts: list[str] = list(PurePosixPath(page).parent.parts)
    for part in PurePosixPath(link).parts:
        if part == ".." and parts:
            parts.pop()
        elif part not in (".", ".."):
            parts.append(part)
    if parts[:1] == ["docs"]:
        parts = parts[1:]
    return "/".join(parts).removesuffix(".md").replace("CHANGELOG", "changelog")


def _named(tokens: list[Token]) -> Iterator[Heading]:
    """Give every heading an anchor, each its own."""
    used: set[str] = set()
    for before, token in pairwise(tokens):
        if before.type != "heading_open":
            continue
        text = _plain(token)
        anchor = stem = anchor_of(text)
        number = 1
        while anchor in used:
            anchor, number = f"{stem}-{number}", number + 1
        used.add(anchor)
        before.attrSet("id", anchor)
        yield Heading(int(before.tag[1]), text, anchor)


def anchor_of(heading: str) -> str:
    """A heading's anchor, as code hosts make them.

    >>> anchor_of("Disputes, statements, closed times")
    'disputes-statements-closed-times'
    """
    return _NOT_IN_ANCHORS.sub("", heading.lower()).strip().replace(" ", "-")


def _lead(token: Token, page: str) -> None:
    """Lead a relative link to where the page or picture is served."""
    attribute = {"link_open": "href", "image": "src"}.get(token.type)
    target = str(token.attrGet(attribute) or "") if attribute else ""
    if not attribute or not target or ":" in target or target.startswith(("#", "/")):
        return
    path, hash_, anchor = target.partition("#")
    token.attrSet(attribute, f"{ROOT}/{page_of(path, page)}{hash_}{anchor}")


def _plain(token: Token) -> str:
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in token.children or ()
    )


def _passages(name: str, title: str, tokens: list[Token]) -> Iterator[Passage]:
    heading, anchor = title, ""
    parts: list[str] = []
    row: list[str] | None = None
    for before, token in pairwise([Token("begin", "", 0), *tokens]):
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            parts, row = [*parts, " | ".join(filter(None, row))], None
        elif before.type == "heading_open":
            yield from _cut(Passage(name, title, heading, anchor, ""), parts)
            heading, parts = _plain(token), []
            anchor = "" if before.tag == "h1" else str(before.attrGet("id"))
        elif token.type in ("inline", "fence", "code_block") and token.info != OUTPUT:
            (parts if row is None else row).append(_said(token))
    yield from _cut(Passage(name, title, heading, anchor, ""), parts)


def _said(token: Token) -> str:
    return _plain(token) if token.type == "inline" else token.content.rstrip()


def _cut(passage: Passage, parts: Iterable[str]) -> Iterator[Passage]:
    """The passage with its paragraphs, as several where they are many."""
    text = ""
    for part in parts:
        if text and len(text) + len(part) > PASSAGE_LETTERS_MAX:
            yield replace(passage, text=text)
            text = ""
        text = f"{text}\n{part}".strip()[:PASSAGE_LETTERS_MAX]
    if text:
        yield replace(passage, text=text)
