"""No route of the API shows, changes or hints at another account's things.

Every route is tried by an owner of another account with our ids: a route that is added
without an entry here fails.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from libs.contracts.catalogue import QUESTIONS
from services.console.app import API
from services.console.auth import PUBLIC, RIGHT, X_PORTALS, Guarded
from services.console.domain.access import Right, Role
from tests.laws.test_cards import named_questions
from tests.service.console.portals import stated
from tests.service.console.stage import ACCOUNT_SID, PASSWORD, Asker, Stage, a_routed_campaign

NUMBER = "+18005550100"
LOOKUP = "/api/internal/campaigns/rtb-lookup"
CLEAR = "/api/rtb/targets/clear-all"

OWN = {
    ("POST", "/session"): "signing in is nobody's yet",
    ("GET", "/session"): "shows who asks",
    ("DELETE", "/session"): "ends the asker's own",
    ("PUT", "/session/password"): "changes the asker's own",
    ("GET", "/sessions"): "lists the asker's own",
    ("GET", "/session/second-factor"): "shows the asker's own",
    ("POST", "/session/second-factor"): "begins the asker's own",
    ("PUT", "/session/second-factor"): "confirms the asker's own",
    ("PUT", "/session/second-factor/recovery-codes"): "changes the asker's own",
    ("POST", "/session/second-factor/removal"): "removes the asker's own",
    ("GET", "/account/sign-in"): "shows the asker's own",
    ("PUT", "/account/sign-in"): "changes the asker's own",
    ("GET", "/account"): "shows the asker's own",
    ("PUT", "/account"): "renames the asker's own",
    ("POST", "/accounts"): "makes one for the asker",
    ("GET", "/people"): "lists the asker's own",
    ("POST", "/people"): "lets somebody into the asker's own",
    ("GET", "/keys"): "lists the asker's own",
    ("POST", "/keys"): "makes one of the asker's own",
    ("GET", "/audit"): "searches the asker's own",
    ("POST", "/help/questions"): "test_help: keeps a question of the asker's own",
    ("GET", "/help/questions"): "lists the asker's own",
    ("GET", "/account/help-questions"): "lists the asker's own",
    ("GET", "/live"): "test_live: an account hears its own events",
    ("GET", "/defaults"): "shows the asker's own",
    ("PUT", "/defaults"): "changes the asker's own",
    ("GET", "/recording-rule"): "shows the asker's own",
    ("PUT", "/recording-rule"): "changes the asker's own",
    ("GET", "/carriers"): "lists the asker's own",
    ("POST", "/carriers"): "makes one of the asker's own",
    ("GET", "/calls"): "lists the asker's own",
    ("GET", "/calls/live"): "lists the asker's own",
    ("GET", "/calls/csv"): "lists the asker's own",
    ("GET", "/now"): "counts the asker's own",
    ("GET", "/ledger-entries"): "lists the asker's own",
    ("GET", "/disputes"): "lists the asker's own",
    ("GET", "/books/closings"): "lists the asker's own",
    ("POST", "/books/closings"): "closes the asker's own",
    ("GET", "/balances"): "lists the asker's own",
    ("GET", "/books/proof"): "reads the asker's own",
    ("GET", "/report-words"): "shows what is everybody's",
    ("GET", "/visit-conversions"): "lists the asker's own",
    ("POST", "/visit-conversion-reports"): "sums the asker's own",
    ("POST", "/reports"): "test_reports: sums the asker's own",
    ("POST", "/reports/csv"): "test_reports: sums the asker's own",
    ("POST", "/visit-reports"): "test_reports: sums the asker's own",
    ("POST", "/visit-reports/csv"): "test_reports: sums the asker's own",
    ("GET", "/export"): "shows the asker's own",
    ("GET", "/configuration"): "shows the asker's own",
    ("GET", "/configuration/schema"): "is the same for everybody",
    ("GET", "/numbers/purchases"): "lists the asker's own",
    ("GET", "/numbers/check"): "tells of the asker's own",
    ("POST", "/numbers/check"): "looks at the asker's own",
    ("GET", "/agents"): "lists the asker's own",
    ("GET", "/agents/me"): "shows the asker's own",
    ("GET", "/agents/times"): "sums the asker's own",
    ("GET", "/agents/me/states"): "lists the asker's own",
    ("GET", "/agents/me/calls"): "lists the asker's own",
    ("GET", "/agents/me/times"): "sums the asker's own",
    ("PUT", "/agents/me/calls/{call_id}/{step}"): "wraps up the asker's own",
    ("PUT", "/agents/me/state"): "changes the asker's own",
    ("POST", "/buyers"): "names nothing else",
    ("POST", "/rtb-targets"): "names nothing else",
    ("POST", "/publishers"): "names nothing else",
    ("POST", "/flows"): "names nothing else: sub-flows are looked for among the asker's own",
    ("POST", "/flow-inspections"): "names nothing else, as POST /flows",
    ("GET", "/flow-language"): "is the same for everybody",
    ("GET", "/flow-templates"): "are the same for everybody",
    ("POST", "/flow-imports"): "names nothing else, as POST /flows",
    ("GET", "/flows"): "lists the asker's own",
    ("POST", "/url-parameters"): "names nothing else",
    ("POST", "/saved-reports"): "its filters choose among the asker's own calls",
    ("POST", "/postback-keys"): "names nothing else",
    ("POST", "/pixels"): "its campaigns are compared with those of the asker's own calls",
    ("GET", "/pixel-presets"): "shows what is everybody's",
    ("GET", "/rtb-report"): "tells of the asker's own",
    ("DELETE", "/rtb-targets"): "ends the asker's own",
    ("DELETE", CLEAR): "ends the asker's own",
    ("POST", CLEAR): "ends the asker's own",
    **{
        ("GET", f"/{path}"): "lists the asker's own"
        for path in (
            *("campaigns", "buyers", "targets", "groups", "pools", "numbers"),
            *("rtb-targets", "rtb-routers", "auctions", "ping-rules", "pings", "bidder-keys"),
            *(
                "publishers",
                "pixels",
                "deliveries",
                "postbacks",
                "postback-keys",
                "reconciliations",
            ),
            *("tracking-tags", "url-parameters", "visits", "saved-reports"),
        )
    },
}
"""Routes in which nothing of another account can be named; what they show is searched for ours."""


CARRIERS: dict[tuple[str, str], tuple[int, ...]] = {
    ("GET", "/numbers/search"): (503,),
    ("GET", "/numbers/imports"): (),
    **{("GET", f"/statements{how}"): () for how in ("", "/csv", "/page")},
}
"""Routes that name something in their query; a search is the carrier's to refuse, which is
not there: tests/service/router/test_numbers.py asks it."""


def routes(app: Any) -> Iterator[tuple[str, str, APIRoute]]:
    for context in iter_route_contexts(app.routes):
        route, path = context.route, context.path or ""
        if isinstance(route, APIRoute) and path.startswith("/api/"):
            for method in route.methods or ():
                yield method, path.removeprefix(API), route


async def test_no_route_lets_another_account_in(stage: Stage) -> None:
    await stage.add_flows()
    ours = await a_routed_campaign(stage.owner, NUMBER, mark="Mark-of-ours")
    flow = await stage.owner.post("flows", a_flow("Mark-of-ours flow"))
    await stage.owner.post("carriers", {"account_sid": ACCOUNT_SID, "token": "token of ours"})
    invited = await stage.owner.post(
        "people", {"email": "mark-of-ours@example.com", "name": "Mark-of-ours", "role": "analyst"}
    )
    key = await stage.owner.post("keys", {"name": "Mark-of-ours"})
    bidder_key = await stage.owner.post(
        "bidder-keys", {"company": "Mark-of-ours company", "name": "Mark-of-ours"}
    )
    purchase = await stage.owner.post("numbers/purchases", {"numbers": ["+12125550177"]})
    agent = await stage.owner.post("targets", an_agent(ours["buyers"]["document"]["id"]))
    help_ = await stage.owner.post("help/questions", {"question": "what is Mark-of-ours?"})
    before = await everything(stage.owner)
    ids = {
        "/numbers/purchases/{purchase_id}": {"purchase_id": purchase["id"]},
        **{f"/{path}/{{id}}": {"id": row["document"]["id"]} for path, row in ours.items()},
        "/agents/{id}": {"id": agent["document"]["id"], "call_id": str(uuid4()), "step": "0"},
        "/carriers/{account_sid}": {"account_sid": ACCOUNT_SID},
        f"{LOOKUP}/{{rtb_id}}": {"rtb_id": ours["campaigns"]["document"]["rtb_id"]},
        "/campaigns/by-rtb-id/{rtb_id}": {"rtb_id": ours["campaigns"]["document"]["rtb_id"]},
        "/people/{person_id}": {"person_id": invited["person_id"]},
        "/keys/{key_id}": {"key_id": key["key_id"]},
        "/bidder-keys/{key_id}": {"key_id": bidder_key["shown"]["key_id"]},
        "/sessions/{session_id}": {"session_id": str(uuid4())},
        "/flows/{id}": {"id": flow["row"]["id"], "version": "1"},
        "/calls/{call_id}": {"call_id": str(uuid4()), "step": "0", "recording_sid": "RE1"},
        "/disputes/{dispute_id}": {"dispute_id": str(uuid4())},
        "/publishers/{publisher_id}": {"publisher_id": ours["publishers"]["document"]["id"]},
        "/help/questions/{question_id}": {"question_id": help_["question_id"]},
        "/visits/{visit_id}": {"visit_id": str(uuid4())},
        "/deliveries/{delivery_id}": {"delivery_id": str(uuid4())},
        "/reconciliations/{reconciliation_id}": {"reconciliation_id": str(uuid4())},
        "/auctions/{auction_id}": {"auction_id": str(uuid4()), "target_id": str(uuid4())},
    }
    ours["flow"] = flow
    stranger = await stage.program(Role.OWNER, await stage.another_account())
    tried = 0
    for method, path, _ in routes(stage.app):
        tried += 1
        if (method, path) in OWN:
            if method == "GET" and path != "/live":
                answer = await stranger("GET", path.lstrip("/"))
                assert answer.is_success or answer.status_code == 403, path
                assert "mark-of-ours" not in answer.text.lower(), path
            continue
        await is_refused(stranger, method, path, ids, ours)
    assert await everything(stage.owner) == before
    assert tried == len(list(routes(stage.app))) > 60


async def is_refused(
    stranger: Asker, method: str, path: str, ids: dict[str, dict[str, str]], ours: dict[str, Any]
) -> None:
    named = next((values for prefix, values in ids.items() if path.startswith(prefix)), None)
    body = bodies(ours).get((method, path))
    assert named is not None or body is not None, f"{method} {path} has no entry here"
    if named is not None and method in ("PUT", "POST") and body is None:
        kind = path.split("/")[1]
        body = ours[kind]["document"] if kind in ours else None
    by_version = ("/release", "/publication", "/rollback")
    based = method in ("PUT", "DELETE") or path.endswith(by_version)
    headers = {"If-Match": '"1"'} if based else {}
    address = re.sub(r"{(\w+)}", lambda found: (named or {})[found[1]], path)
    address = (
        f"{stranger.http.base_url.copy_with(path='/')}{address[1:]}"
        if address.startswith("/api/")
        else address[1:]
    )
    more: dict[str, Any] = {} if body is None else {"json": body}
    if (method, path) in CARRIERS:
        more = {"params": body}
    answer = await stranger(method, address, headers=headers, **more)
    expected = (404,) if named is not None else (404, 422, *CARRIERS.get((method, path), ()))
    if path.startswith("/session"):
        expected = (403,)  # the stranger is a program, which has none
    assert answer.status_code in expected, f"{method} {path}: {answer.status_code} {answer.text}"
    for hint in ("mark-of-ours", "token of ours"):
        assert hint not in answer.text.lower(), f"{method} {path}"


OF_AGENTS = {
    ("PUT", "/help/questions/{question_id}/rating"): {"rating": "bad"},
    ("PUT", "/agents/{id}/calls/{call_id}/{step}"): {"notes": "x"},
    ("PUT", "/agents/{id}/state"): {"state": "offline", "reason": "x"},
}


def bodies(ours: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """What names something of ours in a body."""
    target, campaign = (ours[kind]["document"]["id"] for kind in ("targets", "campaigns"))
    bidder, ring = (ours[kind]["document"]["id"] for kind in ("rtb-targets", "rtb-routers"))
    buyer, pool = (ours[kind]["document"]["id"] for kind in ("buyers", "pools"))
    destination = {"kind": "phone", "number": "+15550100002"}
    stolen = {"document": f"format: 1\npools:\n- name: x\n  campaign_id: {campaign}\n"}
    return {
        **OF_AGENTS,
        ("POST", "/campaigns"): {"name": "x", "assignments": [{"target_id": target}]},
        ("POST", "/targets"): {"name": "x", "buyer_id": buyer, "destination": destination},
        ("POST", "/groups"): {"name": "x", "members": [{"target_id": target}]},
        ("POST", "/pools"): {"name": "x", "campaign_id": campaign},
        ("POST", "/numbers"): {
            "number": "+18005550177",
            "account_sid": ACCOUNT_SID,
            "pool_id": pool,
        },
        ("GET", "/numbers/search"): {"account_sid": ACCOUNT_SID},
        ("GET", "/numbers/imports"): {"account_sid": ACCOUNT_SID},
        ("POST", "/numbers/imports"): {"account_sid": ACCOUNT_SID, "numbers": [NUMBER]},
        ("POST", "/numbers/purchases"): {"numbers": ["+18005550177"], "pool_id": pool},
        ("POST", "/numbers/{id}/release"): {},
        ("POST", "/numbers/bulk"): {
            "account_sid": ACCOUNT_SID,
            "pool_id": pool,
            "numbers": ["+18005550177"],
        },
        ("POST", "/import"): {
            "configuration": {"pools": [{"id": str(uuid4()), "name": "x", "campaign_id": campaign}]}
        },
        ("POST", "/configuration/plan"): stolen,
        ("POST", "/configuration/apply"): stolen,
        ("POST", "/rehearsals"): {"campaign_id": campaign},
        ("PUT", "/flows/{id}"): ours["flow"]["document"],
        ("POST", "/flows/{id}/publication"): {},
        ("POST", "/flows/{id}/rollback"): {"to": 1},
        ("PUT", "/flows/{id}/state"): {"state": "paused"},
        ("POST", "/flows/{id}/copies"): {"name": "x"},
        ("POST", "/flow-simulations"): {"flow_id": ours["flow"]["row"]["id"]},
        ("POST", "/rtb-routers"): {"name": "x", "members": [{"target_id": bidder}]},
        ("POST", "/ping-rules"): {"id": campaign, "bid": "9"},
        ("POST", "/bidder-keys"): {"company": "Mark-of-ours company", "name": "x"},
        ("POST", "/tracking-tags"): {"name": "x", "campaign_id": campaign, "pool_id": pool},
        ("POST", "/tracking-tags/{id}/snippet"): {},
        ("POST", "/pixel-tests"): {"pixel_id": ours["pixels"]["document"]["id"]},
        **of_money(buyer),
        ("POST", "/rtb-pings"): {"target_id": bidder},
        ("POST", "/rtb-rehearsals"): {"rtb_router_id": ring},
        ("PUT", "/session/account"): {"account_id": str(uuid4())},
        ("PUT", "/people/{person_id}"): {"role": "analyst"},
        ("PUT", "/carriers/{account_sid}"): {"account_sid": ACCOUNT_SID, "token": "stolen"},
        **bodies_about_calls(),
    }


def bodies_about_calls() -> dict[tuple[str, str], Any]:
    """What is said to routes about calls and what came of them."""
    return {
        ("POST", "/calls/{call_id}/flow-replays"): {"draft": True},
        ("POST", "/calls/{call_id}/controls"): {"control": "hang_up"},
        ("POST", "/calls/{call_id}/conversions"): {},
        ("POST", "/call-annotations"): {"call_ids": [str(uuid4())], "note": "x"},
        ("POST", "/call-transcriptions"): {"call_ids": [str(uuid4())]},
        ("POST", "/call-blocks"): {"call_ids": [str(uuid4())]},
        ("POST", "/reconciliations"): {"account_sid": ACCOUNT_SID},
        ("POST", "/resends"): {"delivery_id": str(uuid4())},
    }


def an_agent(buyer_id: str) -> dict[str, Any]:
    destination = {"kind": "phone", "number": "+15550100007"}
    about = {"name": "Mark-of-ours agent", "agent": {"skills": ["german"]}}
    return {**about, "buyer_id": buyer_id, "destination": destination}


def of_money(buyer: str) -> dict[tuple[str, str], Any]:
    """What names a party or call of ours where money is changed."""
    money = {"money": {"amount": "1"}, "reason": "x"}
    time = {"since": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}
    whose = {"book": "buyer", "party": buyer, **time}
    return {
        ("POST", "/calls/{call_id}/disputes"): {"reason": "x"},
        ("POST", "/disputes/{dispute_id}/decision"): {"accept": True, "reason": "x"},
        **dict.fromkeys([("GET", f"/statements{how}") for how in ("", "/csv", "/page")], whose),
        ("POST", "/calls/{call_id}/adjustments"): {"kind": "revenue", **money},
        ("POST", "/balances/adjustments"): {
            "book": "buyer",
            "party": buyer,
            "kind": "payment",
            **money,
        },
    }


def a_flow(name: str) -> dict[str, Any]:
    return {"name": name, "start": "bye", "nodes": [{"type": "hang_up", "id": "bye"}]}


async def everything(asker: Asker) -> dict[str, Any]:
    paths = ("campaigns", "buyers", "targets", "groups", "pools", "numbers", "carriers", "people")
    seen = {path: await asker.get(path) for path in (*paths, "publishers", "tracking-tags")}
    for row in seen["numbers"]["items"]:
        row.pop("standing")  # setting it up goes on meanwhile
    return seen


async def test_a_call_of_ours_is_nobody_elses(stage: Stage) -> None:
    stranger = await stage.program(Role.OWNER, await stage.another_account())
    for path in ("calls/{}", "calls/{}/explanation", "calls/{}/replays/0"):
        answer = await stranger("GET", path.format(uuid4()))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert PASSWORD not in answer.text


async def test_every_route_names_the_right_it_needs_and_what_portals_may_do(stage: Stage) -> None:
    for method, path, route in routes(stage.app):
        assert isinstance(route, Guarded), path
        right = (route.openapi_extra or {}).get(RIGHT)
        assert right in {*Right, PUBLIC}, f"{method} {path}"
        assert (right == PUBLIC) == ((method, path) == ("POST", "/session"))
        portals = (route.openapi_extra or {}).get(X_PORTALS)
        assert portals == ({} if right == PUBLIC else stated(method, path)), f"{method} {path}"


def test_every_question_of_operators_has_a_door() -> None:
    """What services answer to operators is reachable by the API."""
    not_for_people = {
        "ask.router.admit.v1",
        "ask.router.leg_ended.v1",
        "ask.router.whisper.v1",
        "ask.router.quote.v1",
        "ask.router.fallback_plans.v1",
        "ask.router.find_buyer.v1",
        "ask.flows.start.v1",
        "ask.flows.turn.v1",
        "ask.router.numbers.v1",
        "ask.tracking.visit_of.v1",
        "ask.tracking.lease.v1",
        "ask.ingress.leg_state.v1",
        "ask.ingress.carriers.v1",
        "ask.ingress.list_calls.v1",
        "ask.ingress.say_again.v1",
        "ask.ingress.delete_recording.v1",
        "ask.ingress.control_line.v1",
        "ask.ingress.transcribe.v1",
        "ask.ingress.find_numbers.v1",
        "ask.ingress.buy_number.v1",
        "ask.ingress.set_up_number.v1",
        "ask.ingress.list_numbers.v1",
        "ask.ingress.release_number.v1",
        "ask.rtb.auction.v1",
        "ask.tracking.publishers.v1",
    }
    assert named_questions("console") == set(QUESTIONS) - not_for_people


@pytest.mark.parametrize("path", ["openapi.json"])
async def test_the_document_of_the_api_is_open_and_whole(stage: Stage, path: str) -> None:
    document = (await stage.client().get(path)).json()
    assert document["openapi"].startswith("3.1")
    for route, methods in document["paths"].items():
        for method, operation in methods.items():
            if route.startswith(API):
                assert RIGHT in operation, f"{method} {route}"
                assert {"401", "429", "503"} <= operation["responses"].keys(), route
