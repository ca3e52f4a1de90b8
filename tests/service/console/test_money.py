"""People agree on prices and payouts, and see what calls came to, over the API."""

import csv
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from libs.contracts.calls import Fact, LegAnswered
from libs.contracts.ids import AccountId
from libs.contracts.money import usd
from libs.contracts.payouts import PayoutTerms
from libs.contracts.pricing import Telephony
from libs.contracts.routing import Terms
from libs.runtime.publish import MESSAGE_ID, publish
from tests.kit.facts import CallStory
from tests.kit.hosting import eventually
from tests.service.console.stage import Asker, Stage, a_routed_campaign

PUBLISHER = uuid4()
NUMBER = "+18005550100"


async def tell(stage: Stage, *facts: Fact) -> None:
    """Publish facts as the ingress and the router do."""
    broker = stage.app.state.ask._broker
    for fact in facts:
        headers = {MESSAGE_ID: uuid4().hex}
        await publish(broker, fact.subject, fact.model_dump_json().encode(), headers, 5)


def sold(account_id: UUID | None, **terms: Any) -> tuple[CallStory, list[Fact]]:
    """A call of a minute that a buyer owes 10 dollars for, half of them to its publisher."""
    story = CallStory(AccountId(account_id))  # type: ignore[arg-type]
    routed = story.routed(
        terms=Terms(**{"after_seconds": 30, "revenue": usd("10")} | terms),
        payout=PayoutTerms(percent="50"),
        publisher_id=PUBLISHER,
        publisher_name="Mail House",
        telephony=Telephony(call_minute=usd("0.02")),
    )
    facts = [story.arrived(), routed, story.answered(), story.leg_ended(seconds=60, bridged=True)]
    return story, [*facts, story.ended(seconds=70)]


async def worth(asker: Asker, story: CallStory, revenue: str) -> dict[str, Any] | None:
    """The call, once it is worth so much."""
    answer = await asker("GET", f"calls/{story.call_id}")
    call: dict[str, Any] = answer.json()["call"] if answer.is_success else {"worth": []}
    found = [one["revenue"] for one in call["worth"]]
    return call if found == [revenue] else None


async def test_a_conversion_that_is_posted_counts_once_and_can_be_corrected(stage: Stage) -> None:
    story, facts = sold(stage.owner.account_id, on="posted", after_seconds=0)
    await tell(stage, *facts)
    call = await eventually(partial(worth, stage.owner, story, "0.0000"))
    assert (call["converted"], call["no_conversion"]) == (False, "not_posted")

    path = f"calls/{story.call_id}/conversions"
    await stage.owner.post(path, {"amount": {"amount": "12.5", "currency": "USD"}})
    call = (await stage.owner.get(f"calls/{story.call_id}"))["call"]

    assert call["converted"]
    assert call["paid"]
    (made,) = call["worth"]
    assert (made["revenue"], made["payout"], made["cost"]) == ("12.5000", "6.2500", "0.0400")
    for amount in ("14", "13"):  # within a second, too, the later word counts
        await stage.owner.post(path, {"amount": {"amount": amount, "currency": "USD"}})
    call = (await stage.owner.get(f"calls/{story.call_id}"))["call"]
    assert call["worth"][0]["revenue"] == "13.0000"
    await stage.owner.post(path, {"amount": {"amount": "12.5", "currency": "USD"}})
    below = await stage.owner("POST", path, json={"amount": {"amount": "-1", "currency": "USD"}})
    assert (below.status_code, below.json()["errors"][0]["path"]) == (422, "body.amount")
    report = await stage.owner.post(
        "reports",
        {"since": "2026-03-01T00:00:00Z", "until": "2026-03-02T00:00:00Z", "group_by": ["buyer"]},
    )
    (row,) = report["rows"]
    assert row["measures"]["revenue"] == "12.5000"
    assert (row["measures"]["converted"], row["measures"]["paid"]) == (1, 1)


async def test_payout_rules_are_kept_with_their_publisher(stage: Stage) -> None:
    rule = {"percent": "40", "on": "connected", "after_seconds": 60}
    row = await stage.owner.post("publishers", {"name": "Mail House", "payouts": [rule]})
    assert row["document"]["payouts"][0]["percent"] == "40"
    both = {"name": "x", "payouts": [rule | {"amount": {"amount": "1", "currency": "USD"}}]}
    refused = await stage.owner("POST", "publishers", json=both)
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "body.payouts.0")


async def owed(asker: Asker) -> dict[str, str]:
    """What every party owes us, by its name."""
    listed = await asker.get("balances")
    return {one["name"] or one["book"]: one["money"]["amount"] for one in listed["balances"]}


