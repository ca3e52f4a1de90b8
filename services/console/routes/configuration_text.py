"""The whole configuration as one YAML document: written out, planned, applied."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from libs.runtime.ask import Refused, TooLarge, Unanswered
from services.console.auth import Guarded, Who, needs
from services.console.desk.configuring import ConfiguringDesk, Reviewed, Wanted
from services.console.domain.access import Principal, Right
from services.console.domain.configuration_document import BadDocument
from services.console.domain.configuration_schema import schema
from services.console.domain.yaml_text import LENGTH_MAX
from services.console.problems import Problem, of_refusal, of_silence
from services.console.routes.asking import CONFLICT, ERRORS, json_of, told

YAML = "application/yaml"


class ConfigurationText(BaseModel):
    """A document that the account is to be like."""

    model_config = ConfigDict(extra="forbid")

    document: str = Field(max_length=LENGTH_MAX, description="YAML, as GET /configuration gives")
    prune: bool = Field(default=False, description="retire what the document does not name")
    expected_version: int | None = Field(
        default=None, ge=0, description="of the plan that was reviewed; refused where it is stale"
    )


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["configuration"])
_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {YAML: {"schema": {"type": "string"}}}, "description": "The document"}
}


@router.get(
    "/configuration",
    response_class=Response,
    responses=_DOCUMENT,
    openapi_extra=needs(Right.EXPORT),
)
async def export_configuration(request: Request, who: Who) -> Response:
    """The account's configuration as one document; the same account, the same bytes."""
    try:
        version, text = await _desk(request).export(who.account_id)
    except Unanswered as fault:
        raise of_silence(fault, "router") from fault
    return Response(text, media_type=YAML, headers={"ETag": f'"{version}"'})


@router.get("/configuration/schema", openapi_extra=needs(Right.LOOK))
async def configuration_schema(who: Who) -> Response:
    """The JSON Schema of the document, for editors that complete and check."""
    return json_of(schema())


@router.post(
    "/configuration/plan",
    response_model=Reviewed,
    responses=CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def plan_configuration(
    request: Request, who: Who, body: Annotated[ConfigurationText, Body()]
) -> Response:
    """What a document would change, as a note for a reviewer; nothing is changed."""
    return await _reviewed(request, who, body, apply=False)


@router.post(
    "/configuration/apply",
    response_model=Reviewed,
    responses=CONFLICT,
    openapi_extra=needs(Right.EDIT),
)
async def apply_configuration(
    request: Request, who: Who, body: Annotated[ConfigurationText, Body()]
) -> Response:
    """Make the account like a document: all of it, or nothing."""
    return await _reviewed(request, who, body, apply=True)


async def _reviewed(
    request: Request, who: Principal, body: ConfigurationText, *, apply: bool
) -> Response:
    desk = _desk(request)
    wanted = Wanted(
        account_id=who.account_id,
        actor=who.actor,
        text=body.document,
        prune=body.prune,
        expected_version=body.expected_version,
    )
    try:
        return told(await (desk.apply(wanted) if apply else desk.plan(wanted)))
    except BadDocument as no:
        errors = [(f"body.document.{one.path}".rstrip("."), one.problem) for one in no.problems]
        status = 409 if no.code == "taken" else 422
        raise Problem(status, no.code, no.text, errors=errors) from no
    except Refused as no:
        paths = {"expected_version": "body.expected_version"}
        raise of_refusal(no.refusal, "router", paths) from no
    except TooLarge as fault:
        text = "it changes more than one message holds: apply it in parts"
        raise Problem(413, "too_large", text) from fault
    except Unanswered as fault:
        raise of_silence(fault, "router") from fault


def _desk(request: Request) -> ConfiguringDesk:
    desk: ConfiguringDesk = request.app.state.configuring
    return desk
