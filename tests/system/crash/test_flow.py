"""Every process is killed between two turns of a caller in a flow: her call goes on."""

import asyncio
import re
from contextlib import AsyncExitStack
from html import unescape
from pathlib import Path
from uuid import uuid4

import httpx

from deploy.local.bidders import PlayedBidders, bids
from deploy.local.carrier.signature import sign
from libs.contracts.bidding import RtbMember, RtbRouter, RtbTarget
from libs.contracts.bidding_edits import SaveRtbRouter, SaveRtbTarget
from libs.contracts.bulk import AccountConfiguration, ImportConfiguration
from libs.contracts.configuration import Assignment, Campaign, CampaignStatus, Number
from libs.contracts.editing import Saved
from libs.contracts.flow_edits import PublishFlow, SaveFlow
from libs.contracts.flow_looks import FlowWalk, GetFlowWalk
from libs.contracts.ids import AccountId, FlowId, RtbRouterId, RtbTargetId, call_id_of
from libs.runtime.ask import Ask
from libs.runtime.deadline import Deadline
from tests.kit.hosting import TESTER, eventually
from tests.kit.processes import Processes
from tests.system.crash.test_rtb import connected
from tests.system.test_flows import ALWAYS, wired

ACCOUNT_SID, TOKEN, CALL_SID = "AC" + "4" * 32, "a token of the crash tests", "CA" + "7" * 32
NUMBER, BIDDER = "+18005550100", "+15550100031"
SERVICES = ("router", "rtb", "flows", "ingress")
FLOW = {
    "start": "menu",
    "nodes": [
        {
            "type": "menu",
            "id": "menu",
            "prompt": {"text": "Press 1."},
            "options": [{"key": "1"}],
        },
        {"type": "hours", "id": "hours", "schedule": ALWAYS},
        {"type": "splitter", "id": "ab", "branches": [{"name": "all", "share": 100}]},
        {
            "type": "gather",
            "id": "zip",
            "prompt": {"text": "Your ZIP code?"},
            "tag": "gathered:zip",
            "digits_max": 5,
        },
        {
            "type": "code",
            "id": "logic",
            "routes": ["sold"],
            "source": "return {route: 'sold', data: {seen: 'yes'}};",
        },
        {"type": "router", "id": "desk"},
        {"type": "voicemail", "id": "vm", "prompt": {"text": "Leave a message."}},
    ],
    "edges": wired(
        "menu 1 hours",
        "hours open ab",
        "ab all zip",
        "zip done logic",
        "logic sold desk",
        "desk no_answer vm",
        "desk no_buyer vm",
    ),
}


class Caller:
    """One caller's line, played webhook by webhook; it goes on at the address she was given."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._form = {
            "AccountSid": ACCOUNT_SID,
            "CallSid": CALL_SID,
            "From": "+12125550123",
            "To": NUMBER,
            "CallStatus": "in-progress",
        }

    async def goes_on(self, heard: str, **more: str) -> str:
        """Come back from what was heard, having done something."""
        found = re.search(r'action="([^"]+)"', heard)
        assert found is not None, heard
        return await self.post(unescape(found[1]).removeprefix(self._base), **more)

    async def post(self, path: str, **more: str) -> str:
        """What is answered, which is never an error."""
        url, form = self._base + path, {**self._form, **more}
        headers = {"X-Twilio-Signature": sign(TOKEN, url, form)}
        async with httpx.AsyncClient(timeout=10) as http:
            answer = await http.post(url, data=form, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text


async def configure(ask: Ask, account_id: AccountId, endpoint: str) -> None:
    """A campaign whose flow sells by auction."""
    edit = {"account_id": account_id, "actor": TESTER}
    bidder = RtbTarget(
        id=RtbTargetId(uuid4()), name="Bidder", company="Acme", endpoint=f"{endpoint}/bid"
    )
    ring = RtbRouter(
        id=RtbRouterId(uuid4()), name="Ring", members=(RtbMember(target_id=bidder.id),)
    )
    flow_id = FlowId(uuid4())
    campaign = Campaign(
        id=uuid4(),
        name="Roofing",
        status=CampaignStatus.ACTIVE,
        rtb_enabled=True,
        flow_id=flow_id,
        assignments=(Assignment(rtb_router_id=ring.id),),
    )
    line = Number(id=uuid4(), number=NUMBER, account_sid=ACCOUNT_SID, campaign_id=campaign.id)
    configuration = AccountConfiguration(campaigns=(campaign,), numbers=(line,))

    async def asked(question: object) -> Saved:
        answer: Saved = await ask(question, Deadline.within(10_000))  # type: ignore[arg-type]
        return answer

    await asked(SaveRtbTarget(**edit, document=bidder))
    await asked(SaveRtbRouter(**edit, document=ring))
    document = {"id": str(flow_id), "name": "Front desk", **FLOW}
    draft = await asked(SaveFlow(**edit, document=document))
    await asked(PublishFlow(**edit, flow_id=flow_id, expected_version=draft.version))
    await asked(ImportConfiguration(**edit, configuration=configuration))


async def test_a_call_goes_on_whatever_is_killed_between_its_turns(tmp_path: Path) -> None:
    settings = {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_BASE_URL": "http://127.0.0.1:1",
        "SESSION_SECRET": "a secret of the crash tests",
        "RTB_ALLOW_PRIVATE_ADDRESSES": "true",
        "FLOWS_SANDBOX_WORKERS": "2",
    }
    async with AsyncExitStack() as stack:
        bidders = PlayedBidders({"/bid": bids(9)})
        await bidders.start()
        stack.push_async_callback(bidders.stop)
        processes = Processes(tmp_path, settings, stack)
        await processes.open()
        services = {name: processes.service(name) for name in SERVICES}
        base = services["ingress"].environment["INGRESS_PUBLIC_BASE_URL"] = services["ingress"].url

        async def restart(*names: str) -> None:
            for name in names:
                if services[name].child is not None:
                    await asyncio.to_thread(services[name].kill)
                services[name].start()
            await asyncio.gather(*(services[name].ready() for name in names))

        await restart(*SERVICES)
        ask = await processes.ask()
        await eventually(lambda: connected(ask))
        account_id = AccountId(uuid4())
        await configure(ask, account_id, bidders.url)
        caller = Caller(base)

        menu = await caller.post("/api/webhooks/voice")
        assert "Press 1." in menu
        for server in (processes.nats, processes.postgres):
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        await restart(*SERVICES)
        question = await caller.goes_on(menu, Digits="1")
        assert "Your ZIP code?" in question
        await restart("flows")
        sold = await caller.goes_on(question, Digits="10001")
        assert BIDDER in sold
        assert await caller.goes_on(question, Digits="10001") == sold
        busy = {"DialCallStatus": "no-answer", "DialBridged": "false"}
        message = await caller.goes_on(sold, **busy)
        assert "Leave a message." in message
        over = await caller.goes_on(message, RecordingSid="RE1", RecordingDuration="7")
        assert "<Hangup/>" in over

        await the_whole_way(ask, account_id)


async def the_whole_way(ask: Ask, account_id: AccountId) -> None:
    about = {"account_id": account_id, "call_id": call_id_of(ACCOUNT_SID, CALL_SID)}
    walk = await ask(GetFlowWalk(**about), Deadline.within(10_000))
    assert isinstance(walk, FlowWalk)
    assert [(step.node, step.port) for step in walk.steps] == [
        ("menu", "1"),
        ("hours", "open"),
        ("ab", "all"),
        ("zip", "done"),
        ("logic", "sold"),
        ("desk", "no_answer"),
        ("vm", "recorded"),
    ]
