"""flows has the workers it is told to have, and says so."""

from services.flows.app import create
from services.flows.settings import Settings
from tests.kit.hosting import alive, eventually, readiness
from tests.kit.postgres import Databases


async def test_the_setting_says_how_many_workers_there_are(
    nats_url: str, databases: Databases
) -> None:
    url = databases.fresh("flows")
    settings = Settings(nats_url=nats_url, database_url=url, sandbox_workers=1)
    async with alive(create(settings)) as app:

        async def seen() -> str | None:
            told = await readiness(app)
            found = {check["name"]: check for check in told["checks"]}
            return found["sandbox"]["detail"] if found["sandbox"]["well"] else None

        assert await eventually(seen) == "1 of 1 workers."
