"""Documents of earlier versions of the language, lifted step by step when they are read."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from libs.contracts.ids import FlowId
from services.flows.domain.flow import Flow

SPEC_VERSION = 1

Step = Callable[[dict[str, Any]], dict[str, Any]]

STEPS: Mapping[int, Step] = {}
"""For each earlier version the function that lifts a document to the next."""


def lifted(document: dict[str, Any]) -> dict[str, Any]:
    """A document in today's language; one without a version is of today's."""
    version = document.get("spec_version", SPEC_VERSION)
    while version in STEPS:
        document = STEPS[version](document)
        version = document["spec_version"]
    return document


def read_flow(document: dict[str, Any]) -> Flow:
    """A flow of any version; raises pydantic's ValidationError."""
    return Flow.model_validate(lifted(document))


def read_sub_flows(document: Mapping[str, int]) -> dict[FlowId, int]:
    """Which version of each sub-flow goes with a published flow."""
    return {FlowId(UUID(key)): version for key, version in document.items()}
