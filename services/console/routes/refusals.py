"""What the console's own desks refuse, as HTTP says it, wherever it is refused.

Not here is what means another thing at another route: that stands with the route.
"""

from collections.abc import Callable
from typing import Any

from services.console.desk.counting import TooOften
from services.console.desk.dead_letters import NoLogin, NotThere
from services.console.desk.inviting import AnotherAddress, NotOpen
from services.console.desk.keeping_people import NotYours
from services.console.desk.resetting import LinkOver, NoMail
from services.console.desk.setting_factors import CodeMissing, FactorInUse, NoFactor
from services.console.desk.signing_up import NotAllowed
from services.console.problems import Problem
from services.console.store.invitations import InvitedAlready
from services.console.store.members import LastOwner, OtherStanding
from services.console.store.sweeps import TooMany


def _too_often(no: TooOften) -> Problem:
    return Problem(429, no.code, str(no), headers={"Retry-After": str(no.seconds)})


def _is(
    status: int, code: str, detail: str, *errors: tuple[str, str]
) -> Callable[[Exception], Problem]:
    return lambda _: Problem(status, code, detail, errors=errors)


AGAIN = {"Retry-After": "1"}
_INVITED = "is invited already: send the invitation again, or withdraw it"
REFUSALS: dict[type[Exception], Callable[[Any], Problem]] = {
    TooOften: _too_often,
    LinkOver: _is(410, "link_over", "the link was used, has expired, or never was one"),
    NoMail: _is(409, "no_mail", "no mail is set up here: ask whoever runs the platform"),
    NotAllowed: _is(403, "no_sign_up", "nobody founds an account here: ask for an invitation"),
    NotYours: _is(403, "forbidden", "only roles and rights of your own can be given or changed"),
    LastOwner: _is(409, "in_use", "an account keeps at least one owner"),
    OtherStanding: _is(409, "stale", "she was given another role meanwhile: look again"),
    NotOpen: _is(409, "not_open", "it was accepted or withdrawn"),
    InvitedAlready: _is(409, "taken", _INVITED, ("body.email", _INVITED)),
    AnotherAddress: _is(403, "another_address", "the invitation is for another address"),
    TooMany: _is(409, "too_many", "wait until some of those that are under way are done"),
    CodeMissing: _is(401, "code_missing", "send a code of the second factor too"),
    FactorInUse: _is(409, "in_use", "remove the second factor that there is first"),
    NoLogin: _is(409, "no_login", "set CONSOLE_NATS_OPERATOR_PASSWORD, or use the command"),
    NotThere: lambda _: Problem(503, "unanswered", "NATS does not answer", headers=AGAIN),
    NoFactor: _is(404, "not_found", "there is no second factor for that"),
}
