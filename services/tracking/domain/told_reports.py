"""A saved report as it is told to its webhook."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from libs.contracts.ids import AccountId, ReportId
from libs.contracts.pixels import Told
from libs.contracts.saved_reports import ReportDelivery
from libs.rules.proof import proof_of
from services.tracking.domain.postback import USER_AGENT, signed

REPORT = "report"  # where in the list of deliveries it stands


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling of a report: what is sent, or (`problem`) why it cannot be made."""

    account_id: AccountId
    report_id: ReportId
    id: UUID
    host: str
    at: datetime
    now: datetime
    body: str = ""
    problem: str = ""


def telling_id(report_id: ReportId, at: datetime, mark: str = "") -> UUID:
    """The event's id: that of a report at a moment is always the same."""
    return uuid5(report_id, f"{at.isoformat()}{mark}")


def host_of(delivery: ReportDelivery) -> str:
    """The host that it leads to, with its port."""
    return urlsplit(delivery.url).netloc.lower()


def request_of(delivery: ReportDelivery, body: str, event_id: UUID, now: datetime) -> Told:
    """The request: the same with every try, but for the time of its signature."""
    headers = {
        "User-Agent": USER_AGENT,
        "webhook-id": str(event_id),
        "Content-Type": "application/json",
    }
    headers |= {header.name: header.value.get_secret_value() for header in delivery.headers}
    headers |= proof_of(delivery.auth, body.encode(), now)
    if delivery.signing_secret is not None:
        headers |= signed(delivery.signing_secret.get_secret_value(), event_id, now, body)
    return Told(method="POST", url=delivery.url, headers=headers, body=body)
