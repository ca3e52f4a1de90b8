"""The shapes can be fields of contracts: they have a schema, survive the wire, and are values."""

from typing import Any

import pytest
from pydantic import ValidationError

from libs.contracts.areas import AreaRule
from libs.contracts.caps import Caps
from libs.contracts.filters import TagFilter
from libs.contracts.message import Document
from libs.contracts.schedule import Schedule
from libs.contracts.screening import (
    AttestationMinimum,
    Blocklist,
    CallerHistory,
    DuplicateRule,
    RepeatLimit,
)


class Everything(Document):
    schedule: Schedule
    filter: TagFilter
    area: AreaRule
    caps: Caps
    blocklist: Blocklist
    duplicates: DuplicateRule
    repeats: RepeatLimit
    attestation: AttestationMinimum
    history: CallerHistory


DOCUMENT: dict[str, Any] = {
    "schedule": {
        "zone": "Europe/Dublin",
        "hours": [{"days": ["friday"], "opens": "22:00", "closes": "30:00"}],
        "own_days": [{"name": "Feast", "date": "2026-06-10"}],
        "calendars": [{"calendar": "us_federal", "only": ["labor_day"]}],
    },
    "filter": {
        "match": "any",
        "groups": [{"tests": [{"tag": "zip", "operator": "in", "values": ["1", "2"]}]}],
    },
    "area": {
        "inside": {"circles": [{"latitude": 1.5, "longitude": -2, "radius_km": 0.5}]},
        "outside": {"states": ["NY", "CT", "NY"]},
        "sources": ["visit"],
        "unknown": "admit",
    },
    "caps": {"concurrency": 3, "limits": [{"period": "week", "counts": "revenue", "most": 9}]},
    "blocklist": {"numbers": ["+12125550100"], "anonymous": True},
    "duplicates": {"scope": "buyer", "after": "connection", "days": 30},
    "repeats": {"calls_max": 3, "days": 1},
    "attestation": "B",
    "history": {"calls": [{"at": "2026-01-01T00:00:00Z"}]},
}


def test_a_document_survives_the_wire_and_can_be_a_key() -> None:
    read = Everything.model_validate(DOCUMENT)
    assert Everything.model_validate_json(read.model_dump_json()) == read
    assert {read: 1}[Everything.model_validate(read.model_dump())] == 1


def test_every_shape_has_a_schema() -> None:
    schema = Everything.model_json_schema()
    opens = schema["$defs"]["WeeklyShift"]["properties"]["opens"]
    assert opens["type"] == "string"


@pytest.mark.parametrize(
    "shape", [name for name in DOCUMENT if name not in {"attestation", "history"}]
)
def test_a_setting_that_does_not_exist_is_refused(shape: str) -> None:
    wrong = {**DOCUMENT, shape: {**DOCUMENT[shape], "colour": "red"}}
    with pytest.raises(ValidationError) as refused:
        Everything.model_validate(wrong)
    assert [fault["loc"] for fault in refused.value.errors()] == [(shape, "colour")]
