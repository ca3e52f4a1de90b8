"""Every documented macro is filled with what is known, and nothing of ours leaves the house."""

import re

import orjson

from deploy.local.bidders import bids
from libs.contracts.auction import AuctionWon
from tests.kit.hosting import eventually
from tests.service.rtb.stage import Stage

DOCUMENTED = """
{requestId} {campaignId} {callerId} {callerState} {callerZip} {callStartTime} {timestamp}
{isoTimestamp} {minBid} {maxBid} {currency} {timezone} {sourceNumber} {userAgent} {ipAddress}
{sessionId} {referrer} {inboundNumber} {inboundCallId} {publisherId} {publisherSubId}
{exposeCallerId} [tag:Geo:SubDivision] [tag:Geo:SubDivisionCode] [tag:Geo:City] [tag:Geo:ZipCode]
[tag:Geo:Country] [tag:Geo:CountryCode] [tag:Geo:Timezone] [tag:Technology:IPAddress]
[tag:Address:State] [tag:Address:City] [tag:Address:Zip 5] [tag:InboundNumber:Number]
[tag:InboundNumber:Number-NoPlus] [Call:InboundCallId] [Call:CallerId] [Call:CallerIdNoPlus]
[Publisher:Id] [Publisher:SubId] [tag:InboundNumber:AreaCode] [tag:InboundNumber:Prefix]
[tag:InboundNumber:Suffix] [tag:InboundNumber:State] [Call:ConversionAmount]
[Call:ConversionPayout] [tag:Publisher:Name] [tag:Publisher:Id] [tag:Target:Name] [tag:Target:Id]
[tag:CallInfo:IsDuplicate] [tag:Technology:UserAgentString] [tag:Email Addresses:Email 1 Address]
[tag:Demographics:Age] [tag:Integration:googleClickId] [tag:Integration:facebookClickId]
[tag:user:gclid]
"""
"""Every macro that the predecessor and the trade's largest platform document."""

EMPTY = {
    "[tag:Geo:Timezone]",
    "[Call:ConversionAmount]",
    "[Call:ConversionPayout]",
    "[tag:CallInfo:IsDuplicate]",
    "[tag:Email Addresses:Email 1 Address]",
    "[tag:Integration:facebookClickId]",
}
"""Those of which nothing is known of the call below: nothing is invented for them."""


async def test_documented_macros_are_filled_and_tell_nothing_of_ours(stage: Stage) -> None:
    macros = re.findall(r"{\w+}|\[[^\]]+\]", DOCUMENTED)
    target = stage.target(
        "/all",
        bids(1, phoneNumber="", sipAddress="sip:a@b.example.com"),
        method="PATCH",
        template=orjson.dumps([[macro] for macro in macros]).decode(),
        endpoint=f"{stage.bidders.url}/all?z={{callerZip}}&i={{inboundCallId}}",
        exposure="open",
        shared_tags=["demographics", "integration", "user"],
        sip_headers=[{"name": "X-Id", "value": "{requestId}/{campaignId}/[tag:Target:Id]"}],
        notices={
            kind: f"{stage.bidders.url}/{kind}?r={{requestId}}&c={{campaignId}}&p={{price}}"
            for kind in ("win", "loss", "billing")
        },
    )
    router = await stage.router(target)
    won = await stage.sell(
        router,
        geography={"state": "NY", "zip": "10001-1234", "city": "New York", "country": "US"},
        tags={
            "Publisher:Id": "p-9",
            "Publisher:SubId": "s-1",
            "Publisher:Name": "Ann",
            "visit:user_agent": "Mozilla",
            "visit:ip": "203.0.113.7",
            "visit:session": "v-1",
            "visit:referrer": "https://a.example/",
            "Demographics:Age": "44",
            "Integration:googleClickId": "g-1",
            "user:gclid": "g-2",
        },
    )
    assert isinstance(won, AuctionWon)

    async def noticed() -> bool | None:
        return bool(stage.bidders.asked("/win")) or None

    await eventually(noticed)
    (heard,) = stage.bidders.asked("/all")
    told = dict(zip(macros, (value for (value,) in orjson.loads(heard.body)), strict=True))
    assert {macro for macro, value in told.items() if not value} == EMPTY
    assert told["[tag:Address:Zip 5]"] == "10001"
    assert told["[tag:InboundNumber:AreaCode]"] == "212"
    assert told["[tag:Target:Name]"] == "all"
    assert told["{campaignId}"] == "ab" * 16
    assert heard.method == "PATCH"
    assert f"z=10001-1234&i={told['{requestId}']}" in heard.target
    said = [str(one) for one in stage.bidders.heard] + [str(won.sip_headers)]
    ours = (stage.account_id, stage.campaign_id, router.id, won.auction_id)
    for inner in map(str, ours):
        assert not [text for text in said if inner in text or inner.replace("-", "") in text]
