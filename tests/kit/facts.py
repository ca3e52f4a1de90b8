"""Facts of a call for tests: every detail has a default, a test says only what matters to it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from libs.contracts.adjusting import CallAdjusted
from libs.contracts.calls import (
    CallArrived,
    CallEnded,
    CallFellBack,
    CallStatus,
    LegAccepted,
    LegAnswered,
    LegEnded,
    LegRinging,
    RecordingDeleted,
    RecordingReady,
    RecordingStatus,
    RecordingTranscribed,
    TranscriptStatus,
)
from libs.contracts.conversions import ConversionPosted
from libs.contracts.flows import FlowFinished, FlowMarked
from libs.contracts.ids import AccountId, BuyerId, CallId, CampaignId, TargetId
from libs.contracts.phone import Caller, CallerKind, PhoneDestination
from libs.contracts.quality import CallQualityKnown, Measured, QualityStatus
from libs.contracts.routing import CallRouted, RouteReason

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNT = AccountId(UUID("00000000-0000-7000-8000-00000000000a"))
CAMPAIGN = CampaignId(UUID("00000000-0000-7000-8000-00000000000c"))
BUYER = BuyerId(UUID("00000000-0000-7000-8000-00000000000b"))
TARGET = TargetId(UUID("00000000-0000-7000-8000-00000000000d"))
CALLER = Caller(kind=CallerKind.NUMBER, text="+12125550100")
FLOW = {"flow_id": UUID(int=9)}
DESTINATION = PhoneDestination(number="+13105550123")


class CallStory:
    """Tells the facts of one call, each a second later than the one before."""

    def __init__(
        self,
        account_id: AccountId | None = ACCOUNT,
        began_at: datetime = NOON,
        call_id: CallId | None = None,
    ) -> None:
        self.call_id = call_id or CallId(uuid4())
        self._account_id = account_id
        self._now = began_at

    def arrived(self, **more: Any) -> CallArrived:
        details = {
            "account_sid": "AC1",
            "call_sid": f"CA{self.call_id.hex}",
            "caller": CALLER,
            "dialled": "+18005550199",
            "account_id": None,  # it is the router who knows
        }
        return CallArrived(**self._facts(details | more))

    def routed(self, step: int = 0, **more: Any) -> CallRouted:
        details = {
            "step": step,
            "outcome": "dial",
            "reason": RouteReason.CHOSEN,
            "campaign_id": CAMPAIGN,
            "campaign_name": "Roofs",
            "target_id": TARGET,
            "target_name": "Front desk",
            "buyer_id": BUYER,
            "buyer_name": "Ann's",
            "destination": DESTINATION,
            "config_version": 1,
        }
        return CallRouted(**self._facts(details | more))

    def closed(self, step: int = 0, reason: RouteReason = RouteReason.NO_TARGET) -> CallRouted:
        return self._undialled(step, "close", reason)

    def stopped(self, step: int, reason: RouteReason) -> CallRouted:
        return self._undialled(step, "stop", reason)

    def fell_back(self, step: int = 0, **more: Any) -> CallFellBack:
        details = {"step": step, "dialled": DESTINATION, "reason": "no answer in time"}
        return CallFellBack(**self._facts(details | more))

    def ringing(self, step: int = 0, **more: Any) -> LegRinging:
        return LegRinging(**self._facts({"step": step, "leg_sid": f"CL{step}"} | more))

    def answered(self, step: int = 0, **more: Any) -> LegAnswered:
        return LegAnswered(**self._facts({"step": step, "leg_sid": f"CL{step}"} | more))

    def accepted(self, step: int = 0, **more: Any) -> LegAccepted:
        return LegAccepted(**self._facts({"step": step, "leg_sid": f"CL{step}"} | more))

    def leg_ended(
        self, step: int = 0, status: CallStatus = CallStatus.COMPLETED, **more: Any
    ) -> LegEnded:
        return LegEnded(**self._facts({"step": step, "status": status} | more))

    def ended(self, status: CallStatus = CallStatus.COMPLETED, **more: Any) -> CallEnded:
        return CallEnded(**self._facts({"status": status, "seconds": 60} | more))

    def recorded(
        self, status: RecordingStatus = RecordingStatus.COMPLETED, **more: Any
    ) -> RecordingReady:
        details = {"recording_sid": "RE1", "status": status, "seconds": 40}
        return RecordingReady(**self._facts(details | more))

    def marked(self, event: str, **more: Any) -> FlowMarked:
        return FlowMarked(**self._facts({**FLOW, "node": "mark", "event": event} | more))

    def flowed(self, **more: Any) -> FlowFinished:
        details = {**FLOW, "version": 1, "reason": "ended by the flow", "left": False}
        return FlowFinished(**self._facts(details | more))

    def transcribed(
        self, status: TranscriptStatus = TranscriptStatus.COMPLETED, **more: Any
    ) -> RecordingTranscribed:
        details = {"recording_sid": "RE1", "status": status, "text": "Please call me."}
        return RecordingTranscribed(**self._facts(details | more))

    def recording_deleted(self, **more: Any) -> RecordingDeleted:
        return RecordingDeleted(**self._facts({"recording_sid": "RE1"} | more))

    def quality_known(
        self, status: QualityStatus = QualityStatus.COMPLETE, **more: Any
    ) -> CallQualityKnown:
        details = {"status": status, "measured": Measured(jitter_ms=4.5, tags=("silence",))}
        return CallQualityKnown(**self._facts(details | more))

    def adjusted(self, **more: Any) -> CallAdjusted:
        details = {
            "sequence": 1,
            "kind": "revenue",
            "party": {"kind": "buyer", "id": str(BUYER), "name": "Ann's"},
            "money": {"amount": "-1"},
            "reason": "wrong number",
            "actor": {"name": "ann@example.com"},
        }
        return CallAdjusted(**self._facts(details | more))

    def posted(self, **more: Any) -> ConversionPosted:
        return ConversionPosted(**self._facts({"source": "a partner"} | more))

    def _undialled(self, step: int, outcome: str, reason: RouteReason) -> CallRouted:
        nobody = dict.fromkeys(("target_id", "buyer_id", "destination"))
        names = {"target_name": "", "buyer_name": ""}
        return self.routed(step, outcome=outcome, reason=reason, **nobody, **names)

    def _facts(self, details: dict[str, Any]) -> dict[str, Any]:
        self._now += timedelta(seconds=1)
        always = {
            "call_id": self.call_id,
            "account_id": self._account_id,
            "at": self._now,
            "seen_at": self._now,
        }
        return always | details
