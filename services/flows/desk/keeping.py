"""The keeping desk: drafts, publishing, pausing, rolling back; every change is told."""

from dataclasses import replace
from typing import Any

import orjson

from libs.contracts.editing import Edit, Saved
from libs.contracts.finding import Affected, FindFlowed
from libs.contracts.flow_edits import (
    DuplicateFlow,
    FlowChanged,
    FlowFinding,
    FlowPublished,
    FlowState,
    PublishFlow,
    RollBackFlow,
    SaveFlow,
    SetFlowState,
    Weight,
)
from libs.contracts.flow_simulation import FlowTested
from libs.contracts.ids import AccountId, FlowId
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Announcement, Outbox
from services.flows.desk.inspecting import InspectingDesk
from services.flows.desk.simulating import SimulatingDesk
from services.flows.domain.unfit import Missing, Stale, Unavailable, Unfit, fit
from services.flows.domain.upgrade import read_flow
from services.flows.store.flows import Edit as Work
from services.flows.store.flows import Flows, KeptFlow

USES_WITHIN_MS = 700  # for the router to say which campaigns use a flow

_MAY_BECOME = {
    FlowState.PUBLISHED: (FlowState.PAUSED,),
    FlowState.PAUSED: (FlowState.PUBLISHED,),
    FlowState.ARCHIVED: (FlowState.DRAFT, FlowState.PAUSED),
}
"""What a flow must be before it can be set to a state."""


class KeepingDesk:
    """One per process."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        flows: Flows,
        inspecting: InspectingDesk,
        simulating: SimulatingDesk,
        ask: Ask,
        outbox: Outbox,
        clock: Clock,
    ) -> None:
        self._flows = flows
        self._inspecting = inspecting
        self._simulating = simulating
        self._ask = ask
        self._outbox = outbox
        self._clock = clock

    async def save(self, question: SaveFlow) -> Saved:
        """Keep a draft; raise Stale or Unfit."""
        flow = fit(question.document)
        async with self._flows.editing(question.account_id, flow.id) as work:
            before = await work.current(flow.id)
            _check_version(before, question.expected_version)
            state = before.state if before else FlowState.DRAFT
            if state is FlowState.ARCHIVED:
                state = FlowState.DRAFT
            kept = KeptFlow(
                id=flow.id,
                name=flow.name,
                state=state,
                version=0,
                published=before.published if before else None,
                newest=before.newest if before else 0,
                changed_at=self._clock.now(),
                document=flow.model_dump_json(),
            )
            saved = await work.keep(kept, kept.changed_at)
            fact = await _tell(work, question, before, saved)
        self._outbox.announce([fact])
        return Saved(version=saved.version)

    async def publish(self, question: PublishFlow) -> FlowPublished:
        """Make a version of the draft; raise Missing, Stale, or Unfit while it has errors."""
        account_id, now = question.account_id, self._clock.now()
        draft = await self._flows.one(account_id, question.flow_id)
        if draft is None:
            raise Missing
        flow = read_flow(orjson.loads(draft.document))
        findings = await self._inspecting.findings(account_id, flow)
        findings += _failed(await self._simulating.tests_of(account_id, flow))
        _refuse_errors(findings)
        sub_flows = await self._inspecting.sub_flows(account_id, flow)
        async with self._flows.editing(account_id, question.flow_id) as work:
            before = await _there(work, question.flow_id, question.expected_version)
            if before.version != draft.version:
                raise Stale(before.version)
            number = before.newest + 1
            kept = await work.keep(
                replace(before, state=FlowState.PUBLISHED, published=number, newest=number), now
            )
            await work.publish(kept, sub_flows, question.note, question.actor.name, now)
            fact = await _tell(work, question, before, kept)
        self._outbox.announce([fact])
        return FlowPublished(version=kept.version, published=number, findings=findings)

    async def roll_back(self, question: RollBackFlow) -> FlowPublished:
        """Give callers an earlier version again; raise Missing or Stale."""
        async with self._flows.editing(question.account_id, question.flow_id) as work:
            before = await _there(work, question.flow_id, question.expected_version)
            if not await work.has_version(question.flow_id, question.to):
                problem = ("to", f"there is no version {question.to}: 1 to {before.newest}")
                raise Unfit("points_nowhere", "no such version", [problem])
            kept = await work.keep(
                replace(before, state=FlowState.PUBLISHED, published=question.to),
                self._clock.now(),
            )
            fact = await _tell(work, question, before, kept)
        self._outbox.announce([fact])
        return FlowPublished(version=kept.version, published=question.to)

    async def set_state(self, question: SetFlowState) -> Saved:
        """Pause, resume or archive; raise Missing, Stale, Unfit, or Unavailable."""
        if question.state is FlowState.ARCHIVED:
            await self._unused(question.account_id, question.flow_id)
        async with self._flows.editing(question.account_id, question.flow_id) as work:
            before = await _there(work, question.flow_id, question.expected_version)
            if before.state not in _MAY_BECOME[question.state]:
                problem = ("state", f"a flow that is {before.state} cannot become {question.state}")
                raise Unfit("wrong_state", "the flow is not in the state for that", [problem])
            kept = await work.keep(replace(before, state=question.state), self._clock.now())
            fact = await _tell(work, question, before, kept)
        self._outbox.announce([fact])
        return Saved(version=kept.version)

    async def _unused(self, account_id: AccountId, flow_id: FlowId) -> None:
        """Raise Unfit while campaigns send their calls here."""
        try:
            used: Affected = await self._ask(
                FindFlowed(account_id=account_id, flow_id=flow_id), Deadline.within(USES_WITHIN_MS)
            )
        except (Unanswered, Refused) as fault:
            raise Unavailable("the router does not say whether campaigns use it") from fault
        if used.uses:
            names = ", ".join(use.name for use in used.uses)
            raise Unfit("in_use", "campaigns use it", [("state", f"still used by {names}")])

    async def duplicate(self, question: DuplicateFlow) -> Saved:
        """A draft like another's; raise Missing, or Stale where the new id is taken."""
        source = await self._flows.one(question.account_id, question.flow_id)
        if source is None:
            raise Missing
        document = orjson.loads(source.document)
        document |= {"id": str(question.new_id), "name": question.name}
        copy = SaveFlow(
            account_id=question.account_id,
            actor=question.actor,
            expected_version=None,
            document=document,
        )
        return await self.save(copy)


