"""A pixel fires when a call reaches its points: once for each, told until it is taken."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio

from deploy.local.bidders import Heard, Play, PlayedBidders
from libs.contracts.calls import CallStatus, RecordingStatus
from libs.contracts.deliveries import (
    Deliveries,
    Delivery,
    DeliveryDetail,
    DeliveryState,
    GetDelivery,
    ListDeliveries,
    ResendDeliveries,
)
from libs.contracts.editing import Actor
from libs.contracts.flows import PixelAsked
from libs.contracts.ids import AccountId
from libs.contracts.pixels import FirePoint, ListPixelPresets, Pixel, SavePixel, Tried, TryPixel
from libs.contracts.tracking_edits import GetTracking, RetireTracking, TrackingNoun
from libs.runtime.ask import Refused
from tests.kit.facts import ACCOUNT, CALLER, CAMPAIGN, CallStory
from tests.service.tracking.stage import Stage, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANN = Actor(name="ann@example.com")
OTHER = AccountId(uuid4())


class Partner:
    """A partner's server, and the pixels that lead to it."""

    def __init__(self, stage: Stage, server: PlayedBidders) -> None:
        self.stage, self.server = stage, server

    async def pixel(self, path: str, *points: FirePoint, **more: Any) -> Pixel:
        self.server.plays.setdefault(path, Play(b"ok"))
        pixel = self.unsaved(path, *points, **more)
        await self.save(pixel)
        return pixel

    def unsaved(self, path: str, *points: FirePoint, **more: Any) -> Pixel:
        query = more.pop("query", "?e={event_id}&on={event}")
        given = {
            "id": uuid4(),
            "name": path.strip("/"),
            "fire_on": points or tuple(FirePoint),
            "method": "GET",
            "url": f"{self.server.url}{path}{query}",
        }
        return Pixel.model_validate({**given, **more})

    async def save(self, pixel: Pixel, version: int | None = None) -> int:
        question = SavePixel(
            account_id=ACCOUNT, actor=ANN, document=pixel, expected_version=version
        )
        saved: int = (await self.stage.ask(question)).version
        return saved

    async def heard(self, path: str, count: int) -> list[Heard]:
        async def look() -> list[Heard] | None:
            found = self.server.asked(path)
            return found if len(found) >= count else None

        return await eventually(look)

    async def deliveries(self, **which: Any) -> list[Delivery]:
        question = ListDeliveries(**{"account_id": ACCOUNT, **which})
        found: Deliveries = await self.stage.ask(question)
        return list(found.deliveries)

    async def ended(self, count: int, **which: Any) -> list[Delivery]:
        async def look() -> list[Delivery] | None:
            found = await self.deliveries(**which)
            over = [one for one in found if one.ended_at is not None]
            return over if len(over) == count else None

        return await eventually(look)

    async def detail(self, delivery: Delivery, account_id: AccountId = ACCOUNT) -> DeliveryDetail:
        question = GetDelivery(account_id=account_id, delivery_id=delivery.delivery_id)
        detail: DeliveryDetail = await self.stage.ask(question)
        return detail


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(lasting_nats: str, lasting_database: str) -> AsyncIterator[Stage]:
    async with Stage(lasting_nats, lasting_database) as made, made.tracking():
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def partner(stage: Stage) -> AsyncIterator[Partner]:
    """A server of the test's own; nothing is left of other tests' pixels and deliveries."""
    server = PlayedBidders()
    await server.start()
    for table in ("attempt", "delivery", "pixel"):
        await asyncio.to_thread(stage.change, f"DELETE FROM tracking.{table}")
    yield Partner(stage, server)
    await server.stop()


def query_of(heard: Heard) -> dict[str, str]:
    found = parse_qs(urlsplit(heard.target).query, keep_blank_values=True)
    return {name: values[0] for name, values in found.items()}


async def a_sold_call(stage: Stage, **arrival: Any) -> CallStory:
    story = CallStory()
    await stage.tell(
        story.arrived(**arrival),
        story.routed(),
        story.ringing(),
        story.answered(),
        story.leg_ended(bridged=True, seconds=45),
        story.ended(seconds=60),
        story.recorded(),
        story.recorded(recording_sid="RE2", seconds=9, sequence=1),
        story.recorded(RecordingStatus.FAILED, recording_sid="RE3", sequence=2),
    )
    return story


