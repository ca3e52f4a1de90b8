"""What happens is shown as it happens, and kept: the live stream and the audit log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson

from services.console import live
from services.console.domain.access import Role
from services.console.live import QUEUE_MAX, Feed
from tests.kit.hosting import TESTER, eventually
from tests.service.console.stage import Asker, Stage


@asynccontextmanager
async def listening(asker: Asker, path: str = "live", **more: Any) -> AsyncIterator[Any]:
    async with asker.http.stream("GET", path, **more) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        yield events(response)


async def events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    async for line in response.aiter_lines():
        if not line and "event" in event:
            yield event
            event = {}
        name, _, value = line.partition(": ")
        if name:
            event[name] = value


async def next_of(stream: Any) -> dict[str, Any]:
    async with asyncio.timeout(10):
        event: dict[str, Any] = await anext(stream)
        return event


async def test_an_account_hears_its_own_events_and_goes_on_where_it_was(stage: Stage) -> None:
    stranger = await stage.program(Role.OWNER, await stage.another_account())
    async with listening(stage.owner) as ours, listening(stranger) as theirs:
        first = await stage.owner.post("buyers", {"name": "ours"})
        await stranger.post("buyers", {"name": "theirs"})
        heard, other = await next_of(ours), await next_of(theirs)

    assert heard["event"] == other["event"] == "buyer.changed"
    assert orjson.loads(heard["data"])["after"]["name"] == "ours"
    assert orjson.loads(other["data"])["after"]["name"] == "theirs"
    await stage.owner.put(
        f"buyers/{first['document']['id']}",
        {**first["document"], "name": "renamed"},
        first["version"],
    )
    async with listening(stage.owner, headers={"Last-Event-ID": heard["id"]}) as ours:
        missed = await next_of(ours)
    assert orjson.loads(missed["data"])["after"]["name"] == "renamed"
    assert int(missed["id"]) > int(other["id"]) > int(heard["id"])


async def test_who_was_away_too_long_loads_anew(stage: Stage) -> None:
    async with listening(stage.owner, params={"after": 10**9}) as stream:
        assert (await next_of(stream))["event"] == "reset"


async def test_who_must_set_up_a_second_factor_hears_nothing_more(
    stage: Stage, monkeypatch: Any
) -> None:
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.0)
    bob = await stage.browser(Role.ANALYST)
    async with listening(bob) as stream:
        await stage.owner.post("buyers", {"name": "heard"})
        assert (await next_of(stream))["event"] == "buyer.changed"
        now = stage.app.state.clock.now()
        await stage.app.state.accounts.require_second_factor(bob.account_id, True, TESTER, now)
        await stage.owner.post("buyers", {"name": "not heard"})
        assert [event async for event in stream] == []


async def test_no_more_listen_than_one_process_bears(stage: Stage, monkeypatch: Any) -> None:
    monkeypatch.setattr(live, "LISTENERS_MAX", 1)
    async with listening(stage.owner):
        crowded = await stage.owner("GET", "live")
    assert (crowded.status_code, crowded.json()["code"]) == (503, "busy")
    assert crowded.headers["Retry-After"] == "10"


async def test_a_slow_listener_slows_nobody(stage: Stage) -> None:
    feed: Feed = stage.app.state.feed
    account_id = stage.owner.account_id

    async def yes() -> None:
        raise AssertionError("nobody asks so soon")

    slow = feed.listen(account_id, None, yes)  # type: ignore[arg-type]
    assert await anext(slow) == live.BEAT
    for at in range(QUEUE_MAX + 1):
        for listener in feed._listeners:
            listener.offer(b"%d" % at)
    assert await anext(slow) == live.RESET
    await slow.aclose()
    assert not feed._listeners


async def test_what_happens_while_the_missed_is_sent_is_heard_after_it(stage: Stage) -> None:
    feed: Feed = stage.app.state.feed
    account_id = stage.owner.account_id
    async with listening(stage.owner) as ours:
        before = feed._last
        for name in ("one", "two"):
            await stage.owner.post("buyers", {"name": name})
            await next_of(ours)

    async def still() -> None:
        raise AssertionError("nobody asks so soon")

    slow = feed.listen(account_id, before, still)  # type: ignore[arg-type]
    frames = [await anext(slow)]
    async with listening(stage.owner) as ours:
        await stage.owner.post("buyers", {"name": "three"})
        await next_of(ours)
    frames += [await anext(slow), await anext(slow), await anext(slow)]
    await slow.aclose()
    assert frames[2] == live.BEAT
    heard = [orjson.loads(one.split(b"data: ")[1]) for one in frames if one != live.BEAT]
    assert [one["after"]["name"] for one in heard] == ["one", "two", "three"]


async def test_a_stream_ends_with_its_session(stage: Stage, monkeypatch: Any) -> None:
    monkeypatch.setattr(live, "CHECK_SECONDS", 0.0)
    ann = await stage.browser()
    async with listening(ann) as stream:
        await stage.owner.post("buyers", {"name": "one"})
        await next_of(stream)
        await ann.delete("session")
        await stage.owner.post("buyers", {"name": "two"})
        rest = [one async for one in stream]
    assert rest == []


async def test_every_change_is_in_the_audit_log(stage: Stage) -> None:
    ann = await stage.browser(Role.MANAGER)
    made = await ann.post("buyers", {"name": "Acme"})
    id_ = made["document"]["id"]
    later = await ann.put(f"buyers/{id_}", {**made["document"], "name": "Bold"}, made["version"])
    await stage.owner.post("carriers", {"account_sid": "AC" + "5" * 32, "token": "very secret"})

    async def logged() -> Any:
        log = (await ann.get("audit"))["items"]
        configured = [one for one in log if one["noun"] in ("buyer", "carrier")]
        return configured if len(configured) == 3 else None

    carrier, changed, created = await eventually(logged)

    assert (created["before"], created["after"]["name"]) == (None, "Acme")
    assert (changed["before"]["name"], changed["after"]["name"]) == ("Acme", "Bold")
    assert changed["version"] == later["version"]
    assert (changed["actor"]["role"], changed["actor"]["via"]) == ("manager", "console")
    assert "very secret" not in str(carrier)
    history = await ann.get("audit", params={"noun": "buyer", "key": id_, "limit": 1})
    assert [one["version"] for one in history["items"]] == [later["version"]]
    older = await ann.get("audit", params={"noun": "buyer", "before": history["before"]})
    assert [one["version"] for one in older["items"]] == [made["version"]]
    everything = (await ann.get("audit"))["items"]
    assert [one["at"] for one in everything] == sorted((o["at"] for o in everything), reverse=True)
    assert len({one["noun"] for one in everything}) > 2, "of several services"
    seen: list[Any] = []
    part: dict[str, Any] = {"before": None}
    while not seen or part["before"]:
        before = {"before": part["before"]} if seen else {}
        part = await ann.get("audit", params={"limit": 2, **before})
        seen += part["items"]
    assert seen == everything
    wrong = await ann("GET", "audit", params={"before": "2026-13-40T00:00:00.000 1 buyer x"})
    assert wrong.status_code == 422
    nobody = await ann.get("audit", params={"actor": "somebody else"})
    assert nobody == {"items": [], "before": None}
