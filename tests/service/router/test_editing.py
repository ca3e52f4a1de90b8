"""What operators configure is kept, listed, told to everybody, and taken out of use."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.configuration import (
    Assignment,
    CampaignStatus,
    Carrier,
    Defaults,
    Status,
)
from libs.contracts.editing import ListConfiguration, Noun, Retire, Saved
from libs.contracts.message import Document
from libs.runtime.ask import Refused
from libs.runtime.seal import Seal
from services.router.domain.nouns import CHANGES, MASK
from services.router.store.uses import USES_MAX
from tests.kit.hosting import SECRET, TESTER
from tests.service.router.keys import key_of
from tests.service.router.stage import (
    Stage,
    a_buyer,
    a_draft,
    a_group,
    a_number,
    a_pool,
    a_target,
)

BUYER = a_buyer()
TARGET = a_target(BUYER)
CAMPAIGN = a_draft(TARGET)
POOL = a_pool(campaign_id=CAMPAIGN.id)
NUMBER = a_number(pool_id=POOL.id)
GROUP = a_group(TARGET)
CARRIER = Carrier(account_sid="AC" + "5" * 32, token="first token")

NOUNS: dict[Noun, tuple[Document, dict[str, Any]]] = {
    Noun.BUYER: (BUYER, {"status": Status.PAUSED}),
    Noun.TARGET: (TARGET, {"concurrency_cap": 7, "zone": "Asia/Kolkata"}),
    Noun.CAMPAIGN: (CAMPAIGN, {"status": CampaignStatus.PAUSED, "assignments": ()}),
    Noun.POOL: (POOL, {"name": "a better name"}),
    Noun.NUMBER: (NUMBER, {"pool_id": None}),
    Noun.CARRIER: (CARRIER, {"token_next": "second token"}),
    Noun.GROUP: (GROUP, {"status": Status.PAUSED, "zone": "America/Chicago"}),
    Noun.DEFAULTS: (Defaults(block_anonymous=True), {"block_anonymous": False}),
}
"""What each kind needs comes before it."""


def changed(document: Document, changes: dict[str, Any]) -> Document:
    return type(document).model_validate({**document.model_dump(), **changes})


def as_shown(document: Document) -> dict[str, Any]:
    """A document as an operator sees it."""
    if not isinstance(document, Carrier):
        return document.model_dump(mode="json")
    return {
        "account_sid": document.account_sid,
        "token_sealed": MASK,
        "token_next_sealed": MASK if document.token_next else None,
    }


def retire(stage: Stage, noun: Noun, key: object, version: int | None) -> Retire:
    return Retire(
        account_id=stage.account_id,
        actor=TESTER,
        noun=noun,
        key=str(key),
        expected_version=version,
    )


async def test_every_noun_is_saved_changed_listed_retired_and_told_of(stage: Stage) -> None:
    versions: dict[Noun, int] = {}
    for noun, (document, changes) in NOUNS.items():
        created = await stage.save(document)
        (row,) = (await stage.page(noun)).rows
        assert (row.version, row.document) == (created, as_shown(document))

        versions[noun] = await stage.save(changed(document, changes), version=created)
        (row,) = (await stage.page(noun)).rows
        assert row.document == as_shown(changed(document, changes))
        assert created < row.version == versions[noun]

    for noun, (document, changes) in reversed(NOUNS.items()):
        retired = await stage.ask(retire(stage, noun, key_of(stage, document), versions[noun]))
        assert (await stage.page(noun)).rows == ()

        told = await stage.heard(CHANGES[noun].subject, 3)
        first, second = as_shown(document), as_shown(changed(document, changes))
        pictures = sorted((one["version"], one["before"], one["after"]) for one in told)
        assert [(before, after) for _, before, after in pictures] == [
            (None, first),
            (first, second),
            (second, None),
        ]
        assert pictures[-1][0] == retired.version
        for one in told:
            assert one["actor"] == {"name": "tester", "role": "operator", "via": "test"}
            assert one["account_id"] == str(stage.account_id)
            assert one["key"] == key_of(stage, document)


async def test_what_was_retired_can_be_made_anew(stage: Stage) -> None:
    version = await stage.save(BUYER)
    await stage.ask(retire(stage, Noun.BUYER, BUYER.id, version))

    again = await stage.save(BUYER)

    (row,) = (await stage.page(Noun.BUYER)).rows
    assert (row.version, row.document["name"]) == (again, "Acme")


async def test_secrets_are_sealed_at_rest_and_shown_to_nobody(stage: Stage) -> None:
    secret, later = "a very secret token", "the token after it"
    carrier = Carrier(account_sid="AC" + "5" * 32, token=secret, token_next=later)
    version = await stage.save(carrier)
    await stage.save(carrier, version=version)

    page = await stage.page(Noun.CARRIER)
    told = await stage.heard(CHANGES[Noun.CARRIER].subject, 2)
    kept = (await stage.rows("SELECT document FROM router.carrier"))[0][0]
    outbox = await stage.rows("SELECT payload FROM router.outbox")

    everything = f"{page} {told} {kept} {outbox} {stage.edit(carrier)!r}"
    assert secret not in everything
    assert later not in everything
    sealed = kept["token_sealed"]
    assert sealed not in f"{page} {told}"
    assert Seal(SECRET, "carrier tokens").open(sealed) == secret


async def test_a_list_comes_in_pages_in_the_order_of_ids(stage: Stage) -> None:
    ids = [str((await stage.buyer(name=f"buyer {n}")).id) for n in range(5)]

    seen, cursor = list[str](), None
    sizes = []
    while True:
        page = await stage.page(Noun.BUYER, cursor=cursor, limit=2)
        seen += [row.document["id"] for row in page.rows]
        sizes.append(len(page.rows))
        cursor = page.cursor
        if cursor is None:
            break

    assert seen == sorted(ids)
    assert sizes == [2, 2, 1]


async def test_a_page_is_never_too_large_to_be_sent(stage: Stage) -> None:
    long_winded = "\N{SPEAKING HEAD IN SILHOUETTE}" * 4_096  # 16 kB
    ids = set()
    for _ in range(32):
        campaign = a_draft(closing_message=long_winded)
        await stage.save(campaign)
        ids.add(str(campaign.id))

    first = await stage.page(Noun.CAMPAIGN, limit=200)
    second = await stage.page(Noun.CAMPAIGN, limit=200, cursor=first.cursor)

    assert first.cursor
    assert not second.cursor
    assert {row.document["id"] for row in (*first.rows, *second.rows)} == ids


async def test_what_is_in_use_cannot_be_retired_and_it_says_by_what(stage: Stage) -> None:
    buyer, carrier = a_buyer(), Carrier(account_sid="AC" + "1" * 32, token="token")
    target = a_target(buyer, name="Front desk")
    campaign = a_draft(target, name="Roofs")
    pool = a_pool(campaign_id=campaign.id, name="visitors")
    group = a_group(target, name="Night shift")
    wider = a_group(name="All shifts")
    group = group.model_copy(update={"parent_id": wider.id})
    by_group = a_draft(name="Windows").model_copy(
        update={"assignments": (Assignment(group_id=group.id),)}
    )
    direct = a_number("+18005550101", campaign_id=campaign.id)
    pooled = a_number("+18005550102", pool_id=pool.id)
    needed_first = (buyer, target, wider, group, campaign, by_group, pool, direct, pooled)
    versions = {
        key_of(stage, document): await stage.save(document)
        for document in (*needed_first, carrier, Defaults())
    }
    refused = {
        Noun.BUYER: (buyer, {"target Front desk"}),
        Noun.TARGET: (target, {"campaign Roofs", "group Night shift"}),
        Noun.CAMPAIGN: (campaign, {"number +18005550101", "pool visitors"}),
        Noun.POOL: (pool, {"number +18005550102"}),
        Noun.CARRIER: (carrier, {"number +18005550101", "number +18005550102"}),
    }

    refused_groups = {group: {"campaign Windows"}, wider: {"group Night shift"}}
    everything: list[tuple[Noun, Document, set[str]]] = [
        (Noun.GROUP, *one) for one in refused_groups.items()
    ]
    everything += [(noun, *one) for noun, one in refused.items()]
    for noun, document, users in everything:
        key = key_of(stage, document)
        no = await stage.refusal(retire(stage, noun, key, versions[key]))
        assert no.code == "in_use"
        assert set(no.text.removeprefix("still needed by ").split(", ")) == users
    for noun in Noun:
        assert (await stage.page(noun)).rows

    last_to_first: list[tuple[Noun, Document]] = [
        (Noun.NUMBER, pooled),
        (Noun.NUMBER, direct),
        (Noun.CARRIER, carrier),
        (Noun.POOL, pool),
        (Noun.CAMPAIGN, campaign),
        (Noun.CAMPAIGN, by_group),
        (Noun.GROUP, group),
        (Noun.GROUP, wider),
        (Noun.TARGET, target),
        (Noun.DEFAULTS, Defaults()),
        (Noun.BUYER, buyer),
    ]
    for noun, thing in last_to_first:
        key = key_of(stage, thing)
        await stage.ask(retire(stage, noun, key, versions[key]))
    assert not any([(await stage.page(noun)).rows for noun in Noun])


async def test_of_many_users_some_are_named(stage: Stage) -> None:
    buyer = a_buyer()
    version = await stage.save(buyer)
    for n in range(USES_MAX + 1):
        await stage.target(buyer, f"+155501{n:05}", name=f"desk {n}")

    no = await stage.refusal(retire(stage, Noun.BUYER, buyer.id, version))

    assert no.text.count("target desk") == USES_MAX


@pytest.mark.parametrize("noun", list(Noun))
def test_a_key_has_one_spelling(noun: Noun) -> None:
    """An id in capitals is the same id; a carrier's name is a text, in which case matters."""
    key = "AB" * 16 if noun is Noun.CARRIER else str(uuid4()).upper()
    asked = ListConfiguration(account_id=uuid4(), noun=noun, cursor=key)
    assert asked.cursor == (key if noun is Noun.CARRIER else key.lower())


async def test_edits_at_the_same_moment_do_not_overwrite_each_other(stage: Stage) -> None:
    await stage.add_router()
    version = await stage.save(BUYER)
    renamed = [BUYER.model_copy(update={"name": f"name {n}"}) for n in range(8)]
    edits = [stage.edit(document, version=version) for document in renamed]

    answers = await asyncio.gather(*map(stage.ask, edits), return_exceptions=True)

    assert [type(answer) for answer in answers].count(Saved) == 1
    assert {no.code for no in answers if isinstance(no, Refused)} == {"stale"}
    told = await stage.heard(CHANGES[Noun.BUYER].subject, 2)
    assert len(told) == 2
    (row,) = (await stage.page(Noun.BUYER)).rows
    assert row.document in [one["after"] for one in told]
