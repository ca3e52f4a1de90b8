"""Writes the dashboards, as Grafana takes them.  Run: make dashboards."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "dashboards"
WIDTH, HEIGHT = 12, 8  # two panels a row, of Grafana's 24 columns
Panel = tuple[str, str, Sequence[tuple[str, str]]]
"""Title, unit, and what is shown: an expression and its legend."""


def _quantiles(metric: str, by: str = "") -> list[tuple[str, str]]:
    groups = f"le, {by}" if by else "le"
    legend = f" {{{{{by}}}}}" if by else ""
    return [
        (
            f"histogram_quantile({q}, sum by ({groups}) (rate({metric}_bucket[5m])))",
            f"p{q * 100:.0f}{legend}",
        )
        for q in (0.5, 0.99)
    ]


def _rate(metric: str, by: str) -> list[tuple[str, str]]:
    return [(f"sum by ({by}) (rate({metric}_total[5m]))", f"{{{{{by}}}}}")]


def _most(metric: str, by: str) -> list[tuple[str, str]]:
    return [(f"max by ({by}) ({metric})", f"{{{{{by}}}}}")]


DASHBOARDS: dict[str, list[Panel]] = {
    "Calls": [
        ("Webhooks: time to answer, by kind", "s", _quantiles("webhooks_seconds", "kind")),
        (
            "Webhooks a second, by kind",
            "reqps",
            [("sum by (kind) (rate(webhooks_seconds_count[5m]))", "{{kind}}")],
        ),
        ("What callers were answered with", "reqps", _rate("webhooks_answered", "with")),
        (
            "Why nobody took a call",
            "reqps",
            [('sum by (reason) (rate(steps_decided_total{with="close"}[5m]))', "{{reason}}")],
        ),
        ("Refused webhooks", "reqps", _rate("webhooks_refused", "status")),
        (
            "Targets over their caps, counters that differ",
            "short",
            [
                ("max(holds_over_caps)", "over caps"),
                ("max(holds_differences)", "router"),
                ("max(reservations_differences)", "rtb"),
            ],
        ),
        (
            "Places ended by time alone",
            "reqps",
            [
                ("sum(rate(holds_expired_total[5m]))", "holds"),
                ("sum(rate(reservations_expired_total[5m]))", "reservations"),
            ],
        ),
        ("Users' code: time in the sandbox", "s", _quantiles("sandbox_seconds", "do")),
    ],
    "Facts": [
        (
            "Checks that fail",
            "short",
            [("1 - min by (service_name, check) (health_check)", "{{service_name}} {{check}}")],
        ),
        (
            "Oldest fact that waits for the stream",
            "s",
            _most("outbox_oldest_seconds", "service_name"),
        ),
        ("Facts published by the sweeper", "reqps", _rate("outbox_swept", "service_name")),
        ("Facts that readers have still to read", "short", _most("consume_waiting", "durable")),
        (
            "Dead letters",
            "short",
            [("sum by (durable) (increase(consume_dead_letters_total[1h]))", "{{durable}}")],
        ),
        (
            "The books: differences of the last proof",
            "short",
            [("max(ledger_differences)", "differences")],
        ),
    ],
    "Partners": [
        ("Auctions: time", "s", _quantiles("auctions_seconds")),
        (
            "Bidders asked, and late",
            "reqps",
            [
                ("sum(rate(auctions_asked_total[5m]))", "asked"),
                ("sum(rate(auctions_late_total[5m]))", "late"),
            ],
        ),
        ("Visitors without a number of their own", "reqps", _rate("visits_unserved", "why")),
        (
            "Given up on: postbacks, notices, bids not kept",
            "short",
            [
                ("sum(increase(deliveries_dead_total[1h]))", "postbacks"),
                ("sum(increase(notices_given_up_total[1h]))", "notices"),
                ("sum(increase(bids_lost_total[1h]))", "bids"),
            ],
        ),
        (
            "Numbers that were repaired at the carrier",
            "short",
            [("sum(increase(numbers_repaired_total[1h]))", "numbers")],
        ),
    ],
}


def document(title: str) -> str:
    """One dashboard as JSON."""
    panels = [_panel(at, *panel) for at, panel in enumerate(DASHBOARDS[title])]
    whole = {
        "uid": f"callcenter-{title.lower()}",
        "title": f"CallCenter Pro: {title}",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": panels,
    }
    return json.dumps(whole, indent=1) + "\n"


def _panel(at: int, title: str, unit: str, shown: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {
        "id": at + 1,
        "type": "timeseries",
        "title": title,
        "datasource": {"type": "prometheus", "uid": "${source}"},
        "gridPos": {"x": at % 2 * WIDTH, "y": at // 2 * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + number), "expr": expression, "legendFormat": legend}
            for number, (expression, legend) in enumerate(shown)
        ],
    }


def files() -> dict[str, str]:
    """The dashboards' files by name."""
    return {f"{title.lower()}.json": document(title) for title in DASHBOARDS}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text)
