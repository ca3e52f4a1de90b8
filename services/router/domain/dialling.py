"""How a chosen candidate is dialled: its settings as verbs and words."""

from libs.contracts.call_settings import CallerIdPolicy, LegSettings
from libs.contracts.phone import E164, Destination, PhoneNumber
from libs.contracts.voice import Dial, DialRecording
from services.router.domain.candidate import Candidate
from services.router.domain.context import CallContext


def said_before(settings: LegSettings) -> tuple[str, ...]:
    """What the caller hears before it rings."""
    said = (settings.recording_notice if settings.recording else "", settings.connecting_message)
    return tuple(text for text in said if text)


def worded(settings: LegSettings, context: CallContext) -> LegSettings:
    """The settings with what a flow has said instead."""
    words = context.words.model_dump(exclude_none=True)
    return settings.model_copy(update=words) if words else settings


def dial_of(chosen: Candidate, context: CallContext, ring_seconds_left: int) -> Dial:
    """The leg to the chosen, ringing no longer than the caller's patience lasts."""
    settings = worded(chosen.settings, context)
    dial = dial_to(destination_of(chosen), settings, context, ring_seconds_left)
    if chosen.sold is None:
        return dial
    return dial.model_copy(update={"sip_headers": chosen.sold.sip_headers})


def dial_to(
    destination: Destination, settings: LegSettings, context: CallContext, ring_seconds_left: int
) -> Dial:
    """A leg to a destination, treated as the settings say."""
    assert settings.ring_seconds is not None, "the platform sets it"
    assert settings.limit_seconds is not None, "the platform sets it"
    return Dial(
        destination=destination,
        caller_id=_caller_id(settings, context),
        ring_seconds=min(settings.ring_seconds, ring_seconds_left),
        limit_seconds=settings.limit_seconds,
        recording=DialRecording.DUAL if settings.recording else DialRecording.NOT,
        whisper=settings.whisper or "",
        press_to_accept=bool(settings.press_to_accept),
        digits=settings.digits or "",
    )


def destination_of(chosen: Candidate) -> Destination:
    """Where a candidate's calls go."""
    if chosen.sold is not None:
        return chosen.sold.destination
    assert chosen.target is not None, "who is chosen is a target, or has won an auction"
    return chosen.target.destination


def _caller_id(settings: LegSettings, context: CallContext) -> PhoneNumber | None:
    policy = settings.caller_id
    assert policy is not None, "the platform sets it"
    match policy.policy:
        case CallerIdPolicy.PASSTHROUGH:
            return None
        case CallerIdPolicy.FIXED:
            return policy.number
        case CallerIdPolicy.DIALLED:
            return context.dialled if E164.fullmatch(context.dialled) else None
