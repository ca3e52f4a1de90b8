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
from tests.service.console.naming_ours import NUMBER, an_agent, bodies
from tests.service.console.portals import stated
from tests.service.console.stage import ACCOUNT_SID, PASSWORD, Asker, Stage, a_routed_campaign

LOOKUP = "/api/internal/campaigns/rtb-lookup"
CLEAR = "/api/rtb/targets/clear-all"

OWN = {
    ("POST", "/session"): "signing in is nobody's yet",
    ("POST", "/sign-ups"): "says the same of everybody",
    ("PUT", "/sign-ups"): "a link says whose it is",
    ("POST", "/password-resets"): "says the same of everybody",
    ("PUT", "/password-resets"): "a link says whose it is",
    ("GET", "/session"): "shows who asks",
    ("DELETE", "/session"): "ends the asker's own",
    ("PUT", "/session/password"): "changes the asker's own",
    ("GET", "/sessions"): "lists the asker's own",
    ("GET", "/session/second-factor"): "shows the asker's own",
    ("POST", "/session/second-factor"): "begins the asker's own",
    ("PUT", "/session/second-factor"): "confirms the asker's own",
    ("PUT", "/session/second-factor/recovery-codes"): "changes the asker's own",
    ("POST", "/session/second-factor/removal"): "removes the asker's own",
    ("GET", "/session/lists"): "shows the asker's own",
    **{
        (method, f"/session/lists/{{list_name}}/{what}"): "changes the asker's own"
        for method in ("PUT", "DELETE")
        for what in ("columns", "views")
    },
    ("GET", "/account/sign-in"): "shows the asker's own",
    ("PUT", "/account/sign-in"): "changes the asker's own",
    ("GET", "/account"): "shows the asker's own",
    ("PUT", "/account"): "renames the asker's own",
    ("POST", "/accounts"): "makes one for the asker",
    ("GET", "/people"): "lists the asker's own",
    ("GET", "/invitations"): "lists the asker's own",
    ("POST", "/invitations"): "invites to the asker's own",
    ("POST", "/invitations/look"): "a link says whose it is",
    ("POST", "/invitations/acceptance"): "a link says whose it is",
    ("GET", "/keys"): "lists the asker's own",
    ("POST", "/keys"): "makes one of the asker's own",
    **{("GET", f"/platform/{what}"): "refused but to operators" for what in ("accounts", "health")},
    ("GET", "/platform/rtb-ids/{rtb_id}"): "refused but to operators",
    ("GET", "/platform/dead-letters"): "refused but to operators",
    ("POST", "/platform/resealings"): "refused but to operators",
    ("GET", "/platform/resealings"): "refused but to operators",
    ("GET", "/platform/resealings/{resealing_id}"): "refused but to operators",
    ("GET", "/erasures"): "lists the asker's own",
    ("POST", "/erasures"): "test_erasing: goes through the asker's own",
    ("GET", "/platform/dead-letters/{number}"): "refused but to operators",
    ("POST", "/platform/dead-letters/{number}/replay"): "refused but to operators",
    ("GET", "/audit"): "searches the asker's own",
    ("POST", "/help/questions"): "test_help: keeps a question of the asker's own",
    ("GET", "/help/questions"): "lists the asker's own",
    ("GET", "/account/help-questions"): "lists the asker's own",
    ("GET", "/live"): "test_live: an account hears its own events",
    ("GET", "/defaults"): "shows the asker's own",
    ("PUT", "/defaults"): "changes the asker's own",
    ("GET", "/quality-rule"): "shows the asker's own",
    ("PUT", "/quality-rule"): "changes the asker's own",
    ("GET", "/recording-rule"): "shows the asker's own",
    ("PUT", "/recording-rule"): "changes the asker's own",
    ("GET", "/carriers"): "lists the asker's own",
    ("POST", "/carriers"): "makes one of the asker's own",
    ("GET", "/calls"): "lists the asker's own",
    ("GET", "/calls/live"): "lists the asker's own",
    **{
        ("GET", f"/{path}/csv"): "lists the asker's own"
        for path in ("calls", "numbers", "auctions")
    },
    ("GET", "/demo-data"): "shows the asker's own",
    ("POST", "/demo-data"): "makes the asker's own",
    ("DELETE", "/demo-data"): "ends the asker's own",
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
    ("GET", "/agents/me/live"): "test_agents: an agent hears of her own calls alone",
    ("GET", "/colleagues"): "lists the asker's own",
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
    ("GET", "/taken-numbers"): (),
    **{("GET", f"/statements{how}"): () for how in ("", "/csv", "/page")},
}
"""Routes that name something in their query; a search is the carrier's to refuse, which is
not there: tests/service/router/test_numbers.py asks it."""


