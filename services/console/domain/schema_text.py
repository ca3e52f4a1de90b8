"""A JSON Schema in few words: what a value is, and what its fields are."""

from collections.abc import Iterator, Mapping
from typing import Any

DEPTH_MAX = 3  # fields of fields of fields; what is deeper is in the document
FIELDS_MAX = 80  # of one shape
_LIMITS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "pattern": "as {}",
}

Schema = Mapping[str, Any]


def kind_of(schema: Schema) -> str:
    """What a value is.

    >>> kind_of({"type": "array", "items": {"type": "integer"}})
    'list of integer'
    >>> kind_of({"anyOf": [{"$ref": "#/components/schemas/Money"}, {"type": "null"}]})
    'Money or null'
    """
    if ref := schema.get("$ref"):
        return str(ref).rpartition("/")[2]
    if "const" in schema:
        return f"“{schema['const']}”"
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if several := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(kind_of(one) for one in several))
    kind = schema.get("type", "any")
    held = schema.get("items" if kind == "array" else "additionalProperties")
    if isinstance(held, Mapping):
        return f"{'list' if kind == 'array' else kind} of {kind_of(held)}"
    return str(schema.get("format", kind))


def limits_of(schema: Schema) -> str:
    """What is allowed there.

    >>> limits_of({"type": "integer", "minimum": 1, "default": 100})
    '≥ 1; else 100'
    """
    said = [text.format(schema[name]) for name, text in _LIMITS.items() if name in schema]
    if schema.get("default") not in (None, "", [], {}):
        said.append(f"else {schema['default']}")
    return "; ".join(said)


def fields_of(
    schema: Schema, schemas: Mapping[str, Schema], path: str = "", depth: int = 0
) -> Iterator[tuple[str, str, str]]:
    """Each field with its place, what it is, and what is said of it; ones within after it."""
    whole = _resolved(schema, schemas)
    required = whole.get("required", ())
    for name, one in whole.get("properties", {}).items():
        place = f"{path}{name}"
        needed = "needed" if name in required else ""
        said = "; ".join(filter(None, (needed, limits_of(one), one.get("description", ""))))
        yield place, kind_of(one), said
        inner, mark = _inner(one)
        if inner is not None and depth + 1 < DEPTH_MAX:
            yield from fields_of(inner, schemas, f"{place}{mark}.", depth + 1)


def _inner(schema: Schema) -> tuple[Schema | None, str]:
    """What has fields of its own within a field: itself, or what it is a list of."""
    if "$ref" in schema:
        return schema, ""
    if schema.get("type") == "array":
        inner, _ = _inner(schema.get("items", {}))
        return inner, "[]"
    whole = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _inner(whole[0]) if len(whole) == 1 else (None, "")


def _resolved(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return schemas.get(name, {}) if name else schema
