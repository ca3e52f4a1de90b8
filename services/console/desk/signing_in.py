"""The desk where people sign in and out, and change their passwords."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from libs.contracts.ids import AccountId
from libs.runtime.clock import Clock
from services.console.desk.inviting import Inviting
from services.console.desk.passwords import Passwords
from services.console.desk.proving import TEXT_MAX, Proving, Visitor
from services.console.desk.setting_factors import SettingFactors
from services.console.domain.access import Principal
from services.console.domain.secrets import digest, draw_token
from services.console.store.audit import Told, own_act
from services.console.store.people import People
from services.console.store.sessions import Listed, Sessions

LIFE_MAX = timedelta(days=7)  # a session ends then, however it is used


class NoAccount(Exception):
    """The person belongs to no account, or not to this one."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody signs in with; `code` is of her second factor, if she has one.

    `invitation` is what a link holds: she accepts it, and goes on in that account.
    """

    email: str
    password: str
    account_id: AccountId | None = None
    code: str | None = None
    invitation: str | None = None


class SigningIn:
    """Checks who somebody is, and begins and ends sessions."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        people: People,
        sessions: Sessions,
        proving: Proving,
        factors: SettingFactors,
        inviting: Inviting,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._people = people
        self._sessions = sessions
        self._proving = proving
        self._factors = factors
        self._inviting = inviting
        self._passwords = passwords
        self._clock = clock

    async def sign_in(self, given: Credentials, visitor: Visitor) -> str:
        """Begin a session, in an account or the first of hers; give its token.

        Raise TooOften, WrongPassword, CodeMissing, WrongCode or NoAccount; of an
        invitation LinkOver, AnotherAddress or EmailTaken.
        """
        person = await self._proving.by_email(given.email, given.password, visitor)
        await self._factors.check(person, given.code)
        account_id = given.account_id
        if given.invitation is not None:
            account_id = await self._inviting.accept(given.invitation, person)
        return await self._begin(person.person_id, account_id, visitor)

    async def switch(self, principal: Principal, account_id: AccountId, visitor: Visitor) -> str:
        """Go on in another account, with a session of its own; raise NoAccount."""
        assert principal.person_id is not None, "programs belong to one account"
        assert principal.session_id is not None, "a person has a session"
        token = await self._begin(principal.person_id, account_id, visitor)
        await self._sessions.end(principal.account_id, principal.person_id, principal.session_id)
        return token

    async def sign_out(self, principal: Principal, session_id: UUID) -> bool:
        """End a session of one's own."""
        assert principal.person_id is not None, "programs have no sessions"
        return await self._sessions.end(principal.account_id, principal.person_id, session_id)

    async def change_password(
        self, principal: Principal, password: str, later: str, visitor: Visitor
    ) -> str:
        """Change one's own password: all sessions end, a new one begins.  Raise WrongPassword."""
        person = await self._proving.herself(principal, password, visitor)
        kept = await self._passwords.hashed(later)
        told = Told(
            own_act(person.email), self._clock.now(), None, None, "the password was changed"
        )
        await self._people.set_password(person.person_id, kept, told, must_change=False)
        return await self._begin(person.person_id, principal.account_id, visitor)

    async def _begin(self, person_id: UUID, account_id: AccountId | None, visitor: Visitor) -> str:
        accounts = [one for one, _, _ in await self._people.accounts_of(person_id)]
        if not accounts or account_id not in (None, *accounts):
            raise NoAccount
        token, now = draw_token(), self._clock.now()
        one = Listed(
            session_id=uuid4(),
            agent=visitor.agent[:TEXT_MAX],
            address=visitor.address,
            created_at=now,
            seen_at=now,
            expires_at=now + LIFE_MAX,
        )
        await self._sessions.begin(digest(token), account_id or accounts[0], person_id, one)
        return token
