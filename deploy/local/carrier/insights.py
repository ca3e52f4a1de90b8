"""Twilio's Voice Insights, as far as calls are summarized by it."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deploy.local.carrier.ledger import Ledger
from deploy.local.carrier.resources import Denied


class Insights:
    """Answers for the calls of one account, if it has that feature."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def summary(self, request: Request, query: dict[str, str]) -> Response:
        """What was measured of a call; one that is not complete only to who asks for it."""
        if not self._ledger.insights:
            raise Denied(403, 20403, "Voice Insights Advanced Features are not active")
        sid = request.path_params["sid"]
        summary = self._ledger.summaries.get(sid)
        wanted = query.get("ProcessingState", "complete")
        if summary is None or wanted not in ("all", summary.get("processing_state")):
            raise Denied(404, 20404, f"The summary of {sid} was not found")
        return JSONResponse({"call_sid": sid, **summary})
