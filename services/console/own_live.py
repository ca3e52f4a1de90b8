"""What happens to an agent and her calls, as it happens: a stream for who may see no other."""

from collections.abc import Iterable

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.console.auth import Guard, Guarded, Who, needs
from services.console.domain.access import Principal, Right, Rule
from services.console.live import STREAM, Happened, Start, stream
from services.console.problems import Problem
from services.console.routes.agents import me
from services.console.routes.asking import ERRORS

CALLS_MAX = 100  # whose events one agent still hears; she has few at once
RULE = Rule(Right.SELF)


class OwnEar:
    """Hears what concerns one agent: what is said of her, and of calls that were sent to her.

    She is told that something happened, not what: money and buyers are not hers to see.
    """

    def __init__(self, agent_id: str, call_ids: Iterable[str]) -> None:
        self._agent_id = agent_id
        self._calls = dict.fromkeys(call_ids)

    def __call__(self, event: Happened) -> bytes | None:
        """Her frame of an event, or None."""
        hers = event.agent_id == self._agent_id
        if not hers and event.call_id not in self._calls:
            return None
        if hers and event.call_id is not None:
            self._calls[event.call_id] = None
            while len(self._calls) > CALLS_MAX:
                del self._calls[next(iter(self._calls))]
        about = f'{{"call_id":"{event.call_id}"}}' if event.call_id else "{}"
        return f"id: {event.sequence}\nevent: {event.name}\ndata: {about}\n\n".encode()


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["agents"])


@router.get("/agents/me/live", openapi_extra=needs(RULE.right), **STREAM)
async def hear_my_calls(request: Request, who: Who, start: Start) -> Response:
    """That something happened to oneself or to one's calls: as `/live`, with nothing else."""
    guard: Guard = request.app.state.guard
    agent = await me(request, who)
    ear = OwnEar(str(agent.agent_id), (str(call.call_id) for call in agent.with_her))

    async def still() -> Principal | None:
        """She, while this agent is hers: another's calls are none of hers."""
        principal = await guard.principal(request)
        try:
            now = None if principal is None else await me(request, principal)
        except Problem as no:
            return None if no.status in {403, 404} else principal
        return principal if now is not None and now.agent_id == agent.agent_id else None

    return stream(
        request, lambda feed: feed.listen(who.account_id, start, still, ear=ear, rule=RULE)
    )
