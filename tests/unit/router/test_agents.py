"""A call that needs skills reaches only agents who have all of them; older decisions stay."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from libs.contracts.agent_states import AgentState
from libs.contracts.agents import Agent
from libs.contracts.configuration import Assignment, Target
from libs.contracts.explaining import Rule
from libs.contracts.money import usd
from services.router.domain.context import AgentSeen, Inputs, QuoteSeen, QuoteState
from services.router.domain.explain import explained
from services.router.domain.plan import Plan
from services.router.domain.record import Decision, Record
from services.router.domain.replay import reconsider, repeat
from tests.unit.router.plans import NOW, a_plan, a_target, chosen
from tests.unit.router.plans import decide as decided

KEPT = sorted((Path(__file__).parent / "kept").glob("*.json"))
WORDS = ("english", "german", "roofing", "solar")
some_skills = st.lists(st.sampled_from(WORDS), max_size=3)


def decide(plan: Plan, live: dict[int, int] | None = None, **more: Any) -> Decision:
    """Everybody is there unless a test says otherwise."""
    there = AgentSeen(state=AgentState.AVAILABLE)
    everybody = Inputs(agents=dict.fromkeys(plan.agents.values(), there))
    return decided(plan, live, **{"inputs": everybody, **more})


def an_agent(n: int, *skills: str, **more: Any) -> Target:
    agent = {"skills": skills, **more.pop("agent", {})}
    return a_target(n, name=f"Ann {n}", agent=agent, **more)


@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_decisions_that_were_recorded_before_agents_are_replayed_to_the_byte(file: Path) -> None:
    """The files are what was kept then, and are never written again."""
    kept = json.loads(file.read_text())
    plan = Plan.model_validate_json(kept["plan"])

    again = repeat(Record.model_validate_json(kept["record"]), plan)

    assert plan.text == kept["plan"]
    assert again.record.model_dump_json() == kept["record"]
    assert again.outcome.model_dump_json() == kept["outcome"]


def test_who_has_not_all_the_skills_is_passed_over_and_told_why() -> None:
    targets = (a_target(1), an_agent(2, "german"), an_agent(3, "Roofing", "german "))
    entries = tuple(Assignment(target_id=one.id, skills=("roofing",)) for one in targets)
    plan = a_plan(*targets, skills=["german"], assignments=entries)

    decision = decide(plan)

    assert chosen(decision) == 3
    told = explained(decision.record, plan, heard=True)
    plain, half = (row for row in told.candidates if row.rule is Rule.SKILLS)
    assert plain.seen == "none of 2"
    assert (half.seen, half.needed) == ("only german", "german and roofing")
    assert half.otherwise == "would have needed to be an agent with german and roofing"
    assert "Ann 2 had not the skills: only german, wanted german and roofing" in told.sentence


def test_a_call_names_skills_itself_by_its_tag() -> None:
    plan = a_plan(an_agent(1), an_agent(2, "german"), skills_tag="language")

    assert chosen(decide(plan)) == 1
    assert chosen(decide(plan, tags={"language": "German"})) == 2
    assert chosen(decide(plan, tags={"language": "dutch"})) is None


def test_an_auction_has_no_skills() -> None:
    auction = Assignment(rtb_router_id=UUID(int=71))
    decision = decide(a_plan(assignments=(auction,), rtb_enabled=True, skills=["german"]))

    assert [seat.rule for seat in decision.record.seats] == [Rule.SKILLS]


@given(agents=st.lists(some_skills, min_size=1, max_size=5), needs=some_skills, tag=some_skills)
def test_nobody_takes_a_call_without_every_skill_and_somebody_does_who_has_them(
    agents: list[list[str]], needs: list[str], tag: list[str]
) -> None:
    plan = a_plan(
        *(an_agent(n, *skills) for n, skills in enumerate(agents, 1)),
        skills=needs,
        skills_tag="skills",
    )

    taker = chosen(decide(plan, tags={"skills": ", ".join(tag)}))

    able = [n for n, skills in enumerate(agents, 1) if set(skills) >= {*needs, *tag}]
    assert taker == (able[0] if able else None)


def test_an_agent_takes_as_many_calls_at_once_as_she_can_and_may() -> None:
    two = an_agent(1, agent={"calls_at_once": 2})
    capped = an_agent(1, agent={"calls_at_once": 2}, caps={"concurrency": 1})

    assert chosen(decide(a_plan(two), {1: 1})) == 1
    assert chosen(decide(a_plan(two), {1: 2})) is None
    assert chosen(decide(a_plan(capped), {1: 1})) is None


def test_in_a_tier_an_agents_own_priority_comes_first() -> None:
    plan = a_plan(
        an_agent(1),
        an_agent(2, agent={"priority": 1}),
        a_target(3),
        places=[(1, 9), (1, 1), (2, 1)],
    )

    decision = decide(plan)

    assert chosen(decision) == 2
    assert "priority 1, as an agent 1" in explained(decision.record, plan, heard=True).sentence


def seen(**agents: AgentSeen) -> Inputs:
    return Inputs(agents={int(at[1:]): one for at, one in agents.items()})


@given(
    state=st.sampled_from(AgentState),
    live=st.integers(0, 3),
    most=st.integers(1, 3),
    quoted=st.booleans(),
    wraps=st.sampled_from((None, -1, 0, 1)),
)
def test_calls_reach_only_who_is_available_and_has_room(
    state: AgentState, live: int, most: int, quoted: bool, wraps: int | None
) -> None:
    plan = a_plan(an_agent(1, agent={"calls_at_once": most}))
    quote = QuoteSeen(
        id=UUID(int=9),
        state=QuoteState.LIVE,
        candidate_id=UUID(int=101),
        publisher="Mail House",
        price=usd("1"),
        expires_at=NOW,
    )
    until = None if wraps is None else NOW + timedelta(seconds=wraps)
    inputs = seen(_0=AgentSeen(state=state, live=live, wrap_up_until=until))

    decision = decide(plan, inputs=inputs, quote=quote if quoted else None)

    room = live - quoted < most  # the place that the quote has with her is this call's
    free = state is AgentState.AVAILABLE and room and (wraps or 0) <= 0
    assert (chosen(decision) == 1) == free
    again = Record.model_validate_json(decision.record.model_dump_json())
    assert repeat(again, plan).record == decision.record


def test_who_has_never_signed_in_is_offline_and_a_replay_by_another_plan_finds_her() -> None:
    both = a_plan(an_agent(1), an_agent(2))
    decision = decide(both, inputs=seen(_1=AgentSeen(state=AgentState.AVAILABLE)))
    only = a_plan(an_agent(2))

    assert [seat.seen for seat in decision.record.seats if seat.rule is Rule.AGENT_AWAY] == [
        "offline"
    ]
    assert chosen(decision) == 2
    assert chosen(reconsider(decision.record, both, only)) == 2


def test_skills_are_one_spelling_each_once_and_an_agent_is_never_dialled_blindly() -> None:
    assert Agent(skills=(" German", "german", "Art")).skills == ("art", "german")
    with pytest.raises(ValidationError, match="she may be away"):
        an_agent(1, dial_without_hold=True)
    with pytest.raises(ValidationError):
        Agent(skills=("a,b",))
