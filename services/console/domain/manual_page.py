"""A page of the manual with what stands around it: plain HTML, no script, nothing foreign."""

from collections.abc import Iterable, Sequence
from html import escape

from services.console.domain.manual import ROOT, Heading, Page, Shelf
from services.console.domain.searching import Found

HEADINGS_SHOWN_LEVEL = 2
REFERENCE = Shelf("Look up", (("api", "All of the API"), ("events", "All events")))


def page_of(page: Page, shelves: Sequence[Shelf]) -> str:
    """A guide."""
    return framed(page.title, page.html, shelves, page.name, headings=page.headings)


def results_page(question: str, found: Sequence[Found], shelves: Sequence[Shelf]) -> str:
    """What a search found."""
    rows = "".join(
        f'<li><a href="{escape(one.passage.link)}">{escape(_trail(one))}</a>'
        f"<p>{escape(one.excerpt)}</p></li>"
        for one in found
    )
    said = f"<ol class=found>{rows}</ol>" if found else "<p>Nothing is found. Try other words.</p>"
    body = f"<h1>Search</h1>{said}" if question else "<h1>Search</h1><p>Ask for some words.</p>"
    return framed("Search", body, shelves, question=question)


def missing_page(shelves: Sequence[Shelf]) -> str:
    """There is no such page."""
    body = f'<h1>There is no such page</h1><p>See the <a href="{ROOT}/">contents</a>.</p>'
    return framed("There is no such page", body, shelves)


def _trail(found: Found) -> str:
    passage = found.passage
    same = passage.heading == passage.title
    return passage.title if same else f"{passage.title}: {passage.heading}"


def framed(
    title: str,
    body: str,
    shelves: Sequence[Shelf],
    name: str = "",
    *,
    headings: Sequence[Heading] = (),
    question: str = "",
) -> str:
    """Put the navigation beside a page's own HTML."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)} · CallCenter Pro</title>"
        f'<link rel="stylesheet" href="{ROOT}/style.css"></head><body>'
        '<a class="skip" href="#main">Skip to the text</a><nav aria-label="Manual">'
        f'<a class="home" href="{ROOT}/">CallCenter Pro</a>'
        f'<form action="{ROOT}/search" role="search"><input name="q" type="search" '
        f'aria-label="Search the manual" placeholder="Search" maxlength="300" '
        f'value="{escape(question)}"></form>'
        f"{''.join(_shelf(one, name) for one in (*shelves, REFERENCE))}</nav>"
        f'<main id="main">{_contents(headings)}{body}</main></body></html>'
    )


def _shelf(shelf: Shelf, current: str) -> str:
    links = "".join(
        f'<li><a href="{ROOT}/{escape(name)}"{_current(current, name)}>{escape(title)}</a></li>'
        for name, title in shelf.pages
    )
    return f"<h2>{escape(shelf.title)}</h2><ul>{links}</ul>"


def _current(current: str, name: str) -> str:
    here = current == name or current.startswith(f"{name}/")
    return ' aria-current="page"' if here else ""


def _contents(headings: Iterable[Heading]) -> str:
    """What a long page has."""
    shown = [one for one in headings if one.level == HEADINGS_SHOWN_LEVEL]
    if len(shown) < HEADINGS_SHOWN_LEVEL:
        return ""
    links = "".join(f'<li><a href="#{one.anchor}">{escape(one.text)}</a></li>' for one in shown)
    return f'<aside aria-label="On this page"><ul>{links}</ul></aside>'
