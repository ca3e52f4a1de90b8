"""Every reason and every rule has its sentence, word by word."""

from datetime import timedelta

import pytest

from libs.contracts.configuration import Buyer, Status
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.routing import RouteReason
from services.router.domain.explain import NAMED_MAX, explained
from services.router.domain.plan import Plan
from services.router.domain.record import Decision
from tests.unit.router.plans import BUYER, NOW, a_plan, a_target, decide

TWO = a_plan(a_target(1, concurrency_cap=2), a_target(2))
PAUSED_BUYER = Buyer(id=BUYER.id, name="Acme", status=Status.PAUSED)


def sentence(decision: Decision, plan: Plan | None, *, heard: bool = True) -> str:
    return explained(decision.record, plan, heard=heard).sentence


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (RouteReason.UNKNOWN_NUMBER, "nobody has configured the number +18005550100"),
        (
            RouteReason.NUMBER_OF_ANOTHER_CARRIER,
            "+18005550100 belongs to another account at the carrier",
        ),
        (RouteReason.NUMBER_WITHOUT_CAMPAIGN, "+18005550100 is assigned to no campaign"),
        (RouteReason.CAMPAIGN_DRAFT, "the campaign is still a draft"),
        (RouteReason.CAMPAIGN_PAUSED, "the campaign is paused"),
        (RouteReason.CAMPAIGN_COMPLETED, "the campaign is completed"),
    ],
)
def test_a_closing_without_a_plan(reason: RouteReason, why: str) -> None:
    assert sentence(decide(reason), None) == f"The call was closed because {why}."


@pytest.mark.parametrize(
    ("decision", "plan", "told"),
    [
        (
            decide(a_plan()),
            a_plan(),
            "The call was closed because the campaign has no target.",
        ),
        (
            decide(plan := a_plan(a_target(1, status=Status.PAUSED))),
            plan,
            "The call was closed because no target of the campaign may take the call; "
            "desk 1 was paused.",
        ),
        (
            decide(plan := a_plan(a_target(1), buyers=[PAUSED_BUYER])),
            plan,
            "The call was closed because no target of the campaign may take the call; "
            "desk 1 belonged to buyer Acme, which was paused.",
        ),
        (
            decide(plan := a_plan(a_target(1)), tried=(a_target(1).id,)),
            plan,
            "The call was closed because no target of the campaign may take the call; "
            "desk 1 had been dialled before.",
        ),
        (
            decide(plan := a_plan(a_target(1, concurrency_cap=2)), {1: 2}),
            plan,
            "The call was closed because every eligible target has reached a cap; "
            "desk 1 was at its concurrency cap: 2 at once, wanted fewer than 2.",
        ),
        (
            decide(TWO, ring_began_at=NOW - timedelta(seconds=56)),
            TWO,
            "The call was closed because the caller has heard enough ringing for this campaign.",
        ),
        (
            decide(TWO),
            TWO,
            "desk 1 of Acme was dialled: it was the first with room in the drawn order "
            "(priority 1, weight 1), before 1 more in the order.",
        ),
        (
            decide(TWO, {1: 2}),
            TWO,
            "desk 2 of Acme was dialled: it was the first with room in the drawn order "
            "(priority 2, weight 1); "
            "desk 1 was at its concurrency cap: 2 at once, wanted fewer than 2.",
        ),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_a_decision_about_a_plan(decision: Decision, plan: Plan, told: str) -> None:
    assert sentence(decision, plan) == told
    unheard = " The ingress had fallen back before it heard this."
    assert sentence(decision, plan, heard=False) == told + unheard


def test_of_many_who_were_passed_over_some_are_named_and_all_are_in_the_table() -> None:
    paused = [a_target(n, status=Status.PAUSED) for n in range(NAMED_MAX + 2)]
    plan = a_plan(*paused, a_target(99))

    step = explained(decide(plan).record, plan, heard=True)

    assert step.sentence.endswith(
        "; desk 0 was paused; desk 1 was paused; desk 2 was paused; 2 more were passed over."
    )
    assert [row.target_name for row in step.candidates] == [
        "desk 99",
        *(f"desk {n}" for n in range(NAMED_MAX + 2)),
    ]


def test_the_table_shows_who_was_tried_in_order_and_then_who_might_not_be() -> None:
    targets = [a_target(1, status=Status.PAUSED), a_target(2, concurrency_cap=1), a_target(3)]
    plan = a_plan(*targets, a_target(4), places=[(1, 1), (2, 1), (3, 1), (4, 9)])

    step = explained(decide(plan, {2: 1}).record, plan, heard=True)

    assert [(row.target_name, row.verdict, row.rule) for row in step.candidates] == [
        ("desk 2", Verdict.EXCLUDED, Rule.CONCURRENCY_CAP),
        ("desk 3", Verdict.CHOSEN, Rule.TAKEN),
        ("desk 4", Verdict.LOST, Rule.NOT_REACHED),
        ("desk 1", Verdict.EXCLUDED, Rule.TARGET_PAUSED),
    ]
    assert [(row.priority, row.weight) for row in step.candidates][2] == (4, 9)
    assert (step.campaign_name, step.config_version, step.seed) == ("Roofing", 7, 11)


def test_braces_in_what_people_wrote_are_only_text() -> None:
    plan = a_plan(a_target(1, name="{seen} {0}", status=Status.PAUSED))
    assert sentence(decide(plan), plan).endswith("; {seen} {0} was paused.")
    odd = decide(RouteReason.UNKNOWN_NUMBER, dialled="sip:{dialled}@{0}")
    assert sentence(odd, None).endswith("the number sip:{dialled}@{0}.")
