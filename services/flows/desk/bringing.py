"""The bringing desk: flows of the system before, and templates; nothing is kept here."""

from libs.contracts.flow_imports import FlowImported, FlowTemplates, ImportFlow
from services.flows.desk.inspecting import InspectingDesk
from services.flows.domain.importing.carrying import carried
from services.flows.domain.importing.old import NotAFlow
from services.flows.domain.templates import TEMPLATES
from services.flows.domain.unfit import Unfit, fit


class BringingDesk:
    """One per process."""

    def __init__(self, inspecting: InspectingDesk) -> None:
        self._inspecting = inspecting

    async def bring(self, question: ImportFlow) -> FlowImported:
        """An old flow in our language; raise Unfit where it is none, or cannot be one of ours."""
        try:
            document, not_carried = carried(question.document)
        except NotAFlow as no:
            raise Unfit("malformed", "it is no flow of the system before", [("", str(no))]) from no
        flow = fit(document)
        return FlowImported(
            document=flow.model_dump(mode="json"),
            not_carried=not_carried,
            findings=await self._inspecting.findings(question.account_id, flow),
        )

    def templates(self) -> FlowTemplates:
        """The flows to begin with."""
        return FlowTemplates(templates=TEMPLATES)
