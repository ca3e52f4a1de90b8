"""What a call brings along and what holds for all of it: its number's word, and its last resort."""

from libs.contracts.call_settings import Recovery
from libs.contracts.calls import CallStatus
from libs.contracts.caps import Caps, Limit, Period
from libs.contracts.filters import TagFilter, TagTest
from libs.contracts.phone import PhoneDestination
from libs.contracts.routing import CallRouted, RouteReason, Stop
from libs.contracts.screening import DuplicateRule
from tests.service.router.played_tracking import PlayedTracking, a_publisher
from tests.service.router.stage import CLOSING, Call, Stage, a_campaign, a_number, close, dial

PLACE = PhoneDestination(number="+15550199999")
RADIO = TagFilter(tests=(TagTest(tag="source", operator="==", value="radio"),))


async def test_a_call_inherits_from_its_number_unless_it_knows_better(stage: Stage) -> None:
    buyer = await stage.buyer()
    radio = await stage.target(buyer, "+15550100001", filter=RADIO)
    other = await stage.target(buyer, "+15550100002", duplicates=DuplicateRule(scope="target"))
    campaign = a_campaign(radio, other)
    tracking, publisher, visited = PlayedTracking(), a_publisher(), a_publisher().id
    tracking.keep(stage.account_id, publisher)
    await tracking.open(stage.nats_url, stage.stack)
    sent_by = publisher.id
    number = a_number(
        campaign_id=campaign.id, publisher_id=sent_by, tags={"source": "radio", "city": "Yuma"}
    )
    await stage.bring_in(campaign, number)

    inherited, overridden = Call(), Call()
    first = dial(await stage.ask(inherited.admit()))
    better = overridden.admit(tags={"source": "mail"}, publisher_id=visited)
    second = dial(await stage.ask(better))

    assert first.dial.destination == radio.destination
    assert second.dial.destination == other.destination
    told = CallRouted.model_validate(await stage.routed(inherited))
    sender = {"publisher:id": str(sent_by), "publisher:name": publisher.name}
    own = {"source": "radio", "city": "Yuma"}
    assert (told.publisher_id, told.tags) == (sent_by, own | sender)
    assert (told.repeat, told.duplicate) == (False, False)
    told = CallRouted.model_validate(await stage.routed(overridden))
    assert (told.publisher_id, told.tags) == (visited, {"source": "mail", "city": "Yuma"})
    assert (told.repeat, told.duplicate) == (True, False), "she called a moment ago"


async def test_the_campaigns_own_place_is_dialled_without_a_hold_and_once(stage: Stage) -> None:
    once = Caps(limits=(Limit(period=Period.DAY, most=1),))
    target = await stage.target(await stage.buyer(), caps=once)
    await stage.campaign(target, fallback_destination=PLACE, recovery=Recovery(seconds=20))
    dial(await stage.ask(Call().admit()))
    call, patient = Call(), Call()

    sent_on = dial(await stage.ask(call.admit()))
    unanswered = close(await stage.ask(call.go_on(sent_on, CallStatus.NO_ANSWER, bridged=False)))
    spoken = dial(await stage.ask(patient.admit()))
    over = await stage.ask(patient.go_on(spoken, CallStatus.COMPLETED, bridged=True, seconds=3))

    assert sent_on.dial.destination == PLACE
    assert (unanswered.say, unanswered.reason) == (CLOSING, RouteReason.ALL_CAPPED)
    assert isinstance(over, Stop), "nobody pays for it, so nothing is recovered"
    assert len(await stage.held()) == 1
    told = [CallRouted.model_validate(one) for one in await stage.heard(CallRouted.subject, 4)]
    mine = next(one for one in told if (one.call_id, one.step) == (call.call_id, 0))
    assert (mine.outcome, mine.reason, mine.to_fallback) == ("dial", RouteReason.ALL_CAPPED, True)
    assert (mine.destination, mine.target_id) == (PLACE, None)
    steps = await stage.explained(call)
    assert [step.outcome for step in steps] == ["dial", "close"]
