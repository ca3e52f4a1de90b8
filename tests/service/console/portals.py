"""What portals may do at each route: whoever adds one says it here, too.

Opening a route to a portal is showing it to strangers; so it is written down twice.
"""

BOTH = {"buyer": "always", "publisher": "always"}
SELF = ("session", "sessions")  # of whoever has signed in: opened as a whole
OPEN: dict[tuple[str, str], dict[str, str]] = {
    ("GET", "/calls"): BOTH,
    ("GET", "/calls/{call_id}"): BOTH,
    ("GET", "/calls/csv"): BOTH,
    ("GET", "/calls/{call_id}/recordings/{recording_sid}"): {
        "buyer": "hears_recordings",
        "publisher": "hears_recordings",
    },
    ("POST", "/calls/{call_id}/disputes"): {"buyer": "disputes"},
    ("GET", "/disputes"): {"buyer": "always"},
    ("GET", "/targets"): {"buyer": "always"},
    ("GET", "/targets/{id}"): {"buyer": "always"},
    ("PUT", "/targets/{id}/pause"): {"buyer": "pauses_targets"},
    ("PUT", "/targets/{id}/caps"): {"buyer": "sets_caps"},
    ("GET", "/tracking-tags"): {"publisher": "always"},
    ("POST", "/tracking-tags"): {"publisher": "makes_tags"},
    ("POST", "/tracking-tags/{id}/snippet"): {"publisher": "always"},
    ("DELETE", "/tracking-tags/{id}"): {"publisher": "makes_tags"},
    ("PUT", "/tracking-tags/{id}/pause"): {"publisher": "makes_tags"},
    ("GET", "/taken-numbers"): {"publisher": "always"},
    ("POST", "/taken-numbers"): {"publisher": "takes_numbers"},
    ("GET", "/balances"): BOTH,
    ("GET", "/statements"): BOTH,
    ("GET", "/statements/csv"): BOTH,
    ("GET", "/statements/page"): BOTH,
    ("GET", "/ledger-entries"): BOTH,
    ("POST", "/reports"): BOTH,
    ("POST", "/reports/csv"): BOTH,
    ("POST", "/help/questions"): BOTH,
    ("GET", "/help/questions"): BOTH,
    ("PUT", "/help/questions/{question_id}/rating"): BOTH,
}
"""Everything that is open to portals, but for their own sessions."""

CLOSED = {
    *("account", "accounts", "agents", "auctions", "audit", "balances", "bidder-keys", "books"),
    *("buyers", "call-annotations", "call-blocks", "call-transcriptions", "calls", "campaigns"),
    *("carriers", "colleagues", "configuration", "defaults", "deliveries", "demo-data", "disputes"),
    *("export", "flow-imports", "flow-inspections", "flow-language", "flow-simulations"),
    *(
        "flow-templates",
        "flows",
        "groups",
        "import",
        "keys",
        "ledger-entries",
        "live",
        "now",
        "numbers",
        "people",
    ),
    *("ping-rules", "pings", "pixel-presets", "pixel-tests", "pixels", "pools", "postback-keys"),
    *("postbacks", "publishers", "quality-rule", "reconciliations", "recording-rule", "rehearsals"),
    *("report-words", "reports", "resends", "rtb-pings", "rtb-rehearsals", "rtb-report"),
    *("rtb-routers", "rtb-targets", "saved-reports", "statements", "targets", "tracking-tags"),
    *("url-parameters", "visit-conversion-reports", "visit-conversions", "visit-reports"),
    *("visits", "api", "erasures", "invitations", "platform"),
}
"""The first words of paths of which nothing is open to portals but what stands in `OPEN`."""


def stated(method: str, path: str) -> dict[str, str]:
    """What is open there, and by which word of a party's record."""
    noun = path.split("/")[1]
    if noun in SELF:
        return BOTH
    assert (method, path) in OPEN or noun in CLOSED, f"{method} {path}: say what portals may do"
    return OPEN.get((method, path), {})
