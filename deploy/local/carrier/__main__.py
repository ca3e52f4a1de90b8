r"""The carrier player's commands: play one call and narrate it, or serve Twilio's REST API.

    python -m deploy.local.carrier call --from +15550100009 --to +15550100001 \
        --script "*=answer:2,talk:30" --voice-url http://127.0.0.1:8001/api/webhooks/voice
    python -m deploy.local.carrier serve --port 8010 --number +15550100001=http://…/voice

The account comes from --account-sid and --auth-token, or from TWILIO_ACCOUNT_SID and
TWILIO_AUTH_TOKEN.  With --server, `call` has a running `serve` play the call.
"""

import argparse
import asyncio
import os
import sys

import httpx
import uvicorn

from deploy.local.carrier import rest, script
from deploy.local.carrier.clock import RealClock
from deploy.local.carrier.ledger import NumberConfig
from deploy.local.carrier.player import API_URL, Carrier

CONNECTIONS_MAX = 200  # webhooks at the same time; more wait for their turn


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 if done, 2 if asked wrongly, 1 if no server answers."""
    asked = _parser().parse_args(arguments)
    if not asked.account_sid or not asked.auth_token:
        print("name the account: --account-sid and --auth-token, or TWILIO_…", file=sys.stderr)
        return 2
    command = _serve(asked) if asked.command == "serve" else _call(asked)
    try:
        return asyncio.run(command)
    except script.ScriptMistake as mistake:
        print(mistake, file=sys.stderr)
        return 2
    except httpx.TransportError as fault:
        print(f"nobody answers at {asked.server}: {fault}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.carrier")
    account = argparse.ArgumentParser(add_help=False)
    account.add_argument("--account-sid", default=os.environ.get("TWILIO_ACCOUNT_SID", ""))
    account.add_argument("--auth-token", default=os.environ.get("TWILIO_AUTH_TOKEN", ""))
    account.add_argument("--scale", type=float, default=1.0, help="scripted seconds in a real one")
    commands = parser.add_subparsers(dest="command", required=True)

    call = commands.add_parser(
        "call",
        parents=[account],
        help="play one call and narrate it",
        epilog=script.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    call.add_argument("--from", dest="caller", required=True, help="who calls; may be empty")
    call.add_argument("--to", required=True, help="the number that is called")
    call.add_argument("--script", default="", help="who does what: see below")
    where = call.add_mutually_exclusive_group(required=True)
    where.add_argument("--voice-url", help="the number's voice webhook")
    where.add_argument("--server", help="the address of a running `serve` that knows the number")
    call.add_argument("--status-url", default="", help="the number's status callback")
    call.add_argument("--fallback-url", default="", help="asked where the voice webhook fails")
    call.add_argument("--api-url", default=API_URL, help="what recordings' URLs begin with")

    serve = commands.add_parser("serve", parents=[account], help="serve Twilio's REST API")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, required=True)
    serve.add_argument(
        "--number", action="append", default=[], metavar="NUMBER=VOICE_URL", help="a number owned"
    )
    return parser


def _client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX)
    return httpx.AsyncClient(limits=limits, trust_env=False)


async def _call(asked: argparse.Namespace) -> int:
    if asked.server:
        return await _call_there(asked)
    played = script.parse_script(asked.script)
    number = NumberConfig(asked.voice_url, asked.fallback_url, asked.status_url)
    async with _client() as http:
        carrier = Carrier(
            asked.account_sid,
            asked.auth_token,
            RealClock(asked.scale),
            http,
            narrate=_tell,
            api_url=asked.api_url,
        )
        report = await carrier.call(number, asked.caller, asked.to, played)
    _tell(report.summary)
    return 0


async def _call_there(asked: argparse.Namespace) -> int:
    form = {"From": asked.caller, "To": asked.to, "Script": asked.script}
    account = (asked.account_sid, asked.auth_token)
    url = asked.server.rstrip("/") + "/player/calls"
    async with (
        _client() as http,
        http.stream("POST", url, data=form, auth=account, timeout=None) as answer,
    ):
        if not answer.is_success:
            await answer.aread()
            print(answer.json()["message"], file=sys.stderr)
            return 2
        async for line in answer.aiter_lines():
            _tell(line)
    return 0


async def _serve(asked: argparse.Namespace) -> int:
    async with _client() as http:
        carrier = Carrier(
            asked.account_sid,
            asked.auth_token,
            RealClock(asked.scale),
            http,
            narrate=_tell,
            api_url=f"http://{asked.host}:{asked.port}",
        )
        for pair in asked.number:
            phone_number, _, voice_url = pair.partition("=")
            one = NumberConfig(voice_url, phone_number=phone_number)
            carrier.ledger.numbers[one.sid] = one
        app = rest.create(carrier)
        server = uvicorn.Server(
            uvicorn.Config(app, host=asked.host, port=asked.port, log_level="warning")
        )
        _tell(f"the carrier answers at http://{asked.host}:{asked.port}")
        await server.serve()
    return 0


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
