"""While the database is away tracking says so, and loses nothing that it is told meanwhile."""

import asyncio

from deploy.local.servers import NatsServer, PostgresServer
from libs.contracts.streams import DEAD, DURABLES
from libs.contracts.tracking import CallState, ListCalls
from libs.runtime.ask import Refused, Unanswered
from libs.runtime.migrations import migrate_all
from services.tracking.app import create
from services.tracking.settings import Settings
from tests.kit.facts import ACCOUNT, CallStory
from tests.kit.hosting import settings_of
from tests.service.tracking.stage import Stage, eventually, ready


async def test_a_killed_database_heals(nats_url: str, own_postgres: PostgresServer) -> None:
    await asyncio.to_thread(migrate_all, own_postgres.url, ["tracking"])
    before, meanwhile = CallStory(), CallStory()

    async with Stage(nats_url, own_postgres.url) as stage, stage.tracking() as app:
        await stage.tell(before.arrived(), before.routed())
        await stage.facts_of(before.call_id, 2)

        own_postgres.kill()
        await stage.tell(meanwhile.arrived(), meanwhile.routed(), before.ended())
        await eventually(lambda: nobody_answers(stage))
        said = await ready(app)
        assert (said["status"], said["ready"]) == (503, False)
        assert said["degraded"] == ["postgresql", "outbox"]

        await asyncio.to_thread(own_postgres.start)
        await stage.facts_of(meanwhile.call_id, 2)
        healed = await stage.facts_of(before.call_id, 3)
        dead = await stage.broker.jetstream.stream_info(DEAD.name)

        assert healed.call.state is CallState.NO_ANSWER
        assert dead.state.messages == 0
        assert (await ready(app))["degraded"] == []


async def nobody_answers(stage: Stage) -> bool | None:
    """Whether an asker is told at once that nobody listens."""
    try:
        await stage.ask_once(ListCalls(account_id=ACCOUNT))
    except Unanswered as silence:
        return "nobody listens" in str(silence) or None
    except Refused:  # asked before the outage was noticed
        return None
    return None


async def test_tracking_starts_before_what_it_needs(
    own_nats: NatsServer, own_postgres: PostgresServer
) -> None:
    await asyncio.to_thread(migrate_all, own_postgres.url, ["tracking"])
    await asyncio.to_thread(own_postgres.stop)
    await asyncio.to_thread(own_nats.stop)
    story = CallStory()

    app = create(settings_of(Settings, nats_url=own_nats.url, database_url=own_postgres.url))
    async with app.router.lifespan_context(app):
        said = await ready(app)
        assert said["status"] == 503
        durables = {durable.name for durable in DURABLES if durable.service == "tracking"}
        assert set(said["degraded"]) == {"nats", "postgresql", "outbox"} | durables

        await asyncio.to_thread(own_nats.start)
        await asyncio.to_thread(own_postgres.start)
        async with Stage(own_nats.url, own_postgres.url) as stage:
            await stage.tell(story.arrived(), story.routed())
            assert await stage.facts_of(story.call_id, 2)
