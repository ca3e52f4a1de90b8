"""Links that are used once: what for, and where they lead."""

from dataclasses import dataclass
from enum import StrEnum

PATH = "/link"


class Purpose(StrEnum):
    """What somebody does by a link."""

    INVITATION = "invitation"
    SIGN_UP = "sign-up"
    PASSWORD = "password"  # noqa: S105 - sets one


@dataclass(frozen=True, slots=True)
class Link:
    """A secret that is good for one thing, once."""

    purpose: Purpose
    token: str

    def at(self, base_url: str) -> str:
        """Its address.  The secret stands behind the #: browsers send that to nobody.

        >>> Link(Purpose.PASSWORD, "drawn").at("https://calls.example.com")
        'https://calls.example.com/link#password.drawn'
        """
        return f"{base_url}{PATH}#{self.purpose}.{self.token}"
