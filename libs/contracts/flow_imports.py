"""Bringing flows in: from the system before this one, and from templates."""

from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.flow_edits import FlowDocument, FlowFinding
from libs.contracts.ids import AccountId
from libs.contracts.message import Question, Value, one_of


class NotCarried(Value):
    """Something of an old flow that has no counterpart, and why; `node` empty: the whole flow."""

    node: str
    field: str
    why: str


class FlowImported(Value):
    """An old flow in our language; nothing is kept: whoever likes it saves it as a draft."""

    outcome: Literal["imported"] = "imported"
    document: dict[str, Any]
    not_carried: tuple[NotCarried, ...]
    findings: tuple[FlowFinding, ...]


class ImportFlow(Question):
    """Read a flow of the system before, in either of its dialects."""

    subject: ClassVar[str] = "ask.flows.import.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowImported)

    account_id: AccountId
    document: FlowDocument


class FlowTemplate(Value):
    """A flow to begin with; its document has no id of its own yet, and tests that pass."""

    key: str
    name: str
    description: str
    document: dict[str, Any]


class FlowTemplates(Value):
    """All templates."""

    outcome: Literal["templates"] = "templates"
    templates: tuple[FlowTemplate, ...] = Field(max_length=100)


class ListFlowTemplates(Question):
    """The flows to begin with; they are the same for everybody."""

    subject: ClassVar[str] = "ask.flows.templates.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowTemplates)
