"""Agents by the API: signed in, sent calls by their skills, away with a reason."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import orjson

from libs.contracts.calls import Fact, LegAnswered, LegEnded
from libs.contracts.ids import call_id_of
from libs.contracts.phone import Caller, CallerKind
from libs.contracts.routing import AdmitCall, Close, DialNext
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.publish import MESSAGE_ID, publish
from services.console.domain.access import Role
from tests.kit.facts import NOON
from tests.kit.hosting import eventually
from tests.service.console.stage import ACCOUNT_SID, Asker, Stage
from tests.service.console.test_live import listening, next_of

NUMBER = "+18005550100"
HERS = "agents/me/live"


@dataclass(frozen=True)
class Agent:
    """Somebody at the console, and the target that she is."""

    browser: Asker
    id: str
    person_id: str

    async def is_(self, state: str, reason: str = "") -> Any:
        return await self.browser.put("agents/me/state", {"state": state, "reason": reason})


class Desk:
    """An account whose campaign is answered by agents."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.broker = Broker(stage.nats_url, "tests")
        self.owner = stage.owner
        self.ask: Ask = stage.app.state.ask

    async def agent(self, phone: str, *skills: str, **agent: Any) -> Agent:
        """She has a sign-in of her own."""
        browser = await self.stage.browser(Role.AGENT)
        person_id = await self.person_id(browser)
        buyers = (await self.owner.get("buyers"))["items"]
        buyer = buyers[0] if buyers else await self.owner.post("buyers", {"name": "In-house"})
        target = await self.owner.post(
            "targets",
            {
                "name": f"agent {phone[-1]}",
                "buyer_id": buyer["document"]["id"],
                "destination": {"kind": "phone", "number": phone},
                "agent": {"skills": skills, "person_id": person_id, **agent},
            },
        )
        return Agent(browser, target["document"]["id"], person_id)

    async def person_id(self, browser: Asker) -> str:
        email = (await browser.get("session"))["email"]
        found = [one for one in await self.owner.get("people") if one["email"] == email]
        return str(found[0]["person_id"])

    async def campaign(self, *agents: Agent, **more: Any) -> None:
        """Its calls go to these, in their order."""
        entries = [{"target_id": one.id, "priority": n} for n, one in enumerate(agents, 1)]
        draft = await self.owner.post(
            "campaigns", {"name": "Help line", "assignments": entries, **more}
        )
        line = {
            "number": NUMBER,
            "account_sid": ACCOUNT_SID,
            "campaign_id": draft["document"]["id"],
        }
        await self.owner.post("numbers", line)
        active = {**draft["document"], "status": "active"}
        await self.owner.put(f"campaigns/{active['id']}", active, draft["version"])

    async def call(self, **tags: str) -> tuple[str, DialNext | Close]:
        """A caller, as the ingress asks for her."""
        sid = f"CA{uuid4().hex}"
        call_id = call_id_of(ACCOUNT_SID, sid)
        question = AdmitCall(
            call_id=call_id,
            account_sid=ACCOUNT_SID,
            call_sid=sid,
            caller=Caller(kind=CallerKind.NUMBER, text="+12125550100"),
            dialled=NUMBER,
            tags=tags,
        )
        return str(call_id), await self.ask(question, Deadline.within(10_000))

    async def ends(self, call_id: str, **more: Any) -> None:
        """The carrier says what became of the leg."""
        about = {"call_id": call_id, "account_id": self.owner.account_id}
        leg = {**about, "at": NOON, "seen_at": NOON}
        facts: list[Fact] = [LegEnded.model_validate({**leg, **more})]
        if more["bridged"]:
            facts.insert(0, LegAnswered.model_validate({**leg, "leg_sid": "CL1"}))
        for fact in facts:
            body, headers = fact.model_dump_json().encode(), {MESSAGE_ID: uuid4().hex}
            await publish(self.broker, fact.subject, body, headers, 10)

    async def next_of(self, heard: Any, kind: str) -> dict[str, Any]:
        """The next event of a kind."""
        while True:
            event = await next_of(heard)
            if event["event"] == kind:
                told: dict[str, Any] = orjson.loads(event["data"])
                return told

    async def told(self, call_id: str) -> dict[str, dict[str, str]]:
        """What became of each agent, by name."""
        (step,) = (await self.owner.get(f"calls/{call_id}/explanation"))["steps"]
        return {row["target_name"]: row for row in step["candidates"]}


