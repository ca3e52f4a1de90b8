"""What cannot be configured: which field, and why; and nothing of it is kept."""

from typing import Any
from uuid import UUID, uuid4

import orjson

from libs.contracts.catalogue import QUESTIONS
from libs.contracts.configuration import Carrier
from libs.contracts.editing import Noun, Retire, SaveNumber
from libs.contracts.message import Document, Refusal
from tests.kit.hosting import ACCOUNT_SID, TESTER
from tests.service.router.stage import (
    SAVES,
    Stage,
    a_buyer,
    a_campaign,
    a_draft,
    a_group,
    a_number,
    a_pool,
    a_target,
)


def daily(most: int) -> dict[str, Any]:
    return {"limits": [{"period": "day", "most": most}]}


def hours(ranges: list[dict[str, Any]], zone: str = "America/New_York") -> dict[str, Any]:
    return {"schedule": {"zone": zone, "hours": ranges}}


NINE_TO_FIVE = {"days": ["monday"], "opens": "09:00", "closes": "17:00"}
SIXTEEN_TO_TWENTY = {"days": ["monday"], "opens": "16:00", "closes": "20:00"}
BUYER = a_buyer()
TARGET = a_target(BUYER)
CAMPAIGN = a_draft(TARGET)
NUMBER = a_number()

MALFORMED: list[tuple[Document, dict[str, Any], str, str]] = [
    (NUMBER, {"number": "+1800555EXTERNAL"}, "number", "E.164"),
    (NUMBER, {"number": "8005550100"}, "number", "E.164"),
    (NUMBER, {"account_sid": "AC 1"}, "account_sid", "pattern"),
    (NUMBER, {"id": "seven"}, "id", "UUID"),
    (TARGET, {"destination": {"kind": "phone", "number": "911"}}, "destination.number", "E.164"),
    (
        TARGET,
        {"destination": {"kind": "sip", "address": "sales@pbx"}},
        "destination.address",
        "write sip:user@host",
    ),
    (TARGET, {"destination": {"kind": "fax", "number": "+15550100001"}}, "destination", "phone"),
    (TARGET, {"destination": {"kind": "sip"}}, "destination.address", "required"),
    (TARGET, {"zone": "Mars/Olympus"}, "zone", "IANA"),
    (TARGET, hours([NINE_TO_FIVE, SIXTEEN_TO_TWENTY]), "schedule.hours.1", "overlaps hours.0"),
    (
        TARGET,
        hours([{**NINE_TO_FIVE, "closes": "08:00"}]),
        "schedule.hours.0.closes",
        "is not after",
    ),
    (TARGET, hours([], zone="Mars/Olympus"), "schedule.zone", "IANA"),
    (TARGET, {"caps": {"concurrency": -1}}, "caps.concurrency", "greater"),
    (TARGET, {"caps": daily(0)}, "caps.limits.0.most", "greater"),
    (TARGET, {"caps": daily(10**9)}, "caps.limits.0.most", "less"),
    (TARGET, {"ring_seconds": 0}, "ring_seconds", "greater"),
    (TARGET, {"name": ""}, "name", "at least 1"),
    (TARGET, {"name": "n" * 257}, "name", "at most 256"),
    (TARGET, {"name": "desk\0"}, "name", "NUL"),
    (TARGET, {"colour": "red"}, "colour", "Extra"),
    (CAMPAIGN, {"closing_message": "bye\0"}, "closing_message", "NUL"),
    (CAMPAIGN, {"ring_budget_seconds": 601}, "ring_budget_seconds", "less"),
    (
        CAMPAIGN,
        {"assignments": [{"target_id": str(TARGET.id), "weight": 0}]},
        "assignments.0.weight",
        "greater",
    ),
    (
        CAMPAIGN,
        {"fallback_destination": {"kind": "sip", "address": "x"}},
        "fallback_destination.address",
        "SIP",
    ),
    (Carrier(account_sid="AC1", token="t"), {"token": None}, "token", "string"),
]


async def test_a_malformed_field_is_named_by_its_path(stage: Stage) -> None:
    for document, wrong, path, problem in MALFORMED:
        question = stage.edit(document)
        body = question.model_dump(mode="json")
        body["document"] |= wrong

        no: Refusal = await stage.ask_raw(question.subject, orjson.dumps(body))

        assert no.code == "malformed", wrong
        (field,) = no.fields
        assert field.path == f"document.{path}"
        assert problem in field.problem, field
    assert await stage.rows("SELECT FROM router.outbox") == []
    assert stage.events == []