async def test_a_call_is_adjusted_by_entries_more_and_a_payment_is_booked(stage: Stage) -> None:
    asker = stage.owner
    story, facts = sold(asker.account_id)
    await tell(stage, *facts)
    call = await eventually(partial(worth, asker, story, "10.0000"))
    buyer, publisher = call["effects"][0]["party"]["id"], call["effects"][1]["party"]["id"]
    assert await owed(asker) == {"Ann's": "10.0000", "Mail House": "-5.0000", "carrier": "-0.0400"}

    path = f"calls/{story.call_id}/adjustments"
    less = {"kind": "revenue", "money": {"amount": "-2.5"}, "reason": "wrong number"}
    assert (await asker.post(path, less))["adjustment"] == 1
    paid = {"book": "publisher", "party": publisher, "kind": "payment", "reason": "transfer 9"}
    made = await asker.post("balances/adjustments", paid | {"money": {"amount": "3"}})

    assert made["balance"]["amount"] == "-2.0000"
    assert await owed(asker) == {"Ann's": "7.5000", "Mail House": "-2.0000", "carrier": "-0.0400"}
    call = (await asker.get(f"calls/{story.call_id}"))["call"]
    assert call["worth"][0]["revenue"] == "7.5000"
    listed = await asker.get(f"ledger-entries?book=buyer&party={buyer}&limit=1")
    assert [one["money"]["amount"] for one in listed["entries"]] == ["10.0000"]
    rest = await asker.get(f"ledger-entries?book=buyer&party={buyer}&cursor={listed['cursor']}")
    assert [(one["money"]["amount"], one["part"]) for one in rest["entries"]] == [
        ("-2.5000", "adjustment 1")
    ]
    whole = (await asker.get("ledger-entries"))["entries"]
    parties = [(one["book"], one["money"]["amount"]) for one in whole]
    assert sorted(parties) == [
        *(("buyer", "-2.5000"), ("buyer", "10.0000"), ("carrier", "-0.0400")),
        *(("publisher", "-5.0000"), ("publisher", "3.0000")),
    ], "all parties' in one list"
    (own,) = (await asker.get("ledger-entries?book=payment"))["entries"]
    assert (own["money"]["amount"], own["reason"]) == ("-3.0000", "transfer 9")
    assert own["actor"]
    proof = await asker.get("books/proof")
    assert (proof["differences"], proof["entries"]) == (0, 10)
    nothing = await asker("POST", path, json=less | {"money": {"amount": "0"}})
    assert nothing.json()["errors"][0]["path"] == "body.money.amount"
    unknown = await asker("POST", "balances/adjustments", json=paid | NOBODY)
    assert unknown.status_code == 404


NOBODY = {"party": str(uuid4()), "money": {"amount": "1"}}


