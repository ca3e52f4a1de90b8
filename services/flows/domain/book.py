"""The flows that a call walks in, each in its fixed version."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.contracts.ids import FlowId
from services.flows.domain.flow import Flow

DRAFT = 0  # the version of what is not published


@dataclass(frozen=True)
class Book:
    """The flows that one published version walks in: itself and those that it calls."""

    flows: Mapping[FlowId, tuple[int, Flow]]

    def flow(self, flow_id: FlowId, version: int) -> Flow:
        """One of them."""
        found, flow = self.flows[flow_id]
        assert found == version, "a book has one version of each flow"
        return flow

    def version_of(self, parent: tuple[FlowId, int], sub_flow: FlowId) -> int | None:
        """Which version of a sub-flow it goes with."""
        found = self.flows.get(sub_flow)
        return found[0] if found else None