async def test_fields_that_exclude_each_other_are_refused(stage: Stage) -> None:
    twice = [{"target_id": str(TARGET.id)}] * 2
    contradictions: list[tuple[Document, dict[str, Any], str]] = [
        (NUMBER, {"campaign_id": str(uuid4()), "pool_id": str(uuid4())}, "exclude each other"),
        (TARGET, {"daily_cap": 3, "dial_without_hold": True}, "without caps"),
        (CAMPAIGN, {"assignments": twice}, "twice"),
    ]
    for document, wrong, problem in contradictions:
        question = stage.edit(document)
        body = question.model_dump(mode="json")
        body["document"] |= wrong

        no: Refusal = await stage.ask_raw(question.subject, orjson.dumps(body))

        assert no.code == "malformed"
        (field,) = no.fields
        assert field.path.startswith("document")
        assert problem in field.problem


async def test_a_rule_that_cannot_be_followed_is_named_by_its_field(stage: Stage) -> None:
    await stage.save(BUYER)
    tests = [
        {"tag": "zip", "operator": "matches regex", "value": r"(a+)\1"},
        {"tag": "caller:zipp", "operator": "exists"},
    ]

    no = await stage.refusal(stage.edit(a_target(BUYER, filter={"tests": tests})))

    assert no.code == "bad_rule"
    assert {one.path: one.problem for one in no.fields} == {
        "document.filter.tests.0.value": (
            r"invalid escape sequence: \1: patterns are those of RE2, "
            "without look-around and back-references"
        ),
        "document.filter.tests.1.tag": (
            "no tag is named caller:zipp: there are caller:city, caller:country, caller:number, "
            "caller:state, caller:zip"
        ),
    }
    assert (await stage.page(Noun.TARGET)).rows == ()


async def test_a_group_is_never_within_itself(stage: Stage) -> None:
    inner, outer = a_group(), a_group(name="All shifts")
    await stage.save(outer)
    await stage.save(inner.model_copy(update={"parent_id": outer.id}))
    rows = {row.document["id"]: row.version for row in (await stage.page(Noun.GROUP)).rows}

    turned = outer.model_copy(update={"parent_id": inner.id})
    no = await stage.refusal(stage.edit(turned, version=rows[str(outer.id)]))

    assert (no.code, [one.path for one in no.fields]) == ("group_cycle", ["document.parent_id"])
    kept = {row.document["id"]: row.version for row in (await stage.page(Noun.GROUP)).rows}
    assert kept == rows


ALL_OPTIONAL = {
    "ask.router.fallback_plans.v1": "plans",
    "ask.router.numbers.v1": "numbers",
    "ask.router.reseal.v1": "secrets_resealed",
}
"""Every field of these may be left out."""


async def test_whatever_is_asked_something_is_answered(stage: Stage) -> None:
    """Bytes that no asker of ours would send are refused at every door of the router."""
    subjects = [subject for subject in QUESTIONS if subject.startswith("ask.router.")]
    for subject in subjects:
        for body in (b"", b"{", b"[]", b"\xff\xfe", b'"' + b"x" * 10_000 + b'"', b"{}"):
            answer = await stage.ask_raw(subject, body)
            if body == b"{}" and subject in ALL_OPTIONAL:
                assert answer.outcome == ALL_OPTIONAL[subject]
            else:
                assert (subject, answer.code) == (subject, "malformed")
                assert answer.fields


async def test_a_key_that_is_none_is_named(stage: Stage) -> None:
    about = {"account_id": str(stage.account_id), "actor": {"name": "t"}, "noun": "buyer"}
    retire = orjson.dumps({**about, "key": "seven"})
    listing = orjson.dumps({**about, "cursor": "x' OR 1=1 --"})

    no = await stage.ask_raw("ask.router.retire.v1", retire)
    assert [(field.path, no.code) for field in no.fields] == [("key", "malformed")]
    no = await stage.ask_raw("ask.router.list.v1", listing)
    assert [(field.path, no.code) for field in no.fields] == [("cursor", "malformed")]


