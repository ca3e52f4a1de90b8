"""The desk that lets people and programs into an account, and out of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.runtime.clock import Clock
from libs.runtime.database import Database
from services.console.desk.passwords import Passwords
from services.console.domain.access import Principal, Right, Role, may_give
from services.console.domain.secrets import SHOWN, digest, draw_key, draw_password
from services.console.store.accounts import Accounts
from services.console.store.keys import Key, Keys
from services.console.store.members import Member, Members, Standing
from services.console.store.people import People, Person

FIRST_START = Actor(name="first start", role=Role.OWNER, via="platform")
COMMAND_LINE = Actor(name="command line", via="command line")


class NotYours(Exception):
    """A role above one's own, or rights that one does not have, cannot be given or changed."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where accounts, their people and their keys are kept."""

    accounts: Accounts
    members: Members
    people: People
    keys: Keys

    @classmethod
    def on(cls, database: Database) -> "Stores":
        """All of one database."""
        return cls(Accounts(database), Members(database), People(database), Keys(database))


class KeepingPeople:
    """Members and keys of accounts."""

    def __init__(self, stores: Stores, passwords: Passwords, clock: Clock) -> None:
        self._accounts = stores.accounts
        self._members = stores.members
        self._people = stores.people
        self._keys = stores.keys
        self._passwords = passwords
        self._clock = clock

    async def begin(self, account_id: AccountId, email: str) -> str | None:
        """Make the first account and its owner; give her one-time password.

        None where there is an account already.
        """
        if await self._accounts.any():
            return None
        person, password = await self._newcomer(email, email)
        now = self._clock.now()
        await self._accounts.found(account_id, "My company", person, FIRST_START, now)
        return password

    async def found(self, principal: Principal, name: str) -> AccountId:
        """Make another account, whose owner is whoever asks."""
        assert principal.person_id is not None, "programs found no accounts"
        owner = await self._people.by_id(principal.person_id)
        assert owner is not None, "a session is somebody's"
        account_id = AccountId(uuid4())
        await self._accounts.found(account_id, name, owner, principal.actor, self._clock.now())
        return account_id

    async def change(self, principal: Principal, member: Member, standing: Standing) -> None:
        """Give somebody another role; raise NotYours, LastOwner or OtherStanding."""
        _require(principal, standing.role)
        _require(principal, member.role)
        now = self._clock.now()
        await self._members.change(principal.account_id, member, standing, principal.actor, now)

    async def remove(self, principal: Principal, member: Member) -> None:
        """Take somebody out; raise NotYours, LastOwner or OtherStanding."""
        _require(principal, member.role)
        now = self._clock.now()
        await self._members.remove(principal.account_id, member, principal.actor, now)

    async def rename(self, principal: Principal, name: str) -> None:
        """Call the account otherwise."""
        now = self._clock.now()
        await self._accounts.rename(principal.account_id, name, principal.actor, now)

    async def make_key(  # noqa: PLR0917 - what a key is
        self,
        principal: Principal,
        name: str,
        role: Role,
        rights: frozenset[Right],
        expires_at: datetime | None,
        party_id: UUID | None = None,
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
            party_id=party_id,
        )
        await self._keys.make(principal.account_id, digest(secret), key, principal.actor)
        return key, secret

    async def revoke_key(self, principal: Principal, key_id: UUID) -> bool:
        """End a key; whether there was such a one."""
        now = self._clock.now()
        return await self._keys.revoke(principal.account_id, key_id, principal.actor, now)

    async def _newcomer(self, email: str, name: str) -> tuple[Person, str]:
        password = draw_password()
        kept = await self._passwords.hashed(password)
        return Person(uuid4(), email, name or email, kept, must_change=True), password


def _require(principal: Principal, role: Role) -> None:
    if not may_give(principal.role, role):
        raise NotYours
