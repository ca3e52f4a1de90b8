"""What brought somebody: to a call, or to a conversion on a page."""

from libs.contracts.ids import TrackingTagId, VisitId
from libs.contracts.message import Value


class Origin(Value):
    """What brought her, as far as was known; empty where nobody said.

    `source` is what brought the visitor last: what her address named, else the site before, else
    `direct`; `first_source` what brought her the first time.  The landing page and referrer are
    those of the last touch, the UTM parameters those of the visit, else of the last touch.
    """

    visit_id: VisitId | None = None
    tracking_tag_id: TrackingTagId | None = None
    source: str = ""
    first_source: str = ""
    landing_page: str = ""
    first_landing_page: str = ""
    referrer: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