async def test_the_call_reaches_the_agent_with_the_skills_who_is_there(stage: Stage) -> None:
    desk = Desk(stage)
    ann = await desk.agent("+15550100001", "roofing")
    eve = await desk.agent("+15550100002", "german", "roofing")
    await desk.campaign(ann, eve, skills=["german", "roofing"])

    nobody, answer = await desk.call()
    assert isinstance(answer, Close)
    assert (await desk.told(nobody))["agent 2"]["rule"] == "agent_away"

    foreseen = await desk.owner.post("rehearsals", {"dialled": NUMBER, "everybody_there": True})
    assert foreseen["answer"]["dial"]["destination"]["number"] == "+15550100002"
    for one in (ann, eve):
        assert (await one.is_("available"))["state"] == "available"
    call_id, answer = await desk.call()
    assert isinstance(answer, DialNext)
    assert str(answer.dial.destination) == "+15550100002"
    passed = (await desk.told(call_id))["agent 1"]
    assert (passed["rule"], passed["seen"]) == ("skills", "only roofing")
    assert passed["otherwise"] == "would have needed to be an agent with german and roofing"

    busy, answer = await desk.call()
    assert isinstance(answer, Close)
    on_call = (await desk.told(busy))["agent 2"]
    assert (on_call["rule"], on_call["seen"]) == ("on_call", "1 at once")
    assert (await eve.browser.get("agents/me"))["calls"] == 1
    replayed = await desk.owner.get(f"calls/{call_id}/replays/0")
    assert replayed["identical"]


async def test_states_are_kept_with_reason_and_told_as_facts(stage: Stage) -> None:
    desk = Desk(stage)
    boss = await stage.browser(Role.ANALYST)
    ann = await desk.agent("+15550100001", supervisor_id=await desk.person_id(boss))
    await desk.campaign(ann)
    async with listening(stage.owner) as heard:
        await ann.is_("available")
        await ann.is_("on_break", "lunch")
        await ann.is_("on_break", "lunch")
        events = [orjson.loads((await next_of(heard))["data"]) for _ in range(2)]
    assert [(one["before"], one["after"], one["reason"]) for one in events] == [
        ("offline", "available", ""),
        ("available", "on_break", "lunch"),
    ]
    assert events[0]["seconds"] is None
    assert events[1]["seconds"] == 0

    call_id, answer = await desk.call()
    assert isinstance(answer, Close)
    away = (await desk.told(call_id))["agent 1"]
    assert (away["rule"], away["seen"]) == ("agent_away", "on break")
    assert away["otherwise"] == "would have needed to be available"

    refused = await boss("PUT", f"agents/{ann.id}/state", json={"state": "offline"})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_needed")
    by_boss = {"state": "training", "reason": "new scripts"}
    await boss.put(f"agents/{ann.id}/state", by_boss)
    log = (await ann.browser.get("agents/me/states", params={"limit": 2}))["states"]
    assert [(one["state"], one["reason"], one["by"]["role"]) for one in log] == [
        ("training", "new scripts", "analyst"),
        ("on_break", "lunch", "agent"),
    ]
    assert (log[0]["until"], log[1]["until"]) == (None, log[0]["at"])
    earlier = {"cursor": log[1]["at"]}
    assert len((await boss.get(f"agents/{ann.id}/states", params=earlier))["states"]) == 1
    listed = await boss.get("agents", params={"state": "training"})
    assert [one["agent_id"] for one in listed["agents"]] == [ann.id]
    assert (await boss.get("agents", params={"state": "busy"}))["agents"] == []


