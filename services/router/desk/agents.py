"""The agents' desk: who is there, and what she says of herself."""

from libs.contracts.agent_calls import (
    AgentCall,
    AllAgentTimes,
    ListAgentCalls,
    ReportAgentTimes,
    WrapUp,
)
from libs.contracts.agent_calls import AgentCalls as CallsShown
from libs.contracts.agent_states import (
    AgentAtWork,
    AgentsAtWork,
    GetAgent,
    ListAgents,
    ListAgentStates,
    SetAgentState,
    StatesTaken,
)
from libs.runtime.clock import Clock
from libs.runtime.outbox import Outbox
from services.router.store.agent_calls import AgentCalls
from services.router.store.agent_times import AgentTimesBook
from services.router.store.agents import Agents


class AgentsDesk:
    """Shows agents at work, and puts them into states."""

    def __init__(
        self,
        agents: Agents,
        calls: AgentCalls,
        times: AgentTimesBook,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._agents = agents
        self._calls = calls
        self._times = times
        self._outbox = outbox
        self._clock = clock

    async def put(self, question: SetAgentState) -> AgentAtWork:
        """Put an agent into a state; raise Missing."""
        announcement = await self._agents.put(question, self._clock.now())
        if announcement is not None:
            self._outbox.announce([announcement])
        return await self._agents.find(question.account_id, question.agent_id)

    async def find(self, question: GetAgent) -> AgentAtWork:
        """One agent; raise Missing."""
        return await self._agents.find(question.account_id, question.agent_id, question.person_id)

    async def page(self, question: ListAgents) -> AgentsAtWork:
        """A part of the account's agents."""
        found = await self._agents.page(question, question.limit + 1)
        shown = tuple(found[: question.limit])
        more = len(found) > question.limit
        return AgentsAtWork(agents=shown, cursor=shown[-1].agent_id if more else None)

    async def states(self, question: ListAgentStates) -> StatesTaken:
        """A part of an agent's log; raise Missing."""
        await self._agents.find(question.account_id, question.agent_id)
        found = await self._agents.states(
            question.account_id, question.agent_id, question.cursor, question.limit + 1
        )
        shown = tuple(found[: question.limit])
        more = len(found) > question.limit
        return StatesTaken(states=shown, cursor=shown[-1].at if more else None)

    async def wrap_up(self, question: WrapUp) -> AgentCall:
        """Keep what she says of a call; raise Missing, or OnCall."""
        return await self._calls.wrap_up(question, self._clock.now())

    async def calls(self, question: ListAgentCalls) -> CallsShown:
        """A part of an agent's calls; raise Missing."""
        await self._agents.find(question.account_id, question.agent_id)
        found = await self._calls.page(question, question.limit + 1)
        shown = tuple(found[: question.limit])
        more = len(found) > question.limit
        return CallsShown(calls=shown, cursor=shown[-1].offered_at if more else None)

    async def times(self, question: ReportAgentTimes) -> AllAgentTimes:
        """What agents did in a time; raise Missing for one who is not there."""
        if question.agent_id is not None:
            await self._agents.find(question.account_id, question.agent_id)
        found = await self._times.times(question, self._clock.now(), question.limit + 1)
        shown = tuple(found[: question.limit])
        more = len(found) > question.limit
        return AllAgentTimes(times=shown, cursor=shown[-1].agent_id if more else None)
