"""HTTP request: somebody outside is asked while the caller waits, and her answer becomes tags."""

import json
from typing import Literal

from pydantic import Field

from services.flows.domain.moves import Answered, Ask, Go, Heard, HttpCall, Move
from services.flows.domain.nodes.node import Node, NotWaiting, Templates
from services.flows.domain.nodes.requests import TOO_LONG, Mapping_, Requesting, Url, tags_from
from services.flows.domain.prompt import Prompt
from services.flows.domain.scene import Scene

TIMEOUT_MS_MAX = 3_000  # of the time that the carrier gives a turn
_GOOD = range(200, 300)


class Requested(Requesting, Node):
    """Ports: `done`; `failure` when there is no good answer in time.

    A request tells what was gathered in secret where it names it: somebody must be able to say
    whether a PIN is right.  The answer to such a one is never kept for another.
    """

    url: Url
    timeout_ms: int = Field(default=1_500, ge=100, le=TIMEOUT_MS_MAX)
    mapping: Mapping_ = ()

    @property
    def ports(self) -> tuple[str, ...]:
        """The exits."""
        return ("done", Node.FAILURE)

    @property
    def sets_tags(self) -> tuple[str, ...]:
        """What the answer is mapped to."""
        return tuple(one.tag for one in self.mapping)

    def templates(self) -> Templates:
        """Those of the request, and of prompts."""
        yield from super().templates()
        yield from self.request_templates(self.url)

    def enter(self, scene: Scene) -> Move:
        """Ask."""
        request = self.filled(scene, self.url)
        if request is None:
            return Go(port=Node.FAILURE, note=TOO_LONG)
        secret = request != self.filled(scene.masked(), self.url)
        wanted = HttpCall(
            **request.model_dump(exclude={"kind"}),
            timeout_ms=self.timeout_ms,
            cache_seconds=0 if secret else self.cached_for,
        )
        return Ask(wanted=wanted)

    @property
    def cached_for(self) -> int:
        """How long an answer serves."""
        return 0

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """Take the tags out of the answer."""
        if not isinstance(heard, Answered):
            raise NotWaiting(f"an answer is waited for, and {heard.kind} came")
        if heard.failed:
            return Go(port=Node.FAILURE, note=heard.failed)
        assert isinstance(heard.value, list), "as HttpCall promises"
        status, body = heard.value
        if status not in _GOOD:
            return Go(port=Node.FAILURE, note=f"status {status}")
        return self._mapped(str(status), str(body))

    def _mapped(self, status: str, body: str) -> Go:
        tags = {}
        if self.mapping:
            try:
                tags = tags_from(json.loads(body), self.mapping)
            except (ValueError, RecursionError):
                return Go(port=Node.FAILURE, note="the answer is no JSON")
        return Go(port="done", tags=tags, note=f"status {status}")


class HttpRequest(Requested):
    """Ask once each time.

    {"type": "http_request", "id": "crm", "url": "https://crm.example.com/by-phone",
     "parameters": {"phone": "{caller}"}, "mapping": [{"tag": "vip", "path": "$.vip"}]}
    """

    type: Literal["http_request"] = "http_request"


class Enrich(Requested):
    """Profile enrichment: as a request, whose answer serves the same question for `cache_seconds`.

    {"type": "enrich", "id": "profile", "url": "https://data.example.com/{caller}",
     "cache_seconds": 3600, "mapping": [{"tag": "age", "path": "$.age"}]}

    The caller hears `hold_prompt` before the next words where the answer comes.
    """

    type: Literal["enrich"] = "enrich"
    cache_seconds: int = Field(default=3_600, ge=1, le=2_592_000)
    hold_prompt: Prompt | None = None

    @property
    def cached_for(self) -> int:
        """How long an answer serves."""
        return self.cache_seconds

    def resume(self, scene: Scene, heard: Heard) -> Move:
        """Say the prompt, then go on as a request does."""
        move = super().resume(scene, heard)
        assert isinstance(move, Go), "an answer leads on"
        return move.model_copy(update={"say": scene.says(self.hold_prompt)})
