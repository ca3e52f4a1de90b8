"""Tracking's doors as an OpenAPI document: what pages, sites' servers and partners may ask."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from services.tracking.doors.conversions import ConversionSaid
from services.tracking.doors.said import BeatSaid, PageSaid

_REFS = "#/components/schemas/{model}"
_SAID: dict[str, type[BaseModel]] = {
    "/dni/v1/visits": PageSaid,
    "/dni/v1/beats": BeatSaid,
    "/dni/v1/conversions": ConversionSaid,
}
_ASKED = ("tag", "campaign", "visitor", "page", "referrer", "address", "user_agent")
_SUMMARIES = {
    "/dni.js": "The script of pages",
    "/dni/{version}.js": "The script of pages, by its version: kept for ever",
    "/dni/v1/visits": "A visitor comes to a page: the number to show her",
    "/dni/v1/number": "The same for a site's server; other parameters are those of the page",
    "/dni/v1/beats": "A page is still open, or closes",
    "/dni/v1/conversions": "A visitor has converted without a call",
    "/p/{key}": "A partner posts a conversion: fields in the address or in a form or JSON body",
}
_PREDECESSORS = "Of the system before this one, answered as its pages know it"


def described(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The document of these routes; what only browsers ask beforehand is left out."""
    said = [(model, "validation") for model in _SAID.values()]
    _, schemas = models_json_schema(said, ref_template=_REFS)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        if isinstance(route, Route) and "OPTIONS" not in (route.methods or ()):
            path = re.sub(r":\w+}", "}", route.path)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                paths.setdefault(path, {})[method.lower()] = _operation(path)
    return {
        "openapi": "3.1.0",
        "info": {"title": "CallCenter Pro tracking", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }


def description_route(routes: Sequence[BaseRoute]) -> Route:
    """Where the document is."""
    document = described(routes)

    async def show(_: Request) -> JSONResponse:
        return JSONResponse(document)

    return Route("/openapi.json", show)


def _operation(path: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": _SUMMARIES.get(path, _PREDECESSORS),
        "responses": {
            "200": {"description": "Done"},
            "4XX": {"description": "Not done: a problem document", "content": {_PROBLEM: {}}},
        },
    }
    named = [(name, "path") for name in re.findall(r"{(\w+)}", path)]
    if path == "/dni/v1/number":
        named += [(name, "query") for name in _ASKED]
    if named:
        operation["parameters"] = [
            {
                "name": name,
                "in": place,
                "required": place == "path" or name == "visitor",
                "schema": {"type": "string"},
            }
            for name, place in named
        ]
    if model := _SAID.get(path):
        schema = {"$ref": _REFS.format(model=model.__name__)}
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


_PROBLEM = "application/problem+json"
