"""Every no is a problem document that names the field; the same request is done once."""

import asyncio
from uuid import uuid4

import httpx
import psycopg

from services.console.domain.access import Role
from services.console.routes.asking import WITHIN_MS
from tests.service.console.stage import Stage

BUYER = {"name": "Acme"}


async def test_a_stale_edit_is_told_both_versions(stage: Stage) -> None:
    made = await stage.owner.post("buyers", BUYER)
    path, version = f"buyers/{made['document']['id']}", made["version"]
    later = await stage.owner.put(path, {**made["document"], "name": "Bold"}, version)

    no = await stage.owner("PUT", path, json=made["document"], headers={"If-Match": f'"{version}"'})

    assert no.status_code == 409
    assert no.headers["Content-Type"] == "application/problem+json"
    told = no.json()
    assert (told["code"], told["status"]) == ("stale", 409)
    assert (told["expected_version"], told["current_version"]) == (version, later["version"])
    assert told["request_id"] == no.headers["X-Request-Id"]
    blind = await stage.owner("PUT", path, json=made["document"])
    assert (blind.status_code, blind.json()["code"]) == (428, "version_needed")
    odd = await stage.owner("PUT", path, json=made["document"], headers={"If-Match": "x"})
    assert [one["path"] for one in odd.json()["errors"]] == ["header.If-Match"]


async def test_an_edit_that_is_sent_again_is_done_once(stage: Stage) -> None:
    """Whoever was told 503 does not know whether it was done: the same again says so."""
    for noun, document in (("buyers", BUYER), ("publishers", {"name": "P"})):
        made = await stage.owner.post(noun, document)
        path = f"{noun}/{made['document']['id']}"
        seen = {"If-Match": f'"{made["version"]}"'}
        renamed = {**made["document"], "name": "Bold"}
        first = await stage.owner("PUT", path, json=renamed, headers=seen)
        again = await stage.owner("PUT", path, json=renamed, headers=seen)
        assert (again.status_code, again.json()) == (200, first.json())
        assert again.headers["ETag"] == first.headers["ETag"]
        later = await stage.owner.put(path, made["document"], first.json()["version"])
        no = await stage.owner("PUT", path, json=renamed, headers=seen)
        assert (no.status_code, no.json()["current_version"]) == (409, later["version"])
        no = await stage.owner("PUT", path, json=made["document"], headers=seen)
        assert no.status_code == 409, "what is there is not this edit's, though it says the same"


WRONG: list[tuple[dict[str, object], str, str]] = [
    ({}, "body.name", "Field required"),
    ({**BUYER, "is_admin": True}, "body.is_admin", "Extra inputs are not permitted"),
    ({**BUYER, "zone": "Mars/Base"}, "body.zone", ""),
    ({**BUYER, "caps": {"concurrency": 0}}, "body.caps.concurrency", "greater than or equal"),
]


async def test_a_wrong_field_is_named(stage: Stage) -> None:
    for body, path, problem in WRONG:
        no = await stage.owner("POST", "buyers", json=body)
        assert no.status_code == 422
        (error,) = no.json()["errors"]
        assert error["path"] == path
        assert problem in error["problem"]


async def test_what_an_owner_refuses_names_the_bodys_field(stage: Stage) -> None:
    nowhere = {"name": "visitors", "campaign_id": str(uuid4())}
    no = await stage.owner("POST", "pools", json=nowhere)
    assert (no.status_code, no.json()["code"]) == (422, "points_nowhere")
    assert [one["path"] for one in no.json()["errors"]] == ["body.campaign_id"]
    active = {"name": "Roofing", "status": "active"}
    no = await stage.owner("POST", "campaigns", json=active)
    assert (no.status_code, no.json()["code"]) == (422, "incomplete")
    assert {one["path"] for one in no.json()["errors"]} == {"body.assignments", "body.status"}


UNREADABLE = [
    (b"{", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b"name=Acme", "application/x-www-form-urlencoded", 415),
    (b"{}", "", 415),
    (b'{"name":"' + b"x" * 1_100_000 + b'"}', "application/json", 413),
]


async def test_a_body_that_cannot_be_read_is_refused(stage: Stage) -> None:
    for content, kind, status in UNREADABLE:
        headers = {"Content-Type": kind} if kind else {}
        no = await stage.owner("POST", "buyers", content=content, headers=headers)
        assert (no.status_code, no.json()["status"]) == (status, status)


