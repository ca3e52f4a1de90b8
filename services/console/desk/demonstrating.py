"""The demonstrating desk: has demo data in an account, and takes it out again.

The owners keep it like everything else: what is added can be edited, and is told in the audit
log.  Taking it out leaves whatever people have made that still needs a part of it, and says so.
"""

from dataclasses import dataclass, replace

from libs.contracts.bulk import ImportConfiguration
from libs.contracts.editing import Actor, GetConfiguration, Got, Noun, Retire, Row
from libs.contracts.finding import Affected, FindFlowed
from libs.contracts.flow_edits import (
    FlowShown,
    FlowState,
    GetFlow,
    SaveFlow,
    SetFlowState,
)
from libs.contracts.ids import AccountId
from libs.runtime.ask import Ask, Refused
from libs.runtime.deadline import Deadline
from services.console.domain.demo import (
    configuration_of,
    flow_id_of,
    flow_of,
    numbers_of,
    things_of,
)

LOOK_WITHIN_MS = 2_000
EDIT_WITHIN_MS = 5_000
FLOW = "flow"
_LEFT = frozenset(("in_use", "leased", "stale"))  # refusals after which a thing stays


@dataclass(frozen=True, slots=True)
class DemoThing:
    """A thing of the demo that is there; `why` it stays, where it was to be taken out."""

    kind: str
    id: str
    name: str
    why: str = ""


class Demonstrating:
    """Adds and removes demo data, by asking the owners as people do."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def there(self, account_id: AccountId) -> list[DemoThing]:
        """What an account has of it; raise Unanswered."""
        found = [
            _thing(noun, key, row)
            for noun, key in things_of(account_id)
            if (row := await self._row(account_id, noun, key)) is not None
        ]
        flow = await self._flow(account_id)
        if flow is not None and flow.row.state is not FlowState.ARCHIVED:
            found.append(DemoThing(FLOW, str(flow.row.id), flow.row.name))
        return found

    async def add(self, account_id: AccountId, actor: Actor) -> list[DemoThing]:
        """Have all of it; what is there already stays as it is.  Raise Refused or Unanswered."""
        here = {thing.id for thing in await self.there(account_id)}
        missing = frozenset(key for _, key in things_of(account_id)) - here
        if missing:
            await self._import(account_id, actor, missing)
        if str(flow_id_of(account_id)) not in here:
            await self._add_flow(account_id, actor)
        return await self.there(account_id)

    async def remove(
        self, account_id: AccountId, actor: Actor
    ) -> tuple[list[DemoThing], list[DemoThing]]:
        """Take it out; give what is gone, and what stays since something else needs it."""
        gone: list[DemoThing] = []
        kept: list[DemoThing] = []
        for thing in await self.there(account_id):
            users = await self._campaigns_of_flow(account_id) if thing.kind == FLOW else ""
            if users:  # it would be paused before that is refused
                kept.append(replace(thing, why=f"still used by {users}"))
                continue
            try:
                await self._retire(account_id, actor, thing)
                gone.append(thing)
            except Refused as no:
                if no.code not in _LEFT:
                    raise
                kept.append(replace(thing, why=_why(no)))
        return gone, kept

    async def _import(self, account_id: AccountId, actor: Actor, missing: frozenset[str]) -> None:
        """Keep what is missing, with the first number that nobody has."""
        refused: Refused | None = None
        for number in numbers_of(account_id):
            question = ImportConfiguration(
                account_id=account_id,
                actor=actor,
                configuration=configuration_of(account_id, number, missing),
            )
            try:
                await self._ask(question, Deadline.within(EDIT_WITHIN_MS))
            except Refused as no:
                if no.code != "taken":
                    raise
                refused = no
            else:
                return
        assert refused is not None, "there is a number to try"
        raise refused

    async def _add_flow(self, account_id: AccountId, actor: Actor) -> None:
        """A draft, to be played; one that was taken out before becomes a draft again."""
        before = await self._flow(account_id)
        save = SaveFlow(
            account_id=account_id,
            actor=actor,
            expected_version=before.row.version if before else None,
            document=flow_of(account_id),
        )
        await self._ask(save, Deadline.within(EDIT_WITHIN_MS))

    async def _retire(self, account_id: AccountId, actor: Actor, thing: DemoThing) -> None:
        if thing.kind == FLOW:
            await self._archive(account_id, actor)
            return
        row = await self._row(account_id, Noun(thing.kind), thing.id)
        if row is not None:
            retire = Retire(
                account_id=account_id,
                actor=actor,
                noun=Noun(thing.kind),
                key=thing.id,
                expected_version=row.version,
            )
            await self._ask(retire, Deadline.within(EDIT_WITHIN_MS))

    async def _archive(self, account_id: AccountId, actor: Actor) -> None:
        """Put the flow away; whoever has published it finds it paused first."""
        for state in (FlowState.PAUSED, FlowState.ARCHIVED):
            flow = await self._flow(account_id)
            if flow is None or (
                state is FlowState.PAUSED and flow.row.state is not FlowState.PUBLISHED
            ):
                continue
            edit = SetFlowState(
                account_id=account_id,
                actor=actor,
                flow_id=flow.row.id,
                expected_version=flow.row.version,
                state=state,
            )
            await self._ask(edit, Deadline.within(EDIT_WITHIN_MS))

    async def _row(self, account_id: AccountId, noun: Noun, key: str) -> Row | None:
        question = GetConfiguration(account_id=account_id, noun=noun, key=key)
        try:
            got: Got = await self._ask(question, Deadline.within(LOOK_WITHIN_MS))
        except Refused as no:
            if no.code != "not_found":
                raise
            return None
        return got.row

    async def _campaigns_of_flow(self, account_id: AccountId) -> str:
        """The names of those that send their calls into it; empty: none."""
        question = FindFlowed(account_id=account_id, flow_id=flow_id_of(account_id))
        used: Affected = await self._ask(question, Deadline.within(LOOK_WITHIN_MS))
        return ", ".join(use.name for use in used.uses)

    async def _flow(self, account_id: AccountId) -> FlowShown | None:
        question = GetFlow(account_id=account_id, flow_id=flow_id_of(account_id))
        try:
            shown: FlowShown = await self._ask(question, Deadline.within(LOOK_WITHIN_MS))
        except Refused as no:
            if no.code != "not_found":
                raise
            return None
        return shown


def _thing(noun: Noun, key: str, row: Row) -> DemoThing:
    named = row.document.get("name") or row.document.get("number") or ""
    return DemoThing(noun.value, key, str(named))


def _why(no: Refused) -> str:
    """What a person reads of a refusal: of its field, where that says more."""
    fields = no.refusal.fields
    return str(fields[0].problem if fields else no.refusal.text)
