"""Whatever the flow and whoever calls: a played call ends, and each of its turns can be heard."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.voice import Dial, Gather, Hangup, Record
from services.flows.desk.playing import PlayingDesk
from services.flows.domain.book import DRAFT, Book
from services.flows.domain.engine import SAID_MAX, STEPS_MAX, TURNS_MAX
from services.flows.domain.inspect import inspect
from tests.unit.flows.random_flows import FLOW, SUB, a_script, flows
from tests.unit.flows.scenes import a_session

WAITING = (Gather, Record, Dial)


@given(seed=st.integers(min_value=0, max_value=2**32))
async def test_every_played_call_ends_within_the_limits(seed: int) -> None:
    draw = Random(seed)
    (flow, called), script = flows(draw), a_script(draw)
    inspect(flow, {SUB})
    book = Book({FLOW: (DRAFT, flow), SUB: (1, called)})
    desk = PlayingDesk(None)  # type: ignore[arg-type]  # nothing there is asked
    account_id = a_session().account_id

    came = await desk.play(book, flow, DRAFT, script, account_id)

    assert came.finished
    assert len(came.turns) <= TURNS_MAX + 2  # the first, and the one that ends it
    for turn in came.turns[:-1]:
        assert isinstance(turn.verbs[-1], WAITING)
    last = came.turns[-1].verbs
    assert came.left or not last or isinstance(last[-1], (*WAITING, Hangup))
    for turn in came.turns:
        assert len(turn.steps) <= STEPS_MAX + 1
        assert len(turn.verbs) <= SAID_MAX + 100
    again = await desk.play(book, flow, DRAFT, script, account_id)
    assert again == came
