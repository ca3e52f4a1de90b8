"""Speaks with Claude over Anthropic's API; whatever goes wrong there has one name here.

Only imported where a key is set: the library takes a while to load.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import anthropic
import httpx2

from services.console.domain.talking import Messages, NotAnswered, Turn, Wanted, clean

STALL_SECONDS_MAX = 20.0  # without a byte; a stream that goes on says something every few seconds
CONNECT_SECONDS = 5.0
TOKENS_OF_TURN_MAX = 1_500
RETRIES = 1
THOUGHTS = ("thinking", "redacted_thinking")  # go back as they came
BROKEN = (ValueError, TypeError, AttributeError, LookupError, RuntimeError, AssertionError)
"""What the library raises, besides its own, at a stream that is none of the API's."""


class Claude:
    """One model at one address."""

    def __init__(self, api_key: str, base_url: str, model: str, stall_seconds: float) -> None:
        self._model = model
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key,
            base_url=base_url,
            max_retries=RETRIES,
            timeout=httpx2.Timeout(min(stall_seconds, STALL_SECONDS_MAX), connect=CONNECT_SECONDS),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def turn(
        self,
        briefing: str,
        messages: Messages,
        tools: Sequence[Mapping[str, Any]],
        *,
        must_answer: bool,
    ) -> AsyncGenerator[str | Turn, None]:
        """The model's next words as they come, then the turn; raise NotAnswered."""
        asked: dict[str, Any] = {
            "model": self._model,
            "max_tokens": TOKENS_OF_TURN_MAX,
            "system": briefing,
            "messages": messages,
            "tools": list(tools),
            "tool_choice": {"type": "none" if must_answer else "auto"},
        }
        try:
            async with self._client.messages.stream(**asked) as stream:
                async for text in stream.text_stream:
                    yield clean(text)
                turn = _turn_of(await stream.get_final_message())
        except anthropic.APIStatusError as fault:
            raise NotAnswered(f"it answered {fault.status_code}") from fault
        except anthropic.APITimeoutError as fault:
            raise NotAnswered("it said nothing in time") from fault
        except (anthropic.AnthropicError, httpx2.HTTPError) as fault:
            raise NotAnswered("it cannot be reached, or broke off") from fault
        except BROKEN as fault:
            raise NotAnswered("what it said cannot be read") from fault
        yield turn


def _turn_of(message: Any) -> Turn:
    """A whole message as a turn; raise NotAnswered where it is no answer."""
    if message.stop_reason == "refusal":
        raise NotAnswered("it declined to answer")
    if message.stop_reason not in ("end_turn", "stop_sequence", "tool_use", "max_tokens"):
        raise NotAnswered("it broke off")
    content, wanted = [], []
    for block in message.content:
        if block.type == "text" and block.text.strip():
            content.append({"type": "text", "text": clean(block.text)})
        elif block.type == "tool_use":
            wanted.append(Wanted(str(block.id), str(block.name), block.input))
            about = {"id": block.id, "name": block.name, "input": block.input}
            content.append({"type": "tool_use", **about})
        elif block.type in THOUGHTS:
            content.append(block.to_dict())
    if not content:
        raise NotAnswered("it said nothing")
    asked = tuple(wanted) if message.stop_reason == "tool_use" else ()
    return Turn(content, asked, int(message.usage.output_tokens))
