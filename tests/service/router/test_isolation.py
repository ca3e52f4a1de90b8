"""To one account everything of another behaves as if it did not exist."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from libs.contracts.agent_calls import CallNotes, ListAgentCalls, ReportAgentTimes, WrapUp
from libs.contracts.agent_states import (
    AgentState,
    GetAgent,
    ListAgents,
    ListAgentStates,
    SetAgentState,
)
from libs.contracts.bulk import (
    AccountConfiguration,
    AddNumbers,
    ExportConfiguration,
    ImportConfiguration,
)
from libs.contracts.catalogue import QUESTIONS, owner_of
from libs.contracts.configuration import Campaign, CampaignStatus, Carrier, Defaults, Target
from libs.contracts.editing import Edit, GetConfiguration, ListConfiguration, Noun, Retire
from libs.contracts.explaining import ExplainCall, ReplayDecision
from libs.contracts.fallback import AskFallbackPlans
from libs.contracts.finding import (
    DetachRtb,
    FindAffected,
    FindAuctioned,
    FindCampaign,
    FindFlowed,
    WhoseRtbId,
)
from libs.contracts.flow_routing import FindBuyer
from libs.contracts.known_numbers import AskNumbers
from libs.contracts.message import Document, Question
from libs.contracts.numbers import (
    BuyNumbers,
    CheckNumbers,
    GetPurchase,
    ImportNumbers,
    ListOwnedNumbers,
    ListPurchases,
    ReleaseNumber,
    SearchNumbers,
)
from libs.contracts.party_numbers import ListPartyNumbers, TakePartyNumber
from libs.contracts.party_targets import GetPartyTarget, ListPartyTargets, SetPartyTarget
from libs.contracts.portals import Viewer
from libs.contracts.quoting import Pricing, QuoteCall, Quotes, Unquoted
from libs.contracts.rehearsing import Rehearse
from libs.contracts.routing import AdmitCall, AskWhisper, ContinueCall, RouteReason
from libs.contracts.sweeping import EraseRouterCaller, ResealRouter
from libs.contracts.worth import PartyKind
from tests.kit.hosting import ACCOUNT_SID, TESTER
from tests.service.router.keys import key_of
from tests.service.router.stage import (
    NUMBER,
    SAVES,
    Call,
    Stage,
    a_buyer,
    a_campaign,
    a_draft,
    a_group,
    a_number,
    a_pool,
    a_target,
    close,
    dial,
)

OF_NO_ACCOUNT = {AdmitCall, AskFallbackPlans, AskNumbers, WhoseRtbId, ResealRouter}
"""Asked for all accounts: by services, which serve every account's callers and visitors, and by
the platform's own operators."""


# The first two are tried in test_auctions: whoever has no plan with a router changes none;
# FindFlowed in test_flows.
EMPTY = {FindAuctioned, DetachRtb, FindFlowed, ListConfiguration, ExportConfiguration}
EMPTY |= {ListPurchases, CheckNumbers, ListAgents, ListPartyTargets, EraseRouterCaller}


