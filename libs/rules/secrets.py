"""The secrets within a document that leads outside: sealed where kept, masked where shown.

They stand in its `auth`, in the values of its `headers`, and in `signing_secret`; the rules of
pings have publishers with secrets of their own, a saved report has them in its `delivery`.
"""

from collections.abc import Callable, Mapping
from typing import Any

MASK = "********"
_OF_AUTH = ("key", "token", "password", "secret")
_SIGNING = "signing_secret"
_DELIVERY = "delivery"

Change = Callable[[str], str]


def with_secrets(document: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """The document with each of its secrets changed."""
    changed = dict(document)
    if "auth" in document:
        changed["auth"] = {
            name: change(value) if name in _OF_AUTH else value
            for name, value in document["auth"].items()
        }
    if "headers" in document:
        changed["headers"] = [
            {**header, "value": change(header["value"])} for header in document["headers"]
        ]
    if document.get(_SIGNING) is not None:
        changed[_SIGNING] = change(document[_SIGNING])
    if _is_rules(document):
        changed["publishers"] = [with_secrets(one, change) for one in document["publishers"]]
    if document.get(_DELIVERY) is not None:
        changed[_DELIVERY] = with_secrets(document[_DELIVERY], change)
    return changed


def _is_rules(document: Mapping[str, Any]) -> bool:
    """Whether publishers are documents with secrets of their own; bidders name only some."""
    return any(isinstance(one, Mapping) for one in document.get("publishers", ()))


def masked(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document for other eyes.

    >>> masked({"auth": {"kind": "bearer", "token": "hush"}, "headers": []})
    {'auth': {'kind': 'bearer', 'token': '********'}, 'headers': []}
    """
    return with_secrets(document, lambda _: MASK)


def secrets_in(document: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Each secret by where it stands: its part of the proof, or its header's name."""
    auth = document.get("auth", {})
    found = {(auth["kind"], name): auth[name] for name in _OF_AUTH if name in auth}
    for header in document.get("headers", ()):
        found["header", header["name"].lower()] = header["value"]
    if document.get(_SIGNING) is not None:
        found[_SIGNING, ""] = document[_SIGNING]
    if _is_rules(document):
        for one in document["publishers"]:
            for (kind, name), value in secrets_in(one).items():
                found[f"{one['name'].lower()}/{kind}", name] = value
    if document.get(_DELIVERY) is not None:
        found |= secrets_in(document[_DELIVERY])
    return found


def unmasked(document: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The document with secrets that came back masked as they were before."""
    known = secrets_in(before) if before else {}
    changed = dict(document)
    if "auth" in document:
        changed["auth"] = _auth(document["auth"], known, "")
    if "headers" in document:
        changed["headers"] = [_header(header, known) for header in document["headers"]]
    if document.get(_SIGNING) == MASK:
        changed[_SIGNING] = known.get((_SIGNING, ""), MASK)
    if _is_rules(document):
        changed["publishers"] = [
            {**one, "auth": _auth(one["auth"], known, f"{one['name'].lower()}/")}
            for one in document["publishers"]
        ]
    if document.get(_DELIVERY) is not None:
        changed[_DELIVERY] = unmasked(document[_DELIVERY], (before or {}).get(_DELIVERY))
    return changed


def _auth(
    auth: Mapping[str, Any], known: Mapping[tuple[str, str], str], whose: str
) -> dict[str, Any]:
    return {
        name: known.get((f"{whose}{auth['kind']}", name), value) if value == MASK else value
        for name, value in auth.items()
    }


def _header(header: Mapping[str, Any], known: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    kept = known.get(("header", header["name"].lower()))
    return {**header, "value": kept if header["value"] == MASK and kept else header["value"]}
