"""Every refusal of the router's desks in the words of the contract."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel

from libs.contracts.agent_calls import ListAgentCalls, ReportAgentTimes, WrapUp
from libs.contracts.agent_states import GetAgent, ListAgentStates, SetAgentState
from libs.contracts.editing import Noun
from libs.contracts.message import Question
from libs.contracts.numbers import GetPurchase, ReleaseNumber
from libs.contracts.party_numbers import ListPartyNumbers, TakePartyNumber
from libs.contracts.party_targets import GetPartyTarget, ListPartyTargets, SetPartyTarget
from libs.runtime.answers import Declined, Handler
from libs.runtime.deadline import Deadline
from services.router.desk.editing import Unavailable
from services.router.domain.unfit import Unfit
from services.router.store.agent_calls import OnCall
from services.router.store.kept import InUse, Missing, Stale

_MISSING: dict[type[Question], str] = {
    GetPurchase: "purchase",
    ReleaseNumber: Noun.NUMBER,
    GetAgent: "agent",
    SetAgentState: "agent",
    ListAgentStates: "agent",
    ListAgentCalls: "agent",
    ReportAgentTimes: "agent",
    **dict.fromkeys((GetPartyTarget, SetPartyTarget, ListPartyTargets), "target"),
    **dict.fromkeys((ListPartyNumbers, TakePartyNumber), "publisher"),
    WrapUp: "call of an agent",
}


def doing(do: Callable[[Any], Awaitable[BaseModel]]) -> Handler:
    """A handler that only passes on to a desk."""

    async def answer(question: Any, _: Deadline) -> BaseModel:
        with refusing(question, ""):
            return await do(question)

    return answer


@contextmanager
def refusing(question: Question, path: str) -> Iterator[None]:
    """Say no as the desks mean it; `path` is where documents stand in the question."""
    try:
        yield
    except Missing as no:
        noun = _MISSING.get(type(question)) or getattr(question, "noun", Noun.CAMPAIGN)
        raise Declined("not_found", f"no such {noun} in this account") from no
    except Stale as no:
        raise _stale(no, getattr(question, "expected_version", None)) from no
    except InUse as no:
        raise Declined("in_use", f"still needed by {no}") from no
    except OnCall as no:
        raise Declined("on_call", "the call is under way: nobody is done with it") from no
    except Unavailable as no:
        raise Declined("unavailable", str(no)) from no
    except Unfit as no:
        problems = [(f"{path}{one.path}", one.problem) for one in no.problems]
        raise Declined(no.code, no.text, problems) from no


def _stale(no: Stale, expected: int | None) -> Declined:
    if no.current is None:
        problem = "it does not exist: leave expected_version out to create it"
    elif expected is None:
        problem = f"it exists already: the current version is {no.current}"
    else:
        problem = f"it has changed since version {expected}: the current version is {no.current}"
    return Declined("stale", problem, [("expected_version", problem)])
