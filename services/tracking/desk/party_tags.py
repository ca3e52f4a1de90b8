"""The desk of publishers' own people: their tags, made for the campaigns that they may use."""

from dataclasses import replace
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

from libs.contracts.dni import SaveTrackingTag, TrackingTag
from libs.contracts.ids import AccountId, PublisherId, TrackingTagId
from libs.contracts.party_tags import (
    AskPartySnippet,
    ListPartyTags,
    MakePartyTag,
    PartyTag,
    PartyTags,
    SetPartyTag,
)
from libs.contracts.portals import PublisherPortal, Viewer
from libs.contracts.snippets import AskSnippet, Snippet
from libs.contracts.tracking_edits import RetireTracking, TrackingNoun
from libs.contracts.worth import PartyKind
from services.tracking.desk.tagging import TaggingDesk
from services.tracking.domain.unfit import Missing, Stale, Unfit
from services.tracking.store.configuration import Configuration, Kept
from services.tracking.store.configuration import Edit as Work
from services.tracking.store.party_tags import PartyTags as Store

CODE_BYTES = 12  # as of the tags that the account makes


class PartyTagsDesk:
    """One per process; holds no state of its own."""

    def __init__(self, tagging: TaggingDesk, configuration: Configuration, tags: Store) -> None:
        self._tagging = tagging
        self._configuration = configuration
        self._tags = tags

    async def page(self, question: ListPartyTags) -> PartyTags:
        """One page; raise Missing."""
        portal = await self._portal(question.account_id, question.viewer)
        found = await self._tags.page(
            question.account_id, question.viewer.id, question.cursor, question.limit + 1
        )
        shown = found[: question.limit]
        pools = await self._tags.pools(question.account_id, portal.campaign_ids)
        return PartyTags(
            tags=tuple(_told(one) for one in shown),
            pools=tuple(pools) if portal.makes_tags else (),
            cursor=shown[-1].key if len(shown) < len(found) else None,
        )

    async def make(self, question: MakePartyTag) -> PartyTag:
        """Make one; raise Missing or Unfit."""
        portal = await self._portal(question.account_id, question.viewer)
        if not portal.makes_tags:
            raise Unfit("forbidden", "your record does not let you make tags")
        if question.campaign_id not in portal.campaign_ids:
            problem = [("campaign_id", "is none of the campaigns that you may use")]
            raise Unfit("points_nowhere", "another campaign is needed", problem)
        fields = {"name", "campaign_id", "pool_id", "domains", "numbers_to_replace"}
        tag = TrackingTag(
            **question.model_dump(include=fields),
            id=TrackingTagId(uuid4()),
            code=token_urlsafe(CODE_BYTES),
            publisher_id=PublisherId(question.viewer.id),
        )
        save = SaveTrackingTag(account_id=question.account_id, actor=question.actor, document=tag)

        async def fits(work: Work) -> None:
            if await work.tags_of(question.viewer.id) >= portal.tags_most:
                raise Unfit("too_many", f"you have {portal.tags_most} tags, as many as you may")

        await self._tagging.save_tag(save, fits)
        return _told(await self._own(question.account_id, question.viewer, tag.id))

    async def set(self, question: SetPartyTag) -> PartyTag:
        """Pause one, let it go on or take it out of use; raise Missing, Stale or Unfit."""
        portal = await self._portal(question.account_id, question.viewer)
        if not portal.makes_tags:
            raise Unfit("forbidden", "your record does not let you change tags")
        tag_id = question.tracking_tag_id
        own = await self._own(question.account_id, question.viewer, tag_id)
        if own.version != question.expected_version:
            raise Stale(own.version)
        about: dict[str, Any] = question.model_dump(
            include={"account_id", "actor", "expected_version"}
        )
        if question.become == "retired":
            noun = TrackingNoun.TRACKING_TAG
            saved = await self._tagging.retire_tag(RetireTracking(**about, noun=noun, key=tag_id))
            return _told(replace(own, version=saved.version))
        paused = {"paused_by_publisher": question.become == "paused"}
        document = TrackingTag.model_validate({**own.document, **paused})
        await self._tagging.save_tag(SaveTrackingTag(**about, document=document))
        return _told(await self._own(question.account_id, question.viewer, tag_id))

    async def snippet(self, question: AskPartySnippet) -> Snippet:
        """What to put into the pages for one of its tags; raise Missing."""
        await self._own(question.account_id, question.viewer, question.tracking_tag_id)
        return await self._tagging.snippet(
            AskSnippet.model_validate(question.model_dump(exclude={"viewer"}))
        )

    async def _own(self, account_id: AccountId, viewer: Viewer, tag_id: UUID) -> Kept:
        found = await self._tags.one(account_id, viewer.id, tag_id)
        if found is None or viewer.kind is not PartyKind.PUBLISHER:
            raise Missing
        return found

    async def _portal(self, account_id: AccountId, viewer: Viewer) -> PublisherPortal:
        """What the publisher's record allows; raise Missing."""
        noun = TrackingNoun.PUBLISHER
        kept = await self._configuration.get(account_id, noun, viewer.id)
        if kept is None or viewer.kind is not PartyKind.PUBLISHER:
            raise Missing
        return PublisherPortal.model_validate(kept.document.get("portal") or {})


def _told(kept: Kept) -> PartyTag:
    paused = kept.document.get("paused_by_publisher", False)
    return PartyTag.model_validate({**kept.document, "version": kept.version, "paused": paused})