async def test_each_point_of_a_call_is_told_once(stage: Stage, partner: Partner) -> None:
    await partner.pixel("/all")
    story = await a_sold_call(stage)
    await stage.facts_of(story.call_id, 9)
    repeated = [story.arrived(), story.routed(), story.ended(seconds=60), story.recorded()]
    heard = await partner.heard("/all", 6)
    await stage.tell(*repeated)
    await stage.facts_of(story.call_id, 9)
    told = sorted(query_of(one)["on"] for one in heard)
    points = ["completed", "connected", "finalized", "incoming", "recording", "recording"]
    assert told == points
    ids = {query_of(one)["e"] for one in heard}
    assert len(ids) == 6
    assert {one.headers["webhook-id"] for one in heard} == ids
    over = await partner.ended(6, call_id=story.call_id)
    assert {one.state for one in over} == {DeliveryState.DELIVERED}
    assert {str(one.delivery_id) for one in over} == ids
    assert sorted(one.part for one in over if one.part) == ["RE1", "RE2"]
    assert len(partner.server.asked("/all")) == 6


async def test_a_call_that_failed_is_no_completed_one(stage: Stage, partner: Partner) -> None:
    await partner.pixel("/failed")
    story = CallStory()
    await stage.tell(
        story.ended(CallStatus.FAILED),
        story.leg_ended(status=CallStatus.FAILED, bridged=False),
        story.routed(),
        story.arrived(),
    )
    heard = await partner.heard("/failed", 3)
    assert sorted(query_of(one)["on"] for one in heard) == ["error", "finalized", "incoming"]


async def test_macros_of_both_spellings_are_filled_and_escaped(
    stage: Stage, partner: Partner
) -> None:
    body = {
        "id": "[Call:InboundCallId]",
        "seconds": 0,
        "who": "{campaign_name}",
        "city": "[tag:Geo:City]",
        "none": "[tag:User:clickid|tag:User:other]",
    }
    text = json.dumps(body).replace(": 0", ": {duration}")
    await partner.pixel(
        "/macros",
        FirePoint.COMPLETED,
        method="POST",
        query="?c={caller_id}&n=[tag:InboundNumber:Number-NoPlus]&click={clickid}&t={type}",
        headers=({"name": "X-Buyer", "value": "{buyer_name}"},),
        body=text,
    )
    geography = {"city": 'New "York"\n& more', "state": "NY", "zip": "10001", "country": "US"}
    story = await a_sold_call(stage, geography=geography)
    (heard,) = await partner.heard("/macros", 1)
    bare = CALLER.text.removeprefix("+")
    assert query_of(heard) == {"c": CALLER.text, "n": bare, "click": "", "t": "AnsweredCall"}
    assert f"c=%2B{bare}" in heard.target
    assert heard.headers["x-buyer"] == "Ann's"
    assert heard.headers["content-type"] == "application/json"
    assert json.loads(heard.body) == {
        "id": str(story.call_id),
        "seconds": 60,
        "who": "Roofs",
        "city": geography["city"],
        "none": "",
    }


async def test_secrets_are_sealed_sent_and_never_shown(stage: Stage, partner: Partner) -> None:
    pixel = await partner.pixel(
        "/secret",
        FirePoint.INCOMING,
        query="?key=hush-hush",
        headers=({"name": "X-Key", "value": "header-secret"},),
        auth={"kind": "bearer", "token": "hush-hush"},
        signing_secret="sign-secret",
        method="POST",
        body="{}",
    )
    partner.server.plays["/secret"] = Play(b"you said hush-hush")
    kept = GetTracking(account_id=ACCOUNT, noun=TrackingNoun.PIXEL, key=pixel.id)
    row = (await stage.ask(kept)).row
    masked = Pixel.model_validate(row.document)
    await partner.save(masked.model_copy(update={"name": "renamed"}), row.version)
    story = CallStory()
    await stage.tell(story.arrived(), story.routed())

    (heard,) = await partner.heard("/secret", 1)
    assert heard.headers["authorization"] == "Bearer hush-hush"
    assert heard.headers["x-key"] == "header-secret"
    signed = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.{{}}"
    digest = hmac.new(b"sign-secret", signed.encode(), hashlib.sha256).digest()
    assert heard.headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    (over,) = await partner.ended(1)
    detail = await partner.detail(over)
    (attempt,) = detail.tries
    assert attempt.request.headers["Authorization"] == "********"
    assert attempt.answer.body == "you said ********"
    everything = stage.dump("pixel", "delivery", "attempt", "outbox") + str(row)
    for secret in ("hush-hush", "header-secret", "sign-secret"):
        assert secret not in everything.replace("?key=hush-hush", "")


