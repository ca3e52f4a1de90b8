"""A service as an ASGI app: starts its parts in order, stops them in reverse.

Nothing here waits for a dependency: the app serves its health at once, and its
parts connect in the background.
"""

import asyncio
import contextlib
import gc
import inspect
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from nats.errors import Error as NatsError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from libs.runtime.answers import Answers
from libs.runtime.broker import Broker, NotConnected
from libs.runtime.database import Database
from libs.runtime.health import Health
from libs.runtime.tasks import ended

PROBE_EVERY_SECONDS = 1.0  # how soon a service that cannot serve stops listening
PROBE_SOON_SECONDS = 0.1  # while it does not listen: somebody waits for it
COLLECT_AFTER = 20_000  # new objects; at Python's 700 an auction of hundreds is often interrupted

Step = Callable[[], Any]


def service_routes(health: Health, broker: Broker) -> list[Route]:
    """What every service shows over HTTP."""

    async def asyncapi(_: Request) -> JSONResponse:
        return JSONResponse(broker.asyncapi())

    return [
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        Route("/asyncapi.json", asyncapi),
    ]


def lifespan_of(
    starts: Sequence[Step], stops: Sequence[Step]
) -> Callable[[Any], contextlib.AbstractAsyncContextManager[None]]:
    """Run `starts` in order before serving, and `stops` in order after, each whatever else fails.

    A stop may follow a start that never came to be.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for step in reversed(stops):
                stack.push_async_callback(_run, step)
            for step in starts:
                await _run(step)
            _spare_the_collector()
            yield

    return lifespan


def _spare_the_collector() -> None:
    """Take what was loaded so far out of garbage collection, once in a process.

    Some hundred thousand objects of libraries never become garbage, and looking through them
    all held every caller of a process up for a tenth of a second, about once a second.  What
    comes of requests is nearly all freed without the collector: it looks for cycles less often.
    """
    if not gc.get_freeze_count():
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)


async def _run(step: Step) -> None:
    outcome = step()
    if inspect.isawaitable(outcome):
        await outcome


def service_app(
    health: Health, broker: Broker, starts: Sequence[Step], stops: Sequence[Step]
) -> Starlette:
    """The app of a service that is spoken to over NATS."""
    return Starlette(routes=service_routes(health, broker), lifespan=lifespan_of(starts, stops))


class Watch:
    """Stops a service's answers while its database is away, so that askers know at once.

    Where it `knows` what it must only later, it is not listened to before.
    """

    def __init__(
        self, database: Database, answers: Answers, knows: Callable[[], bool] = lambda: True
    ) -> None:
        self._database = database
        self._answers = answers
        self._knows = knows
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch_for_ever(), name="watch")

    async def stop(self) -> None:
        """Stop watching."""
        await ended(self._task)

    async def _watch_for_ever(self) -> None:
        while True:
            listening = self._answers.listening
            await asyncio.sleep(PROBE_EVERY_SECONDS if listening else PROBE_SOON_SECONDS)
            with contextlib.suppress(NatsError, NotConnected):  # the next look settles it
                if await self._database.probe() and self._knows():
                    await self._answers.resume()
                else:
                    await self._answers.suspend()
