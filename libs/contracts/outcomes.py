"""What became of a call, in the words that operators of such platforms use."""

from enum import StrEnum


class CallResult(StrEnum):
    """The status of a call: where it stands, or how it came out.

    `ringing` and `connected` are live.  `finished`: people spoke, or its flow ran to its end.
    `no_buyer`: nobody took it.  `not_open`: its campaign or publisher takes no calls at that
    time.  `rejected`: it was not wanted.  `caller_hung_up`: before anybody had taken it.
    `failed`: it could not be handled.
    """

    RINGING = "ringing"
    CONNECTED = "connected"
    FINISHED = "finished"
    NO_BUYER = "no_buyer"
    NOT_OPEN = "not_open"
    REJECTED = "rejected"
    CALLER_HUNG_UP = "caller_hung_up"
    FAILED = "failed"


class SubStatus(StrEnum):
    """Why a call came out so; each belongs to one status.

    The words after the first two groups are the router's own reasons.
    """

    # finished
    SERVED = "served"  # by a target
    RECOVERED = "recovered"  # by a later one than the first that took it
    RESCUED = "rescued"  # by a fallback destination, while the router was away or nobody took it
    IN_FLOW = "in_flow"  # the flow itself ended it
    # caller_hung_up
    WHILE_RINGING_BUYER = "while_ringing_buyer"
    BEFORE_DIALLING = "before_dialling"
    # no_buyer
    PREVENT_DUPES = "prevent_dupes"
    ALL_FILTERED = "all_filtered"
    ALL_MAXED_OUT = "all_maxed_out"
    NO_TARGET = "no_target"
    UNSOLD = "unsold"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NOT_ACCEPTED = "not_accepted"
    DIAL_FAILED = "dial_failed"
    # not_open
    CAMPAIGN_CLOSED = "campaign_closed"
    CAMPAIGN_DRAFT = "campaign_draft"
    CAMPAIGN_PAUSED = "campaign_paused"
    CAMPAIGN_COMPLETED = "campaign_completed"
    PUBLISHER_CLOSED = "publisher_closed"
    PUBLISHER_PAUSED = "publisher_paused"
    # rejected
    CALLER_BLOCKED = "caller_blocked"
    CALLER_ANONYMOUS = "caller_anonymous"
    CALLER_ABROAD = "caller_abroad"
    CALLER_UNATTESTED = "caller_unattested"
    CALLER_REPEATS = "caller_repeats"
    CAMPAIGN_FILTERED = "campaign_filtered"
    CAMPAIGN_OUT_OF_AREA = "campaign_out_of_area"
    CAMPAIGN_CAPPED = "campaign_capped"
    PUBLISHER_CAPPED = "publisher_capped"
    PUBLISHER_PAYOUT_CAPPED = "publisher_payout_capped"
    NOT_QUOTED = "not_quoted"
    # failed
    UNKNOWN_NUMBER = "unknown_number"
    NUMBER_OF_ANOTHER_CARRIER = "number_of_another_carrier"
    NUMBER_WITHOUT_CAMPAIGN = "number_without_campaign"
    FELL_BACK = "fell_back"
    UNKNOWN = "unknown"  # no reason was heard


class HungUpBy(StrEnum):
    """Who ended a call: `platform` after its closing words, `operator` by hand."""

    CALLER = "caller"
    CALLEE = "callee"
    PLATFORM = "platform"
    OPERATOR = "operator"


class HungUpSource(StrEnum):
    """Who says who ended a call: our own `facts` of it, or, where they do not, the `carrier`."""

    FACTS = "facts"
    CARRIER = "carrier"
