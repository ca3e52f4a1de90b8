"""What a bidder's endpoint must be able to take, and how its answers are judged.

Each trial is a call that is offered; its answers are read exactly as an auction reads them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from libs.contracts.auction import Loss
from libs.contracts.bidding import Content, RtbTarget
from libs.contracts.calls import Geography
from libs.contracts.ids import AuctionId
from libs.contracts.phone import WITHHELD
from services.rtb.domain.bid import Bid, NoBid
from services.rtb.domain.offered import Offered
from services.rtb.domain.reply import Reply, read_reply

AT_ONCE = 20  # a busy minute's worth in one moment
LARGE_BYTES = 15_000  # what visits with many parameters come to
TAG_BYTES = 500
SLOW_SHARE = 0.5  # of the timeout; slower than this, a bad moment loses calls
HEADROOM_SECONDS = 15  # a bid that ends sooner cannot serve a second winner


class Trial(StrEnum):
    """What is tried, in this order."""

    ORDINARY = "an ordinary call"
    WITHHELD = "a caller who withholds her number"
    NOWHERE = "a caller of unknown place"
    UNICODE = "names beyond ASCII"
    EXTRA = "fields that are new to you"
    LARGE = "a request of 15 kB"
    REPEATED = "the same request again"
    CROWD = "20 requests at once"
    CUT = "a body that is cut off"


class Grade(StrEnum):
    """How an answer did: as it should be, worth a look, or to be mended."""

    OK = "ok"
    NOTE = "note"
    FIX = "fix"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was found in a trial, in words for whoever runs the endpoint."""

    trial: Trial
    grade: Grade
    text: str


def trials_of(target: RtbTarget) -> list[Trial]:
    """The trials that an endpoint can be put to; only JSON can be cut so that it is none."""
    cuttable = target.content is Content.JSON
    return [trial for trial in Trial if cuttable or trial is not Trial.CUT]


