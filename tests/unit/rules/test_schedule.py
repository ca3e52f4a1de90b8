"""A schedule that cannot be kept is refused, and the refusal names the field."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from libs.contracts.schedule import Schedule

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def refusals(document: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a schedule, by the path of the field, as a client is told."""
    entity = TypeAdapter(dict[str, Schedule])
    with pytest.raises(ValidationError) as refused:
        entity.validate_python({"schedule": {"zone": "UTC", **document}})
    return {".".join(map(str, fault["loc"])): fault["msg"] for fault in refused.value.errors()}


def shift(opens: str, closes: str, *days: str, **more: Any) -> dict[str, Any]:
    return {"days": list(days) or ["monday"], "opens": opens, "closes": closes, **more}


def test_an_unknown_zone_is_refused() -> None:
    found = refusals({"zone": "America/Metropolis"})
    assert list(found) == ["schedule.zone"]
    assert "IANA" in found["schedule.zone"]


@pytest.mark.parametrize("text", ["9:00", "24:60", "48:01", "noon", "", 540])
def test_what_is_no_wall_time_is_refused(text: object) -> None:
    found = refusals({"hours": [{"days": ["monday"], "opens": text, "closes": "17:00"}]})
    assert list(found) == ["schedule.hours.0.opens"]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"hours": [shift("17:00", "09:00")]}, "schedule.hours.0.closes"),
        ({"hours": [shift("09:00", "09:00")]}, "schedule.hours.0.closes"),
        ({"hours": [shift("09:00", "33:01")]}, "schedule.hours.0.closes"),
        ({"hours": [shift("24:00", "30:00")]}, "schedule.hours.0.opens"),
        ({"hours": [shift("09:00", "17:00", "monday", "monday")]}, "schedule.hours.0.days"),
        ({"hours": [shift("09:00", "17:00"), shift("16:00", "18:00")]}, "schedule.hours.1"),
        (
            {"hours": [shift("20:00", "30:00"), shift("05:00", "08:00", "tuesday")]},
            "schedule.hours.1",
        ),
        (
            {"hours": [shift("00:00", "02:00"), shift("22:00", "25:00", "sunday")]},
            "schedule.hours.0",
        ),
        (
            {"hours": [shift("09:00", "17:00", breaks=[{"opens": "16:00", "closes": "18:00"}])]},
            "schedule.hours.0.breaks.0",
        ),
        (
            {
                "hours": [
                    shift(
                        "09:00",
                        "17:00",
                        breaks=[
                            {"opens": "12:00", "closes": "13:00"},
                            {"opens": "12:30", "closes": "14:00"},
                        ],
                    )
                ]
            },
            "schedule.hours.0.breaks.1",
        ),
        ({"own_days": [{"name": "x", "date": "2026-02-30"}]}, "schedule.own_days.0.date"),
        (
            {"own_days": [{"name": "x", "date": "2026-05-01", "treatment": "reduced"}]},
            "schedule.own_days.0.hours",
        ),
        (
            {
                "own_days": [
                    {
                        "name": "x",
                        "date": "2026-05-01",
                        "hours": [{"opens": "09:00", "closes": "10:00"}],
                    }
                ]
            },
            "schedule.own_days.0.hours",
        ),
        (
            {
                "own_days": [
                    {"name": "one", "date": "2026-05-01"},
                    {"name": "two", "date": "2026-05-01"},
                ]
            },
            "schedule.own_days.1.date",
        ),
        ({"calendars": [{"calendar": "martian"}]}, "schedule.calendars.0.calendar"),
        (
            {"calendars": [{"calendar": "us_federal"}, {"calendar": "us_federal"}]},
            "schedule.calendars.1.calendar",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(document: dict[str, Any], path: str) -> None:
    assert list(refusals(document)) == [path]


def test_ranges_that_only_touch_are_taken() -> None:
    week = [shift("00:00", "12:00", *DAYS), shift("12:00", "24:00", *DAYS)]
    assert len(Schedule.model_validate({"zone": "UTC", "hours": week}).hours) == 2


def test_a_schedule_survives_the_wire() -> None:
    written = Schedule.model_validate(
        {
            "zone": "Asia/Kathmandu",
            "hours": [shift("22:00", "30:00", breaks=[{"opens": "26:00", "closes": "26:30"}])],
            "own_days": [{"name": "Fair", "date": "2026-05-01", "yearly": True}],
            "calendars": [{"calendar": "us_federal", "only": ["labor_day"]}],
        }
    )
    text = written.model_dump_json()
    assert '"closes":"30:00"' in text
    assert Schedule.model_validate_json(text) == written
    assert Schedule.model_validate(written.model_dump()) == written
