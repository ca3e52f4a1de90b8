"""A request to somebody outside, as a template: the fields that several nodes share."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from pydantic import AfterValidator, Field, model_validator

from libs.contracts.call_settings import Text
from libs.contracts.flows import REQUEST_BODY_MAX, REQUEST_URL_MAX
from libs.contracts.message import Document, refused_at
from libs.contracts.tags import TAG_TEXT_MAX, TagName
from libs.rules.macros import Place
from libs.rules.paths import BadPath, Looks, TooLong, read_path
from services.flows.domain.effects import Fired
from services.flows.domain.nodes.node import Templates
from services.flows.domain.scene import Scene

BODY_MAX = 16_384
HEADERS_MAX = 30
PARAMETERS_MAX = 60
MAPPED_MAX = 40
TOO_LONG = "the request is too long to be sent"


class Method(StrEnum):
    """How it is sent."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]{1,2000}$")]


def _a_path(text: str) -> str:
    try:
        read_path(text)
    except BadPath as fault:
        raise ValueError(f"{text[:60]!r} is no JSONPath (RFC 9535): {fault}") from fault
    return text


Path = Annotated[str, Field(max_length=300), AfterValidator(_a_path)]


class Requesting(Document):
    """Where a request goes and what it says; all texts take macros, escaped for their place.

    `parameters` go into the address of a GET or DELETE, else into a form where there is no
    `body`.  A body is JSON unless a Content-Type header says otherwise.
    """

    method: Method = Method.GET
    headers: dict[HeaderName, Annotated[Text, Field(max_length=1_000)]] = Field(
        default_factory=dict, max_length=HEADERS_MAX
    )
    parameters: dict[
        Annotated[str, Field(min_length=1, max_length=120)],
        Annotated[Text, Field(max_length=1_000)],
    ] = Field(default_factory=dict, max_length=PARAMETERS_MAX)
    body: Text = Field(default="", max_length=BODY_MAX)

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        if self.body and self._in_address:
            raise refused_at(("body",), f"a {self.method} has none: use parameters")
        if self.body and self.parameters:
            raise refused_at(("parameters",), "go into a body of their own: leave body out")
        return self

    @property
    def _in_address(self) -> bool:
        return self.method in (Method.GET, Method.DELETE)

    def request_templates(self, url: str) -> Templates:
        """Every text with macros in it."""
        yield "url", url, Place.URL
        yield "body", self.body, Place.JSON
        for name, text in self.headers.items():
            yield f"headers.{name}", text, Place.HEADER
        for name, text in self.parameters.items():
            yield f"parameters.{name}", text, Place.TEXT

    def filled(self, scene: Scene, url: str) -> Fired | None:
        """The request, whole; None: macros have made it longer than is sent."""
        url = scene.fill(url, Place.URL)
        headers = {name: scene.fill(text, Place.HEADER) for name, text in self.headers.items()}
        pairs = urlencode({name: scene.fill(text) for name, text in self.parameters.items()})
        body = scene.fill(self.body, self._body_place(headers)) if self.body else ""
        if pairs and self._in_address:
            url += ("&" if "?" in url else "?") + pairs
        elif pairs:
            body = pairs
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        if body:
            headers.setdefault("Content-Type", "application/json")
        if len(url) > REQUEST_URL_MAX or len(body) > REQUEST_BODY_MAX:
            return None
        return Fired(method=self.method.value, url=url, headers=headers, body=body)

    def _body_place(self, headers: Mapping[str, str]) -> Place:
        kind = next((v.lower() for k, v in headers.items() if k.lower() == "content-type"), "json")
        for word, place in (("json", Place.JSON), ("xml", Place.XML), ("form", Place.FORM)):
            if word in kind:
                return place
        return Place.TEXT


class Mapped(Document):
    """A tag that is taken from a JSON answer by a path.

    {"tag": "score", "path": "$.lead.score"}
    """

    tag: TagName
    path: Path


Mapping_ = Annotated[tuple[Mapped, ...], Field(max_length=MAPPED_MAX)]


def tags_from(answer: Any, mapping: tuple[Mapped, ...]) -> dict[str, str]:
    """The tags of an answer; what is not in it, is no plain value, or takes too long, is left out.

    >>> tags_from({"lead": {"score": 7}}, (Mapped(tag="score", path="$.lead.score"),))
    {'score': '7'}
    """
    found: dict[str, str] = {}
    looks = Looks(answer)
    for one in mapping:
        try:
            value = looks.first(one.path)
        except TooLong:
            continue
        if value is None or isinstance(value, dict | list):
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        found[one.tag] = text[:TAG_TEXT_MAX]
    return found
