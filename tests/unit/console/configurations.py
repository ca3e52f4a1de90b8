"""Configurations of accounts, drawn by hypothesis: whatever the contracts allow."""

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from libs.contracts.bulk import AccountConfiguration
from libs.contracts.ids import AccountId
from services.console.desk.configuring import read_document
from services.console.domain.configuration_document import plain_of
from services.console.domain.yaml_text import write

ACCOUNT = AccountId(UUID("018f3b1c-0000-7000-8000-000000000001"))
EMPTY = AccountConfiguration()

ODD = (
    "null",
    "~",
    "yes",
    "no",
    "1e5",
    "10:00",
    "0x1F",
    "- a",
    "a: b",
    "#",
    "é\u2028☎",
    "'\"",
    "*a",
)
NAMES = st.sampled_from(ODD) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0"),
    min_size=1,
    max_size=20,
)
IDS = st.uuids(version=4).map(str)
PHONES = st.integers(0, 9_999).map(lambda at: f"+1212555{at:04}")
DESTINATIONS = st.one_of(
    PHONES.map(lambda phone: {"kind": "phone", "number": phone}),
    st.just({"kind": "sip", "address": "sip:sales@pbx.example.com"}),
)
CAPS = st.fixed_dictionaries(
    {},
    optional={
        "concurrency": st.integers(1, 50),
        "limits": st.lists(
            st.fixed_dictionaries(
                {"period": st.sampled_from(["hour", "day", "total"]), "most": st.integers(1, 99)},
                optional={"counts": st.sampled_from(["attempt", "conversion"])},
            ),
            max_size=2,
            unique_by=lambda limit: (limit["period"], limit.get("counts", "attempt")),
        ),
        "overshoot": st.booleans(),
    },
)
SCHEDULES = st.sampled_from(
    [
        None,
        {
            "zone": "America/New_York",
            "hours": [{"days": ["monday"], "opens": "09:00", "closes": "30:00"}],
        },
        {
            "zone": "Asia/Kolkata",
            "hours": [
                {
                    "days": ["friday", "monday"],
                    "opens": "10:00",
                    "closes": "17:30",
                    "breaks": [{"opens": "12:00", "closes": "13:00"}],
                }
            ],
        },
    ]
)
FILTERS = st.sampled_from(
    [
        None,
        {"tests": [{"tag": "source", "operator": "==", "value": "radio"}]},
        {"match": "any", "groups": [{"tests": [{"tag": "age", "operator": ">", "value": "30"}]}]},
    ]
)
SKILLS = st.lists(st.sampled_from(["german", "Roofing", "é: [x]"]), max_size=3)
AGENTS = st.none() | st.fixed_dictionaries(
    {},
    optional={
        "skills": SKILLS,
        "person_id": IDS,
        "priority": st.integers(1, 10),
        "calls_at_once": st.integers(1, 5),
        "wrap_up_seconds": st.sampled_from([0, 30, 3_600]),
    },
)
STATUSES = st.sampled_from(["active", "paused"])


def _things(names: Any, most: int, **fields: Any) -> Any:
    """Lists of things with names of which some are the same."""
    return st.lists(st.fixed_dictionaries({"id": IDS, "name": names, **fields}), max_size=most)


@st.composite
def configurations(draw: st.DrawFn) -> AccountConfiguration:
    """An account: its things name each other as they may."""
    names = st.sampled_from(draw(st.lists(NAMES, min_size=1, max_size=5)))
    limited = {"caps": CAPS, "zone": st.sampled_from(["UTC", "Europe/Berlin"])}
    buyers = draw(_things(names, 3, status=STATUSES, schedule=SCHEDULES, **limited))
    targets = (
        draw(
            _things(
                names,
                4,
                buyer_id=st.sampled_from([one["id"] for one in buyers]),
                destination=DESTINATIONS,
                filter=FILTERS,
                ring_seconds=st.none() | st.integers(5, 60),
                agent=AGENTS,
                **limited,
            )
        )
        if buyers
        else []
    )
    groups = draw(_things(names, 3))
    for at, group in enumerate(groups):
        group["members"] = _some(draw, targets, "target_id", weight=st.integers(1, 9))
        group["parent_id"] = groups[at - 1]["id"] if at and draw(st.booleans()) else None
    tag = st.none() | st.just("language")
    needs = {"skills": SKILLS, "skills_tag": tag}
    campaigns = draw(_things(names, 3, description=NAMES, **needs, **limited))
    for campaign in campaigns:
        entry = {"priority": st.integers(-3, 3), "caps": CAPS, "skills": SKILLS}
        campaign["assignments"] = [
            *_some(draw, targets, "target_id", **entry),
            *_some(draw, groups, "group_id", **entry),
            *({"rtb_router_id": id} for id in draw(st.lists(IDS, max_size=1))),
        ]
    pools = draw(_things(names, 2))
    numbers = draw(st.lists(PHONES, max_size=4, unique=True))
    return AccountConfiguration.model_validate(
        {
            "defaults": draw(st.none() | st.just({"block_anonymous": True})),
            "buyers": buyers,
            "targets": targets,
            "groups": groups,
            "campaigns": campaigns,
            "pools": [{**pool, "campaign_id": _one(draw, campaigns)} for pool in pools],
            "numbers": [
                {
                    "id": draw(IDS),
                    "number": number,
                    "account_sid": "AC1",
                    "pool_id": _one(draw, pools),
                    "tags": {"source": draw(names)[:50]},
                }
                for number in numbers
            ],
        }
    )


def _one(draw: st.DrawFn, things: list[dict[str, Any]]) -> str | None:
    return draw(st.none() | st.sampled_from([one["id"] for one in things])) if things else None


def _some(
    draw: st.DrawFn, things: list[dict[str, Any]], field: str, **more: Any
) -> list[dict[str, Any]]:
    ids = [one["id"] for one in things]
    chosen = draw(st.lists(st.sampled_from(ids), unique=True, max_size=3)) if ids else []
    return [{field: id, **draw(st.fixed_dictionaries(more))} for id in chosen]


def written(configuration: AccountConfiguration) -> str:
    return write(plain_of(configuration))


def understood(text: str, current: AccountConfiguration = EMPTY) -> AccountConfiguration:
    return read_document(text, current, ACCOUNT).configuration
