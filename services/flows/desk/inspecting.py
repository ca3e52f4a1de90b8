"""The inspecting desk: what is to be said of a flow, its code and its sub-flows included."""

import asyncio
from collections.abc import Sequence

import orjson

from libs.contracts.flow_edits import FlowFinding, Weight
from libs.contracts.ids import AccountId, FlowId
from libs.runtime.sandbox.outcome import Failed, Reason
from libs.runtime.sandbox.sandbox import Sandbox
from services.flows.domain.flow import Flow
from services.flows.domain.inspect import inspect
from services.flows.domain.nodes.code import CustomLogic
from services.flows.domain.nodes.condition import Condition
from services.flows.domain.nodes.sub_flow import SubFlow
from services.flows.domain.upgrade import read_flow
from services.flows.store.flows import Flows

FINDINGS_MAX = 200
CODE_NAMES = ("caller", "campaign", "tags", "context")  # what a code node's function is given


class InspectingDesk:
    """One per process."""

    def __init__(self, flows: Flows, sandbox: Sandbox) -> None:
        self._flows = flows
        self._sandbox = sandbox

    async def findings(self, account_id: AccountId, flow: Flow) -> tuple[FlowFinding, ...]:
        """Everything there is to say of a flow."""
        published = await self._called(account_id, flow)
        found = [*await asyncio.to_thread(inspect, flow, published.keys() - {flow.id})]
        found += _circles(flow, published)
        for node in flow.nodes:
            if isinstance(node, CustomLogic):
                found += _unread(await self._sandbox.check_js(node.source, CODE_NAMES), node.id)
            elif isinstance(node, Condition):
                for at, case in enumerate(node.cases):
                    no = await self._sandbox.check_cel(case.expression)
                    found += _unread(no, node.id, f"cases.{at}.expression")
        return foremost(found)

    async def sub_flows(self, account_id: AccountId, flow: Flow) -> dict[FlowId, int]:
        """The version of every flow that this one calls, and that those call."""
        called = await self._called(account_id, flow)
        return {flow_id: version for flow_id, (version, _) in called.items()}

    async def _called(self, account_id: AccountId, flow: Flow) -> dict[FlowId, tuple[int, Flow]]:
        """The published flows that this one calls, and that those call."""
        found: dict[FlowId, tuple[int, Flow]] = {}
        open_ = _called(flow)
        while open_:
            rows = await self._flows.published(account_id, open_)
            read = {
                flow_id: (version, read_flow(orjson.loads(document)))
                for flow_id, (version, document) in rows.items()
            }
            found |= read
            open_ = {one for _, sub in read.values() for one in _called(sub)} - found.keys()
        return found


def foremost(found: Sequence[FlowFinding]) -> tuple[FlowFinding, ...]:
    """The findings, errors first, and no more than anybody reads."""
    ordered = sorted(found, key=lambda one: one.weight is not Weight.ERROR)
    if len(ordered) <= FINDINGS_MAX:
        return tuple(ordered)
    more = f"and {len(ordered) - FINDINGS_MAX} findings more"
    weight = ordered[FINDINGS_MAX].weight
    return (*ordered[:FINDINGS_MAX], FlowFinding(weight=weight, code="more", text=more))


def _called(flow: Flow) -> set[FlowId]:
    return {node.flow_id for node in flow.nodes if isinstance(node, SubFlow)}


def _circles(flow: Flow, published: dict[FlowId, tuple[int, Flow]]) -> list[FlowFinding]:
    """Sub-flows that lead back to the flow itself."""
    found = []
    for node in flow.nodes:
        if isinstance(node, SubFlow) and _reaches(node.flow_id, flow.id, published):
            text = "leads back to this flow: flows call each other in a circle"
            finding = FlowFinding(
                weight=Weight.ERROR, code="circle", text=text, node=node.id, path="flow_id"
            )
            found.append(finding)
    return found


def _reaches(start: FlowId, wanted: FlowId, published: dict[FlowId, tuple[int, Flow]]) -> bool:
    seen, open_ = {start}, [start]
    while open_:
        one = open_.pop()
        if one == wanted:
            return True
        for called in _called(published[one][1]) if one in published else ():
            if called not in seen:
                seen.add(called)
                open_.append(called)
    return False


def _unread(failed: Failed | None, node: str, path: str = "source") -> list[FlowFinding]:
    """Code that cannot be read is an error; a busy sandbox says nothing of it."""
    if failed is None or failed.reason is Reason.BUSY:
        return []
    line = f"line {failed.line}: " if failed.line else ""
    text = f"{line}{failed.detail}"
    return [FlowFinding(weight=Weight.ERROR, code="code", text=text, node=node, path=path)]
