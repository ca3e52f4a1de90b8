"""The committed `nats.conf` is what the contracts say."""

from deploy.nats import FILE, OPERATOR, USERS, configuration, logins, rights_of, server_environment
from libs.contracts.catalogue import SERVICES


def test_the_committed_file_is_that_of_the_code() -> None:
    """It differs? Then `make nats-conf`, and look at the difference."""
    assert FILE.read_text() == configuration()


def test_no_service_may_do_everything() -> None:
    for service in SERVICES:
        rights = rights_of(service)
        assert not {">", "*", "ask.>", "event.>", "$JS.>", "_INBOX.>"} & {
            *rights.publish,
            *rights.subscribe,
        }
    assert rights_of(OPERATOR).publish == (">",)


def test_no_password_stands_in_the_file() -> None:
    lines = [line.split() for line in configuration().splitlines() if "password:" in line]
    assert [words[1] for words in lines] == [f"$NATS_{user.upper()}_PASSWORD" for user in USERS]


def test_server_and_services_are_told_the_same_passwords() -> None:
    passwords = {user: f"secret of {user}" for user in USERS}
    for user in USERS:
        name = user.upper()
        assert logins(passwords)[f"{name}_NATS_USER"] == user
        assert (
            logins(passwords)[f"{name}_NATS_PASSWORD"]
            == server_environment(passwords)[f"NATS_{name}_PASSWORD"]
        )
