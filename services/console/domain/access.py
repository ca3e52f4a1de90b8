"""Who may do what: roles, the rights they give, and who is asking.

Two kinds of people come to the same routes.  Those of the account have rights in all of it.
Those of a *portal* are of one buyer or publisher: they may use a route only where it says so
(`Rule.portals`), and then for their own party alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal
from uuid import UUID

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.contracts.portals import Viewer
from libs.contracts.worth import PartyKind

PeopleNoun = Literal["person", "account", "key", "invitation", "erasure", "platform"]
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
    PLATFORM = "platform"


class Role(StrEnum):
    """What somebody is to an account, from all to little.

    An operator is of the platform, whose account (`PLATFORM`) has nothing but its operators.
    """

    OPERATOR = "operator"
    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    ANALYST = "analyst"
    AGENT = "agent"
    BUYER = "buyer"
    PUBLISHER = "publisher"


PLATFORM = AccountId(UUID("00000000-0000-7000-8000-000000000000"))
PORTALS = frozenset((Role.BUYER, Role.PUBLISHER))
"""The roles of people who are not of the account, but of one of its parties."""


class Allowance(StrEnum):
    """What opens a route to a portal, or shows more in it: a word of its party's record.

    `always` is nobody's to give or take.
    """

    ALWAYS = "always"
    SEE_CALLERS = "sees_callers"
    SEE_PUBLISHERS = "sees_publishers"
    DISPUTE = "disputes"
    PAUSE_TARGETS = "pauses_targets"
    SET_CAPS = "sets_caps"
    HEAR = "hears_recordings"
    MAKE_TAGS = "makes_tags"
    TAKE_NUMBERS = "takes_numbers"


Portals = Mapping[Role, Allowance]
CLOSED: Portals = {}
BUYERS: Portals = {Role.BUYER: Allowance.ALWAYS}
PARTIES: Portals = dict.fromkeys(PORTALS, Allowance.ALWAYS)
HEARING: Portals = dict.fromkeys(PORTALS, Allowance.HEAR)
DISPUTING: Portals = {Role.BUYER: Allowance.DISPUTE}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks of whoever comes: a right, and of portals that it is open to them."""

    right: Right
    portals: Portals = field(default_factory=dict)


_RIGHTS = {
    Role.OPERATOR: frozenset((Right.SELF, Right.PLATFORM)),
    Role.OWNER: frozenset(Right) - {Right.PLATFORM},
    Role.ADMIN: frozenset(Right) - {Right.PLATFORM, Right.ACCOUNT},
    Role.MANAGER: frozenset((Right.SELF, Right.LOOK, Right.EXPORT, Right.LISTEN, Right.EDIT)),
    Role.ANALYST: frozenset((Right.SELF, Right.LOOK)),
    Role.AGENT: frozenset((Right.SELF,)),
    **dict.fromkeys(PORTALS, frozenset(Right) - {Right.PLATFORM, Right.PEOPLE, Right.ACCOUNT}),
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
    with a second factor, which the account asks for and she has not.  `party_id`: the buyer or
    publisher of whom somebody of a portal is, and `allowed` what its record says.
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
    party_id: UUID | None = None
    allowed: frozenset[Allowance] = frozenset((Allowance.ALWAYS,))

    @property
    def viewer(self) -> Viewer | None:
        """For whom questions are asked; None: for the account, which sees everything."""
        if self.role not in PORTALS:
            return None
        assert self.party_id is not None, "nobody of a portal without a party passes the guard"
        return Viewer(
            kind=PartyKind(self.role.value),
            id=self.party_id,
            sees_callers=Allowance.SEE_CALLERS in self.allowed,
            sees_publishers=Allowance.SEE_PUBLISHERS in self.allowed,
            hears_recordings=Allowance.HEAR in self.allowed,
        )

    def may(self, rule: Rule) -> bool:
        """The one rule of access: whether she may use such a route now.

        While something is due, only what settles it; somebody of a portal, only what is open to it.
        """
        within = self.role not in PORTALS or rule.portals.get(self.role) in self.allowed
        now = rule.right is Right.SELF or not self.owes
        return within and now and rule.right in self.rights

    @property
    def owes(self) -> bool:
        """Whether something must be done first."""
        return self.must_change or self.must_set_up

    @property
    def actor(self) -> Actor:
        """How edits name who made them."""
        via = "console" if self.session_id else "key" if self.key_id else "command line"
        return Actor(name=self.name, role=self.role, via=via)