async def _there(work: Work, flow_id: FlowId, expected: int | None) -> KeptFlow:
    before = await work.current(flow_id)
    if before is None:
        raise Missing
    _check_version(before, expected)
    return before


def _check_version(before: KeptFlow | None, expected: int | None) -> None:
    current = before.version if before else None
    if current != expected:
        raise Stale(current)


def _failed(tested: FlowTested) -> tuple[FlowFinding, ...]:
    """Tests that came out otherwise than expected."""
    return tuple(
        FlowFinding(
            weight=Weight.ERROR,
            code="test",
            text=f"{test.name}: {difference}",
            path=f"tests.{at}",
        )
        for at, test in enumerate(tested.tests)
        for difference in test.differences
    )


def _refuse_errors(findings: tuple[FlowFinding, ...]) -> None:
    errors = [one for one in findings if one.weight is Weight.ERROR]
    if errors:
        problems = [(_where(one), one.text) for one in errors]
        raise Unfit("unpublishable", "the flow has errors", problems)


def _where(finding: FlowFinding) -> str:
    parts = ["document", *(["nodes", finding.node] if finding.node else []), finding.path]
    return ".".join(part for part in parts if part)


async def _tell(
    work: Work, question: Edit, before: KeptFlow | None, after: KeptFlow
) -> Announcement:
    fact = FlowChanged(
        account_id=question.account_id,
        key=str(after.id),
        version=after.version,
        at=after.changed_at,
        actor=question.actor,
        before=_picture(before),
        after=_picture(after),
    )
    announcement = Announcement(fact.subject, fact.model_dump_json())
    await work.announce(announcement)
    return announcement


def _picture(kept: KeptFlow | None) -> dict[str, Any] | None:
    """A flow as the audit log shows it: its document may be as large as a message."""
    return kept.row.model_dump(mode="json") if kept else None
