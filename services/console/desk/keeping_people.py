"""The desk that lets people and programs into an account, and out of it."""

import logging
from datetime import datetime
from uuid import UUID, uuid4

from libs.contracts.ids import AccountId
from libs.runtime.clock import Clock
from services.console.desk.passwords import Passwords
from services.console.domain.access import Principal, Right, Role, may_give
from services.console.domain.secrets import SHOWN, digest, draw_key, draw_password
from services.console.store.people import Member, People, Person
from services.console.store.sessions import Key, Sessions

log = logging.getLogger(__name__)


class NotYours(Exception):
    """A role above one's own, or rights that one does not have, cannot be given or changed."""


class LastOwner(Exception):
    """An account keeps at least one owner."""


class KeepingPeople:
    """Members and keys of accounts."""

    def __init__(
        self, people: People, sessions: Sessions, passwords: Passwords, clock: Clock
    ) -> None:
        self._people = people
        self._sessions = sessions
        self._passwords = passwords
        self._clock = clock

    async def begin(self, account_id: AccountId, email: str) -> str | None:
        """Make the first account and its owner; give her one-time password.

        None where there is an account already.
        """
        if await self._people.any_account():
            return None
        person, password = await self._newcomer(email, email)
        await self._people.found(account_id, "My company", person, self._clock.now())
        return password

    async def found(self, principal: Principal, name: str) -> AccountId:
        """Make another account, whose owner is whoever asks."""
        assert principal.person_id is not None, "programs found no accounts"
        owner = await self._people.by_id(principal.person_id)
        assert owner is not None, "a session is somebody's"
        account_id = AccountId(uuid4())
        await self._people.found(account_id, name, owner, self._clock.now())
        return account_id

    async def admit(
        self, principal: Principal, email: str, name: str, role: Role, *, may_export: bool
    ) -> tuple[UUID, str | None]:
        """Let somebody in; give her id, and a one-time password if she is new to us.

        Raise NotYours or EmailTaken.
        """
        _require(principal, role)
        known = await self._people.by_email(email)
        person, password = (known, None) if known else await self._newcomer(email, name)
        await self._people.add(
            principal.account_id, person, role, may_export=may_export, now=self._clock.now()
        )
        return person.person_id, password

    async def change(
        self, principal: Principal, member: Member, role: Role, *, may_export: bool
    ) -> None:
        """Give somebody another role; raise NotYours or LastOwner."""
        _require(principal, role)
        await self._require_over(principal, member, leaves_owner=role is Role.OWNER)
        await self._people.change(
            principal.account_id, member.person_id, role, may_export=may_export
        )

    async def remove(self, principal: Principal, member: Member) -> None:
        """Take somebody out; raise NotYours or LastOwner."""
        await self._require_over(principal, member, leaves_owner=False)
        await self._people.remove(principal.account_id, member.person_id)

    async def make_key(
        self,
        principal: Principal,
        name: str,
        role: Role,
        rights: frozenset[Right],
        expires_at: datetime | None,
    ) -> tuple[Key, str]:
        """Make a key with some of one's own rights; raise NotYours.  It is shown this once."""
        _require(principal, role)
        if not rights <= principal.rights:
            raise NotYours
        secret = draw_key()
        key = Key(
            key_id=uuid4(),
            shown=secret[:SHOWN],
            name=name,
            role=role,
            rights=tuple(sorted(rights)),
            made_by=principal.name,
            created_at=self._clock.now(),
            expires_at=expires_at,
            used_at=None,
            revoked_at=None,
        )
        await self._sessions.make_key(principal.account_id, digest(secret), key)
        return key, secret

    async def revoke_key(self, principal: Principal, key_id: UUID) -> bool:
        """End a key; whether there was such a one."""
        return await self._sessions.revoke_key(principal.account_id, key_id, self._clock.now())

    async def reset_password(self, person: Person) -> str:
        """Give somebody a one-time password; her sessions end."""
        password = draw_password()
        kept = await self._passwords.hashed(password)
        await self._people.set_password(person.person_id, kept, must_change=True)
        return password

    async def _newcomer(self, email: str, name: str) -> tuple[Person, str]:
        password = draw_password()
        kept = await self._passwords.hashed(password)
        return Person(uuid4(), email, name or email, kept, must_change=True), password

    async def _require_over(
        self, principal: Principal, member: Member, *, leaves_owner: bool
    ) -> None:
        _require(principal, member.role)
        last = member.role is Role.OWNER and not leaves_owner
        if last and await self._people.owners(principal.account_id) == 1:
            raise LastOwner


def _require(principal: Principal, role: Role) -> None:
    if not may_give(principal.role, role):
        raise NotYours
