"""What a firing pixel sends: its templates filled, its sender proved, its content signed."""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from libs.contracts.pixels import BodyType, Pixel, Told
from libs.rules import filters
from libs.rules.macros import BadTemplate, Place, Template, read_template
from libs.rules.masking import MASK, without_secrets
from libs.rules.proof import proof_of
from services.tracking.domain.told_values import is_known

USER_AGENT = "CallCenter-Postbacks/1.0"
TEMPLATES_KEPT = 4_096  # read ones

_PLACES: Mapping[BodyType, Place] = {
    BodyType.JSON: Place.JSON,
    BodyType.FORM: Place.FORM,
    BodyType.XML: Place.XML,
}
_TYPES: Mapping[BodyType, str] = {
    BodyType.JSON: "application/json",
    BodyType.FORM: "application/x-www-form-urlencoded",
    BodyType.XML: "application/xml",
}
_SHOWN = frozenset(
    ("User-Agent", "Content-Type", "webhook-id", "webhook-timestamp", "webhook-signature")
)
"""Headers that are ours and hold no secret; all others are masked."""


def request_of(pixel: Pixel, values: Mapping[str, str], event_id: UUID, now: datetime) -> Told:
    """The request: the same with every try, but for the time of its signature."""
    url = _template(pixel.url, Place.URL).fill(values)
    body = _template(pixel.body, _PLACES[pixel.body_type]).fill(values)
    headers = {"User-Agent": USER_AGENT, "webhook-id": str(event_id)}
    if body:
        headers["Content-Type"] = _TYPES[pixel.body_type]
    for header in pixel.headers:
        text = header.value.get_secret_value()
        headers[header.name] = _template(text, Place.HEADER).fill(values)
    headers |= proof_of(pixel.auth, body.encode(), now)
    if pixel.signing_secret is not None:
        secret = pixel.signing_secret.get_secret_value()
        headers |= signed(secret, event_id, now, body or url)
    return Told(method=pixel.method, url=url, headers=headers, body=body)


def identified(request: Told, event_id: UUID) -> Told:
    """A request that was asked for whole, with who sends it and the event's id."""
    own = {"User-Agent": USER_AGENT, "webhook-id": str(event_id)}
    return request.model_copy(update={"headers": own | request.headers})


def hidden_in(request: Told) -> tuple[str, ...]:
    """The values of headers that somebody has written: any may be secret."""
    return tuple(value for name, value in request.headers.items() if name not in _SHOWN)


def signed(secret: str, event_id: UUID, now: datetime, content: str) -> dict[str, str]:
    """The headers of a signature, as Standard Webhooks has them.

    Base64 of HMAC-SHA256 over id, dot, seconds, dot, and the body; where there is none, the
    whole address stands for it.
    """
    at = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), f"{event_id}.{at}.{content}".encode(), hashlib.sha256)
    signature = base64.b64encode(digest.digest()).decode()
    return {"webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}


def masked_request(request: Told, secrets: tuple[str, ...]) -> Told:
    """The request for other eyes."""
    return Told(
        method=request.method,
        url=without_secrets(request.url, secrets),
        headers={
            name: value if name in _SHOWN else MASK for name, value in request.headers.items()
        },
        body=without_secrets(request.body, secrets),
    )


def host_of(pixel: Pixel) -> str:
    """The host that it leads to, with its port."""
    return urlsplit(pixel.url).netloc.lower()


def problems_of(pixel: Pixel) -> Iterator[tuple[str, str]]:
    """Each field that cannot be used, with what is wrong."""
    texts = [("url", pixel.url, Place.URL), ("body", pixel.body, _PLACES[pixel.body_type])]
    for at, header in enumerate(pixel.headers):
        texts.append((f"headers.{at}.value", header.value.get_secret_value(), Place.HEADER))
    for field, text, place in texts:
        try:
            _template(text, place)
        except BadTemplate as fault:
            yield field, str(fault)
    if pixel.filter is not None:
        for one in filters.problems(pixel.filter, path="filter"):
            yield one.path, one.problem


@lru_cache(maxsize=TEMPLATES_KEPT)
def _template(text: str, place: Place) -> Template:
    return read_template(text, place, is_known)
