"""Tracking's tables, a module for each topic; all are known once this package is imported."""

from services.tracking.tables import (
    calls,
    configured,
    dni,
    filing,
    ledger,
    numbers,
    parties,
    pixels,
    postbacks,
    publishers,
    reconciling,
    recordings,
    saved_reports,
    tallies,
    visit_conversions,
    visits,
)
from services.tracking.tables.metadata import metadata

__all__ = [
    "calls",
    "configured",
    "dni",
    "filing",
    "ledger",
    "metadata",
    "numbers",
    "parties",
    "pixels",
    "postbacks",
    "publishers",
    "reconciling",
    "recordings",
    "saved_reports",
    "tallies",
    "visit_conversions",
    "visits",
]
