"""What a party's own people may ask of reports: of their own calls, by what a call tells them."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.contracts.portals import Viewer
from libs.contracts.reporting import Filter, Report, TimePart
from libs.contracts.worth import PartyKind


@dataclass(frozen=True, slots=True)
class Open:
    """The words that tell a party nothing but its own part of a call."""

    groups: tuple[str, ...]
    measures: tuple[str, ...]


OPEN: Mapping[PartyKind, Open] = {
    PartyKind.BUYER: Open(
        groups=("campaign", "target", "state"),
        measures=(
            *("attempts", "answered", "leg_connected", "busy", "no_answer", "leg_seconds"),
            *("converted", "revenue", "answer_rate"),
            *("average_ring_seconds", "average_talk_seconds"),
        ),
    ),
    PartyKind.PUBLISHER: Open(
        groups=("campaign", "number", "state", "outcome"),
        measures=(
            *("incoming", "connected", "call_seconds", "talk_seconds", "converted", "paid"),
            *("payout", "asr", "acl", "conversion_rate"),
        ),
    ),
}
"""A buyer's `revenue` is what it is charged, a publisher's `payout` what it is owed."""


def beyond(report: Report, kind: PartyKind) -> list[tuple[str, str]]:
    """The fields that ask for more than such a party is told, and what they may ask for."""
    words = OPEN[kind]
    groups, measures = ", ".join((*words.groups, *TimePart)), ", ".join(words.measures)
    return [
        *(
            (f"group_by.{at}", f"not one of: {groups}")
            for at, word in enumerate(report.group_by)
            if word not in (*words.groups, *TimePart)
        ),
        *(
            (f"filters.{at}.dimension", f"not one of: {', '.join(words.groups)}")
            for at, one in enumerate(report.filters)
            if one.dimension not in words.groups
        ),
        *(
            (f"columns.{at}", f"not one of: {measures}")
            for at, word in enumerate(report.columns)
            if word not in words.measures
        ),
        *(
            [("order_by", f"not one of: {measures}")]
            if report.order_by and report.order_by not in words.measures
            else []
        ),
    ]


def of_viewer(report: Report, viewer: Viewer) -> Report:
    """The same report of the party's own calls alone; none of its columns is left unsaid."""
    own = Filter(dimension=viewer.kind.value, values=(str(viewer.id),))
    words = OPEN[viewer.kind]
    timed = any(word in set(TimePart) for word in report.group_by)
    return report.model_copy(
        update={
            "filters": (*report.filters, own),
            "columns": report.columns or words.measures,
            "order_by": report.order_by or ("" if timed else words.measures[0]),
        }
    )
