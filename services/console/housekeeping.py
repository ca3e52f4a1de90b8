"""What the console does by itself: make the first account, forget what is over."""

import asyncio
import logging
from datetime import timedelta
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from libs.contracts.ids import AccountId
from libs.runtime.clock import Clock
from libs.runtime.database import Database
from libs.runtime.tasks import ended
from services.console.desk.keeping_people import KeepingPeople, Stores
from services.console.desk.passwords import Passwords
from services.console.settings import Settings
from services.console.store.limits import Limits
from services.console.store.questions import Questions
from services.console.store.resets import Resets
from services.console.store.sessions import Sessions
from services.console.store.sign_ups import SignUps

BEGIN_EVERY_SECONDS = 1.0  # until the database is there
SWEEP_EVERY_SECONDS = 300.0  # ended sessions and old counts only take space

log = logging.getLogger(__name__)


class Housekeeping:
    """Makes the first account, once there is a database; forgets what is over."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._keep_house(), name="housekeeping")

    async def stop(self) -> None:
        """End."""
        await ended(self._task)

    async def _keep_house(self) -> None:
        while not await self._began():  # noqa: ASYNC110 - a database tells nobody that it is back
            await asyncio.sleep(BEGIN_EVERY_SECONDS)
        kept = timedelta(days=self._settings.keep_help_days)
        while True:
            await asyncio.sleep(SWEEP_EVERY_SECONDS)
            try:
                for store in (Limits, Sessions, Resets, SignUps):
                    await store(self._database).sweep(self._clock.now())
                await Questions(self._database).sweep(self._clock.now() - kept)
            except (SQLAlchemyError, OSError) as fault:
                log.warning("old things were not forgotten: %r", fault)

    async def _began(self) -> bool:
        passwords = Passwords(self._settings.password_memory_mib)
        desk = KeepingPeople(Stores.on(self._database), passwords, self._clock)
        owner = self._settings.first_owner
        try:
            password = await desk.begin(
                AccountId(self._settings.first_account_id or uuid4()), owner
            )
        except (SQLAlchemyError, OSError) as fault:
            log.warning("whether there is an account cannot be seen yet: %r", fault)
            return False
        if password is not None:
            print(f"First owner: {owner}  one-time password: {password}", flush=True)  # noqa: T201 - said once, never logged
        return True
