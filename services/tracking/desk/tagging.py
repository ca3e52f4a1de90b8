"""The tagging desk: keeps tracking tags and URL parameters, and writes what goes into pages."""

from libs.contracts.dni import SaveTrackingTag, SaveUrlParameter, TrackingTag
from libs.contracts.editing import Saved
from libs.contracts.ids import AccountId, NumberId, PoolId
from libs.contracts.snippets import AskSnippet, Snippet
from libs.contracts.tracking_edits import RetireTracking, TrackingNoun
from libs.runtime.ask import Refused, Unanswered
from services.tracking.desk.following import FollowingDesk
from services.tracking.desk.keeping import Fits, KeepingDesk
from services.tracking.domain.snippets import campaign_url, snippet_of
from services.tracking.domain.unfit import Missing, Unfit
from services.tracking.memory import Memory
from services.tracking.store.configuration import Configuration
from services.tracking.store.numbers import Numbers, Place

Problem = tuple[str, str]


class TaggingDesk:
    """One per process."""

    def __init__(  # noqa: PLR0917 - wired once
        self,
        keeping: KeepingDesk,
        configuration: Configuration,
        numbers: Numbers,
        following: FollowingDesk,
        memory: Memory,
        base_url: str,
    ) -> None:
        self._keeping = keeping
        self._configuration = configuration
        self._numbers = numbers
        self._following = following
        self._memory = memory
        self._base_url = base_url.rstrip("/")

    async def save_tag(self, question: SaveTrackingTag, fits: Fits | None = None) -> Saved:
        """Keep a tag; raise Stale, or Unfit where what it names is not there or it does not fit."""
        tag = question.document
        problems = await self._problems(question.account_id, tag)
        if problems:  # the copy may be a moment behind the router
            await self._follow()
            problems = await self._problems(question.account_id, tag)
        if problems:
            raise Unfit("points_nowhere", "something it names is not there", problems)
        document = tag.model_dump(mode="json")
        saved = await self._keeping.save(
            TrackingNoun.TRACKING_TAG, tag.id, document, question, fits
        )
        await self._memory.catch_up()
        return saved

    async def retire_tag(self, question: RetireTracking) -> Saved:
        """Take one out of use; raise Missing or Stale."""
        saved = await self._keeping.retire(question)
        await self._memory.catch_up()
        return saved

    async def save_parameter(self, question: SaveUrlParameter) -> Saved:
        """Keep a URL parameter; raise Stale, or Unfit where its name or tag is taken."""
        document = question.document.model_dump(mode="json")
        saved = await self._keeping.save(
            TrackingNoun.URL_PARAMETER, question.document.id, document, question
        )
        await self._memory.catch_up()
        return saved

    async def snippet(self, question: AskSnippet) -> Snippet:
        """What to put into pages and advertisements; raise Missing."""
        kept = await self._configuration.get(
            question.account_id, TrackingNoun.TRACKING_TAG, question.tracking_tag_id
        )
        if kept is None:
            raise Missing
        tag = TrackingTag.model_validate(kept.document)
        url = campaign_url(question) if question.landing else ""
        return snippet_of(tag, self._base_url, url)

    async def _problems(self, account_id: AccountId, tag: TrackingTag) -> list[Problem]:
        problems: list[Problem] = []
        if tag.pool_id is not None:
            pool = await self._numbers.pool(account_id, PoolId(tag.pool_id))
            problems += _wrong("pool_id", pool, tag)
        for field in ("number_id", "shared_number_id"):
            number_id: NumberId | None = getattr(tag, field)
            if number_id is not None:
                number = await self._numbers.number(account_id, number_id)
                problems += _wrong(field, number, tag)
                if number is not None and number.pool_id is not None:
                    problems.append((field, "is in a pool: visitors hold it one at a time"))
        return problems

    async def _follow(self) -> None:
        try:
            await self._following.catch_up()
        except (Unanswered, Refused) as no:
            text = "what it names is not known, and the router does not answer: try again"
            raise Unfit("unavailable", text) from no


def _wrong(field: str, place: Place | None, tag: TrackingTag) -> list[Problem]:
    if place is None:
        return [(field, "no such thing in this account")]
    if place.campaign_id != tag.campaign_id:
        return [(field, "serves another campaign than campaign_id, or none")]
    return []
