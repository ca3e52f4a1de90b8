"""The JSON Schema of the configuration's document, from the contracts' own."""

from functools import cache
from typing import Any

from libs.contracts.bulk import AccountConfiguration
from services.console.domain.configuration_document import FORMAT, KINDS, REFERENCES, Reference

TITLES = {
    "buyers": "Buyer",
    "targets": "Target",
    "groups": "Group",
    "campaigns": "Campaign",
    "pools": "Pool",
    "numbers": "Number",
    "members": "Member",
    "assignments": "Assignment",
}


@cache
def schema() -> dict[str, Any]:
    """The document's schema: the contracts', with names beside ids; ids may be left out."""
    whole = AccountConfiguration.model_json_schema(mode="validation")
    definitions: dict[str, Any] = whole["$defs"]
    for kind in KINDS:
        _may_leave_out(definitions[TITLES[kind]], "id")
    for reference in REFERENCES:
        _may_name(definitions[TITLES[reference.within or reference.kind]], reference)
    properties = {"format": {"const": FORMAT, "description": "how this document is read"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An account's configuration",
        "type": "object",
        "additionalProperties": False,
        "required": ["format"],
        "properties": properties | whole["properties"],
        "$defs": definitions,
    }


def _may_leave_out(thing: dict[str, Any], field: str) -> None:
    thing["required"] = [name for name in thing.get("required", ()) if name != field]


def _may_name(thing: dict[str, Any], reference: Reference) -> None:
    """Let a field name a thing by its name, and its id be left out then."""
    kind = reference.names.removesuffix("s")
    thing["properties"][reference.word] = {
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "default": None,
        "description": f"the name of a {kind}, in the place of {reference.id_field}",
    }
    _may_leave_out(thing, reference.id_field)
