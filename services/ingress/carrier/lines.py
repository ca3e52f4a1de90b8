"""A caller's line while it lasts: hung up, given another document, its recording paused."""

from twilio.base.exceptions import TwilioRestException

from libs.contracts.carrier_numbers import CarrierAccount
from libs.contracts.controlling import Control
from libs.contracts.ids import Sid
from libs.runtime.answers import Declined
from libs.runtime.deadline import Deadline
from services.ingress.carrier.access import Access

CURRENT = "Twilio.CURRENT"  # the recording that runs, whatever it is called
WRONG_STATE, NOT_THERE = 21220, 20404  # the carrier's error numbers

_ORDERS = {
    Control.HANG_UP: {"status": "completed"},
    # Silence in its place: what follows stays where the conversation had it.
    Control.PAUSE_RECORDING: {"status": "paused", "pause_behavior": "silence"},
    Control.RESUME_RECORDING: {"status": "in-progress"},
}
_OF_RECORDING = (Control.PAUSE_RECORDING, Control.RESUME_RECORDING)


class CarrierLines:
    """Live lines, at the carrier's REST API."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def control(
        self, account_sid: Sid, call_sid: Sid, control: Control, twiml: str, deadline: Deadline
    ) -> None:
        """Have the carrier do it; `twiml` is where a transfer goes on.  Raise Declined."""
        account = CarrierAccount(account_sid=account_sid)
        async with self._access.client(account, deadline) as client:
            line = client.calls(call_sid)
            thing = line.recordings(CURRENT) if control in _OF_RECORDING else line
            order = {"twiml": twiml} if control is Control.TRANSFER else _ORDERS[control]
            try:
                await thing.update_async(**order)
            except TwilioRestException as no:
                if no.code not in (WRONG_STATE, NOT_THERE):
                    raise
                raise _too_late(control) from no


def _too_late(control: Control) -> Declined:
    if control in _OF_RECORDING:
        return Declined("not_recording", "the call has no recording that could be so turned now")
    return Declined("not_live", "the carrier says that the call is over")
