"""The desk of second factors: set up, asked for, lost and removed."""

from uuid import UUID

from libs.runtime.clock import Clock
from libs.runtime.seal import Seal
from services.console.desk.proving import CODES_MAX, Proving, Visitor
from services.console.domain.access import Principal
from services.console.domain.second_factor import (
    address_of,
    as_drawn,
    draw_recovery_codes,
    draw_secret,
    is_of_app,
    step_of,
)
from services.console.domain.secrets import digest
from services.console.store.audit import Told, own_act
from services.console.store.people import Person
from services.console.store.second_factors import SecondFactors

OFF, ON = {"second_factor": False}, {"second_factor": True}


class CodeMissing(Exception):
    """The password is right, and a code is asked for too."""


class WrongCode(Exception):
    """The code is wrong, too old, or was taken before."""


class FactorInUse(Exception):
    """There is a second factor already: it must be removed first."""


class NoFactor(Exception):
    """There is no second factor, or none to be confirmed."""


class SettingFactors:
    """A person's second factor, which holds in all her accounts."""

    def __init__(self, factors: SecondFactors, proving: Proving, seal: Seal, clock: Clock) -> None:
        self._factors = factors
        self._proving = proving
        self._seal = seal
        self._clock = clock

    async def check(self, person: Person, code: str | None) -> None:
        """Ask somebody who signs in for her code, if she has a second factor.

        Raise CodeMissing, WrongCode or TooOften.
        """
        factor = await self._factors.of(person.person_id)
        if factor is None or not factor.confirmed:
            return
        if code is None:
            raise CodeMissing
        await self._count(person.person_id)
        if is_of_app(code):
            step = step_of(self._seal.open(factor.secret), code, self._clock.now())
            taken = step is not None and await self._factors.accept(
                person.person_id, factor.secret, step
            )
        else:
            told = self._told(person.email, ON, ON, "a recovery code was used")
            taken = await self._factors.spend(person.person_id, digest(as_drawn(code)), told)
        if not taken:
            raise WrongCode

    async def propose(
        self, principal: Principal, password: str, visitor: Visitor
    ) -> tuple[str, str]:
        """Draw a secret for her app; give it, and as an address that apps read.

        Raise WrongPassword, TooOften or FactorInUse.
        """
        person = await self._proving.herself(principal, password, visitor)
        secret = draw_secret()
        if not await self._factors.propose(person.person_id, self._seal.close(secret)):
            raise FactorInUse
        return secret, address_of(secret, person.email)

    async def confirm(self, principal: Principal, code: str) -> list[str]:
        """Use it from now on, once her app shows the right code; give her recovery codes.

        Raise NoFactor, WrongCode or TooOften.
        """
        person_id = _person_of(principal)
        factor = await self._factors.of(person_id)
        if factor is None or factor.confirmed:
            raise NoFactor
        await self._count(person_id)
        step = step_of(self._seal.open(factor.secret), code, self._clock.now())
        if step is None:
            raise WrongCode
        codes = draw_recovery_codes()
        kept, told = [digest(one) for one in codes], self._told(principal.name, OFF, ON)
        if not await self._factors.confirm(person_id, factor.secret, step, kept, told):
            raise NoFactor
        return codes

    async def replace_codes(
        self, principal: Principal, password: str, visitor: Visitor
    ) -> list[str]:
        """Give her new recovery codes.  Raise WrongPassword, TooOften or NoFactor."""
        person = await self._proving.herself(principal, password, visitor)
        codes = draw_recovery_codes()
        told = self._told(principal.name, ON, ON, "new recovery codes")
        kept = [digest(one) for one in codes]
        if not await self._factors.replace_codes(person.person_id, kept, told):
            raise NoFactor
        return codes

    async def remove(self, principal: Principal, password: str, visitor: Visitor) -> None:
        """Take it away.  Raise WrongPassword, TooOften or NoFactor."""
        person = await self._proving.herself(principal, password, visitor)
        told = self._told(principal.name, ON, OFF)
        if not await self._factors.remove(person.person_id, told):
            raise NoFactor

    async def _count(self, person_id: UUID) -> None:
        await self._proving.count(f"code/{person_id}", CODES_MAX)

    def _told(
        self, email: str, before: dict[str, bool], after: dict[str, bool], reason: str = ""
    ) -> Told:
        return Told(own_act(email), self._clock.now(), before, after, reason)


def _person_of(principal: Principal) -> UUID:
    assert principal.person_id is not None, "programs have no second factor"
    return principal.person_id
