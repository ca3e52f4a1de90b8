"""Whether somebody is who she says: by her password, and not guessed."""

from dataclasses import dataclass

from services.console.desk.counting import TRIALS, Counting
from services.console.desk.passwords import Passwords
from services.console.domain.access import Principal
from services.console.store.people import People, Person

FAILURES_OF_NAME_MAX = 10  # in a window of TRIALS; nobody signs in by it until that ends
FAILURES_OF_ADDRESS_MAX = 50  # many people may share one
CODES_MAX = 20  # in a window, right or wrong: a guesser finds one in 10,000 windows
TEXT_MAX = 300  # of what a browser says of itself


class WrongPassword(Exception):
    """Nobody signs in with this address and password."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from."""

    address: str
    agent: str


class Proving:
    """Checks passwords.

    A trial is counted before it is made, and taken back if it was right: guesses that are made
    at the same moment pass no limit.
    """

    def __init__(self, people: People, counting: Counting, passwords: Passwords) -> None:
        self._people = people
        self._counting = counting
        self._passwords = passwords

    async def by_email(self, email: str, password: str, visitor: Visitor) -> Person:
        """Whoever has this address and password; raise TooOften or WrongPassword."""
        keys, began = _keys(email, visitor), self._counting.began(TRIALS)
        for key, most in keys:
            await self.count(key, most)
        person = await self._people.by_email(email)
        if not await self._passwords.fits(person.password if person else None, password):
            raise WrongPassword
        assert person is not None, "nobody's password never fits"
        for key, _ in keys:
            await self._counting.take_back(key, began)
        return person

    async def herself(self, principal: Principal, password: str, visitor: Visitor) -> Person:
        """Whoever is signed in, by her password; raise TooOften or WrongPassword."""
        assert principal.person_id is not None, "programs have no password"
        return await self.by_email(principal.name, password, visitor)

    async def count(self, what: str, most: int) -> None:
        """Count one more trial of something before it is made; raise TooOften."""
        await self._counting.count(TRIALS, what, most)


def _keys(email: str, visitor: Visitor) -> tuple[tuple[str, int], ...]:
    """What a trial counts for.  The address comes first: who is kept out locks no names out."""
    return (
        (f"login/address/{visitor.address}", FAILURES_OF_ADDRESS_MAX),
        (f"login/name/{email.lower()[:TEXT_MAX]}", FAILURES_OF_NAME_MAX),
    )