async def test_a_dispute_is_accepted_reversed_and_stands_on_the_statement(stage: Stage) -> None:
    """Show 3: dispute, reversal, statement, and a late fact after the time is closed."""
    asker = stage.owner
    story, facts = sold(asker.account_id)
    await tell(stage, *[fact for fact in facts if not isinstance(fact, LegAnswered)])
    call = await eventually(partial(worth, asker, story, "10.0000"))
    buyer, publisher = call["effects"][0]["party"]["id"], call["effects"][1]["party"]["id"]
    whose = {"since": "2026-03-01T00:00:00Z", "until": "2027-12-01T00:00:00Z"}

    path = f"calls/{story.call_id}/disputes"
    too_much = await asker("POST", path, json={"reason": "x", "money": {"amount": "11"}})
    assert too_much.json()["errors"][0]["path"] == "body.money"
    opened = await asker.post(path, {"reason": "=wrong number", "money": {"amount": "4"}})
    again = await asker("POST", path, json={"reason": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "taken")
    decision = f"disputes/{opened['id']}/decision"
    accepted = await asker.post(decision, {"accept": True, "reason": "=it was <b>wrong</b>"})

    assert (accepted["state"], accepted["answer"]) == ("accepted", "=it was <b>wrong</b>")
    call = (await asker.get(f"calls/{story.call_id}"))["call"]
    (made,) = call["worth"]
    assert (made["revenue"], made["payout"], made["profit"]) == ("6.0000", "3.0000", "2.9600")
    late = await asker("POST", decision, json={"accept": False, "reason": "no"})
    assert late.status_code == 409
    statement = await asker.get("statements", params={"book": "buyer", "party": buyer, **whose})
    (sums,) = statement["sums"]
    assert (statement["name"], sums["opening"], sums["closing"]) == ("Ann's", "0.0000", "6.0000")
    assert (await asker.get("disputes", params={"state": "open"}))["disputes"] == []
    assert [one["state"] for one in (await asker.get("disputes"))["disputes"]] == ["accepted"]

    of_publisher = {"book": "publisher", "party": publisher, **whose}
    file = (await asker("GET", "statements/csv", params=of_publisher)).text
    rows = list(csv.DictReader(file.splitlines()))
    assert [row["amount"] for row in rows] == ["-5.0000", "2.0000"]
    assert rows[1]["reason"] == "'=it was <b>wrong</b>"
    page = await asker("GET", "statements/page", params=of_publisher)
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "=it was &lt;b&gt;wrong" in page.text
    assert "<b>" not in page.text
    assert "-3.0000" in page.text

    await close_and_hear_more(stage, story, buyer)


async def close_and_hear_more(stage: Stage, story: CallStory, buyer: str) -> None:
    """What is heard of the call once its time is closed is booked now; March stays as it was."""
    asker = stage.owner
    closed = {"until": "2026-04-01T00:00:00Z", "reason": "March"}
    assert len((await asker.post("books/closings", closed))["closings"]) == 1
    twice = await asker("POST", "books/closings", json=closed)
    assert twice.json()["errors"][0]["path"] == "body.until"
    terms = Terms(after_seconds=0, revenue=usd("3"))  # the router's last word comes very late
    await tell(stage, story.routed(sequence=1, terms=terms))
    await eventually(partial(worth, asker, story, "0.0000"))
    entries = (await asker.get(f"ledger-entries?book=buyer&party={buyer}"))["entries"]
    assert [one["money"]["amount"] for one in entries if not one["late"]] == ["10.0000", "-4.0000"]
    after = [one for one in entries if one["late"]]
    assert {one["money"]["amount"] for one in after} == {"-10.0000", "4.0000", "3.0000", "-3.0000"}
    assert all(one["belongs_at"] < closed["until"] < one["booked_at"] for one in after)
    since = "2026-03-01T00:00:00Z"
    march = {"book": "buyer", "party": buyer, "since": since, "until": closed["until"]}
    statement = await asker.get("statements", params=march)
    assert (statement["closed"], statement["sums"][0]["closing"]) == (True, "6.0000")
    assert (await asker.get("books/proof"))["differences"] == 0


async def test_a_refused_dispute_changes_nothing(stage: Stage) -> None:
    asker = stage.owner
    story, facts = sold(asker.account_id)
    await tell(stage, *facts)
    await eventually(partial(worth, asker, story, "10.0000"))
    opened = await asker.post(f"calls/{story.call_id}/disputes", {"reason": "a wrong number"})
    assert opened["money"]["amount"] == "10.0000"
    refused = {"accept": False, "reason": "it was theirs"}
    made = await asker.post(f"disputes/{opened['id']}/decision", refused)
    assert (made["state"], made["decided_by"] != "") == ("refused", True)
    assert (await worth(asker, story, "10.0000")) is not None

    async def audited() -> bool | None:
        items = (await asker.get("audit"))["items"]
        found = [one["version"] for one in items if one["noun"] == "dispute"]
        return True if found == [2, 1] else None

    await eventually(audited)


async def test_a_publishers_cap_on_payouts_stops_its_calls_until_it_is_raised(stage: Stage) -> None:
    asker = stage.owner
    named = {"name": "Mail House", "payout_caps": [{"period": "total", "most": {"amount": "9"}}]}
    made = await asker.post("publishers", {"id": str(PUBLISHER), **named})
    ours = await a_routed_campaign(asker, NUMBER)
    number = ours["numbers"]
    await asker.put(
        f"numbers/{number['document']['id']}",
        {**number["document"], "publisher_id": str(PUBLISHER)},
        number["version"],
    )

    async def routed(outcome: str) -> Any:
        rehearsed = await asker.post("rehearsals", {"dialled": NUMBER})
        return rehearsed if rehearsed["answer"]["outcome"] == outcome else None

    async def sell() -> None:
        await tell(stage, *sold(asker.account_id)[1])

    path = f"publishers/{PUBLISHER}"
    await eventually(partial(routed, "dial"))
    await sell()
    await sell()
    refused = await eventually(partial(routed, "close"))

    assert refused["decision"]["reason"] == "publisher_payout_capped"
    assert "10 USD were owed in all, wanted less than 9 USD" in refused["decision"]["sentence"]
    (used,) = (await asker.get(f"{path}/payout-caps"))["caps"]
    assert (used["owed"]["amount"], used["reached"], used["until"]) == ("10.0000", True, None)

    async def audited() -> Any:
        rows = (await asker.get("audit", params={"noun": "publisher"}))["items"]
        return rows if len(rows) == 3 else None

    told, *_ = await eventually(audited)
    assert told["actor"]["name"] == "payout caps"
    assert told["after"]["payout_capped"][0]["owed"]["amount"] == "10.0000"
    assert (await asker.get(path))["version"] == made["version"], "nobody has edited it"

    raised = {**made["document"], "payout_caps": [{"period": "total", "most": {"amount": "12"}}]}
    await asker.put(path, raised, made["version"])
    await eventually(partial(routed, "dial"))
    await sell()
    await eventually(partial(routed, "close"))
    (call,) = (await asker.get("calls?limit=1"))["calls"]
    less = {"kind": "payout", "money": {"amount": "-4"}, "reason": "not theirs"}
    await asker.post(f"calls/{call['call_id']}/adjustments", less)
    await eventually(partial(routed, "dial"))
