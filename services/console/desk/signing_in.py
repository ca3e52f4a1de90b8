"""The desk where people sign in and out, and change their passwords."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from libs.contracts.ids import AccountId
from libs.runtime.clock import Clock
from services.console.desk.passwords import Passwords
from services.console.domain.access import Principal
from services.console.domain.secrets import digest, draw_token
from services.console.store.limits import Limits
from services.console.store.people import People
from services.console.store.sessions import Listed, Sessions

LIFE_MAX = timedelta(days=7)  # a session ends then, however it is used
WINDOW = timedelta(minutes=15)
FAILURES_OF_NAME_MAX = 10  # in a window; then nobody signs in by it until the window ends
FAILURES_OF_ADDRESS_MAX = 50  # many people may share one
TEXT_MAX = 300  # of what a browser says of itself


class WrongPassword(Exception):
    """Nobody signs in with this address and password."""


class TooManyFailures(Exception):
    """Signing in must wait; `seconds` until it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} seconds")
        self.seconds = seconds


class NoAccount(Exception):
    """The person belongs to no account, or not to this one."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from."""

    address: str
    agent: str


class SigningIn:
    """Checks who somebody is, and begins and ends sessions."""

    def __init__(
        self,
        people: People,
        sessions: Sessions,
        limits: Limits,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._people = people
        self._sessions = sessions
        self._limits = limits
        self._passwords = passwords
        self._clock = clock

    async def sign_in(
        self, email: str, password: str, account_id: AccountId | None, visitor: Visitor
    ) -> str:
        """Begin a session, in an account or the first of hers; give its token.

        Raise TooManyFailures, WrongPassword or NoAccount.
        """
        await self._throttle(email, visitor)
        person = await self._people.by_email(email)
        if not await self._passwords.fits(person.password if person else None, password):
            await self._count_failure(email, visitor)
            raise WrongPassword
        assert person is not None, "nobody's password never fits"
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
        assert principal.person_id is not None, "programs have no password"
        await self._throttle(principal.name, visitor)
        person = await self._people.by_id(principal.person_id)
        if person is None or not await self._passwords.fits(person.password, password):
            await self._count_failure(principal.name, visitor)
            raise WrongPassword
        kept = await self._passwords.hashed(later)
        await self._people.set_password(person.person_id, kept, must_change=False)
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

    async def _throttle(self, email: str, visitor: Visitor) -> None:
        window, now = self._window(), self._clock.now()
        for key, most in _keys(email, visitor):
            if await self._limits.seen(key, window) >= most:
                raise TooManyFailures(int((window + WINDOW - now).total_seconds()) + 1)

    async def _count_failure(self, email: str, visitor: Visitor) -> None:
        for key, _ in _keys(email, visitor):
            await self._limits.count(key, self._window())

    def _window(self) -> datetime:
        seconds = WINDOW.total_seconds()
        return datetime.fromtimestamp(self._clock.now().timestamp() // seconds * seconds, UTC)


def _keys(email: str, visitor: Visitor) -> tuple[tuple[str, int], ...]:
    return (
        (f"login/name/{email.lower()[:TEXT_MAX]}", FAILURES_OF_NAME_MAX),
        (f"login/address/{visitor.address}", FAILURES_OF_ADDRESS_MAX),
    )
