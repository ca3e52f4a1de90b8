"""What a ping tells goes with its call; what it is answered tells nothing of ours."""

from libs.contracts.phone import read_caller
from libs.contracts.routing import DialNext
from libs.runtime.publish import MESSAGE_ID, publish
from tests.kit.facts import CallStory
from tests.kit.hosting import eventually
from tests.service.console.shop import CALLER, Shop

CERTIFICATES: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
    ({"trusted_form_url": "https://cert/1"}, {"lead:trustedform": "https://cert/1"}),
    ({"xxTrustedFormCertUrl": "https://cert/2"}, {"lead:trustedform": "https://cert/2"}),
    ({"Jornaya_LeadID": "8F1B"}, {"lead:jornaya": "8F1B"}),
    ({"Cert_Type": "TrustedForm", "Cert_Id": "77"}, {"lead:trustedform": "77"}),
    ({"Cert_Type": "Jornaya", "Cert_Id": "78"}, {"lead:jornaya": "78"}),
    ({"Cert_Type": "Other", "Cert_Id": "79"}, {}),
)


async def test_certificates_of_consent_are_tags_under_one_name(shop: Shop) -> None:
    for at, (fields, tags) in enumerate(CERTIFICATES):
        caller = f"+1212555020{at}"
        await shop.ping(CID=caller, **fields)
        (ping,) = [one for one in await shop.pings() if one["caller"] == caller]
        found = {name: value for name, value in ping["tags"].items() if name.startswith("lead:")}
        assert found == tags
        assert set(ping["tags"]) - set(found) == {f"ping:{name.lower()}" for name in fields}


async def test_an_answer_names_an_address_and_nothing_of_ours(shop: Shop) -> None:
    await shop.campaign(quotes={"seconds": 60, "sip_domain": "acme.sip.example.com"})
    answer = await shop.raw(json={"CID": CALLER})
    told = answer.json()
    assert told["sipAddress"] == f"{told['bidId']}@acme.sip.example.com"
    called = await shop.call("+12125550199", f"sip:{told['sipAddress']}")
    assert isinstance(called, DialNext)
    assert called.dial.destination.kind == "phone"
    rejected = await shop.raw(json={"CID": ""})
    ids = [one["document"]["id"] for one in shop.made.values() if "document" in one]
    ids.append(str(shop.stage.owner.account_id))
    for text in (answer.text, rejected.text, str(answer.headers)):
        assert not [one for one in ids if one in text or one.replace("-", "") in text]


async def test_a_bidder_and_an_auction_are_tried_with_a_past_call(shop: Shop) -> None:
    owner, made = shop.stage.owner, shop.made
    await shop.ping(plan="gold")
    await shop.call()
    arrived = CallStory(call_id=shop.call_id).arrived(caller=read_caller(CALLER))
    await publish(
        shop.stage.app.state.ask._broker,
        arrived.subject,
        arrived.model_dump_json().encode(),
        {MESSAGE_ID: arrived.key},
        5.0,
    )
    bidder = {**made["rtb-targets"]["document"], "exposure": "open", "shared_tags": ["ping"]}
    template = '{"to": "{callerId}", "plan": "[tag:ping:plan]", "of": "{campaignId}"}'
    ping = {"document": {**bidder, "template": template}, "send": False}

    async def told() -> str | None:
        answer = await owner("POST", "rtb-pings", json={**ping, "call_id": str(shop.call_id)})
        request = answer.json().get("request", "")
        return request if CALLER[-3:] in request else None

    request = await eventually(told)
    assert f'{{"to": "********{CALLER[-3:]}", "plan": "gold", "of": "{shop.rtb_id}"}}' in request
    held = await owner.post(
        "rtb-rehearsals", {"campaign_id": shop.campaign_id, "call_id": str(shop.call_id)}
    )
    (shown,) = held["bidders"]
    assert shown["loss"] == "unreachable"
    assert shop.rtb_id in shown["request"]
    nowhere = await owner("POST", "rtb-rehearsals", json={})
    assert nowhere.json()["errors"][0]["path"] == "body.rtb_router_id"
    await shop.campaign(assignments=made["campaigns"]["document"]["assignments"][:1])
    unclear = await owner("POST", "rtb-rehearsals", json={"campaign_id": shop.campaign_id})
    assert unclear.json()["errors"][0]["path"] == "body.campaign_id"
