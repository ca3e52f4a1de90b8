"""Clock changes of every kind that tests look around; the instants are those of the change."""

from datetime import datetime

CHANGES = {
    "an hour forward at two": ("America/New_York", "2026-03-08T07:00Z"),
    "an hour back at two": ("America/New_York", "2026-11-01T06:00Z"),
    "half an hour back": ("Australia/Lord_Howe", "2026-04-04T15:00Z"),
    "half an hour forward": ("Australia/Lord_Howe", "2026-10-03T15:30Z"),
    "45 minutes off, back": ("Pacific/Chatham", "2026-04-04T14:00Z"),
    "45 minutes off, forward": ("Pacific/Chatham", "2026-09-26T14:00Z"),
    "forward at midnight": ("America/Havana", "2026-03-08T05:00Z"),
    "back to midnight": ("America/Havana", "2026-11-01T05:00Z"),
    "back from midnight to the day before": ("America/Sao_Paulo", "2018-02-18T02:00Z"),
    "back from a minute past midnight": ("America/St_Johns", "2007-11-04T02:31Z"),
    "forward from half past eleven to midnight": ("Asia/Pyongyang", "2018-05-04T15:00Z"),
    "a whole date is skipped": ("Pacific/Apia", "2011-12-30T10:00Z"),
    "two hours forward": ("Antarctica/Troll", "2026-03-29T01:00Z"),
    "two hours back": ("Antarctica/Troll", "2026-10-25T01:00Z"),
    "winter time is the exception": ("Europe/Dublin", "2026-10-25T01:00Z"),
    "half an hour back for good": ("America/Caracas", "2007-12-09T07:00Z"),
}
"""Zone, and the first instant at which its clock is set anew."""

QUIET_ZONES = ("Asia/Kathmandu", "Asia/Kolkata", "America/Phoenix", "UTC")


def change(kind: str) -> tuple[str, datetime]:
    zone, at = CHANGES[kind]
    return zone, datetime.fromisoformat(at)
