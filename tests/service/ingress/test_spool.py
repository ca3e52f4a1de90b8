"""Facts on disk: kept in order, published once NATS is there, adopted from the dead."""

import asyncio
import fcntl
import json
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from libs.runtime.broker import Broker
from services.ingress.spool import Entry, Spool
from tests.kit.facts import CallStory
from tests.service.ingress.played_router import PlayedRouter
from tests.service.ingress.stage import NOWHERE, eventually


def entries(count: int, story: CallStory | None = None) -> list[Entry]:
    story = story or CallStory()
    facts = [story.leg_ended(step) for step in range(count)]
    return [Entry(fact.subject, fact.key, fact.model_dump_json(), {}) for fact in facts]


@asynccontextmanager
async def spool_on(folder: Path, url: str, **more: int) -> AsyncIterator[Spool]:
    """A spool whose broker is connected, if it can be."""
    broker = Broker(url, "ingress")
    broker.open()

    async def connected() -> bool | None:
        return broker.connected or None

    if url != NOWHERE:
        await eventually(connected)
    spool = Spool(folder, broker, **more)
    try:
        yield spool
    finally:
        await spool.stop()
        await broker.close()


async def test_facts_are_published_in_their_order_and_the_file_is_emptied(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with spool_on(tmp_path, nats_url) as spool:
        for entry in entries(30):
            spool.keep(entry)
        assert spool.depth == 30
        assert await spool.flush() == 30
        assert spool.depth == 0
        assert [fact.step for fact in await router.facts()] == list(range(30))
        [file] = tmp_path.iterdir()
        assert file.stat().st_size == 0
    assert list(tmp_path.iterdir()) == []


async def test_what_is_kept_while_flushing_is_published_too(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    first, *rest = entries(40)
    async with spool_on(tmp_path, nats_url) as spool:
        spool.keep(first)
        flushing = asyncio.create_task(spool.flush())
        for entry in rest:
            spool.keep(entry)
            await asyncio.sleep(0)
        await flushing
        await spool.flush()
        assert spool.depth == 0
    assert [fact.step for fact in await router.facts()] == list(range(40))


async def test_what_was_published_before_a_break_is_not_published_again(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    stream = router.broker.jetstream
    async with spool_on(tmp_path, nats_url) as spool:
        story = CallStory()
        kept = entries(4, story)
        for entry in kept[:2]:
            spool.keep(entry)
        spool.keep(Entry("nobody.keeps.this", "x", "{}", {}))  # stops the flush
        for entry in kept[2:]:
            spool.keep(entry)
        assert await spool.flush() == 2
        assert await spool.flush() == 0
        assert spool.depth == 3
        assert (await stream.stream_info("EVENTS")).state.messages == 2


async def test_the_living_are_left_alone_and_the_dead_are_adopted(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with spool_on(tmp_path, NOWHERE) as dying, spool_on(tmp_path, nats_url) as other:
        for entry in entries(3):
            dying.keep(entry)
        assert await other.flush() == 0
        assert await router.facts() == []
        await dying.stop()  # it cannot publish: its file stays
        [left] = tmp_path.glob("*.jsonl")

        assert await other.flush() == 3
        assert not left.exists()
        assert [fact.step for fact in await router.facts()] == [0, 1, 2]


async def test_two_adopters_publish_each_fact_once(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with spool_on(tmp_path, NOWHERE) as dying:
        for entry in entries(20):
            dying.keep(entry)
    async with spool_on(tmp_path, nats_url) as one, spool_on(tmp_path, nats_url) as two:
        counts = await asyncio.gather(one.flush(), two.flush())
    assert sorted(counts) == [0, 20]
    assert len(await router.facts()) == 20


DAMAGE = [
    b'{"subject":"event.call.ended.v1","ke',
    b"\xff\n",
    b"[]\n",
    json.dumps({"subject": "event.x", "key": "k", "payload": 7, "headers": {}}).encode() + b"\n",
]


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_line_of_a_dead_process_is_passed_over(
    nats_url: str, router: PlayedRouter, tmp_path: Path, damage: bytes
) -> None:
    async with spool_on(tmp_path, NOWHERE) as dying:
        for entry in entries(2):
            dying.keep(entry)
    [left] = tmp_path.glob("*.jsonl")
    with left.open("ab") as file:
        file.write(damage)
    async with spool_on(tmp_path, nats_url) as other:
        assert await other.flush() >= 2
    assert not left.exists()
    assert len(await router.facts()) == 2


async def test_a_full_spool_drops_what_only_enriches_and_keeps_arrivals_and_ends(
    tmp_path: Path,
) -> None:
    story = CallStory()
    async with spool_on(tmp_path, NOWHERE, bytes_max=1_000) as spool:
        while spool.depth < 10:
            spool.keep(entries(1, story)[0])
        for fact in (story.ringing(), story.answered(), story.arrived(), story.ended()):
            spool.keep(Entry(fact.subject, fact.key, fact.model_dump_json(), {}))
        assert (spool.depth, spool.dropped) == (12, 2)
    [left] = tmp_path.glob("*.jsonl")
    subjects = [json.loads(line)["subject"] for line in left.read_bytes().splitlines()]
    assert subjects[10:] == ["event.call.arrived.v1", "event.call.ended.v1"]


@contextmanager
def full_disk(bytes_left: int, path: Path) -> Iterator[None]:
    """No file of this process grows beyond this one's size and a little."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + bytes_left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("bytes_left", [0, 1, 50])
async def test_a_full_disk_loses_a_fact_and_spoils_no_other(
    nats_url: str, router: PlayedRouter, tmp_path: Path, bytes_left: int
) -> None:
    async with spool_on(tmp_path, nats_url) as spool:
        first, lost, last = entries(3)
        spool.keep(first)
        [path] = tmp_path.glob("*.jsonl")
        with full_disk(bytes_left, path):
            spool.keep(lost)
        spool.keep(last)
        assert (spool.depth, spool.dropped) == (2, 1)
        assert await spool.flush() == 2
    assert [fact.step for fact in await router.facts()] == [0, 2]


async def test_what_is_kept_after_the_stop_is_left_to_the_next_process(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    before, after = entries(2)
    async with spool_on(tmp_path, NOWHERE) as spool:
        spool.keep(before)
        await spool.stop()
        assert spool.depth == 0
        spool.keep(after)
        assert spool.depth == 1
    assert len(list(tmp_path.glob("*.jsonl"))) == 2
    async with spool_on(tmp_path, nats_url) as other:
        assert await other.flush() == 2
    assert {fact.step for fact in await router.facts()} == {0, 1}
    assert list(tmp_path.iterdir()) == []


async def test_facts_are_published_by_themselves_once_nats_is_there(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with spool_on(tmp_path, nats_url) as spool:
        spool.start()
        for entry in entries(2) * 2:  # an acknowledgement that was lost: the fact is there already
            spool.keep(entry)

        async def empty() -> bool | None:
            return spool.depth == 0 or None

        await eventually(empty)
        assert [fact.step for fact in await router.facts()] == [0, 1]


async def test_a_file_is_never_seen_without_its_owners_lock(tmp_path: Path) -> None:
    async with spool_on(tmp_path, NOWHERE) as spool:
        spool.keep(entries(1)[0])
        [path] = tmp_path.glob("*.jsonl")
        with path.open("rb") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_stopping_publishes_what_it_can(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with spool_on(tmp_path, nats_url) as spool:
        for entry in entries(5):
            spool.keep(entry)
    assert len(await router.facts()) == 5
    assert list(tmp_path.iterdir()) == []