async def test_an_agent_sees_and_hears_of_her_own_calls_alone(stage: Stage) -> None:
    desk = Desk(stage)
    desk.broker.open()
    stage.stack.push_async_callback(desk.broker.close)
    ann, eve = [await desk.agent(f"+1555010000{n}") for n in (1, 2)]
    await desk.campaign(ann, eve)
    for one in (ann, eve):
        await one.is_("available")
    async with listening(ann.browser, HERS) as anns, listening(eve.browser, HERS) as eves:
        call_id, answer = await desk.call(reason="roof")
        assert isinstance(answer, DialNext)
        heard = await next_of(anns)
        assert (heard["event"], heard["data"]) == ("call.routed", f'{{"call_id":"{call_id}"}}')
        seen = await eventually(partial(seen_by, ann, call_id))
        assert (seen["state"], seen["campaign_name"]) == ("ringing", "Help line")
        assert seen["tags"]["reason"] == "roof"
        (offer,) = seen["offers"]
        assert (offer["became"], offer["ended_at"]) == ("unknown", None)
        (now,) = (await ann.browser.get("agents/me"))["with_her"]
        assert (now["call_id"], now["since"]) == (call_id, offer["offered_at"])
        (listed,) = (await ann.browser.get("agents/me/calls"))["calls"]
        assert listed == offer

        await desk.ends(call_id, status="completed", bridged=True, seconds=9)
        assert (await desk.next_of(anns, "agent.call_ended")) == {"call_id": call_id}
        assert (await ann.browser.get("agents/me"))["with_her"] == []
        await eve.is_("on_break")
        told = await next_of(eves)
        assert (told["event"], told["data"]) == ("agent.state_changed", "{}")
    no = await eve.browser("GET", f"agents/me/calls/{call_id}")
    assert (no.status_code, no.json()["code"]) == (404, "not_found")
    no = await stage.owner("GET", "agents/me/live")
    assert (no.status_code, no.json()["code"]) == (403, "no_person")


async def seen_by(agent: Agent, call_id: str) -> Any:
    """The call as she sees it, once it is recorded."""
    answer = await agent.browser("GET", f"agents/me/calls/{call_id}")
    return answer.json() if answer.is_success else None


async def test_no_document_lets_more_be_sold_than_there_is_room_for(stage: Stage) -> None:
    desk = Desk(stage)
    ann = await desk.agent("+15550100001", skills=["german"], calls_at_once=9)
    capped = {"concurrency": 3, "limits": [{"period": "total", "most": 2}]}
    row = await stage.owner.get(f"targets/{ann.id}")
    await stage.owner.put(f"targets/{ann.id}", {**row["document"], "caps": capped}, row["version"])
    await desk.campaign(ann)
    await ann.is_("available")
    for _ in range(2):
        assert isinstance((await desk.call())[1], DialNext)
    text = (await stage.owner("GET", "configuration")).text
    assert f"    person_id: {ann.person_id}\n    skills:\n    - german\n" in text

    for was, becomes, path in (
        ("concurrency: 3", "concurrency: 1", "targets.0.caps.concurrency"),
        ("most: 2", "most: 1", "targets.0.caps.limits.0"),
    ):
        body = {"document": text.replace(was, becomes)}
        no = await stage.owner("POST", "configuration/apply", json=body)
        assert (no.status_code, no.json()["code"]) == (422, "below_use"), no.text
        (error,) = no.json()["errors"]
        assert error["path"].startswith(f"body.document.{path}")
        assert "(line " in error["problem"]
    assert (await stage.owner("GET", "configuration")).text == text

    for document, prune in (("format: 1\n", True), (text, False)):
        await stage.owner.post("configuration/apply", {"document": document, "prune": prune})
    assert (await stage.owner("GET", "configuration")).text == text
    assert (await ann.browser.get("agents/me"))["state"] == "available"
    full, answer = await desk.call()  # what was sold stays sold, whatever was wiped meanwhile
    assert isinstance(answer, Close)
    assert (await desk.told(full))["agent 1"]["seen"] == "2 attempts in all"


