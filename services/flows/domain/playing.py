"""A played call: a script in the place of the caller, the router and everybody outside.

The clock is virtual, and the engine is the one that real callers walk in.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from libs.contracts.calls import CallStatus, LegEnded
from libs.contracts.flow_looks import FlowStep
from libs.contracts.flow_simulation import (
    Does,
    FlowScript,
    FlowSimulated,
    PlayedInput,
    PlayedLeg,
    SimulatedTurn,
)
from libs.contracts.flows import Keyed, LegOver, Recorded
from libs.contracts.ids import AccountId, CallId, FlowId
from libs.contracts.phone import PhoneDestination
from libs.contracts.routing import Close, DialNext, RouteReason, Stop
from libs.contracts.voice import Dial, Gather, Pause, Play, Record, Say, Verb
from services.flows.domain.engine import Turn, Walk
from services.flows.domain.flow import Flow
from services.flows.domain.moves import (
    Answered,
    Buyer,
    HttpCall,
    Rotation,
    Standings,
    Stuck,
    Wanted,
)
from services.flows.domain.session import Session

A_MONDAY = datetime(2030, 1, 7, 15, tzinfo=UTC)
WORDS_A_SECOND = 2.5
AUDIO_SECONDS = 8.0
REACTION_SECONDS = 1.0  # what a caller takes to press a key
TURNS_MAX = 400  # more than the engine allows; a script that goes on is not ours to end
PLAYED = PhoneDestination(number="+15550100999")


@dataclass
class Played:
    """What is left of a script, and the clock."""

    script: FlowScript
    now: datetime
    inputs: Iterator[PlayedInput] = field(init=False)
    legs: Iterator[PlayedLeg] = field(init=False)
    ringing: PlayedLeg | None = None
    turns: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.inputs, self.legs = iter(self.script.inputs), iter(self.script.legs)

    def passes(self, seconds: float) -> None:
        """Let time go by."""
        self.now += timedelta(seconds=seconds)


def session_of(
    flow: Flow, version: int, script: FlowScript, account_id: AccountId, now: datetime
) -> Session:
    """A played caller at the start of a flow."""
    return Session(
        call_id=CallId(UUID(int=script.seed + 1)),
        account_id=account_id,
        flow_id=FlowId(flow.id),
        version=version,
        flow_name=flow.name,
        campaign_name="the campaign",
        caller=script.caller,
        dialled=script.dialled,
        geography=script.geography,
        seed=script.seed,
        started_at=now,
        node=flow.start,
        entered_at=now,
        tags=script.tags,
        given=script.tags,
    )


def answer(wanted: Wanted, walk: Walk, played: Played) -> Answered | None:
    """What the script answers; None: code, which is really run."""
    match wanted:
        case Buyer():
            return _buyer(wanted, walk.session, played)
        case HttpCall():
            return _fetched(walk.session, played)
        case Rotation():
            return _turn_of(walk.session, played)
        case Stuck():  # nobody was there before but this very call
            place = walk.session.place_of(walk.session.node)
            return Answered(value=walk.session.branches.get(place))
        case Standings():
            return Answered(value={})
        case _:
            return None


def _fetched(session: Session, played: Played) -> Answered:
    given = played.script.answers.get(session.node)
    if given is None or given.status == 0:
        return Answered(failed="no answer in time")
    return Answered(value=[given.status, given.body])


def _turn_of(session: Session, played: Played) -> Answered:
    place = session.place_of(session.node)
    played.turns[place] = played.turns.get(place, -1) + 1
    return Answered(value=played.turns[place])


def _buyer(wanted: Buyer, session: Session, played: Played) -> Answered:
    about = {"account_id": session.account_id, "step": session.step}
    outcome: DialNext | Close | Stop
    leg = None
    if wanted.ended is not None and wanted.ended.connected:
        outcome = Stop(**about, reason=RouteReason.CONVERSATION_OVER)
        return Answered(value=outcome.model_dump(mode="json"))
    leg = next(played.legs, PlayedLeg(does=Does.NOBODY))
    if leg.does is Does.NOBODY:
        outcome = Close(**about, say="", reason=RouteReason.NOBODY_ELIGIBLE)
    else:
        plan = wanted.plan
        dial = Dial(
            destination=PLAYED,
            ring_seconds=(plan.ring_seconds if plan else None) or 25,
            whisper=(plan.whisper if plan else None) or "",
        )
        said = (plan.connecting_message if plan else None) or ""
        outcome = DialNext(**about, dial=dial, say=(said,) if said else ())
        played.ringing = leg
    return Answered(value=outcome.model_dump(mode="json"))


def heard_next(turn: Turn, played: Played) -> Keyed | Recorded | LegOver | None:
    """What the caller does after a turn; None: she hangs up."""
    for verb in turn.walk.said:
        played.passes(_lasts(verb))
    last = turn.walk.said[-1]
    if isinstance(last, Dial):
        return _leg_over(turn.session, played)
    done = next(played.inputs, PlayedInput())
    if done.hang_up:
        return None
    if isinstance(last, Record):
        seconds = min(done.message_seconds, last.seconds_max)
        played.passes(seconds + last.silence_seconds)
        return Recorded(seconds=seconds)
    return _keyed(last, done, played)


def _keyed(asked: Verb, done: PlayedInput, played: Played) -> Keyed:
    """Keys up to the one that finishes, and no more than are asked for."""
    assert isinstance(asked, Gather), "a caller is asked for nothing else"
    digits = ""
    for key in done.digits if asked.digits else "":
        if key == asked.finish_on_key or len(digits) == asked.digits_max:
            break
        digits += key
    speech = done.speech if asked.speech and not digits else ""
    silent = not digits and not speech
    played.passes(asked.timeout_seconds if silent else REACTION_SECONDS)
    return Keyed(digits=digits, speech=speech)


def _leg_over(session: Session, played: Played) -> LegOver:
    leg, played.ringing = played.ringing, None
    assert leg is not None, "who is dialled was played before"
    answers = leg.does is Does.ANSWERS
    played.passes(leg.ring_seconds + (leg.talk_seconds if answers else 0))
    status = {
        Does.ANSWERS: CallStatus.COMPLETED,
        Does.BUSY: CallStatus.BUSY,
        Does.NO_ANSWER: CallStatus.NO_ANSWER,
        Does.FAILED: CallStatus.FAILED,
    }[leg.does]
    return LegOver(
        ended=LegEnded(
            call_id=session.call_id,
            account_id=session.account_id,
            step=session.step,
            at=played.now,
            seen_at=played.now,
            status=status,
            bridged=answers,
            seconds=leg.talk_seconds if answers else 0,
            caller_gone=leg.caller_hangs_up,
        )
    )


def _lasts(verb: Verb) -> float:
    """About how long a verb takes; what ends a turn is timed by what is done then."""
    match verb:
        case Say():
            return max(1.0, len(verb.text.split()) / WORDS_A_SECOND)
        case Play():
            return AUDIO_SECONDS * max(1, verb.loop)
        case Pause():
            return float(verb.seconds)
        case Gather():
            return sum(_lasts(prompt) for prompt in verb.prompts)
        case _:
            return 0.0


def told(turn: Turn, at: datetime) -> SimulatedTurn:
    """A turn as it is shown."""
    steps = tuple(
        FlowStep(**{name: getattr(step, name) for name in FlowStep.model_fields})
        for step in turn.walk.steps
    )
    return SimulatedTurn(
        at=at,
        heard=next((step.heard for step in steps if step.heard), ""),
        verbs=turn.shown,
        steps=steps,
        tags=turn.session.shown_tags,
    )


def simulated(
    script: FlowScript, turns: list[SimulatedTurn], last: Turn, began: datetime, ended: datetime
) -> FlowSimulated:
    """A whole played call, and what its test had expected otherwise."""
    finished = last.left or last.session.finished or "the caller hung up"
    whole = FlowSimulated(
        name=script.name,
        turns=tuple(turns),
        finished=finished,
        left=bool(last.left),
        seconds=(ended - began).total_seconds(),
    )
    return whole.model_copy(update={"differences": tuple(differences(script, whole))})


def differences(script: FlowScript, came: FlowSimulated) -> Iterator[str]:
    """What a test expected otherwise."""
    expects = script.expects
    ports = tuple(f"{step.node} {step.port}".strip() for turn in came.turns for step in turn.steps)
    if expects.ports is not None and expects.ports != ports:
        yield f"the way was {', '.join(ports)}; expected: {', '.join(expects.ports)}"
    heard = " ".join(words for turn in came.turns for words in spoken(turn.verbs))
    for words in expects.heard:
        if words not in heard:
            yield f"never heard: {words}"
    if expects.finished is not None and expects.finished not in came.finished:
        yield f"it ended as {came.finished}; expected: {expects.finished}"
    tags = came.turns[-1].tags if came.turns else {}
    for name, value in expects.tags.items():
        if tags.get(name) != value:
            yield f"the tag {name} was {tags.get(name, 'not set')}; expected: {value}"


def spoken(verbs: tuple[Verb, ...]) -> Iterator[str]:
    """What a caller hears of verbs, in words."""
    for verb in verbs:
        match verb:
            case Say():
                yield verb.text
            case Play():
                yield verb.url
            case Gather():
                yield from spoken(verb.prompts)
            case _:
                pass
