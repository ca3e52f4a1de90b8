"""Help: the manual answers by itself; what was asked is kept, rated, and seen by owners."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import orjson

from services.console.domain.access import Role
from services.console.store.questions import Questions
from tests.service.console.stage import Asker, Stage

ABOUT_THE_PRODUCT = {
    "How do I set up a second factor?": "/docs/people#second-factor",
    "what share of the revenue are publishers owed?": "/docs/money#what-publishers-are-owed",
    "My request is answered 429, how long do I wait?": "/docs/errors",
}


def events_of(text: str) -> list[tuple[str, Any]]:
    """The events of a stream."""
    frames = [frame.split("\n") for frame in text.strip().split("\n\n")]
    return [(name[7:], orjson.loads(data[6:])) for name, data in frames]


async def test_the_manual_answers_and_owners_see_what_was_asked(stage: Stage) -> None:
    ann, ben = await stage.browser(Role.ANALYST), await stage.browser(Role.AGENT)
    for question, link in ABOUT_THE_PRODUCT.items():
        answered = await ann.post("help/questions", {"question": question})
        assert answered["by"] == "local search"
        assert answered["sources"][0]["link"] == link
        assert link in answered["answer"]
        page = await ann.http.get(f"{stage.url}{link}")
        assert page.status_code == 200
    assert (await ann.post("help/questions", {"question": "xyzzy"}))["sources"] == []

    (streamed,) = events_of((await streamed_to(ben, "What is a hold?")).text)
    assert streamed[0] == "answer"
    rating = f"help/questions/{streamed[1]['question_id']}/rating"
    assert (await ann("PUT", rating, json={"rating": "bad"})).status_code == 404  # not hers
    assert await ben.put(rating, {"rating": "good", "comment": "Thanks"}) is None
    assert (await ben("PUT", rating, json={"rating": "fair"})).status_code == 422

    mine = await ben.get("help/questions")
    assert [(one["question"], one["rating"]) for one in mine["items"]] == [
        ("What is a hold?", "good")
    ]
    assert (await ann("GET", "account/help-questions")).status_code == 403
    everybody = await stage.owner.get("account/help-questions", params={"limit": 2})
    assert len(everybody["items"]) == 2
    older = await stage.owner.get("account/help-questions", params={"before": everybody["before"]})
    assert len(older["items"]) == 3
    for chosen in (
        {"rating": "good"},
        {"contains": "A HOLD"},
        {"asker": mine["items"][0]["asker"]},
    ):
        found = await stage.owner.get("account/help-questions", params=chosen)
        assert [one["comment"] for one in found["items"]] == ["Thanks"]
    assert (await stage.owner.get("account/help-questions", params={"contains": "%"}))[
        "items"
    ] == []


async def test_questions_have_limits(stage: Stage) -> None:
    url = stage.url
    app = await stage.console(help_questions_per_hour=2)
    asker = await stage.browser()
    for wrong in ({"question": ""}, {"question": "x" * 2_001}, {"question": "a\0b"}, {}):
        assert (await asker("POST", "help/questions", json=wrong)).status_code == 422
    once = {"Accept": "text/event-stream", "Idempotency-Key": "k"}
    body = {"question": "What is a cap?"}
    assert (await asker("POST", "help/questions", json=body, headers=once)).status_code == 422
    at_once = await asyncio.gather(*(asker("POST", "help/questions", json=body) for _ in range(3)))
    assert sorted(one.status_code for one in at_once) == [200, 200, 429]
    late = next(one for one in at_once if one.status_code == 429)
    assert 0 < int(late.headers["Retry-After"]) <= 3_600
    assert (await stage.owner("POST", "help/questions", json=body)).status_code == 200  # hers alone

    questions: Questions = app.state.questions
    now = app.state.clock.now()
    await questions.sweep(now - timedelta(days=1))
    assert len((await asker.get("help/questions"))["items"]) == 2
    await questions.sweep(now + timedelta(days=1))
    assert (await asker.get("help/questions"))["items"] == []
    assert url != stage.url


async def streamed_to(asker: Asker, question: str) -> httpx.Response:
    headers = {"Accept": "text/event-stream"}
    answer = await asker("POST", "help/questions", json={"question": question}, headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    return answer
