"""What a document is known by."""

from libs.contracts.configuration import Defaults
from libs.contracts.message import Document
from tests.service.router.stage import Stage


def key_of(stage: Stage, document: Document) -> str:
    """Its id, a carrier's account_sid, or the account for its defaults."""
    if isinstance(document, Defaults):
        return str(stage.account_id)
    return str(getattr(document, "id", None) or getattr(document, "account_sid", None))