async def test_the_same_request_is_done_once(stage: Stage) -> None:
    key = {"Idempotency-Key": "once"}
    answers = await asyncio.gather(
        *(stage.owner("POST", "buyers", json=BUYER, headers=key) for _ in range(5))
    )

    assert {one.status_code for one in answers} <= {201, 409}
    again = await stage.owner("POST", "buyers", json=BUYER, headers=key)
    assert again.status_code == 201
    assert again.headers["Idempotency-Replayed"] == "true"
    made = {one.json()["document"]["id"] for one in (*answers, again) if one.status_code == 201}
    assert len(made) == 1
    assert len((await stage.owner.get("buyers"))["items"]) == 1
    other = await stage.owner("POST", "buyers", json={"name": "Bold"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    report = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
    for _ in range(2):  # a file is no answer to be given again
        file = await stage.owner(
            "POST", "reports/csv", json=report, headers={**key, "Idempotency-Key": "f"}
        )
        assert file.status_code == 200
    refused = {"Idempotency-Key": "twice"}
    assert (await stage.owner("POST", "buyers", json={}, headers=refused)).status_code == 422
    assert (await stage.owner("POST", "buyers", json=BUYER, headers=refused)).status_code == 201


async def test_what_was_made_and_not_answered_is_answered_when_it_is_asked_for_again(
    stage: Stage,
) -> None:
    """An owner that answers too late has done it; the console has kept no answer."""
    url = stage.database_url.replace("+psycopg", "")
    buyer = await stage.owner.post("buyers", BUYER)
    destination = {"kind": "phone", "number": "+15550100001"}
    target = {"name": "Desk", "buyer_id": buyer["document"]["id"], "destination": destination}
    for path, wanted in (("targets", target), ("publishers", {"name": "P"})):
        key = {"Idempotency-Key": f"late {path}"}
        first = await stage.owner("POST", path, json=wanted, headers=key)
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("DELETE FROM console.idempotent")
        again = await stage.owner("POST", path, json=wanted, headers=key)
        assert (again.status_code, again.json()) == (201, first.json()), path
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("DELETE FROM console.idempotent")
        no = await stage.owner("POST", path, json={**wanted, "name": "Other"}, headers=key)
        assert (no.status_code, no.json()["code"]) == (409, "stale"), path


async def test_an_answer_with_a_secret_is_kept_sealed(stage: Stage) -> None:
    once = {"Idempotency-Key": "a key"}
    wanted = {"name": "robot", "role": "analyst"}
    made = await stage.owner("POST", "keys", json=wanted, headers=once)
    again = await stage.owner("POST", "keys", json=wanted, headers=once)
    assert (again.status_code, again.json()) == (201, made.json())

    url = stage.database_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url) as connection:
        looked = await connection.execute(
            "SELECT answer FROM console.idempotent WHERE account_id = %s", [stage.owner.account_id]
        )
        ((kept,),) = await looked.fetchall()
    assert made.json()["key"].encode() not in kept
    await stage.console(session_secret="another secret of the tests")
    stage.owner = await stage.program(Role.OWNER, stage.owner.account_id)  # type: ignore[arg-type]
    unread = await stage.owner("POST", "keys", json=wanted, headers=once)
    assert (unread.status_code, unread.json()["code"]) == (409, "done_already")


async def test_too_many_requests_wait(stage: Stage) -> None:
    await stage.console(requests_per_minute=3)
    program = await stage.program(Role.ANALYST, stage.owner.account_id)  # type: ignore[arg-type]

    answers = [await program("GET", "account") for _ in range(8)]

    assert answers[0].status_code == 200
    no = answers[-1]
    assert (no.status_code, no.json()["code"]) == (429, "too_many_requests")
    assert 0 < int(no.headers["Retry-After"]) <= 61
    async with httpx.AsyncClient(base_url=stage.url, timeout=20) as visitor:
        searched = [await visitor.get("/docs/search", params={"q": "hold"}) for _ in range(8)]
        assert searched[-1].status_code == 429, "nobody signs in to search the manual"
        assert (await visitor.get("/docs/money")).status_code == 200


async def test_other_sites_pages_may_not_ask(stage: Stage) -> None:
    answer = await stage.owner("GET", "account", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    await stage.console(cors_origins=("https://good.example",))
    friend = await stage.program(Role.ANALYST, stage.owner.account_id)  # type: ignore[arg-type]
    answer = await friend("GET", "account", headers={"Origin": "https://good.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://good.example"


async def test_an_owner_that_is_away_is_named_and_the_others_work(own_stage: Stage) -> None:
    await own_stage.owners.aclose()

    no = await own_stage.owner("GET", "campaigns")

    assert no.status_code == 503
    assert (no.json()["code"], no.json()["owner"]) == ("unanswered", "router")
    assert no.headers["Retry-After"] == "1"
    assert (await own_stage.owner.get("calls"))["calls"] == []
    assert (await own_stage.owner.get("account"))["name"] == "My company"


async def test_an_edit_that_takes_long_is_waited_for(stage: Stage) -> None:
    url = stage.database_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("LOCK TABLE router.buyer IN EXCLUSIVE MODE")
        slow = asyncio.create_task(stage.owner("POST", "buyers", json=BUYER))
        await asyncio.wait([slow], timeout=WITHIN_MS / 1_000 + 0.1)

    assert (await slow).status_code == 201


async def test_what_does_not_exist_is_a_problem_too(stage: Stage) -> None:
    unknown = await stage.owner("GET", "no-such-thing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    other = await stage.owner("PATCH", "buyers")
    assert other.status_code == 405
    none = await stage.owner("GET", f"buyers/{uuid4()}")
    assert (none.status_code, none.json()["code"]) == (404, "not_found")
