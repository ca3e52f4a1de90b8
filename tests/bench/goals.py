"""What is to be reached: one row per key of docs/benchmarks/latest.json."""

from dataclasses import dataclass
from typing import Literal

WEBHOOK_BUDGET_MS = 5_000  # the ingress's own deadline for a webhook
RENDER_MS = 50  # what it may take beside it


@dataclass(frozen=True)
class Goal:
    """A key, the bound it must keep, and what it means."""

    key: str
    sense: Literal["at least", "at most"]
    bound: float
    meaning: str

    def reached_by(self, value: float) -> bool:
        """Whether a value keeps the bound."""
        return value >= self.bound if self.sense == "at least" else value <= self.bound

    def share(self, value: float) -> float:
        """How much of the goal a value reaches: 1 and above is enough."""
        part, whole = (value, self.bound) if self.sense == "at least" else (self.bound, value)
        return part / whole if whole else 1.0


GOALS = (
    Goal(
        "call.vs_floor.c32.calls_per_s",
        "at least",
        0.40,
        "calls per second at 32 callers, floor's = 1",
    ),
    Goal("call.vs_floor.c1.p50", "at most", 3.5, "time of a call with one caller, floor's = 1"),
    Goal(
        "call.vs_naive.c32.calls_per_s",
        "at least",
        15,
        "calls per second at 32 callers, naive's = 1",
    ),
    Goal(
        "call.vs_lean.c32.calls_per_s",
        "at least",
        0.45,
        "calls per second at 32 callers, lean's = 1",
    ),
    Goal(
        "call.history.1m_vs_0.p50",
        "at most",
        1.1,
        "time of a call with a million calls stored, none stored = 1",
    ),
    Goal(
        "call.config.500_campaigns_vs_1.p50",
        "at most",
        1.2,
        "time of a call with 500 campaigns, one campaign = 1",
    ),
    Goal(
        "call.telemetry_on_vs_off.calls_per_s",
        "at least",
        0.75,
        "calls per second with traces and metrics exported, not exported = 1",
    ),
    Goal("call.overrun", "at most", 0, "calls dialled above a cap that all callers rushed for"),
    Goal("call.lost", "at most", 0, "calls placed of which no record is there"),
    Goal("call.non_2xx", "at most", 0, "webhooks not answered 2xx"),
    Goal(
        "call.fallback.router_down.p99_ms",
        "at most",
        WEBHOOK_BUDGET_MS + RENDER_MS,
        "milliseconds to TwiML while the router is silent, then gone",
    ),
)
