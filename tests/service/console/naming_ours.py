"""Bodies that name something of an account: what another account's owner tries routes with."""

from typing import Any
from uuid import uuid4

from tests.service.console.stage import ACCOUNT_SID

NUMBER = "+18005550100"

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
        **of_parties(pool, ours["publishers"]["document"]["id"]),
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


def of_parties(pool: str, publisher: str) -> dict[tuple[str, str], Any]:
    """What buyers' and publishers' own people set, done by somebody of an account."""
    return {
        ("PUT", "/targets/{id}/pause"): {"paused": True},
        ("PUT", "/targets/{id}/caps"): {},
        ("PUT", "/tracking-tags/{id}/pause"): {"paused": True},
        ("POST", "/taken-numbers"): {"pool_id": pool, "publisher_id": publisher},
        ("GET", "/taken-numbers"): {"publisher_id": publisher},
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
