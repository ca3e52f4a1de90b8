"""Starts everything on one machine, places one call, stays up, and stops in order.

Run: make run.  `DATABASE_URL` and `NATS_URL` use servers of your own instead.
"""

import asyncio
import json
import os
import secrets
import shlex
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack

import httpx
import uvicorn

from deploy.local import demo
from deploy.local.bidders import DEMO, PlayedBidders
from deploy.local.exchange import Exchange
from deploy.local.folders import ENVIRONMENT, LOCAL, ROOT, STATE
from deploy.local.servers import FolderInUse, NatsServer, PostgresServer, ServerDied, ServerSilent
from deploy.local.servers.ports import free_port
from deploy.local.servers.process import Child, Command, Folder
from deploy.nats import FILE, OPERATOR, USERS, logins, server_environment
from libs.contracts.catalogue import SERVICES
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.migrations import migrate_all, migrated_services

READY_WITHIN_SECONDS = 90.0  # six services import their libraries on what may be two cores
STOP_WITHIN_SECONDS = 15.0
POLL_SECONDS = 0.1
FIRST_PORT = 8_000


class NotReady(Exception):
    """A service did not become ready in time; its log says why."""


def main() -> int:
    """Run the stack until Ctrl-C."""
    folder = Folder(LOCAL / "run")
    try:
        folder.claim()
        asyncio.run(_run())
    except FolderInUse:
        print("The stack runs already; `make call` places a call.", file=sys.stderr)
        return 1
    except (NotReady, ServerDied, ServerSilent) as fault:
        print(fault, file=sys.stderr)
        return 1
    finally:
        folder.release()
        STATE.unlink(missing_ok=True)
        ENVIRONMENT.unlink(missing_ok=True)
    return 0


async def _run() -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    async with AsyncExitStack() as stack:
        starting = asyncio.create_task(_start(stack))
        waiting = asyncio.create_task(stopped.wait())
        await asyncio.wait((starting, waiting), return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        else:
            starting.result()
            await waiting
        print("\nStopping.", flush=True)


async def _start(stack: AsyncExitStack) -> None:
    environment = await _servers(stack)
    await asyncio.to_thread(migrate_all, environment["DATABASE_URL"], migrated_services())
    ports = {name: free_port(FIRST_PORT + at) for at, name in enumerate(SERVICES)}
    carrier_port = free_port(FIRST_PORT + len(SERVICES))
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    carrier_url = f"http://127.0.0.1:{carrier_port}"
    environment |= _own_settings(urls, carrier_url)
    _keep_environment(environment)
    children = {}
    for name in SERVICES:
        children[name] = _service(name, ports[name], environment)
        stack.push_async_callback(asyncio.to_thread, children[name].stop, STOP_WITHIN_SECONDS)
    broker = Broker(
        environment["NATS_URL"],
        OPERATOR,
        environment.get("OPERATOR_NATS_USER", ""),
        environment.get("OPERATOR_NATS_PASSWORD", ""),
    )
    broker.open()
    stack.push_async_callback(broker.close)
    ask = Ask(broker)
    await _wait_until_ready(urls, children)
    account_sid, token = environment["TWILIO_ACCOUNT_SID"], environment["TWILIO_AUTH_TOKEN"]
    exchange = Exchange(account_sid, token, urls["ingress"], ask)
    exchange.own(demo.NUMBERS)
    stack.push_async_callback(exchange.close)
    await _serve(stack, exchange, carrier_port)
    STATE.write_text(json.dumps({"carrier": carrier_url, **urls}))
    bidders = PlayedBidders(DEMO)
    await bidders.start()
    stack.push_async_callback(bidders.stop)
    new = await demo.load(ask, account_sid, bidders.url)
    print(f"Demo data: {new} new things in account {demo.ACCOUNT}.\n", flush=True)
    async for line in exchange.lines(demo.CALLER, demo.NUMBER, demo.SCRIPT):
        print(line, flush=True)
    _say_where({**urls, "carrier": carrier_url}, environment)


async def _servers(stack: AsyncExitStack) -> dict[str, str]:
    """PostgreSQL and NATS: the user's own where they are named, else ours."""
    environment = dict(os.environ)
    environment["PYTHONPATH"] = str(ROOT)
    if "DATABASE_URL" not in environment:
        postgres = PostgresServer(LOCAL / "postgres", port=5432)
        await asyncio.to_thread(postgres.start)
        stack.push_async_callback(asyncio.to_thread, postgres.stop)
        environment["DATABASE_URL"] = postgres.url
    if "NATS_URL" not in environment:
        passwords = {user: _kept_secret(f"nats-{user}") for user in USERS}
        nats = NatsServer(
            LOCAL / "nats", port=4222, config=FILE, environment=server_environment(passwords)
        )
        await asyncio.to_thread(nats.start)
        stack.push_async_callback(asyncio.to_thread, nats.stop)
        environment |= {"NATS_URL": nats.url, **logins(passwords)}
    return environment


def _own_settings(urls: Mapping[str, str], carrier_url: str) -> dict[str, str]:
    """What the operator has not set; secrets are drawn once and kept."""
    drawn = {
        "INGRESS_PUBLIC_BASE_URL": urls["ingress"],
        "TRACKING_PUBLIC_BASE_URL": urls["tracking"],
        "INGRESS_DIR": str(LOCAL / "ingress"),
        "INGRESS_ENVIRONMENT": "development",
        "INGRESS_TRACE_RATIO": "1",
        "TWILIO_API_BASE_URL": carrier_url,
        "TWILIO_ACCOUNT_SID": f"AC{'0' * 31}1",
        "TWILIO_AUTH_TOKEN": _kept_secret("carrier-token"),
        "SESSION_SECRET": _kept_secret("session-secret"),
        "CONSOLE_SECURE_COOKIES": "false",
        "CONSOLE_PUBLIC_BASE_URL": urls["console"],
        "CONSOLE_INGRESS_BASE_URL": urls["ingress"],
        "RTB_ALLOW_PRIVATE_ADDRESSES": "true",
        "TRACKING_ALLOW_PRIVATE_ADDRESSES": "true",
        "FLOWS_ALLOW_PRIVATE_ADDRESSES": "true",
        "CONSOLE_FIRST_ACCOUNT_ID": str(demo.ACCOUNT),
        "ROUTER_PLATFORM_ACCOUNT_ID": str(demo.ACCOUNT),
    }
    return {name: os.environ.get(name, value) for name, value in drawn.items()}


def _keep_environment(environment: Mapping[str, str]) -> None:
    """What the services are told, for command lines beside them."""
    told = {name: value for name, value in environment.items() if os.environ.get(name) != value}
    ENVIRONMENT.touch(mode=0o600)
    ENVIRONMENT.write_text("".join(f"{one}={shlex.quote(told[one])}\n" for one in sorted(told)))


def _kept_secret(name: str) -> str:
    path = LOCAL / "secrets" / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"s{secrets.token_hex(24)}")  # NATS takes digits alone for a number
    return path.read_text()