async def test_who_is_not_meant_is_not_told(stage: Stage, partner: Partner) -> None:
    where = {"tests": [{"tag": "caller:state", "operator": "==", "value": "NJ"}]}
    await partner.pixel("/filter", FirePoint.INCOMING, filter=where)
    await partner.pixel("/other", FirePoint.INCOMING, campaign_ids=(uuid4(),))
    await partner.pixel("/paused", FirePoint.INCOMING, status="paused")
    gone = await partner.pixel("/gone", FirePoint.INCOMING)
    retire = RetireTracking(
        account_id=ACCOUNT,
        actor=ANN,
        noun=TrackingNoun.PIXEL,
        key=gone.id,
        expected_version=(
            await stage.ask(GetTracking(account_id=ACCOUNT, noun=TrackingNoun.PIXEL, key=gone.id))
        ).row.version,
    )
    await stage.ask(retire)
    await partner.pixel("/mine", FirePoint.INCOMING, campaign_ids=(uuid4(), CAMPAIGN))
    ours, theirs = CallStory(), CallStory(account_id=OTHER)
    await stage.tell(ours.arrived(), ours.routed(), theirs.arrived(), theirs.routed())

    await partner.heard("/mine", 1)
    skipped = await partner.ended(1, state=DeliveryState.SKIPPED)
    assert skipped[0].said == "caller:state is missing; needed: caller:state == NJ"
    assert {one.target.partition("?")[0] for one in partner.server.heard} == {"/mine"}
    assert len(await partner.deliveries()) == 2
    assert await partner.deliveries(account_id=OTHER) == []


async def test_what_was_given_up_is_sent_again_with_its_id(stage: Stage, partner: Partner) -> None:
    pixel = await partner.pixel("/down", FirePoint.INCOMING)
    partner.server.plays["/down"] = Play(b"no", status=503)
    story = CallStory()
    await stage.tell(story.arrived(), story.routed())
    first = (await partner.heard("/down", 1))[0]
    (waiting,) = await partner.deliveries()
    due = "update tracking.delivery set tries = 19, due_at = now() where due_at > now()"
    await asyncio.to_thread(stage.change, due)  # it may wait for the desk, which needs the loop
    await eventually(lambda: _dead(partner))
    partner.server.plays["/down"] = Play(b"yes")
    again = ResendDeliveries(account_id=ACCOUNT, actor=ANN, pixel_id=pixel.id)
    assert (await stage.ask(again)).count == 1
    (over,) = await partner.ended(1, state=DeliveryState.DELIVERED)
    assert over.delivery_id == waiting.delivery_id
    assert {one.headers["webhook-id"] for one in partner.server.heard} == {
        first.headers["webhook-id"]
    }
    detail = await partner.detail(over)
    assert [one.answer.status for one in detail.tries] == [503, 503, 200]
    one = ResendDeliveries(account_id=ACCOUNT, actor=ANN, delivery_id=over.delivery_id)
    assert (await stage.ask(one)).count == 1
    await partner.heard("/down", 4)
    with pytest.raises(Refused) as no:
        await partner.detail(over, OTHER)
    assert no.value.refusal.code == "not_found"
    with pytest.raises(Refused) as no:
        await stage.ask(one.model_copy(update={"account_id": OTHER}))
    assert no.value.refusal.code == "not_found"


async def _dead(partner: Partner) -> bool | None:
    found = await partner.deliveries(state=DeliveryState.DEAD)
    return bool(found) or None


UNFILLED: tuple[tuple[dict[str, Any], set[str]], ...] = (
    ({"query": "?a={secret}&b=[Call:Nonsense]"}, {"document.url"}),
    ({"method": "POST", "body": "[nobody:knows]"}, {"document.body"}),
    ({"headers": ({"name": "X", "value": "{what}"},)}, {"document.headers.0.value"}),
    (
        {"filter": {"tests": [{"tag": "a", "operator": "matches regex", "value": "("}]}},
        {"document.filter.tests.0.value"},
    ),
)