def offered_for(trial: Trial, ordinary: Offered) -> Offered:
    """The call of a trial: the ordinary one, changed in the one thing that is tried."""
    changed: Mapping[str, object] = {}
    if trial is Trial.WITHHELD:
        changed = {"caller": WITHHELD}
    elif trial is Trial.NOWHERE:
        changed = {"geography": Geography()}
    elif trial is Trial.UNICODE:
        geography = ordinary.geography.model_copy(update={"city": "Cañon City — 東京"})
        changed = {"geography": geography, "tags": {**ordinary.tags, "visit:note": "“é” & <b>"}}
    elif trial is Trial.EXTRA:
        changed = {"tags": {**ordinary.tags, "visit:new_field": "1"}}
    elif trial is Trial.LARGE:
        many = {f"visit:p{at}": "x" * TAG_BYTES for at in range(LARGE_BYTES // TAG_BYTES)}
        changed = {"tags": {**ordinary.tags, **many}}
    return ordinary.model_copy(update={**changed, "auction_id": AuctionId(uuid4())})


def judged(
    trial: Trial, target: RtbTarget, replies: Sequence[Reply], now: datetime
) -> list[Verdict]:
    """What there is to say of a trial's answers; at least one verdict, OK where all is well."""
    if trial is Trial.CUT:
        found = list(_of_a_cut_body(replies[0]))
    else:
        said = [read_reply(target, reply, now, frozenset()) for reply in replies]
        found = list(_of_answers(target, replies, said, now))
        if trial is Trial.REPEATED:
            found += _of_a_repeat(said)
        if trial is Trial.ORDINARY and not isinstance(said[0], Bid):
            unseen = "no bid, so that none could be checked: name a call that you want"
            found.append((Grade.NOTE, unseen))
    verdicts = [Verdict(trial, grade, text) for grade, text in dict.fromkeys(found)]
    return verdicts or [Verdict(trial, Grade.OK, "")]


Found = Iterator[tuple[Grade, str]]


def _of_answers(
    target: RtbTarget, replies: Sequence[Reply], said: Sequence[Bid | NoBid], now: datetime
) -> Found:
    for answer in said:
        if isinstance(answer, Bid):
            yield from _of_a_bid(answer, now)
        else:
            yield from _of_none(answer, target)
    slowest = max(reply.milliseconds for reply in replies)
    if target.timeout_ms * SLOW_SHARE < slowest < target.timeout_ms:
        yield (
            Grade.NOTE,
            f"took {slowest:.0f} ms of {target.timeout_ms}: a bad moment would lose calls",
        )


def _of_a_bid(bid: Bid, now: datetime) -> Found:
    lasts = (bid.expires_at - now).total_seconds()
    if lasts < HEADROOM_SECONDS:
        yield (
            Grade.NOTE,
            f"the bid ends after {lasts:.0f} s: hold it {HEADROOM_SECONDS} s or longer, so that "
            "it can still win when another's line fails",
        )


_REMEDIES: Mapping[Loss, str] = {
    Loss.LATE: "no answer in time: answer within {timeout} ms, and with 204 where you do not bid",
    Loss.UNREACHABLE: "could not be reached: {note}",
    Loss.ADDRESS_REFUSED: "has an address that is not public: {note}",
    Loss.HTTP_STATUS: "answered {note}: answer 200 with a bid or a refusal, or 204 for no bid",
    Loss.TOO_LARGE: "the answer is too large: {note}",
    Loss.UNREADABLE: "the answer cannot be read: {note}; send one JSON or XML document",
    Loss.BAD_AMOUNT: "the amount is {note!r}: send a number of 0 or more, as 4.5 or '4.50'",
    Loss.OTHER_CURRENCY: "the currency is {note}: bid in {currency}",
    Loss.BELOW_MINIMUM: "the amount does not count: {note}",
    Loss.ABOVE_MAXIMUM: "the amount does not count: {note}",
    Loss.NO_DESTINATION: "a bid without a place to dial: send phoneNumber or sipAddress",
    Loss.BAD_DESTINATION: "cannot be dialled: {note}; send +1… (E.164) or sip:user@host",
    Loss.BAD_EXPIRY: "the expiry is {note!r}: send expireInSeconds, or a date in ISO 8601",
    Loss.BAD_DURATION: "the required duration is {note!r}: send a number of seconds, or none",
    Loss.EXPIRED: "the bid is over before it can be dialled: it {note}",
}


def _of_none(answer: NoBid, target: RtbTarget) -> Found:
    remedy = _REMEDIES.get(answer.loss)
    if remedy is not None:
        told = {"timeout": target.timeout_ms, "note": answer.note, "currency": target.currency}
        yield Grade.FIX, remedy.format(**told)
    elif answer.loss is Loss.REFUSED and not answer.note:
        yield Grade.NOTE, "a refusal without a reason: say it in rejectReason"


def _of_a_repeat(said: Sequence[Bid | NoBid]) -> Found:
    first, *others = [answer.amount if isinstance(answer, Bid) else None for answer in said]
    if any(other != first for other in others):
        told = " then ".join(
            "no bid" if one is None else f"{one.amount:f}" for one in (first, *others)
        )
        yield (
            Grade.FIX,
            f"the same requestId was answered with {told}: answer it the same each time",
        )


def _of_a_cut_body(reply: Reply) -> Found:
    status = reply.status
    if status is None:
        yield Grade.FIX, f"no answer to a body that is no JSON ({reply.note}): answer 400"
    elif status >= 500:  # noqa: PLR2004 - HTTP's faults of the server
        yield Grade.FIX, f"a body that is no JSON was answered {status}: answer 400"
    elif 200 <= status < 300:  # noqa: PLR2004 - HTTP's successes
        yield Grade.FIX, f"a body that is no JSON was answered {status}, as if it were a call: 400"
