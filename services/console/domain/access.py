"""Who may do what: roles, the rights they give, and who is asking."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId

PeopleNoun = Literal["person", "account", "key"]
"""What the console itself changes, as the audit log calls it."""


class Right(StrEnum):
    """Something that a route asks for."""

    SELF = "self"
    LOOK = "look"
    EXPORT = "export"
    LISTEN = "listen"
    EDIT = "edit"
    PEOPLE = "people"
    ACCOUNT = "account"


class Role(StrEnum):
    """What somebody is to an account, from all to little."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    ANALYST = "analyst"
    AGENT = "agent"


_RIGHTS = {
    Role.OWNER: frozenset(Right),
    Role.ADMIN: frozenset(Right) - {Right.ACCOUNT},
    Role.MANAGER: frozenset((Right.SELF, Right.LOOK, Right.EXPORT, Right.LISTEN, Right.EDIT)),
    Role.ANALYST: frozenset((Right.SELF, Right.LOOK)),
    Role.AGENT: frozenset((Right.SELF,)),
}
_ORDER = tuple(Role)


def rights_of(role: Role, *, may_export: bool) -> frozenset[Right]:
    """What a role allows; an analyst may also be allowed to export.

    >>> sorted(rights_of(Role.ANALYST, may_export=True))
    [<Right.EXPORT: 'export'>, <Right.LOOK: 'look'>, <Right.SELF: 'self'>]
    """
    more = frozenset((Right.EXPORT,)) if may_export and role is Role.ANALYST else frozenset()
    return _RIGHTS[role] | more


def may_give(giver: Role, role: Role) -> bool:
    """Nobody gives, changes or takes away a role above her own.

    >>> may_give(Role.ADMIN, Role.OWNER), may_give(Role.ADMIN, Role.ADMIN)
    (False, True)
    """
    return _ORDER.index(giver) <= _ORDER.index(role)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, for which account, with which rights: from authentication alone.

    A person has a session, a program a key.  `must_change`: the password was given by
    somebody else, and nothing else is allowed before it is changed.  `must_set_up`: the same
    with a second factor, which the account asks for and she has not.
    """

    account_id: AccountId
    name: str
    role: Role
    rights: frozenset[Right]
    person_id: UUID | None = None
    key_id: UUID | None = None
    session_id: UUID | None = None
    must_change: bool = False
    must_set_up: bool = False

    def may(self, right: Right) -> bool:
        """Whether she may do that now: while something is due, only what settles it."""
        return right in self.rights and (right is Right.SELF or not self.owes)

    @property
    def owes(self) -> bool:
        """Whether something must be done first."""
        return self.must_change or self.must_set_up

    @property
    def actor(self) -> Actor:
        """How edits name who made them."""
        via = "console" if self.session_id else "key" if self.key_id else "command line"
        return Actor(name=self.name, role=self.role, via=via)