async def test_what_cannot_be_filled_is_refused_when_it_is_saved(partner: Partner) -> None:
    for more, paths in UNFILLED:
        with pytest.raises(Refused) as no:
            await partner.save(partner.unsaved("/bad", **more))
        assert {one.path for one in no.value.refusal.fields} == paths


async def test_a_pixel_is_tried_before_it_is_saved(stage: Stage, partner: Partner) -> None:
    partner.server.plays["/try"] = Play(b"thanks", status=201)
    pixel = partner.unsaved("/try", query="?c={call_id}&x={clickid}")
    question = TryPixel(account_id=ACCOUNT, document=pixel, values={"ClickId": "c 1"})
    tested: Tried = await stage.ask(question)
    assert tested.answer is not None
    assert (tested.answer.status, tested.answer.body, tested.answer.failure) == (201, "thanks", "")
    assert "x=c%201" in partner.server.asked("/try")[0].target
    story = await a_sold_call(stage)
    await stage.facts_of(story.call_id, 9)
    seen: Tried = await stage.ask(
        question.model_copy(update={"call_id": story.call_id, "send": False})
    )
    assert seen.answer is None
    assert str(story.call_id) in seen.request.url
    assert len(partner.server.asked("/try")) == 1
    assert await partner.deliveries() == []


async def test_what_a_flow_asks_for_is_sent_once(stage: Stage, partner: Partner) -> None:
    partner.server.plays["/flow"] = Play(b"thanks for key-of-ours")
    story = CallStory()
    now = datetime.now(UTC)
    asked = PixelAsked(
        call_id=story.call_id,
        account_id=ACCOUNT,
        step=2,
        sequence=1,
        at=now,
        seen_at=now,
        flow_id=uuid4(),
        node="px",
        method="POST",
        url=f"{partner.server.url}/flow?clickid=c1",
        headers={"Content-Type": "application/json", "X-Key": "key-of-ours"},
        body='{"qualified": true}',
    )
    nowhere = asked.model_copy(update={"url": "mailto:ann@example.com", "node": "p2"})
    other = asked.model_copy(update={"sequence": 3, "node": "p3"})
    await stage.tell(asked, nowhere, asked, other)
    heard = await partner.heard("/flow", 2)
    (first, *_) = await partner.ended(2, call_id=story.call_id)
    assert (first.point, first.pixel_id, first.state) == ("flow", None, DeliveryState.DELIVERED)
    assert {one.part for one in await partner.deliveries()} == {"2/px", "2/p3"}
    assert [one.headers["x-key"] for one in heard] == ["key-of-ours", "key-of-ours"]
    assert heard[0].body == asked.body.encode()
    assert len({one.headers["webhook-id"] for one in heard}) == 2
    detail = await partner.detail(first)
    assert detail.tries[0].answer.body == "thanks for ********"
    assert "key-of-ours" not in stage.dump("delivery", "attempt")
    assert len(partner.server.asked("/flow")) == 2


async def test_tags_of_a_visit_stand_in_macros_and_filters(stage: Stage, partner: Partner) -> None:
    query = "?a={clickid}&b=[tag:User:clickid]&c=[tag:Integration:googleClickId]&d={publisher_id}"
    where = {"tests": [{"tag": "clickid", "operator": "exists"}]}
    await partner.pixel("/visit", FirePoint.INCOMING, query=query, filter=where)
    story, publisher = CallStory(), uuid4()
    tags = {"clickid": "c 1", "gclid": "g1"}
    await stage.tell(story.arrived(), story.routed(tags=tags, publisher_id=publisher))
    (heard,) = await partner.heard("/visit", 1)
    assert query_of(heard) == {"a": "c 1", "b": "c 1", "c": "g1", "d": str(publisher)}


async def test_redtrack_is_made_ready(stage: Stage, partner: Partner) -> None:
    found = await stage.ask(ListPixelPresets(account_id=ACCOUNT, host="track.example.com"))
    (preset,) = found.presets
    pixel = Pixel.model_validate({**preset.document, "id": uuid4()})
    assert await partner.save(pixel)
