"""The words in which decisions are explained: sentences about the past, to be read aloud.

They are made from a record when somebody asks, and stand in none.
"""

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
    RouteReason.CAMPAIGN_CLOSED: "the campaign was not open ({seen})",
    RouteReason.CAMPAIGN_FILTERED: "the campaign's filter needs {needed}, but {seen}",
    RouteReason.CAMPAIGN_OUT_OF_AREA: (
        "the caller was out of the campaign's area: {seen}, wanted {needed}"
    ),
    RouteReason.CAMPAIGN_CAPPED: "the campaign had reached a cap: {seen}, wanted {needed}",
    RouteReason.PUBLISHER_PAUSED: "{seen}",
    RouteReason.PUBLISHER_CLOSED: "the publisher {publisher} was not open ({seen})",
    RouteReason.PUBLISHER_CAPPED: (
        "the publisher {publisher} had reached a cap: {seen}, wanted {needed}"
    ),
    RouteReason.PUBLISHER_PAYOUT_CAPPED: (
        "the publisher {publisher} had reached its cap on payouts: {seen}, wanted {needed}"
    ),
    RouteReason.CALLER_ANONYMOUS: "the campaign takes no callers who withhold their number",
    RouteReason.CALLER_BLOCKED: "the caller is blocked: {blocked}",
    RouteReason.CALLER_ABROAD: "the campaign takes only callers of {needed} ({seen})",
    RouteReason.CALLER_UNATTESTED: "the campaign needs {needed}, and the call had {seen}",
    RouteReason.CALLER_REPEATS: "the caller calls too often: {seen}, wanted {needed}",
    RouteReason.NOT_QUOTED: "the campaign takes only quoted calls: {seen}",
    RouteReason.NO_TARGET: "the campaign has no target",
    RouteReason.NOBODY_ELIGIBLE: "no target of the campaign may take the call",
    RouteReason.ALL_CAPPED: "every eligible target has reached a cap",
    RouteReason.UNSOLD: "nobody bought it",
    RouteReason.DIAL_ATTEMPTS_SPENT: "as many targets were tried as the campaign allows",
    RouteReason.RING_BUDGET_SPENT: "the caller has heard enough ringing for this campaign",
}

PASSED_OVER: Mapping[Rule, str] = {
    Rule.TARGET_PAUSED: "was paused",
    Rule.BUYER_PAUSED: "belonged to {holder}, which was paused",
    Rule.GROUP_PAUSED: "belonged to {holder}, which was paused",
    Rule.RTB_OFF: "held no auctions, for RTB was off",
    Rule.UNSOLD: "sold nothing ({seen})",
    Rule.ALREADY_TRIED: "had been dialled before",
    Rule.EARLIER_CONNECTIONS: "wanted callers with {needed} earlier connections in the call",
    Rule.SERVED_BEFORE: "had served this caller before",
    Rule.SKILLS: "had not the skills: {seen}, wanted {needed}",
    Rule.AGENT_AWAY: "was not there ({seen})",
    Rule.WRAPPING_UP: "was wrapping a call up ({seen})",
    Rule.ON_CALL: "was on the line already ({seen})",
    Rule.CLOSED: "was not open by {its} hours{whose} ({seen})",
    Rule.FILTERED: "refused the call by {its} filter{whose}: {seen}, wanted {needed}",
    Rule.OUT_OF_AREA: "found the caller out of {its} area{whose}: {seen}, wanted {needed}",
    Rule.DUPLICATE: "had the caller before: {seen}, wanted a caller {needed}",
    Rule.CONCURRENCY_CAP: "was at {its} concurrency cap{whose}: {seen}, wanted {needed}",
    Rule.DAILY_CAP: "was at {its} daily cap{whose}: {seen}, wanted {needed}",
    Rule.CAP: "was at {its} cap{whose}: {seen}, wanted {needed}",
}
"""`its` and `whose` say whose rule or cap it was: its own, or that of what it belongs to."""

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
    Rule.AGENT_AWAY: "would have needed to be {needed}",
    Rule.WRAPPING_UP: "would have needed {needed}",
    Rule.ON_CALL: "would have needed to be on {needed}",
    Rule.CLOSED: "would have needed {needed}",
    Rule.FILTERED: "would have needed {needed}",
    Rule.OUT_OF_AREA: "would have needed {needed}",
    Rule.DUPLICATE: "would have needed a caller {needed}",
    Rule.CONCURRENCY_CAP: "would have needed {needed} with {holder}",
    Rule.DAILY_CAP: "would have needed {needed}",
    Rule.CAP: "would have needed {needed} for {holder}",
    Rule.NOT_REACHED: "was number {place} in the order; all before it would have had to be full",
}
NOBODY_LOOKED_AT = "was number {place} in the order; the call was closed before anybody was tried"

SPREADS: Mapping[Spread, str] = {
    Spread.WEIGHT: (
        "it was the first with room in the drawn order (priority {priority}, weight {weight})"
    ),
    Spread.ROUND_ROBIN: "it was the first with room in rotation (priority {priority})",
    Spread.LEAST_BUSY: "it was the least busy with room (priority {priority}, {score})",
    Spread.MOST_FREE: "it was the one with most room (priority {priority}, {score})",
    Spread.PERFORMANCE: "it was the best earning with room (priority {priority}, {score})",
}
