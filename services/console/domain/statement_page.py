"""A statement as rows of a file and as a page that can be printed."""

from collections.abc import Iterable, Sequence
from html import escape

from libs.contracts.ledger import LedgerEntry
from libs.contracts.party_money import PartyEntry
from libs.contracts.portals import Viewer
from libs.contracts.statements import Statement

COLUMNS = (
    *("booked_at", "belongs_at", "late", "kind", "call_id", "part", "amount", "currency"),
    *("reverses", "reason", "actor"),
)
HIDDEN = ("part", "actor")
_STYLE = (
    "body{font:14px/1.4 sans-serif;margin:2em;color:#000}table{border-collapse:collapse;"
    "width:100%;margin:1em 0}td,th{border-bottom:1px solid #999;padding:.3em .6em;text-align:left}"
    ".n{text-align:right;font-variant-numeric:tabular-nums}@page{margin:2cm}"
    "thead{display:table-header-group}tr{break-inside:avoid}"
)


def columns_for(viewer: Viewer | None) -> tuple[str, ...]:
    """What is told of an entry: to a party not for which leg it is, nor who has made it."""
    return COLUMNS if viewer is None else tuple(one for one in COLUMNS if one not in HIDDEN)


def row_of(entry: LedgerEntry | PartyEntry, columns: Sequence[str]) -> list[object]:
    """An entry's cells, in the order of the columns."""
    written = {
        "booked_at": entry.booked_at.isoformat(),
        "belongs_at": entry.belongs_at.isoformat(),
        "late": "late" if entry.late else "",
        "amount": f"{entry.money.amount:f}",
        "currency": entry.money.currency,
        "reverses": "reversal" if entry.reverses else "",
    }
    return [written[name] if name in written else getattr(entry, name) for name in columns]


def head_of(statement: Statement, columns: Sequence[str]) -> bytes:
    """The page up to its entries."""
    title = escape(f"Statement: {statement.name or statement.party}")
    state = "closed" if statement.closed else "not closed: late entries may still come"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{escape(statement.book)} "
        f"{escape(statement.party)}<br>{statement.since.isoformat()} to "
        f"{statement.until.isoformat()} ({state})<br>Positive amounts are owed to us.</p>"
        f"{_sums(statement)}<table><thead>{_row('th', columns)}</thead><tbody>"
    ).encode()


def rows_of(entries: Iterable[LedgerEntry | PartyEntry], columns: Sequence[str]) -> bytes:
    """Some of its entries."""
    return "".join(_row("td", row_of(entry, columns)) for entry in entries).encode()


END = b"</tbody></table></body></html>"


def _sums(statement: Statement) -> str:
    rows = [_row("th", ("currency", "", "entries", "amount"))]
    for one in statement.sums:
        rows.append(_row("td", (one.currency, "opening balance", "", f"{one.opening:f}")))
        rows += [
            _row("td", (one.currency, kind.kind, kind.entries, f"{kind.amount:f}"))
            for kind in one.kinds
        ]
        rows.append(_row("td", (one.currency, "closing balance", "", f"{one.closing:f}")))
    return f"<table>{''.join(rows)}</table>"


def _row(tag: str, cells: Iterable[object]) -> str:
    """A row; numbers stand at the right."""
    return "<tr>" + "".join(_cell(tag, each) for each in cells) + "</tr>"


def _cell(tag: str, value: object) -> str:
    text = "" if value is None else str(value)
    side = ' class="n"' if text.lstrip("-").replace(".", "", 1).isdigit() else ""
    return f"<{tag}{side}>{escape(text)}</{tag}>"
