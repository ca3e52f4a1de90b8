"""The console's command line: python -m services.console COMMAND.

invite | make-operator | remove-operator | reset-password | remove-second-factor | make-key work
on the database that the settings name, whether the service runs or not; export | plan | apply:
an account's configuration as one document, asked of the router over NATS.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from uuid import UUID

from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from libs.runtime.settings import settings_of_command
from services.console.desk.configuring import ConfiguringDesk, Wanted
from services.console.desk.counting import Counting
from services.console.desk.inviting import Inviting
from services.console.desk.keeping_people import COMMAND_LINE, KeepingPeople, Stores
from services.console.desk.passwords import Passwords
from services.console.desk.resetting import give_link
from services.console.desk.setting_factors import OFF, ON
from services.console.domain.access import PLATFORM, PORTALS, Principal, Right, Role, rights_of
from services.console.domain.configuration_document import BadDocument
from services.console.mail import Mail
from services.console.settings import Settings
from services.console.store.audit import Told
from services.console.store.invitations import Invitations, InvitedAlready
from services.console.store.limits import Limits
from services.console.store.members import EmailTaken, Members, Standing
from services.console.store.people import People
from services.console.store.resets import Resets
from services.console.store.second_factors import SecondFactors

CONNECT_SECONDS = 5.0  # how long NATS is waited for
OF_THE_ACCOUNT = [
    role for role in Role if role not in {*PORTALS, Role.OPERATOR}
]  # a party, a command


def main(arguments: list[str] | None = None) -> int:
    """Do one of them; print what must be known, once."""
    return asyncio.run(run(arguments))


async def run(arguments: list[str] | None = None) -> int:
    """The same, within a loop that is there."""
    asked = _parser().parse_args(arguments)
    if asked.command in ("export", "plan", "apply"):
        return await _configure(asked)
    settings = settings_of_command(Settings)
    database = Database.of(settings, "console")
    await database.open()
    try:
        return await _keep_people(settings, database, asked)
    finally:
        await database.close()


async def _keep_people(settings: Settings, database: Database, asked: argparse.Namespace) -> int:
    stores = Stores.on(database)
    if asked.command == "make-operator":
        await stores.accounts.begin_platform(SystemClock().now())
        asked.account, asked.role = PLATFORM, Role.OPERATOR
    match asked.command:
        case "invite" | "make-operator":
            return await _invite(_inviting(stores, database, settings), asked)
        case "remove-operator":
            return await _remove_operator(stores.members, asked.email)
        case "reset-password":
            resets, base_url = Resets(database), settings.public_base_url
            return await _reset_password(resets, stores.people, asked.email, base_url)
        case "remove-second-factor":
            return await _remove_factor(SecondFactors(database), stores.people, asked)
        case _:
            passwords = Passwords(settings.password_memory_mib)
            return await _make_key(KeepingPeople(stores, passwords, SystemClock()), asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    user = commands.add_parser("invite", help="a link by which somebody joins an account")
    user.add_argument("email")
    user.add_argument("--account", type=UUID, required=True)
    user.add_argument("--role", type=Role, choices=OF_THE_ACCOUNT, default=Role.MANAGER)
    for command, does in (
        ("make-operator", "a link by which somebody becomes an operator of the platform"),
        ("remove-operator", "take an operator of the platform out"),
    ):
        commands.add_parser(command, help=does).add_argument("email")
    reset = commands.add_parser("reset-password", help="a link for a new password")
    reset.add_argument("email")
    lost = commands.add_parser("remove-second-factor", help="for who lost app and codes")
    lost.add_argument("email")
    key = commands.add_parser("make-key", help="make a program's key")
    key.add_argument("name")
    key.add_argument("--account", type=UUID, required=True)
    key.add_argument("--role", type=Role, choices=OF_THE_ACCOUNT, default=Role.MANAGER)
    export = commands.add_parser("export", help="write an account's configuration out, as YAML")
    export.add_argument("--account", type=UUID, required=True)
    for command, does in (("plan", "say what a document would change"), ("apply", "change it")):
        more = commands.add_parser(command, help=does)
        more.add_argument("file", type=Path, help="the document; - is the standard input")
        more.add_argument("--account", type=UUID, required=True)
        more.add_argument("--prune", action="store_true", help="retire what it does not name")
    return parser


async def _configure(asked: argparse.Namespace) -> int:
    settings = settings_of_command(Settings)
    broker = Broker.of(settings, "console")
    broker.open()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            while not broker.connected:  # noqa: ASYNC110 - within a bound
                await asyncio.sleep(CONNECT_SECONDS / 100)
        return await _do_configure(ConfiguringDesk(Ask(broker)), asked)
    except TimeoutError:
        print(f"NATS is not there: {settings.nats_url}", file=sys.stderr)
    except (Refused, Unanswered) as no:
        print(no, file=sys.stderr)
    except BadDocument as no:
        print(f"{no.text}:", file=sys.stderr)
        for one in no.problems:
            print(f"  {one.path or 'the document'}: {one.problem}", file=sys.stderr)
    finally:
        await broker.close()
    return 1


async def _do_configure(desk: ConfiguringDesk, asked: argparse.Namespace) -> int:
    account_id = AccountId(asked.account)
    if asked.command == "export":
        _, text = await desk.export(account_id)
        print(text, end="")
        return 0
    text = await asyncio.to_thread(_read, asked.file)
    actor = Actor(name="command line", role=Role.OWNER, via="command line")
    wanted = Wanted(account_id=account_id, actor=actor, text=text, prune=asked.prune)
    reviewed = await (desk.plan(wanted) if asked.command == "plan" else desk.apply(wanted))
    print(reviewed.note, end="")
    return 0


def _read(file: Path) -> str:
    return sys.stdin.read() if str(file) == "-" else file.read_text()


def _inviting(stores: Stores, database: Database, settings: Settings) -> Inviting:
    """The desk of invitations, without mail: the link is printed."""
    clock, passwords = SystemClock(), Passwords(settings.password_memory_mib)
    return Inviting(
        Invitations(database),
        stores.accounts,
        stores.people,
        Counting(Limits(database), clock),
        passwords,
        Mail("", settings.mail_from),
        clock,
        settings.public_base_url,
        settings.invitations_per_hour,
    )


def _commander(account_id: UUID) -> Principal:
    """Whoever may run commands here may do everything."""
    return Principal(
        account_id=AccountId(account_id),
        name="command line",
        role=Role.OPERATOR,
        rights=frozenset(Right),
    )


async def _invite(desk: Inviting, asked: argparse.Namespace) -> int:
    try:
        made = await desk.invite(_commander(asked.account), asked.email, Standing(asked.role))
    except EmailTaken:
        print("She is in the account already.", file=sys.stderr)
        return 1
    except InvitedAlready:
        print("She is invited already, or there is no such account.", file=sys.stderr)
        return 1
    print(made.link)
    return 0


async def _remove_operator(members: Members, email: str) -> int:
    found = await members.by_email(PLATFORM, email)
    if found is None:
        print("No operator has this address.", file=sys.stderr)
        return 1
    await members.remove(PLATFORM, found, COMMAND_LINE, SystemClock().now())
    print("She is no operator any more.")
    return 0


async def _reset_password(resets: Resets, people: People, email: str, base_url: str) -> int:
    person = await people.by_email(email)
    if person is None:
        print("Nobody signs in by this address.", file=sys.stderr)
        return 1
    print(await give_link(resets, person, COMMAND_LINE, SystemClock().now(), base_url))
    return 0


async def _remove_factor(factors: SecondFactors, people: People, asked: argparse.Namespace) -> int:
    person = await people.by_email(asked.email)
    told = Told(COMMAND_LINE, SystemClock().now(), ON, OFF)
    if person is None or not await factors.remove(person.person_id, told):
        print("Nobody with a second factor signs in by this address.", file=sys.stderr)
        return 1
    print("She signs in by her password alone.")
    return 0


async def _make_key(desk: KeepingPeople, asked: argparse.Namespace) -> int:
    rights = rights_of(asked.role, may_export=False)
    _, secret = await desk.make_key(_commander(asked.account), asked.name, asked.role, rights, None)
    print(secret)
    return 0


if __name__ == "__main__":
    sys.exit(main())
