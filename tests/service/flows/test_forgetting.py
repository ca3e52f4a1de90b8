"""What nobody ends is ended, and what is old goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from libs.contracts.flow_simulation import FlowScript
from libs.contracts.ids import AccountId, CallId
from libs.runtime.outbox import Outbox
from services.flows import tables
from services.flows.desk.forgetting import SILENT, SILENT_AFTER, ForgettingDesk
from services.flows.domain.playing import A_MONDAY
from services.flows.domain.unfit import fit
from services.flows.store.forgetting import Forgetting
from services.flows.store.leaving import Leaving
from services.flows.store.looking import Looking
from tests.service.flows.live import Live
from tests.unit.flows.random_flows import FLOW

KEPT = timedelta(days=90)
PIN = "774411"
ASKS = {
    "id": str(FLOW),
    "name": "Asks",
    "start": "pin",
    "nodes": [
        {
            "type": "gather",
            "id": "pin",
            "prompt": {"text": "Your PIN?"},
            "confirm_prompt": {"text": "You entered {answer}."},
            "tag": "pin",
            "sensitive": True,
        }
    ],
}


@dataclass
class StandingClock:
    """A clock that somebody else moves."""

    at: datetime

    def now(self) -> datetime:
        return self.at


async def everything(live: Live) -> str:
    """All that is kept of calls."""
    async with live.database.hot() as connection:
        found = []
        for table in ("session", "turn", "walked", "outbox"):
            cursor = await connection.execute(f"SELECT one::text FROM flows.{table} AS one")
            found += [str(row[0]) for row in await cursor.fetchall()]
    return "\n".join(found)


async def test_a_session_of_which_nothing_is_heard_ends_and_forgets_its_secrets(live: Live) -> None:
    account_id = AccountId(uuid4())
    script = FlowScript.model_validate({"inputs": [{"digits": PIN}, {"hang_up": True}]})
    call_id = CallId(UUID(int=script.seed + 1))
    await live.publish(account_id, fit(ASKS))
    await live.call(account_id, script)
    clock, outbox = StandingClock(A_MONDAY), Outbox(live.database, live.broker, tables.outbox)
    leaving = Leaving(live.database, outbox)
    desk = ForgettingDesk(Forgetting(live.database), leaving, clock, KEPT)

    await desk.forget()
    assert PIN in await everything(live)  # she may still confirm it

    clock.at += SILENT_AFTER + timedelta(minutes=5)
    await desk.forget()
    session = await Looking(live.database).session(account_id, call_id)
    assert session is not None
    assert session.finished == SILENT
    assert PIN not in await everything(live)

    clock.at += KEPT + timedelta(days=1)
    await desk.forget()
    assert await Looking(live.database).session(account_id, call_id) is None
    assert await Looking(live.database).turns(account_id, call_id) == []
