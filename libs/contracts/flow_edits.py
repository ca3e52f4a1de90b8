"""Keeping flows: drafts, immutable published versions, and their life cycle.

A document is plain JSON here; its language, with every kind of node, is what `DescribeFlows`
answers as a JSON Schema.
"""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, TypeAdapter

from libs.contracts.call_settings import Text
from libs.contracts.configuration import Name
from libs.contracts.editing import PAGE_MAX, Changed, Edit
from libs.contracts.ids import AccountId, FlowId
from libs.contracts.message import Instant, Question, Value, one_of

DOCUMENT_BYTES_MAX = 400_000  # a message has at most 512 kB, and carries more than the document

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class FlowState(StrEnum):
    """Where a flow stands; only a published one takes calls."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    ARCHIVED = "archived"


class FlowNoun(StrEnum):
    """What flows keeps, as the audit log names it."""

    FLOW = "flow"


class Weight(StrEnum):
    """What a finding means: an error forbids publishing, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class FlowFinding(Value):
    """Something about a flow that its author should know; `node` is the node it is about.

    `path` is the field's place in the document, where there is one.
    """

    weight: Weight
    code: str
    text: str
    node: str = ""
    path: str = ""


class FlowRow(Value):
    """A flow in a list.  `version` is that of its draft, `published` what callers get."""

    id: FlowId
    name: str
    state: FlowState
    version: int
    published: int | None
    newest: int
    changed_at: Instant


class FlowRows(Value):
    """Flows in the order of their ids; `cursor` asks for the next page, None ends the list."""

    outcome: Literal["flows"] = "flows"
    rows: tuple[FlowRow, ...]
    cursor: str | None = None


class ListFlows(Question):
    """One page of an account's flows; `state` None: all that are not archived."""

    subject: ClassVar[str] = "ask.flows.list.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowRows)

    account_id: AccountId
    state: FlowState | None = None
    contains: str = Field(default="", max_length=200)
    cursor: FlowId | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class FlowShown(Value):
    """A flow with one of its documents: the draft, or a published version."""

    outcome: Literal["flow"] = "flow"
    row: FlowRow
    document: dict[str, Any]
    findings: tuple[FlowFinding, ...] = ()


class GetFlow(Question):
    """A flow; `version` None is its draft.  Another account's is `not_found`."""

    subject: ClassVar[str] = "ask.flows.get.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowShown)

    account_id: AccountId
    flow_id: FlowId
    version: Version | None = None


def _not_too_large(document: dict[str, Any]) -> dict[str, Any]:
    size = len(TypeAdapter(dict[str, Any]).dump_json(document))
    if size > DOCUMENT_BYTES_MAX:
        raise ValueError(f"has {size} bytes: a flow has at most {DOCUMENT_BYTES_MAX}")
    return document


FlowDocument = Annotated[dict[str, Any], AfterValidator(_not_too_large)]


class SaveFlow(Edit):
    """Keep a flow's draft; callers go on by what was published."""

    subject: ClassVar[str] = "ask.flows.save.v1"

    document: FlowDocument


class FlowPublished(Value):
    """From now on new callers walk in this version."""

    outcome: Literal["published"] = "published"
    version: int
    published: int
    findings: tuple[FlowFinding, ...] = ()


class PublishFlow(Edit):
    """Make a version of the draft, which never changes again; refused while it has errors.

    Its tests are run before; one that fails is an error.
    """

    subject: ClassVar[str] = "ask.flows.publish.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowPublished)

    flow_id: FlowId
    note: Text = Field(default="", max_length=1_000)


class RollBackFlow(Edit):
    """Give new callers an earlier version again; the draft stays as it is."""

    subject: ClassVar[str] = "ask.flows.roll_back.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowPublished)

    flow_id: FlowId
    to: Version


class SetFlowState(Edit):
    """Pause a published flow, resume it, or archive one that no campaign uses."""

    subject: ClassVar[str] = "ask.flows.set_state.v1"

    flow_id: FlowId
    state: Literal[FlowState.PUBLISHED, FlowState.PAUSED, FlowState.ARCHIVED]


class DuplicateFlow(Edit):
    """A draft like another flow's."""

    subject: ClassVar[str] = "ask.flows.duplicate.v1"

    flow_id: FlowId
    new_id: FlowId
    name: Name


class FlowVersionRow(Value):
    """One published version."""

    version: int
    note: str
    published_by: str
    published_at: Instant


class FlowVersions(Value):
    """All published versions of a flow, the newest first."""

    outcome: Literal["versions"] = "versions"
    rows: tuple[FlowVersionRow, ...]


class ListFlowVersions(Question):
    """A flow's published versions."""

    subject: ClassVar[str] = "ask.flows.versions.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FlowVersions)

    account_id: AccountId
    flow_id: FlowId
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class FlowChanged(Changed):
    """A flow's draft or state changed; the documents are left out of the pictures."""

    subject: ClassVar[str] = "event.flow.changed.v1"
    publisher: ClassVar[str] = "flows"
