"""Who sent a call, as tags: what filters, bidders, flows and pixels read of a publisher."""

from collections.abc import Mapping

from libs.contracts.tags import SUB_ID
from services.router.domain.context import PublisherSeen


def tags_of_sender(publisher: PublisherSeen | None, tags: Mapping[str, str]) -> Mapping[str, str]:
    """`publisher:id`, `publisher:name`, and the publisher's own source as `publisher:subid`."""
    if publisher is None:
        return {}
    told = {
        "publisher:id": str(publisher.id),
        "publisher:name": publisher.name,
        "publisher:subid": tags.get(SUB_ID, ""),
    }
    return {name: value for name, value in told.items() if value}