async def test_a_stale_edit_names_both_versions(stage: Stage) -> None:
    first = await stage.save(BUYER)
    second = await stage.save(BUYER, version=first)

    stale = await stage.refusal(stage.edit(BUYER, version=first))
    anew = await stage.refusal(stage.edit(BUYER))
    lost = await stage.refusal(stage.edit(a_buyer(), version=first))
    retire = Retire(
        account_id=stage.account_id,
        actor=TESTER,
        noun=Noun.BUYER,
        key=str(BUYER.id),
        expected_version=first,
    )
    stale_retirement = await stage.refusal(retire)

    for no in (stale, anew, lost, stale_retirement):
        assert no.code == "stale"
        assert [field.path for field in no.fields] == ["expected_version"]
    assert stale.text == stale_retirement.text
    assert stale.text == f"it has changed since version {first}: the current version is {second}"
    assert anew.text == f"it exists already: the current version is {second}"
    assert lost.text == "it does not exist: leave expected_version out to create it"
    (row,) = (await stage.page(Noun.BUYER)).rows
    assert row.version == second


async def test_nothing_may_point_to_what_is_not_there(stage: Stage) -> None:
    buyer, retired_buyer = a_buyer(), a_buyer()
    target, retired_target = a_target(buyer), a_target(buyer)
    retired_campaign, retired_pool = a_draft(), a_pool()
    await stage.save(buyer)
    await stage.save(target)
    await save_and_retire(stage, Noun.BUYER, retired_buyer, retired_buyer.id)
    await save_and_retire(stage, Noun.TARGET, retired_target, retired_target.id)
    await save_and_retire(stage, Noun.CAMPAIGN, retired_campaign, retired_campaign.id)
    await save_and_retire(stage, Noun.POOL, retired_pool, retired_pool.id)
    nowhere: list[tuple[Document, str]] = [
        (a_target(a_buyer()), "buyer_id"),
        (a_target(retired_buyer), "buyer_id"),
        (a_campaign(target, a_target(buyer)), "assignments.1.target_id"),
        (a_campaign(target, retired_target), "assignments.1.target_id"),
        (a_pool(campaign_id=uuid4()), "campaign_id"),
        (a_pool(campaign_id=retired_campaign.id), "campaign_id"),
        (a_number(campaign_id=uuid4()), "campaign_id"),
        (a_number(campaign_id=retired_campaign.id), "campaign_id"),
        (a_number(pool_id=uuid4()), "pool_id"),
        (a_number(pool_id=retired_pool.id), "pool_id"),
    ]

    for document, path in nowhere:
        no = await stage.refusal(stage.edit(document))
        assert no.code == "points_nowhere"
        assert [field.path for field in no.fields] == [f"document.{path}"]
    for noun in (Noun.CAMPAIGN, Noun.POOL, Noun.NUMBER):
        assert (await stage.page(noun)).rows == ()


async def save_and_retire(stage: Stage, noun: Noun, document: Document, id: UUID) -> None:
    version = await stage.save(document)
    about = {"account_id": stage.account_id, "actor": TESTER, "expected_version": version}
    await stage.ask(Retire(**about, noun=noun, key=str(id)))


async def test_a_number_has_one_place_and_one_owner(stage: Stage) -> None:
    campaign = a_draft()
    pool = a_pool()
    for document in (campaign, pool):
        await stage.save(document)
    await stage.save(a_number(campaign_id=campaign.id))
    again = a_number(pool_id=pool.id)

    ours = await stage.refusal(stage.edit(again))
    theirs = await stage.refusal(
        SaveNumber(account_id=stage.other_account, actor=TESTER, document=a_number())
    )

    for no, said in ((ours, f"campaign {campaign.name} already"), (theirs, "something else")):
        assert no.code == "taken"
        assert [field.path for field in no.fields] == ["document.number"]
        assert said in no.fields[0].problem
    assert len((await stage.page(Noun.NUMBER)).rows) == 1


async def test_a_carriers_account_has_one_owner(stage: Stage) -> None:
    carrier = Carrier(account_sid=ACCOUNT_SID, token="token")
    await stage.save(carrier)

    theirs = SAVES[Carrier](account_id=stage.other_account, actor=TESTER, document=carrier)
    no = await stage.refusal(theirs)

    assert (no.code, no.fields[0].path) == ("taken", "document.account_sid")
