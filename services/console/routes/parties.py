"""Buyers and publishers whose people and programs come to the portal."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field

from libs.contracts.message import Question
from services.console.desk.knowing_parties import record_of
from services.console.domain.access import PORTALS, Principal, Role
from services.console.problems import Problem
from services.console.routes.asking import asked, formed

Q = TypeVar("Q", bound=Question)
OfParty = Annotated[
    UUID | None,
    Field(description="the buyer or publisher of the account: for these roles, and no others"),
]


async def check_party(request: Request, who: Principal, role: Role, party_id: UUID | None) -> None:
    """Refuse a portal's role without a party of the account, and a party beside other roles."""
    if role not in PORTALS:
        if party_id is not None:
            raise _wrong("is only for a buyer's or publisher's people")
        return
    if party_id is None:
        raise _wrong(f"say which {role}")
    try:
        await asked(request, record_of(who.account_id, role, party_id))
    except Problem as no:
        if no.code != "not_found":
            raise
        raise _wrong(f"the account has no such {role}") from no


def of_party(kind: type[Q], paths: Mapping[str, str], /, who: Principal, **fields: Any) -> Q:
    """A question on behalf of a party: of her account, and of her party alone."""
    assert who.viewer is not None, "asked for somebody of a portal"
    return formed(kind, paths, account_id=who.account_id, viewer=who.viewer, **fields)


def check_chosen(which: BaseModel, kind: type[Question]) -> None:
    """Refuse filters that a portal does not have: they would tell of what it does not see."""
    errors = [
        (f"query.{name}", "is not for portals")
        for name in sorted(which.model_fields_set - set(kind.model_fields))
    ]
    if errors:
        raise Problem(422, "malformed", "a portal chooses by less", errors=errors)


def check_named(request: Request, known: Sequence[str]) -> None:
    """The same for lists whose filters are everybody's."""
    errors = [
        (f"query.{name}", "is not for portals")
        for name in request.query_params
        if name not in known
    ]
    if errors:
        raise Problem(422, "malformed", "a portal chooses by less", errors=errors)


def own_party(who: Principal, book: str | None, party: str | None) -> tuple[str | None, str | None]:
    """Whose books are looked at: to a portal its own, and no others are there."""
    viewer = who.viewer
    if viewer is None:
        return book, party
    if book not in {None, viewer.kind} or (party or str(viewer.id)) != str(viewer.id):
        raise Problem(404, "not_found", "no such party")
    return viewer.kind.value, str(viewer.id)


def _wrong(problem: str) -> Problem:
    errors = [("body.party_id", problem)]
    return Problem(422, "malformed", f"party_id {problem}", errors=errors)
