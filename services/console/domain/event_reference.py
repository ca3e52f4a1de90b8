"""Every event as an AsyncAPI document: what is said, by whom, and who listens."""

from typing import Any

from pydantic.json_schema import models_json_schema

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.message import Message
from libs.contracts.streams import DURABLES, EVENTS

REFS = "#/components/schemas/{model}"
DESCRIPTION = (
    "Facts that services tell each other over NATS JetStream. Each has one publisher; a durable "
    "reads until it has done its work, redelivered for as long as that takes. The console shows an "
    "account's own at `/api/v1/live`."
)


def event_document() -> dict[str, Any]:
    """The document, from the contracts alone."""
    events = {s: kind for s, kind in CATALOGUE.items() if s.startswith("event.")}
    _, schemas = models_json_schema(
        [(kind, "validation") for kind in events.values()], ref_template=REFS
    )
    channels, operations, messages = {}, {}, {}
    for subject, kind in events.items():
        name = kind.__name__
        channels[subject] = {
            "address": subject,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        }
        messages[name] = {
            "name": name,
            "summary": (kind.__doc__ or "").strip().partition("\n\n")[0].replace("\n", " "),
            "contentType": "application/json",
            "payload": {"$ref": REFS.format(model=name)},
        }
        publisher = publisher_of(kind)
        operations[f"{publisher} says {subject}"] = _operation("send", subject, name, publisher)
        for durable in readers_of(subject):
            service = durable.partition("-")[0]
            operations[f"{durable} hears {subject}"] = _operation("receive", subject, name, service)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "CallCenter Pro events", "version": "1", "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": _plain(schemas["$defs"])},
    }


def _plain(schema: Any) -> Any:
    """A schema without hints at which of several shapes it is: AsyncAPI writes them otherwise.

    >>> _plain({"oneOf": [{"const": 1}], "discriminator": {"propertyName": "kind"}})
    {'oneOf': [{'const': 1}]}
    """
    if isinstance(schema, dict):
        return {
            name: _plain(value)
            for name, value in schema.items()
            if not (name == "discriminator" and "propertyName" in value)
        }
    return [_plain(one) for one in schema] if isinstance(schema, list) else schema


def publisher_of(kind: type[Message]) -> str:
    """Who says it."""
    return str(getattr(kind, "publisher"))  # noqa: B009 - facts and changes have it each


def readers_of(subject: str) -> list[str]:
    """Which durables hear it."""
    return [
        one.name
        for one in DURABLES
        if one.stream == EVENTS.name and any(_covers(pattern, subject) for pattern in one.subjects)
    ]


def _covers(pattern: str, subject: str) -> bool:
    """Whether a NATS pattern takes a subject.

    >>> _covers("event.*.changed.v1", "event.buyer.changed.v1"), _covers("event.>", "event.a.b.v1")
    (True, True)
    """
    words, said = pattern.split("."), subject.split(".")
    for place, word in enumerate(words):
        if word == ">":
            return len(said) > place
        if place >= len(said) or word not in ("*", said[place]):
            return False
    return len(words) == len(said)


def _operation(action: str, subject: str, message: str, service: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{subject}"},
        "messages": [{"$ref": f"#/channels/{subject}/messages/{message}"}],
        "tags": [{"name": service}],
    }
