"""A played Anthropic endpoint: a real HTTP server that speaks the streaming protocol, or badly."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Block = dict[str, Any]
Play = Callable[[dict[str, Any]], "Played"]


@dataclass
class Played:
    """One answer: its blocks, or a status, raw text, or silence instead."""

    blocks: list[Block] = field(default_factory=list)
    stop_reason: str = "end_turn"
    status: int = 200
    raw: bytes | None = None
    hangs: bool = False
    tokens: int = 20


def says(text: str, stop_reason: str = "end_turn") -> Played:
    return Played([{"type": "text", "text": text}], stop_reason)


def looks(name: str, times: int = 1, tokens: int = 20, **arguments: Any) -> Played:
    """Wants a look-up, or the same several times at once."""
    about = {"type": "tool_use", "name": name, "input": arguments}
    blocks = [{**about, "id": f"toolu_{name}_{at}"} for at in range(times)]
    return Played(blocks, "tool_use", tokens=tokens)


def results_of(request: dict[str, Any]) -> list[str]:
    """What look-ups have given so far, as the model was told it."""
    return [
        block["content"]
        for message in request["messages"]
        if isinstance(message["content"], list)
        for block in message["content"]
        if block["type"] == "tool_result"
    ]


class PlayedClaude:
    """Answers as `play` says; keeps what it was asked."""

    def __init__(self) -> None:
        self.play: Play = lambda _: says("Hello")
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.url = ""

    async def messages(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        headers = request.headers  # the library chooses by the look of the key
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        self.keys.append(headers.get("x-api-key", bearer))
        played = self.play(body)
        if played.status != 200:
            error = {"type": "error", "error": {"type": "api_error", "message": "played"}}
            return JSONResponse(error, played.status)
        return StreamingResponse(self._stream(played), media_type="text/event-stream")

    async def _stream(self, played: Played) -> AsyncIterator[bytes]:
        if played.raw is not None:
            yield played.raw
        else:
            for event in events_of(played):
                yield b"event: %s\ndata: %s\n\n" % (
                    event["type"].encode(),
                    json.dumps(event).encode(),
                )
                if played.hangs and event["type"] == "content_block_delta":
                    break
        if played.hangs:
            await asyncio.sleep(60)  # longer than anybody waits


def events_of(played: Played) -> Iterator[dict[str, Any]]:
    """The stream's events, texts in several parts."""
    usage = {"input_tokens": 10, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "played",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    yield {"type": "message_start", "message": message}
    for index, block in enumerate(played.blocks):
        empty = {**block, "text": ""} if block["type"] == "text" else {**block, "input": {}}
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        for delta in deltas_of(block):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": played.stop_reason, "stop_sequence": None}
    yield {"type": "message_delta", "delta": ended, "usage": {"output_tokens": played.tokens}}
    yield {"type": "message_stop"}


def deltas_of(block: Block) -> Iterator[dict[str, Any]]:
    if block["type"] == "text":
        for word in block["text"].split(" "):
            yield {"type": "text_delta", "text": f"{word} "}
    else:
        yield {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}


@asynccontextmanager
async def played_claude() -> AsyncIterator[PlayedClaude]:
    """Listen for as long as the block lasts."""
    played = PlayedClaude()
    app = Starlette(routes=[Route("/v1/messages", played.messages, methods=["POST"])])
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody that it listens
        await asyncio.sleep(0.01)
    played.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield played
    finally:
        server.should_exit = server.force_exit = True
        await serving
