"""An account with two buyers and a publisher, calls that they have a part in, and their keys."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from libs.contracts.calls import CallStatus
from libs.contracts.ids import AccountId, BuyerId, PublisherId, TargetId
from libs.contracts.money import usd
from libs.contracts.payouts import PayoutTerms
from libs.contracts.routing import Terms
from services.console.domain.access import Role
from tests.kit.facts import CallStory
from tests.kit.hosting import eventually
from tests.service.console.stage import Asker, Stage

KINDS = {"ann": "buyers", "bob": "buyers", "pat": "publishers"}


@dataclass
class House:
    """Two buyers and a publisher, with a program each, and the calls that they have a part in."""

    stage: Stage
    ids: dict[str, UUID]
    calls: dict[str, UUID]
    askers: dict[str, Asker]

    async def listed(self, whose: str, **chosen: Any) -> list[dict[str, Any]]:
        answer = await self.askers[whose].get("calls", params=chosen)
        calls: list[dict[str, Any]] = answer["calls"]
        return calls

    async def allow(self, whose: str, **words: Any) -> None:
        """Have a record say this and nothing else."""
        path = f"{KINDS[whose]}/{self.ids[whose]}"
        row = await self.stage.owner.get(path)
        await self.stage.owner.put(path, {**row["document"], "portal": words}, row["version"])

    async def changes(self, key: str) -> list[dict[str, Any]]:
        """What the audit log has of a thing that was taken out of use, the newest first."""

        async def look() -> list[dict[str, Any]] | None:
            items: list[dict[str, Any]] = (
                await self.stage.owner.get("audit", params={"key": key})
            )["items"]
            return items if items and items[0]["after"] is None else None

        return await eventually(look)


async def a_house(stage: Stage) -> House:
    """First call: the publisher's, not taken by one and bought by the other.  Then one each."""
    owner = stage.owner
    ids = {
        name: UUID((await owner.post(kind, {"name": f"hidden {name}"}))["document"]["id"])
        for name, kind in KINDS.items()
    }
    calls = {
        "both": await a_call(stage, ids["pat"], ids["ann"], ids["bob"]),
        "ann's": await a_call(stage, None, ids["ann"]),
        "bob's": await a_call(stage, uuid4(), ids["bob"]),
    }
    about = {"ann": Role.BUYER, "bob": Role.BUYER, "pat": Role.PUBLISHER}
    askers = {
        name: await stage.program(role, owner.account_id, party_id=ids[name])  # type: ignore[arg-type]
        for name, role in about.items()
    }
    return House(stage, ids, calls, askers)


async def a_call(stage: Stage, publisher: UUID | None, *buyers: UUID) -> UUID:
    """A call that each buyer's target is dialled for in turn, and the last one takes."""
    story = CallStory(AccountId(stage.owner.account_id))  # type: ignore[arg-type]
    sender = (
        {}
        if publisher is None
        else {
            "publisher_id": PublisherId(publisher),
            "publisher_name": "hidden publisher",
            "payout": PayoutTerms(percent="50"),
        }
    )
    facts: list[Any] = [story.arrived()]
    for step, buyer in enumerate(buyers):
        own = {
            "buyer_id": BuyerId(buyer),
            "buyer_name": f"hidden {buyer}",
            "target_id": TargetId(buyer),
            "target_name": f"desk of {buyer}",
        }
        terms = Terms(after_seconds=30, revenue=usd("10"))
        facts.append(story.routed(step, terms=terms, **own, **sender))
        if step < len(buyers) - 1:
            facts.append(story.leg_ended(step, CallStatus.BUSY))
        facts.append(story.recorded(step=step, recording_sid=f"RE{step}", url=None))
    last = len(buyers) - 1
    facts += [story.answered(last), story.leg_ended(last, seconds=60, bridged=True)]
    await stage.tell(*facts, story.ended(seconds=70))
    return story.call_id