class Stranger:
    """Another account, which knows all our ids, and is refused whatever it asks."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.account_id = stage.other_account
        self.asked: set[type[Question]] = set()

    async def refused(self, question: Question) -> str:
        self.asked.add(type(question))
        return (await self._stage.refusal(question)).code

    async def save_refused(self, document: Document, version: int | None = None) -> str:
        them = {"account_id": self.account_id}
        return await self.refused(self._stage.edit(document, version=version, **them))


async def test_another_accounts_things_do_not_exist(stage: Stage) -> None:
    buyer = a_buyer()
    target = a_target(buyer, agent={"person_id": uuid4(), "calls_at_once": 9})
    campaign = a_draft(target)
    pool = a_pool(campaign_id=campaign.id)
    ours: dict[Noun, Document] = {
        Noun.BUYER: buyer,
        Noun.TARGET: target,
        Noun.CAMPAIGN: campaign,
        Noun.POOL: pool,
        Noun.NUMBER: a_number(campaign_id=campaign.id),
        Noun.CARRIER: Carrier(account_sid="AC" + "5" * 32, token="token"),
        Noun.GROUP: a_group(target),
        Noun.DEFAULTS: Defaults(block_anonymous=False),
    }
    versions = {noun: await stage.save(document) for noun, document in ours.items()}
    sells = {"status": CampaignStatus.ACTIVE, "rtb_enabled": True, "quotes": Quotes()}
    active = campaign.model_copy(update=sells)
    versions[Noun.CAMPAIGN] = await stage.save(active, version=versions[Noun.CAMPAIGN])
    stranger = Stranger(stage)
    await what_is_ours_is_not_found(stage, stranger, campaign)
    await no_number_is_to_be_had(stage, stranger, campaign, ours[Noun.NUMBER])
    await no_agent_is_there(stage, stranger, target)
    await no_party_has_our_targets(stage, stranger, target)
    await no_call_exists(stage, stranger)
    for noun, document in ours.items():
        assert (await stage.page(noun, stranger.account_id)).rows == ()
        assert await stranger.save_refused(document, versions[noun]) == "stale"
        retire = Retire(
            account_id=stranger.account_id,
            actor=TESTER,
            noun=noun,
            key=key_of(stage, document),
            expected_version=versions[noun],
        )
        assert await stranger.refused(retire) == "not_found"
        get = GetConfiguration(account_id=stranger.account_id, noun=noun, key=retire.key)
        assert await stranger.refused(get) == "not_found"
        affected = FindAffected(account_id=stranger.account_id, noun=noun, key=retire.key)
        assert await stranger.refused(affected) == "not_found"
        mine = get.model_copy(update={"account_id": stage.account_id})
        assert (await stage.ask(mine)).row.version == versions[noun]
    for pointing in (
        a_target(buyer),
        a_campaign(target),
        a_group(target),
        a_group(parent_id=ours[Noun.GROUP].id),  # type: ignore[attr-defined]
        a_pool(campaign_id=campaign.id),
        a_number("+18005550101", campaign_id=campaign.id),
        a_number("+18005550102", pool_id=pool.id),
    ):
        assert await stranger.save_refused(pointing) == "points_nowhere"

    every = {one for subject, one in QUESTIONS.items() if subject.startswith("ask.router.")}
    assert every == stranger.asked | {*EMPTY, *OF_NO_ACCOUNT}, "a question is missing"
    for noun in Noun:
        assert [row.version for row in (await stage.page(noun)).rows] == [versions[noun]]


async def what_is_ours_is_not_found(stage: Stage, stranger: Stranger, ours: Campaign) -> None:
    them = {"account_id": stranger.account_id}
    mine = GetConfiguration(account_id=stage.account_id, noun=Noun.CAMPAIGN, key=str(ours.id))
    rtb_id = (await stage.ask(mine)).row.document["rtb_id"]
    assert await stranger.refused(FindCampaign(**them, rtb_id=rtb_id)) == "not_found"
    assert await stranger.refused(Rehearse(**them, campaign_id=ours.id)) == "points_nowhere"
    assert await stranger.refused(Rehearse(**them, campaign=ours)) == "points_nowhere"
    rehearsed = await stage.ask(Rehearse(**them, dialled=NUMBER))
    assert rehearsed.decision.reason is RouteReason.UNKNOWN_NUMBER
    exported = await stage.ask(ExportConfiguration(**them))
    assert (exported.version, exported.configuration.size) == (0, 0)
    erased = await stage.ask(EraseRouterCaller(**them, number=NUMBER, instead="+999000000000001"))
    assert (erased.rows, erased.at) == ({}, None)

    edit = {**them, "actor": TESTER}
    numbers = {"account_sid": ACCOUNT_SID, "numbers": ("+18005550177",)}
    add = AddNumbers(**edit, **numbers, campaign_id=ours.id)
    assert await stranger.refused(add) == "points_nowhere"
    pointing = AccountConfiguration(pools=(a_pool(campaign_id=ours.id),))
    take = ImportConfiguration(**edit, configuration=pointing)
    assert await stranger.refused(take) == "points_nowhere"


async def no_number_is_to_be_had(
    stage: Stage, stranger: Stranger, campaign: Campaign, number: Document
) -> None:
    them, carrier = {"account_id": stranger.account_id}, {"account_sid": "AC" + "5" * 32}
    edit, order = {**them, "actor": TESTER}, {"numbers": ("+18005550178",)}
    assert (
        await stranger.refused(BuyNumbers(**edit, **order, id=uuid4(), campaign_id=campaign.id))
        == "points_nowhere"
    )
    mine = BuyNumbers(account_id=stage.account_id, actor=TESTER, id=uuid4(), **order)
    await stage.ask(mine)
    assert await stranger.refused(GetPurchase(**them, id=mine.id)) == "not_found"
    assert (await stage.ask(ListPurchases(**them))).purchases == ()
    assert await stranger.refused(ListOwnedNumbers(**them, **carrier)) == "not_ours"
    assert await stranger.refused(ImportNumbers(**edit, **carrier, **order)) == "not_ours"
    # Whose credentials a search uses is tried with an ingress, in test_numbers.
    assert await stranger.refused(SearchNumbers(**them, **carrier)) == "unavailable"
    number_id = number.id  # type: ignore[attr-defined] # a number has one
    leaving = ReleaseNumber(**edit, number_id=number_id, expected_version=1)
    assert await stranger.refused(leaving) == "not_found"
    assert (await stage.ask(CheckNumbers(**them))).total == 0


async def no_party_has_our_targets(stage: Stage, stranger: Stranger, target: Target) -> None:
    buyer = Viewer(kind=PartyKind.BUYER, id=target.buyer_id)
    them, hers = {"account_id": stranger.account_id, "viewer": buyer}, {"target_id": target.id}
    assert (await stage.ask(ListPartyTargets(**them))).targets == ()
    assert await stranger.refused(GetPartyTarget(**them, **hers)) == "not_found"
    pause = SetPartyTarget(**them, **hers, actor=TESTER, expected_version=1, paused=True)
    assert await stranger.refused(pause) == "not_found"
    assert await stranger.refused(ListPartyNumbers(**them)) == "not_found"
    take = TakePartyNumber(**them, actor=TESTER, pool_id=uuid4())
    assert await stranger.refused(take) == "not_found"


async def no_agent_is_there(stage: Stage, stranger: Stranger, target: Target) -> None:
    them = {"account_id": stranger.account_id}
    her, edit = {"agent_id": target.id}, {"actor": TESTER}
    there = {"state": AgentState.AVAILABLE}
    mine = {"account_id": stage.account_id}
    await stage.ask(SetAgentState(**mine, **edit, **her, **there))
    assert target.agent is not None
    since, call = datetime(2026, 11, 1, tzinfo=UTC), {"call_id": uuid4(), "step": 0}
    for question in (
        SetAgentState(**them, **edit, **her, state=AgentState.OFFLINE),
        GetAgent(**them, **her),
        GetAgent(**them, person_id=target.agent.person_id),
        ListAgentStates(**them, **her),
        ListAgentCalls(**them, **her),
        WrapUp(**them, **edit, **her, **call, notes=CallNotes()),
        ReportAgentTimes(**them, **her, since=since, until=since + timedelta(days=1)),
    ):
        assert await stranger.refused(question) == "not_found"
    assert (await stage.ask(ListAgents(**them))).agents == ()
    (agent,) = (await stage.ask(ListAgents(**mine))).agents
    assert agent.state is AgentState.AVAILABLE


async def no_call_exists(stage: Stage, stranger: Stranger) -> None:
    call = Call()
    first = dial(await stage.ask(call.admit()))
    them = {"account_id": stranger.account_id}
    about = {**them, "call_id": call.call_id}

    ended = call.leg_ended(first).model_copy(update=them)
    for question in (
        ContinueCall(ended=ended),
        ExplainCall(**about),
        ReplayDecision(**about, step=0),
        AskWhisper(**about, step=0),
        FindBuyer(**about, step=1),
    ):
        assert await stranger.refused(question) == "not_found"

    (campaign,) = (await stage.page(Noun.CAMPAIGN)).rows
    ping = QuoteCall(
        account_id=stage.account_id,
        campaign_id=campaign.document["id"],
        quote_id=uuid4(),
        caller=call.caller,
        pricing=Pricing(),
    )
    assert (await stage.ask(ping)).why is Unquoted.UNPROFITABLE
    stranger.asked.add(QuoteCall)
    answer = await stage.ask(ping.model_copy(update={**them, "quote_id": uuid4()}))
    assert (answer.why, answer.reason) == (
        Unquoted.TURNED_AWAY,
        RouteReason.NUMBER_WITHOUT_CAMPAIGN,
    )

    at_another_carrier = Call(account_sid="AC" + "9" * 32)
    answer = close(await stage.ask(at_another_carrier.admit()))
    assert answer.reason is RouteReason.NUMBER_OF_ANOTHER_CARRIER
    assert answer.account_id != stage.account_id


async def test_the_same_id_in_two_accounts_is_two_things(stage: Stage) -> None:
    buyer = await stage.buyer(name="ours")
    target = await stage.target(buyer, concurrency_cap=1)
    await stage.campaign(target)
    number = "+18005550101"
    theirs: list[Document] = [
        buyer.model_copy(update={"name": "theirs"}),
        target,
        campaign := a_campaign(target),
        a_number(number, campaign_id=campaign.id),
    ]
    await stage.bring_in(*theirs, account_id=stage.other_account)

    dial(await stage.ask(Call().admit()))
    call = Call(dialled=number)
    dial(await stage.ask(call.admit()))

    (step,) = await stage.explained(call, stage.other_account)
    assert step.candidates[0].buyer_name == "theirs"
    assert step.candidates[0].seen == "0 at once, 0 today"
    assert close(await stage.ask(Call().admit())).reason is RouteReason.ALL_CAPPED


def test_every_edit_is_of_an_account() -> None:
    ours = [one for one in QUESTIONS.values() if owner_of(one.subject) == "router"]
    edits = [one for one in ours if issubclass(one, Edit)]
    assert len(edits) == len(SAVES) + 2  # and Retire and DetachRtb
    every: list[type[Question]] = [*edits, AddNumbers, ImportConfiguration]
    assert all(one.model_fields["account_id"].is_required() for one in every)
