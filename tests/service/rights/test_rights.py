"""The server lets every service do what its card says, and nothing of what others' cards say."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import product

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError
from nats.js.api import ConsumerConfig, DeliverPolicy
from nats.js.errors import NoStreamResponseError, NotFoundError

from deploy.local.servers import NatsServer
from deploy.nats import CHANGES, CHANGES_HEARD_BY, FILE, OPERATOR, USERS, server_environment
from libs.contracts.catalogue import ASKS, ASKS_BESIDE, CATALOGUE, SERVICES, owner_of
from libs.contracts.message import Refusal
from libs.contracts.streams import DURABLES, STREAMS, Durable
from libs.contracts.tracking import Calls, ListLiveCalls
from libs.runtime.answers import Answers
from libs.runtime.ask import Ask, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.streams import declare_durable, declare_stream, waiting_for
from tests.kit.hosting import eventually
from tests.kit.nats import starting_servers

FACTS = {
    subject: kind.publisher  # type: ignore[attr-defined]
    for subject, kind in CATALOGUE.items()
    if subject.startswith("event.")
}
REFUSED_WITHIN_SECONDS = 5.0
PASSWORDS = {user: f"p{secrets.token_hex(8)}" for user in USERS}


@dataclass
class User:
    """One user's connection, and what the server refused it."""

    client: Client
    refused: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def may_not_say(self, subject: str) -> None:
        """See the server refuse a publication."""
        await self.client.publish(subject, b"{}")
        await self._is_told(f'publish to "{subject}"')

    async def may_not_hear(self, subject: str, queue: str = "") -> None:
        """See the server refuse a subscription."""
        await self.client.subscribe(subject, queue=queue, cb=answer)
        await self._is_told(f'subscription to "{subject}"')

    async def _is_told(self, refusal: str) -> None:
        try:
            text = await asyncio.wait_for(self.refused.get(), REFUSED_WITHIN_SECONDS)
        except TimeoutError:
            pytest.fail(f"not refused: {refusal}")
        assert refusal.lower() in text.lower()


@pytest.fixture(scope="module")
def guarded() -> Iterator[NatsServer]:
    with starting_servers() as start:
        yield start(config=FILE, environment=server_environment(PASSWORDS))


@pytest.fixture
async def users(guarded: NatsServer) -> AsyncIterator[dict[str, User]]:
    async with AsyncExitStack() as stack:
        connected = {}
        for name in USERS:
            user = connected[name] = User(Client())

            async def note(fault: Exception, user: User = user) -> None:
                user.refused.put_nowait(str(fault))

            await user.client.connect(
                guarded.url,
                user=name,
                password=PASSWORDS[name],
                inbox_prefix=f"_INBOX_{name}",
                error_cb=note,
            )
            stack.push_async_callback(user.client.close)
        jetstream = connected[OPERATOR].client.jetstream()
        for stream in STREAMS:
            with suppress(NotFoundError):
                await jetstream.delete_stream(stream.name)  # an earlier test's
            await jetstream.add_stream(name=stream.name, subjects=list(stream.subjects))
        yield connected


async def answer(message: Msg) -> None:
    await message.respond(b"answered")


async def answered(asker: User, subject: str) -> bytes | None:
    """Ask until somebody listens: the client's `flush` may overtake its subscription."""
    with suppress(NoRespondersError):
        return (await asker.client.request(subject, timeout=5)).data
    return None


@pytest.mark.parametrize(
    ("asker", "owner"), [pair for pair in product(SERVICES, SERVICES) if pair[0] != pair[1]]
)
async def test_who_asks_whom(users: dict[str, User], asker: str, owner: str) -> None:
    await users[owner].client.subscribe(f"ask.{owner}.>", queue=owner, cb=answer)
    subject = f"ask.{owner}.something.v1"

    if owner in ASKS[asker]:
        assert await eventually(lambda: answered(users[asker], subject)) == b"answered"
        assert users[owner].refused.empty()
    else:
        await users[asker].may_not_say(subject)


async def test_a_question_beside_the_order_is_the_only_one(users: dict[str, User]) -> None:
    for asker, subjects in ASKS_BESIDE.items():
        for subject in subjects:
            owner = users[owner_of(subject)]
            await owner.client.subscribe(subject, queue=owner_of(subject), cb=answer)
            ask = partial(answered, users[asker], subject)
            assert await eventually(ask) == b"answered"
            await users[asker].may_not_say(f"ask.{owner_of(subject)}.something.v1")


async def test_a_fact_is_published_by_its_publisher_alone(users: dict[str, User]) -> None:
    for subject, publisher in FACTS.items():
        for service in SERVICES:
            if service == publisher:
                acknowledged = await users[service].client.jetstream().publish(subject, b"{}")
                assert acknowledged.stream == "EVENTS"
            else:
                await users[service].may_not_say(subject)


@pytest.mark.parametrize("service", SERVICES)
async def test_nobody_listens_where_others_speak(users: dict[str, User], service: str) -> None:
    me = users[service]
    other = next(name for name in SERVICES if name != service)
    await me.may_not_hear("event.call.>")
    await me.may_not_hear(f"ask.{other}.>", queue=other)
    await me.may_not_hear(f"ask.{service}.>")  # only in its queue group: each is answered once
    await me.may_not_hear(f"_INBOX_{other}.>")
    if service not in CHANGES_HEARD_BY:
        await me.may_not_hear(CHANGES)


