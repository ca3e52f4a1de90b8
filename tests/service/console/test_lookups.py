"""What the assistant may look up are routes that need the right to look, and change nothing."""

import re

from fastapi.routing import APIRoute, iter_route_contexts

from services.console.app import API, create
from services.console.auth import RIGHT
from services.console.domain.access import Right
from services.console.domain.lookups import LOOKUPS, MANUAL, ApiRequest, Arguments
from services.console.settings import Settings
from tests.kit.hosting import settings_of

NOWHERE = {"nats_url": "nats://127.0.0.1:1", "database_url": "postgresql://127.0.0.1:1/none"}
ID = "018f3b1c-0000-7000-8000-000000000002"
TIMES = {"since": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
READ_BY_POST = ("/reports",)  # a report's shape is too large for an address


def examples(kind: type[Arguments]) -> list[Arguments]:
    """Arguments of each sort: for every kind of thing that can be named."""
    fields = kind.model_fields
    if "kind" not in fields:
        given = {"call_id": ID, "words": "x", **TIMES}
        return [kind.model_validate({name: given[name] for name in fields if name in given})]
    things = kind.model_json_schema()["properties"]["kind"]["enum"]
    more = {"id": ID} if "id" in fields else {}
    return [kind.model_validate({"kind": one, **more}) for one in things]


def test_every_look_up_is_a_route_that_only_needs_the_right_to_look() -> None:
    app = create(settings_of(Settings, **NOWHERE))
    routes = {
        (method, re.compile(re.sub(r"{\w+}", "[^/]+", context.path or ""))): context.route
        for context in iter_route_contexts(app.routes)
        if isinstance(context.route, APIRoute)
        for method in context.route.methods or ()
    }

    def rights_at(wanted: ApiRequest) -> set[str]:
        """The rights that the first route at this address needs."""
        for (method, path), route in routes.items():
            if method == wanted.method and path.fullmatch(f"{API}{wanted.path}"):
                return {str((getattr(route, "openapi_extra", None) or {})[RIGHT])}
        return set()

    assert [one.name for one in LOOKUPS if one.request is None] == [MANUAL]
    for lookup in LOOKUPS:
        for arguments in examples(lookup.arguments) if lookup.request else ():
            wanted = lookup.asks(arguments)
            assert rights_at(wanted) == {Right.LOOK}, lookup.name
            assert wanted.method == "GET" or wanted.path in READ_BY_POST
