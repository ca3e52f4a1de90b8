"""The looking desk: flows, what differs in them, and what happened there."""

from datetime import timedelta

import orjson

from libs.contracts.flow_edits import (
    FlowRows,
    FlowShown,
    FlowVersions,
    GetFlow,
    ListFlows,
    ListFlowVersions,
)
from libs.contracts.flow_looks import (
    PORTS_MAX,
    WALKED_MAX,
    CompareFlows,
    FlowInspected,
    FlowLanguage,
    FlowsCompared,
    FlowTraffic,
    FlowWalk,
    GetFlowTraffic,
    GetFlowWalk,
    InspectFlow,
)
from libs.contracts.ids import AccountId, FlowId
from libs.runtime.clock import Clock
from services.flows.desk.inspecting import InspectingDesk
from services.flows.domain.compare import compare
from services.flows.domain.flow import Flow
from services.flows.domain.language import examples
from services.flows.domain.unfit import Missing, fit
from services.flows.domain.upgrade import SPEC_VERSION, read_flow
from services.flows.store.flows import Flows
from services.flows.store.looking import Looking


class LookingDesk:
    """Changes nothing."""

    def __init__(
        self, flows: Flows, looking: Looking, inspecting: InspectingDesk, clock: Clock
    ) -> None:
        self._flows = flows
        self._looking = looking
        self._inspecting = inspecting
        self._clock = clock

    async def page(self, question: ListFlows) -> FlowRows:
        """One page of flows."""
        kept = await self._flows.page(question, question.limit + 1)
        shown = kept[: question.limit]
        cursor = str(shown[-1].id) if len(kept) > question.limit else None
        return FlowRows(rows=tuple(one.row for one in shown), cursor=cursor)

    async def get(self, question: GetFlow) -> FlowShown:
        """A flow's draft with what is to be said of it, or a published version; raise Missing."""
        kept = await self._flows.one(question.account_id, question.flow_id)
        if kept is None:
            raise Missing
        if question.version is not None:
            document = await self._document(question.account_id, kept.id, question.version)
            return FlowShown(row=kept.row, document=document.model_dump(mode="json"))
        flow = read_flow(orjson.loads(kept.document))
        return FlowShown(
            row=kept.row,
            document=flow.model_dump(mode="json"),
            findings=await self._inspecting.findings(question.account_id, flow),
        )

    async def versions(self, question: ListFlowVersions) -> FlowVersions:
        """A flow's published versions; raise Missing."""
        if await self._flows.one(question.account_id, question.flow_id) is None:
            raise Missing
        rows = await self._flows.versions(question.account_id, question.flow_id, question.limit)
        return FlowVersions(rows=tuple(rows))

    async def compare(self, question: CompareFlows) -> FlowsCompared:
        """What differs between two documents of a flow; raise Missing."""
        before, after = [
            await self._document(question.account_id, question.flow_id, version)
            for version in (question.before, question.after)
        ]
        return FlowsCompared(differences=compare(before, after))

    async def inspect(self, question: InspectFlow) -> FlowInspected:
        """What is to be said of a document; raise Unfit where it is none."""
        flow = fit(question.document)
        return FlowInspected(
            findings=await self._inspecting.findings(question.account_id, flow),
            document=flow.model_dump(mode="json"),
        )

    def describe(self) -> FlowLanguage:
        """The language of documents."""
        return FlowLanguage(
            spec_version=SPEC_VERSION, language=Flow.model_json_schema(), examples=examples()
        )

    async def walk(self, question: GetFlowWalk) -> FlowWalk:
        """A call's way; raise Missing."""
        session = await self._looking.session(question.account_id, question.call_id)
        if session is None:
            raise Missing
        root = session.root
        steps = await self._looking.steps(question.account_id, question.call_id, WALKED_MAX)
        return FlowWalk(
            call_id=question.call_id,
            flow_id=root.flow_id,
            version=root.version,
            finished=session.finished,
            steps=tuple(steps),
            tags=session.shown_tags,
        )

    async def traffic(self, question: GetFlowTraffic) -> FlowTraffic:
        """What went through a flow's ports; raise Missing."""
        if await self._flows.one(question.account_id, question.flow_id) is None:
            raise Missing
        now = self._clock.now()
        since = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=question.hours - 1)
        ports = await self._looking.traffic(question.account_id, question.flow_id, since, PORTS_MAX)
        return FlowTraffic(since=since, ports=tuple(ports))

    async def _document(self, account_id: AccountId, flow_id: FlowId, version: int | None) -> Flow:
        """A published version, or the draft."""
        if version is None:
            kept = await self._flows.one(account_id, flow_id)
            text = kept.document if kept else None
        else:
            text = await self._flows.version(account_id, flow_id, version)
        if text is None:
            raise Missing
        return read_flow(orjson.loads(text))
