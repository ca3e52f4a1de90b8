"""The words in which decisions are explained."""

from collections.abc import Mapping

from libs.contracts.configuration import Spread
from libs.contracts.explaining import Rule
from libs.contracts.routing import RouteReason

CLOSED: Mapping[RouteReason, str] = {
    RouteReason.UNKNOWN_NUMBER: "nobody has configured the number {dialled}",
    RouteReason.NUMBER_OF_ANOTHER_CARRIER: "{dialled} belongs to another account at the carrier",
    RouteReason.NUMBER_WITHOUT_CAMPAIGN: "{dialled} is assigned to no campaign",
    RouteReason.CAMPAIGN_DRAFT: "the campaign is still a draft",
    RouteReason.CAMPAIGN_PAUSED: "the campaign is paused",
    RouteReason.CAMPAIGN_COMPLETED: "the campaign is completed",
    RouteReason.CAMPAIGN_CLOSED: "it was outside the campaign's hours ({seen})",
    RouteReason.CAMPAIGN_FILTERED: "the campaign's filter needs {needed}, but {seen}",
    RouteReason.CAMPAIGN_OUT_OF_AREA: "the campaign needs {needed}, but saw {seen}",
    RouteReason.CAMPAIGN_CAPPED: "the campaign has reached a cap ({seen}, needs {needed})",
    RouteReason.PUBLISHER_PAUSED: "{seen}",
    RouteReason.PUBLISHER_CLOSED: (
        "it was outside the hours of the publisher {publisher} ({seen})"
    ),
    RouteReason.PUBLISHER_CAPPED: (
        "the publisher {publisher} has reached a cap ({seen}, needs {needed})"
    ),
    RouteReason.CALLER_ANONYMOUS: "the campaign takes no callers who withhold their number",
    RouteReason.CALLER_BLOCKED: "the caller is blocked: {seen} is {needed}",
    RouteReason.CALLER_ABROAD: "the campaign takes callers of {needed}, but saw {seen}",
    RouteReason.CALLER_UNATTESTED: "the campaign needs {needed}, but saw {seen}",
    RouteReason.CALLER_REPEATS: "the caller calls too often: {seen}, {needed}",
    RouteReason.NOT_QUOTED: "the campaign takes only quoted calls: {seen}",
    RouteReason.NO_TARGET: "the campaign has no target",
    RouteReason.NOBODY_ELIGIBLE: "no target of the campaign may take the call",
    RouteReason.ALL_CAPPED: "every eligible target has reached a cap",
    RouteReason.UNSOLD: "nobody bought it",
    RouteReason.DIAL_ATTEMPTS_SPENT: "as many targets were tried as the campaign allows",
    RouteReason.RING_BUDGET_SPENT: "the caller has heard enough ringing for this campaign",
}

PASSED_OVER: Mapping[Rule, str] = {
    Rule.TARGET_PAUSED: "is paused",
    Rule.BUYER_PAUSED: "belongs to a paused buyer",
    Rule.GROUP_PAUSED: "belongs to a paused group",
    Rule.RTB_OFF: "holds no auctions, for RTB is off",
    Rule.UNSOLD: "sold nothing ({seen})",
    Rule.ALREADY_TRIED: "had been dialled before",
    Rule.EARLIER_CONNECTIONS: "wants callers who were not {seen}",
    Rule.SERVED_BEFORE: "had served this caller before",
    Rule.SKILLS: "has not the skills ({seen}, needs {needed})",
    Rule.CLOSED: "was outside the hours{whose} ({seen})",
    Rule.FILTERED: "did not pass the filter{whose} ({seen}, needs {needed})",
    Rule.OUT_OF_AREA: "was out of the area{whose} ({seen}, needs {needed})",
    Rule.DUPLICATE: "had the caller already ({seen}, needs {needed})",
    Rule.CONCURRENCY_CAP: "is at the concurrency cap{whose} ({seen}, needs {needed})",
    Rule.CAP: "is at a cap{whose} ({seen}, needs {needed})",
}

OTHERWISE: Mapping[Rule, str] = {
    Rule.TARGET_PAUSED: "would have been considered had it been active",
    Rule.BUYER_PAUSED: "would have been considered had {holder} been active",
    Rule.GROUP_PAUSED: "would have been considered had {holder} been active",
    Rule.RTB_OFF: "would have needed {needed}",
    Rule.UNSOLD: "would have needed {needed}",
    Rule.ALREADY_TRIED: "is dialled once in a call",
    Rule.EARLIER_CONNECTIONS: "would have needed {needed} earlier connections",
    Rule.SERVED_BEFORE: "would have needed a caller whom it had not served",
    Rule.SKILLS: "would have needed to be an agent with {needed}",
    Rule.CLOSED: "would have needed {needed}",
    Rule.FILTERED: "would have needed {needed}",
    Rule.OUT_OF_AREA: "would have needed {needed}",
    Rule.DUPLICATE: "would have needed a caller {needed}",
    Rule.CONCURRENCY_CAP: "would have needed {needed} with {holder}",
    Rule.DAILY_CAP: "would have needed {needed}",
    Rule.CAP: "would have needed {needed} with {holder}",
    Rule.NOT_REACHED: "was number {place} in the order; all before it would have had to be full",
}

SPREADS: Mapping[Spread, str] = {
    Spread.WEIGHT: (
        "the first with room in the drawn order (priority {priority}, weight {weight})"
    ),
    Spread.ROUND_ROBIN: "the first with room in rotation (priority {priority})",
    Spread.LEAST_BUSY: "the least busy with room (priority {priority}, {score})",
    Spread.MOST_FREE: "the one with most room (priority {priority}, {score})",
    Spread.PERFORMANCE: "the best earning with room (priority {priority}, {score})",
}