@pytest.mark.parametrize("service", CHANGES_HEARD_BY)
async def test_replicas_hear_of_changes(users: dict[str, User], service: str) -> None:
    heard = await users[service].client.subscribe(CHANGES)

    async def told() -> str | None:
        await users["router"].client.jetstream().publish("event.buyer.changed.v1", b"{}")
        with suppress(TimeoutError):
            return (await heard.next_msg(timeout=0.2)).subject
        return None

    assert await eventually(told) == "event.buyer.changed.v1"
    assert users[service].refused.empty()


@pytest.mark.parametrize("durable", DURABLES, ids=lambda durable: durable.name)
async def test_a_durable_is_read_by_its_service_alone(
    users: dict[str, User], durable: Durable
) -> None:
    place = f"{durable.stream}.{durable.name}"
    for service in SERVICES:
        await users[service].may_not_say(f"$JS.API.CONSUMER.DELETE.{place}")
        if service != durable.service:
            await users[service].may_not_say(f"$JS.API.CONSUMER.DURABLE.CREATE.{place}")
            await users[service].may_not_say(f"$JS.API.CONSUMER.MSG.NEXT.{place}")
            await users[service].may_not_say(f"dead.{durable.name}.event.call.ended.v1")


SAID = {
    "console-audit": ("router", "event.buyer.changed.v1"),
    "tracking-attributions": ("ingress", "event.call.arrived.v1"),
    "tracking-pixels": ("flows", "event.pixel.asked.v1"),
}
"""Who says what to a durable that does not listen to calls' ends."""


@pytest.mark.parametrize("durable", DURABLES, ids=lambda durable: durable.name)
async def test_a_durable_is_made_read_and_acknowledged(
    guarded: NatsServer, users: dict[str, User], durable: Durable
) -> None:
    broker = Broker(guarded.url, durable.service, durable.service, PASSWORDS[durable.service])
    broker.open()
    await eventually(lambda: is_connected(broker))
    try:
        for stream in STREAMS:
            await declare_stream(broker, stream)  # brings the fixture's streams in line
        await declare_durable(broker, durable)
        assert await waiting_for(broker, durable) is not None
        speaker, fact = SAID.get(durable.name, ("ingress", "event.call.ended.v1"))
        await users[speaker].client.jetstream().publish(fact, b"{}")
        request = f"$JS.API.CONSUMER.MSG.NEXT.{durable.stream}.{durable.name}"
        inbox = broker.client.new_inbox()
        subscription = await broker.client.subscribe(inbox)
        await broker.client.publish(request, b"1", reply=inbox)
        message = await subscription.next_msg(timeout=5)
        await message.ack_sync(timeout=5)
        dead = f"dead.{durable.name}.{message.subject}"
        assert (await broker.jetstream.publish(dead, b"{}")).stream == "DEAD"
    finally:
        await broker.close()


async def test_the_console_follows_the_stream_as_it_happens(
    guarded: NatsServer, users: dict[str, User]
) -> None:
    broker = Broker(guarded.url, "console", "console", PASSWORDS["console"])
    broker.open()
    await eventually(lambda: is_connected(broker))
    try:
        subscription = await broker.jetstream.subscribe(
            "event.>",
            stream="EVENTS",
            ordered_consumer=True,
            config=ConsumerConfig(deliver_policy=DeliverPolicy.NEW),
        )
        await users["ingress"].client.jetstream().publish("event.call.ended.v1", b"{}")
        message = await subscription.next_msg(timeout=5)
        assert message.subject == "event.call.ended.v1"
    finally:
        await broker.close()


async def is_connected(broker: Broker) -> bool | None:
    return broker.connected or None


async def test_a_refused_question_is_logged_and_goes_unanswered(
    guarded: NatsServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The server tells only the client's error callback; without it this would be a riddle."""
    brokers = {
        name: Broker(guarded.url, name, name, PASSWORDS[name])
        for name in ("tracking", "console", "ingress")
    }
    question = ListLiveCalls(account_id="00000000-0000-0000-0000-000000000001")
    answers = Answers(brokers["tracking"], Refusal)

    @answers.to(ListLiveCalls, in_flight_max=1)
    async def live_calls(_: ListLiveCalls, __: Deadline) -> Calls:
        return Calls(calls=())

    try:
        for broker in brokers.values():
            broker.open()
        for broker in brokers.values():
            await eventually(lambda broker=broker: is_connected(broker))  # type: ignore[misc]
        ask = Ask(brokers["console"])
        await eventually(lambda: ask(question, Deadline.within(5_000)))

        with caplog.at_level(logging.WARNING), pytest.raises(Unanswered):
            await Ask(brokers["ingress"])(question, Deadline.within(200))
        assert "permissions violation for publish" in caplog.text.lower()
    finally:
        await answers.stop()
        await asyncio.gather(*(broker.close() for broker in brokers.values()))


async def test_the_server_lets_nobody_in_without_a_password(guarded: NatsServer) -> None:
    for user, password in ((None, None), ("router", "wrong")):
        client = Client()
        with pytest.raises(nats.errors.Error, match="Authorization Violation"):
            await client.connect(guarded.url, allow_reconnect=False, user=user, password=password)
        await client.close()  # who is refused keeps its socket


async def test_a_question_is_no_fact(users: dict[str, User]) -> None:
    """No stream acknowledges a question, whoever publishes it as one."""
    with pytest.raises(NoStreamResponseError):
        await users[OPERATOR].client.jetstream().publish("ask.router.admit.v1", b"{}")
