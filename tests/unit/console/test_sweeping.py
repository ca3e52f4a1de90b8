"""Work that goes through all owners' tables asks each in turn, and again where something moved."""

from datetime import UTC, datetime
from uuid import uuid4

from libs.contracts.ids import AccountId
from services.console.domain.sweeping import (
    OWNERS,
    ROUNDS_MAX,
    Step,
    Sweep,
    SweepKind,
    SweepState,
    stepped,
)

NOW = datetime(2026, 11, 29, tzinfo=UTC)
NOTHING = Step({}, None)


def begun(kind: SweepKind) -> Sweep:
    return Sweep(
        account_id=AccountId(uuid4()),
        sweep_id=uuid4(),
        kind=kind,
        asked_by="ann",
        asked_at=NOW,
        sealed=b"her number",
        owner=OWNERS[kind][0],
    )


def test_a_step_goes_on_where_the_one_before_ended() -> None:
    one = stepped(begun(SweepKind.ERASURE), Step({"decision": 2}, "decision:128"), NOW)
    one = stepped(one, Step({"decision": 1, "hold": 4}, None), NOW)
    assert (one.owner, one.at) == ("rtb", "")
    assert one.found == {"router.decision": 3, "router.hold": 4}


def test_an_erasure_ends_with_a_round_that_finds_nothing() -> None:
    one, asked = begun(SweepKind.ERASURE), []
    found = Step({"call": 1}, None)
    while one.state is SweepState.UNDER_WAY:
        asked.append(one.owner)
        assert one.sealed
        one = stepped(one, found if len(asked) == 1 else NOTHING, NOW)
    assert asked == [*OWNERS[SweepKind.ERASURE]] * 2
    assert (one.sealed, one.owner, one.finished_at) == (None, "", NOW)


def test_what_never_ends_is_ended() -> None:
    one, steps = begun(SweepKind.ERASURE), 0
    while one.state is SweepState.UNDER_WAY:
        one, steps = stepped(one, Step({"call": 1}, None), NOW), steps + 1
    assert steps == ROUNDS_MAX * len(OWNERS[SweepKind.ERASURE])


def test_resealing_is_one_round_and_counts_what_is_lost() -> None:
    one = begun(SweepKind.RESEALING)
    for _ in OWNERS[SweepKind.RESEALING]:
        one = stepped(one, Step({"secrets": 2}, None, lost=1), NOW)
    assert (one.state, sum(one.found.values()), one.lost) == (SweepState.DONE, 8, 4)