def _service(name: str, port: int, environment: Mapping[str, str]) -> Child:
    logs = LOCAL / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    arguments = [
        *(sys.executable, "-m", "uvicorn", "--factory", f"services.{name}.app:create"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning"),
    ]
    return Child(
        Command(arguments, ROOT, logs / f"{name}.log", environment, farewell=signal.SIGTERM)
    )


async def _wait_until_ready(urls: Mapping[str, str], children: Mapping[str, Child]) -> None:
    give_up_at = time.monotonic() + READY_WITHIN_SECONDS
    async with httpx.AsyncClient(timeout=5) as http:
        for name, url in urls.items():
            while not await _is_ready(http, url):
                if children[name].ended or time.monotonic() > give_up_at:
                    raise NotReady(f"{name} is not ready; see {LOCAL / 'logs' / name}.log")
                await asyncio.sleep(POLL_SECONDS)


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/readyz")).is_success
    except httpx.TransportError:
        return False


async def _serve(stack: AsyncExitStack, exchange: Exchange, port: int) -> None:
    config = uvicorn.Config(exchange.app(), host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined] # Ctrl-C is ours
    serving = asyncio.create_task(server.serve())

    async def stop() -> None:
        server.should_exit = True
        await serving

    stack.push_async_callback(stop)
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(POLL_SECONDS)


def _say_where(urls: Mapping[str, str], environment: Mapping[str, str]) -> None:
    print("\nEverything is up (logs in .local/logs):")
    for name, url in urls.items():
        print(f"  {name:10} {url}")
    print(f"  {'NATS':10} {environment['NATS_URL']} (passwords in .local/secrets)")
    print(f"  {'browser':10} {urls['console']}/console/")
    print(f"  {'API':10} {urls['console']}/api/v1/openapi.json")
    for line in _first_owner():
        print(f"\n{line}")
    print(f'\nTry: make call FROM={demo.CALLER} TO={demo.NUMBER} SCRIPT="{demo.FRONT_DESK}=busy"')
    print("Stop with Ctrl-C.", flush=True)


def _first_owner() -> list[str]:
    """What the console says once, when it makes the first account."""
    lines = (LOCAL / "logs" / "console.log").read_text().splitlines()
    return [line for line in lines if line.startswith("First owner:")][-1:]


if __name__ == "__main__":
    sys.exit(main())
