"""Who may say and hear what on NATS: `nats.conf`, written from the contracts' own lists.

One user per service, whose password the server takes from its environment. A service may ask
those whom `ASKS` names, publish the facts that are its own, answer its own questions in its own
queue group and read its own durables; the operator's user may do everything.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from libs.contracts.catalogue import ASKS, ASKS_BESIDE, CATALOGUE, SERVICES, owner_of
from libs.contracts.streams import DURABLES, STREAMS, Durable

FILE = Path(__file__).parent / "nats.conf"
OPERATOR = "operator"
USERS = (*SERVICES, OPERATOR)
MAX_PAYLOAD = "512KB"  # no message is larger: longer lists come in pages

CHANGES = "event.*.changed.v1"
CHANGES_HEARD_BY = (
    "ingress",
    "router",
    "tracking",
)  # by plain subscription: replicas that keep copies

FOLLOWERS = ("console",)  # who show events as they happen, by an ordered reader of their own
FOLLOWING = ("$JS.API.CONSUMER.CREATE.EVENTS", "$JS.FC.EVENTS.>")

HEAD = """\
# Who may say and hear what. Written by `make nats-conf` from libs/contracts: do not edit.
# The server's environment has the passwords; one that is only digits is refused by the server.
max_payload: {max_payload}
authorization {{
  users: [
{users}
  ]
}}
"""
USER = """\
    {{
      user: {name}
      password: ${password}
      permissions: {{
        publish: {{ allow: [
{publish}
        ] }}
        subscribe: {{ allow: [
{subscribe}
        ] }}
      }}
    }}"""


@dataclass(frozen=True)
class Rights:
    """The subjects that a user may publish on and subscribe to; what is not named is refused.

    `subject queue` allows a subscription in that queue group only.
    """

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


EVERYTHING = Rights((">",), (">",))


def rights_of(user: str) -> Rights:
    """What a user may do."""
    if user == OPERATOR:
        return EVERYTHING
    heard = (CHANGES,) if user in CHANGES_HEARD_BY else ()
    return Rights(
        publish=(*_asks(user), *_answers_to(user), *_facts(user), *_streams(user)),
        subscribe=(f"ask.{user}.> {user}", inbox_of(user), *heard),
    )


def inbox_of(user: str) -> str:
    """Where a user's answers arrive: nobody else may listen there."""
    return f"_INBOX_{user}.>"


def password_name(user: str) -> str:
    """The server's variable with a user's password."""
    return f"NATS_{user.upper()}_PASSWORD"


def logins(passwords: Mapping[str, str]) -> dict[str, str]:
    """The settings by which each user logs in; `passwords` are by user."""
    names = {f"{user.upper()}_NATS_USER": user for user in USERS}
    return names | {f"{user.upper()}_NATS_PASSWORD": passwords[user] for user in USERS}


def server_environment(passwords: Mapping[str, str]) -> dict[str, str]:
    """The variables that `nats.conf` names; `passwords` are by user."""
    return {password_name(user): passwords[user] for user in USERS}


def configuration() -> str:
    """The text of `nats.conf`."""
    users = "\n".join(_user(user, rights_of(user)) for user in USERS)
    return HEAD.format(max_payload=MAX_PAYLOAD, users=users)


def _user(name: str, rights: Rights) -> str:
    return USER.format(
        name=name,
        password=password_name(name),
        publish=_listed(rights.publish),
        subscribe=_listed(rights.subscribe),
    )


def _listed(subjects: tuple[str, ...]) -> str:
    return "\n".join(f"          {json.dumps(subject)}" for subject in subjects)


def _asks(user: str) -> tuple[str, ...]:
    return (*(f"ask.{owner}.>" for owner in ASKS[user]), *ASKS_BESIDE.get(user, ()))


def _answers_to(user: str) -> Iterator[str]:
    beside = (
        asker
        for asker, subjects in ASKS_BESIDE.items()
        if user in {owner_of(subject) for subject in subjects}
    )
    askers = (*(asker for asker, owners in ASKS.items() if user in owners), *beside)
    return (inbox_of(asker) for asker in (*askers, OPERATOR))


def _facts(user: str) -> tuple[str, ...]:
    """A fact's subject allows that fact alone, not all of its noun."""
    return tuple(
        subject
        for subject, message in CATALOGUE.items()
        if getattr(message, "publisher", None) == user
    )


def _streams(user: str) -> Iterator[str]:
    """Who writes to the streams or reads them makes sure that they exist."""
    own = [durable for durable in DURABLES if durable.service == user]
    if own or _facts(user):
        for stream in STREAMS:
            for action in ("CREATE", "UPDATE", "INFO"):
                yield f"$JS.API.STREAM.{action}.{stream.name}"
    for durable in own:
        yield from _reading(durable)
    if user in FOLLOWERS:
        yield from FOLLOWING


def _reading(durable: Durable) -> tuple[str, ...]:
    place = f"{durable.stream}.{durable.name}"
    return (
        f"$JS.API.CONSUMER.DURABLE.CREATE.{place}",
        f"$JS.API.CONSUMER.INFO.{place}",
        f"$JS.API.CONSUMER.MSG.NEXT.{place}",
        f"$JS.ACK.{place}.>",
        f"dead.{durable.name}.>",
    )