async def test_nobody_else_changes_an_agents_state(stage: Stage) -> None:
    desk = Desk(stage)
    ann, eve = [await desk.agent(f"+1555010000{n}", "german") for n in (1, 2)]
    wanted = {"state": "available", "reason": "for fun"}

    for asker in (eve.browser, await stage.browser(Role.ANALYST)):
        no = await asker("PUT", f"agents/{ann.id}/state", json=wanted)
        assert (no.status_code, no.json()["code"]) == (403, "forbidden")
    no = await stage.owner("PUT", "agents/me/state", json=wanted)
    assert (no.status_code, no.json()["code"]) == (403, "no_person")
    no = await (await stage.browser(Role.AGENT))("GET", "agents/me")
    assert (no.status_code, no.json()["code"]) == (404, "not_found")
    assert (await stage.owner.put(f"agents/{ann.id}/state", wanted))["state"] == "available"
    found = await stage.owner.get("agents", params={"skill": "German", "limit": 1})
    more = await stage.owner.get("agents", params={"skill": "german", "cursor": found["cursor"]})
    assert {found["agents"][0]["agent_id"], more["agents"][0]["agent_id"]} == {ann.id, eve.id}


async def test_an_agent_is_somebody_of_the_account_and_only_one(stage: Stage) -> None:
    desk = Desk(stage)
    ann = await desk.agent("+15550100001")
    row = await stage.owner.get(f"targets/{ann.id}")
    another = {**row["document"], "id": str(uuid4()), "name": "another"}

    taken = await stage.owner("POST", "targets", json=another)
    assert taken.status_code == 409
    assert taken.json()["errors"][0]["path"] == "body.agent.person_id"
    stranger = {**another, "agent": {"supervisor_id": str(uuid4())}}
    nobody = await stage.owner("POST", "targets", json=stranger)
    assert (nobody.status_code, nobody.json()["code"]) == (422, "points_nowhere")
    assert nobody.json()["errors"][0]["path"] == "body.agent.supervisor_id"


async def test_after_a_call_she_wraps_up_and_is_offered_none_until_she_is_done(
    stage: Stage,
) -> None:
    desk = Desk(stage)
    desk.broker.open()
    stage.stack.push_async_callback(desk.broker.close)
    ann = await desk.agent("+15550100001", wrap_up_seconds=600)
    await desk.campaign(ann)
    await ann.is_("available")
    call_id, answer = await desk.call()
    place = f"agents/me/calls/{call_id}/0"

    early = await ann.browser("PUT", place, json={"notes": "wants a roof"})
    assert (early.status_code, early.json()["code"]) == (409, "on_call")
    await ann.browser.put(place, {"notes": "wants a roof", "done": False})
    async with listening(stage.owner) as heard:
        await desk.ends(call_id, status="completed", bridged=True, seconds=95)
        ended = await desk.next_of(heard, "agent.call_ended")
        assert (ended["became"], ended["talk_seconds"]) == ("handled", 95)

        waiting, no = await desk.call()
        assert isinstance(no, Close)
        wrapping = (await desk.told(waiting))["agent 1"]
        assert wrapping["rule"] == "wrapping_up"
        assert wrapping["seen"].startswith("until ")
        assert wrapping["otherwise"] == "would have needed her to be done"

        said = {"disposition": "sold", "notes": "a roof, two storeys", "rating": 5}
        done = await ann.browser.put(place, said)
        assert done["notes"] == said
        told = await desk.next_of(heard, "agent.wrapped_up")
        assert (told["notes"], told["actor"]["role"]) == (said, "agent")
    unanswered, answer = await desk.call()
    assert isinstance(answer, DialNext)
    async with listening(stage.owner) as heard:
        await desk.ends(unanswered, status="no-answer", bridged=False)
        missed = await desk.next_of(heard, "agent.call_ended")
        assert (missed["became"], missed["wrap_up_until"]) == ("missed", None)
    assert isinstance((await desk.call())[1], DialNext)

    (row,) = (await stage.owner.get("agents/times"))["times"]
    mine = (await ann.browser.get("agents/me/times"))["times"]
    assert {**row, "state_seconds": mine[0]["state_seconds"]} == mine[0]
    assert (row["handled"], row["missed"], row["talk_seconds"]) == (1, 1, 95)
    assert row["state_seconds"].keys() == {"available"}
    assert row["wrap_up_seconds"] < 600
    calls = (await ann.browser.get("agents/me/calls"))["calls"]
    assert [one["became"] for one in calls] == ["unknown", "missed", "handled"]
    assert calls[2]["notes"] == said
    wrong = await stage.owner("GET", "agents/times", params={"since": "2099-01-01T00:00:00Z"})
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "query.until")
