"""Callbacks are lost, doubled, late or swapped exactly as the script says."""

import pytest

from tests.unit.carrier.office import ANN, Office, dial, number

CALL = f"{ANN}=answer:2,talk:10,callee-hangs-up"


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ("drop:answered", ["initiated", "ringing", "completed"]),
        ("drop:completed", ["initiated", "ringing", "in-progress"]),
        (
            "duplicate:answered",
            ["initiated", "ringing", "in-progress", "in-progress", "completed"],
        ),
        ("reorder:answered", ["initiated", "ringing", "completed", "in-progress"]),
        ("reorder:initiated,reorder:ringing", ["in-progress", "initiated", "ringing", "completed"]),
        ("delay:answered:60", ["initiated", "ringing", "completed", "in-progress"]),
        ("delay:ringing:5", ["initiated", "in-progress", "ringing", "completed"]),
        (
            "delay:ringing:5,duplicate:ringing",
            ["initiated", "in-progress", "ringing", "ringing", "completed"],
        ),
    ],
)
async def test_faults_of_leg_callbacks(faults: str, told: list[str]) -> None:
    office = Office(voice=dial(number(ANN)), action="<Hangup/>")

    await office.call(f"{CALL};faults={faults}")

    assert [one["CallStatus"] for one in office.said("leg")] == told


async def test_a_callback_keeps_its_number_and_time_however_late_it_is() -> None:
    office = Office(voice=dial(number(ANN)), action="<Hangup/>")

    await office.call(f"{CALL};faults=delay:answered:60")

    late = office.said("leg")[-1]
    assert (late["SequenceNumber"], late["CallStatus"]) == ("2", "in-progress")
    assert late["Timestamp"] < office.said("leg")[-2]["Timestamp"]
    assert office.paths()[-2:] == ["/ended", "/leg"]
    assert office.clock.seconds() == 62


async def test_a_late_callback_comes_in_its_second() -> None:
    office = Office(voice=dial(number(ANN)), action="<Hangup/>")

    report = await office.call(f"{CALL};faults=delay:ringing:5")

    assert report.sent("ringing")[0].at == 6


async def test_the_end_of_the_call_can_be_lost() -> None:
    office = Office(voice="<Say>Hello</Say>")

    report = await office.call("faults=drop:ended")

    assert office.paths() == ["/voice"]
    assert report.status == "completed"


@pytest.mark.parametrize("event", ["voice", "action"])
async def test_a_document_asked_for_twice_is_executed_once(event: str) -> None:
    office = Office(voice=dial(ANN), action="<Say>Goodbye</Say>")

    report = await office.call(f"{CALL};faults=duplicate:{event}")

    first, second = office.said(event)
    assert first == second
    assert len(report.sent(event)) == 2
    assert report.spoken == ("Goodbye",)


@pytest.mark.parametrize(
    ("script", "order"),
    [
        (CALL, ["/voice", "/action", "/ended"]),
        (f"{ANN}=talk:10", ["/voice", "/action", "/ended"]),  # also after the caller has gone
    ],
)
async def test_a_late_action(script: str, order: list[str]) -> None:
    office = Office(voice=dial(ANN), action="<Hangup/>")

    report = await office.call(f"{script};faults=delay:action:5")

    assert office.paths() == order
    assert report.sent("action")[0].at == 17
