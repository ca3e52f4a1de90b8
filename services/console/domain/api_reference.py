"""One OpenAPI document of all doors, joined from what each says of itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.console.domain.manual import anchor_of

REFS = "#/components/schemas/"
OWN = "console"
DOOR = "x-door"
METHODS = ("get", "put", "post", "delete", "patch")
DESCRIPTION = (
    "Everything that can be asked over HTTP, behind one public name. The console is for people and "
    "their programs, the ingress for Twilio, tracking for websites and partners, rtb for "
    "publishers and bidders: `x-door` says whose it is."
)
KEY = {"type": "http", "scheme": "bearer", "description": "A key of the account's (POST /keys)"}
COOKIE = {"type": "apiKey", "in": "cookie", "name": "__Host-ccp_session"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked."""

    method: str
    path: str
    group: str
    told: dict[str, Any]

    @property
    def title(self) -> str:
        """As it is asked."""
        return f"{self.method.upper()} {self.path}"

    @property
    def anchor(self) -> str:
        """Where it stands on its group's page."""
        return anchor_of(self.title.replace("/", "-").replace("_", "-"))


def joined(documents: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The document of all doors, by the doors' names; two doors never share a path.

    A schema's name that means two things in two doors is put apart by the door's name.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for door, document in documents.items():
        own = document.get("components", {}).get("schemas", {})
        names = {
            name: name if schemas.get(name, schema) == schema else f"{door}_{name}"
            for name, schema in own.items()
        }
        schemas |= {names[name]: _renamed(schema, names) for name, schema in own.items()}
        for path, item in _renamed(document["paths"], names).items():
            assert path not in paths, f"{path} is at two doors"
            paths[path] = {
                method: _of_door(told, door) if method in METHODS else told
                for method, told in item.items()
            }
    return {
        "openapi": "3.1.0",
        "info": {"title": "CallCenter Pro", "version": "1", "description": DESCRIPTION},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"key": KEY, "session": COOKIE}},
    }


def _of_door(told: dict[str, Any], door: str) -> dict[str, Any]:
    """An operation with its door, and how one shows who asks."""
    more: dict[str, Any] = {DOOR: door, "tags": told.get("tags") or [door]}
    if told.get("x-right") not in (None, "public"):
        more["security"] = [{"key": []}, {"session": []}]
    return {**told, **more}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """The same with its references as the schemas are called now."""
    if isinstance(value, dict):
        return {key: _renamed(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if isinstance(value, str) and value.startswith(REFS):
        name = value.removeprefix(REFS)
        return REFS + names.get(name, name)
    return value


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Everything that can be asked, in the order of the document."""
    for path, item in document["paths"].items():
        for method, told in item.items():
            if method in METHODS:
                yield Operation(method, path, str(told["tags"][0]).replace(" ", "-"), told)