FORGOTTEN = {"number": "+12125550199", "reason": "Mark-of-ours has asked"}
LINKED = ("password-resets", "sign-ups")
OPEN = {
    ("POST", "/session"),
    *((method, f"/{what}") for method in ("POST", "PUT") for what in LINKED),
    *(("POST", f"/invitations/{act}") for act in ("look", "acceptance")),
}
"""What somebody may ask who is not signed in."""


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
        "invitations", {"email": "mark-of-ours@example.com", "role": "analyst"}
    )
    (owner,) = await stage.owner.get("people")
    key = await stage.owner.post("keys", {"name": "Mark-of-ours"})
    bidder_key = await stage.owner.post(
        "bidder-keys", {"company": "Mark-of-ours company", "name": "Mark-of-ours"}
    )
    purchase = await stage.owner.post("numbers/purchases", {"numbers": ["+12125550177"]})
    agent = await stage.owner.post("targets", an_agent(ours["buyers"]["document"]["id"]))
    help_ = await stage.owner.post("help/questions", {"question": "what is Mark-of-ours?"})
    erasure = await stage.owner.post("erasures", FORGOTTEN)
    before = await everything(stage.owner)
    ids = {
        "/numbers/purchases/{purchase_id}": {"purchase_id": purchase["id"]},
        **{f"/{path}/{{id}}": {"id": row["document"]["id"]} for path, row in ours.items()},
        "/agents/{id}": {"id": agent["document"]["id"], "call_id": str(uuid4()), "step": "0"},
        "/agents/me/calls/{call_id}": {"call_id": str(uuid4())},
        "/carriers/{account_sid}": {"account_sid": ACCOUNT_SID},
        f"{LOOKUP}/{{rtb_id}}": {"rtb_id": ours["campaigns"]["document"]["rtb_id"]},
        "/campaigns/by-rtb-id/{rtb_id}": {"rtb_id": ours["campaigns"]["document"]["rtb_id"]},
        "/people/{person_id}": {"person_id": owner["person_id"]},
        "/invitations/{invitation_id}": {"invitation_id": invited["invitation_id"]},
        "/keys/{key_id}": {"key_id": key["key_id"]},
        "/bidder-keys/{key_id}": {"key_id": bidder_key["shown"]["key_id"]},
        "/sessions/{session_id}": {"session_id": str(uuid4())},
        "/flows/{id}": {"id": flow["row"]["id"], "version": "1"},
        "/calls/{call_id}": {"call_id": str(uuid4()), "step": "0", "recording_sid": "RE1"},
        "/disputes/{dispute_id}": {"dispute_id": str(uuid4())},
        "/erasures/{erasure_id}": {"erasure_id": erasure["erasure_id"]},
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
    answer = await stranger.patiently(method, address, headers=headers, **more)
    expected = (404,) if named is not None else (404, 422, *CARRIERS.get((method, path), ()))
    if path.startswith(("/session", "/agents/me/")):
        expected = (403,)  # the stranger is a program, which has none
    assert answer.status_code in expected, f"{method} {path}: {answer.status_code} {answer.text}"
    for hint in ("mark-of-ours", "token of ours"):
        assert hint not in answer.text.lower(), f"{method} {path}"


def a_flow(name: str) -> dict[str, Any]:
    return {"name": name, "start": "bye", "nodes": [{"type": "hang_up", "id": "bye"}]}


MORE = ("people", "invitations", "publishers", "tracking-tags")


async def everything(asker: Asker) -> dict[str, Any]:
    paths = (
        "campaigns",
        "buyers",
        "targets",
        "groups",
        "pools",
        "numbers",
        "carriers",
        "people",
        "invitations",
    )
    seen = {path: await asker.get(path) for path in (*paths, *MORE)}
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
        assert (right == PUBLIC) == ((method, path) in OPEN)
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
        "ask.ingress.summarize_call.v1",
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
