"""What a caller gives in secret is nowhere to be found once her call is over."""

import logging
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from libs.contracts.flow_looks import FlowWalk, GetFlowWalk
from libs.contracts.flow_simulation import FlowScript, FlowSimulated, ReplayFlow, SimulateFlow
from libs.contracts.streams import STREAMS
from libs.runtime.ask import Refused
from tests.kit.hosting import House, call_id, eventually
from tests.system.test_flows import wired

NUMBER, TARGET = "+18005550100", "+15550100001"
CARD, WRONG, PIN = "4929123456781234", "49291234", "774411"
SECRETS = (CARD, WRONG, PIN, " ".join(CARD), " ".join(PIN))

CASHIER: dict[str, Any] = {
    "start": "card",
    "tags_known": ["made"],
    "nodes": [
        {
            "type": "gather",
            "id": "card",
            "prompt": {"text": "Your card number?"},
            "tag": "card",
            "sensitive": True,
            "digits_min": 16,
            "confirm_prompt": {"text": "You entered {answer}."},
        },
        {"type": "set_tags", "id": "copy", "tags": {"copied": "Card {card}", "plain": "gold"}},
        {
            "type": "code",
            "id": "breaks",
            "routes": ["ok"],
            "source": "throw new Error('not good: ' + tags.card);",
        },
        {
            "type": "code",
            "id": "gives",
            "routes": ["ok"],
            "source": "return {route: 'ok', data: {made: '<' + tags.card + '>'},"
            " plan: {whisper: 'Her card is ' + tags.card}};",
        },
        {
            "type": "http_request",
            "id": "asks",
            "url": "http://127.0.0.1:1/{card}",
            "parameters": {"card": "{copied}"},
        },
        {
            "type": "pixel",
            "id": "tells",
            "url": "http://127.0.0.1:1/{card}",
            "parameters": {"copied": "{copied}", "made": "{made}"},
        },
        {"type": "play", "id": "says", "prompts": [{"text": "Card {card}."}]},
        {"type": "router", "id": "desk", "plan": {"connecting_message": "Card {copied}."}},
        {
            "type": "gather",
            "id": "pin",
            "prompt": {"text": "Your PIN?"},
            "tag": "pin",
            "sensitive": True,
        },
        {"type": "hang_up", "id": "bye", "prompt": {"text": "PIN {pin}, card {card}."}},
    ],
    "edges": wired(
        "card done copy",
        "copy done breaks",
        "breaks failure gives",
        "gives ok asks",
        "asks failure tells",
        "tells done says",
        "says done desk",
        "desk no_answer pin",
        "pin done bye",
    ),
}


def tables_with(database_url: str, secrets: tuple[str, ...]) -> list[str]:
    """Every table of every service in a row of which one of these stands."""
    found = []
    with psycopg.connect(database_url) as connection:
        names = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for schema, table in names:
            rows = connection.execute(
                sql.SQL("SELECT one::text FROM {} AS one").format(sql.Identifier(schema, table))
            )
            found += [f"{schema}.{table}: {row}" for (row,) in rows if holds(row, secrets)]
    return found


async def said_with(house: House, secrets: tuple[str, ...]) -> list[str]:
    """Every message in every stream in which one of these stands."""
    stream = house.broker.client.jetstream()
    found = []
    for one in STREAMS:
        state = (await stream.stream_info(one.name)).state
        for sequence in range(max(1, state.first_seq), state.last_seq + 1):
            message = await stream.get_msg(one.name, sequence)
            text = (message.data or b"").decode()
            if holds(text, secrets):
                found.append(f"{message.subject}: {text}")
    return found


def holds(text: str, secrets: tuple[str, ...]) -> bool:
    return any(secret in text for secret in secrets)


async def finished(house: House, report: Any) -> FlowWalk:
    async def look() -> FlowWalk | None:
        question = GetFlowWalk(account_id=house.account_id, call_id=call_id(report))
        walk: FlowWalk = await house.ask(question)
        return walk if walk.finished else None

    return await eventually(look)


CALLERS = (
    (f"digits={WRONG},{CARD},1,{PIN}", "ended by the flow"),
    (f"digits={WRONG},{CARD};hangup-after=20", "the caller hung up"),
    (f"digits={WRONG};hangup-after=9", "the caller hung up"),
)


async def test_a_secret_is_nowhere(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await house.add_flows()
    flow_id = await house.flow(CASHIER)
    target = await house.target(await house.buyer(), TARGET)
    await house.campaign(target, number=NUMBER, flow_id=flow_id)

    reports = [await house.call(NUMBER, f"{TARGET}=busy;{does}") for does, _ in CALLERS]
    walks = [await finished(house, report) for report in reports]

    assert [walk.finished for walk in walks] == [ends for _, ends in CALLERS]
    for report, walk in zip(reports, walks, strict=True):
        await house.record(report)
        assert report.errors == ()
        assert not holds(walk.model_dump_json(), SECRETS)
        with pytest.raises(Refused, match="is forgotten"):
            await house.ask(ReplayFlow(account_id=house.account_id, call_id=call_id(report)))
    assert f"PIN {PIN}, card {CARD}." in reports[0].spoken  # she herself hears it
    assert {name: walks[0].tags[name] for name in ("copied", "made", "plain")} == {
        "copied": "***",
        "made": "***",
        "plain": "gold",
    }
    assert not holds((await house.explain(reports[0])).model_dump_json(), SECRETS)
    assert not holds((await simulated(house)).model_dump_json(), SECRETS)
    assert tables_with(house.database_url, SECRETS) == []
    assert await said_with(house, SECRETS) == []
    assert not holds(caplog.text, SECRETS)


async def simulated(house: House) -> FlowSimulated:
    """The same caller, played."""
    inputs = [{"digits": CARD}, {"digits": "1"}, {"digits": PIN}]
    script = FlowScript.model_validate({"inputs": inputs, "legs": [{"does": "busy"}]})
    document = {"id": str(uuid4()), "name": "Cashier", **CASHIER}
    question = SimulateFlow(account_id=house.account_id, document=document, script=script)
    came: FlowSimulated = await house.eventually_ask(question)
    assert came.finished == "ended by the flow"
    return came
