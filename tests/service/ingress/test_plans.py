"""Fallback plans and carriers' tokens: asked, heard of, kept on disk."""

from pathlib import Path

import orjson

from libs.contracts.editing import Actor, NumberChanged
from libs.contracts.fallback import FallbackPlan, SealedCarrier
from libs.contracts.phone import PhoneDestination
from libs.runtime.publish import MESSAGE_ID, publish
from libs.runtime.seal import Seal
from tests.kit.facts import NOON
from tests.service.ingress.played_router import REFUSAL, PlayedRouter
from tests.service.ingress.stage import (
    ACCOUNT,
    CLOSING,
    NOWHERE,
    NUMBER,
    PLAN,
    RESCUE,
    SECRET,
    TARGET,
    VOICE,
    Ingress,
    eventually,
    running_ingress,
)

THEIRS = "AC" + "7" * 32
OTHER = "+18005550111"


def plan(number: str, destination: str) -> FallbackPlan:
    return FallbackPlan(
        account_id=ACCOUNT,
        number=number,
        destinations=(PhoneDestination(number=destination),),
        closing_message="Goodbye.",
    )


def carrier(token: str, token_next: str | None = None, secret: str = SECRET) -> SealedCarrier:
    seal = Seal(secret, "carrier tokens")
    return SealedCarrier(
        account_sid=THEIRS,
        token_sealed=seal.close(token),
        token_next_sealed=None if token_next is None else seal.close(token_next),
    )


async def announce(router: PlayedRouter) -> None:
    """Say that something was edited."""
    router.version += 1
    changed = NumberChanged(
        account_id=ACCOUNT,
        key=NUMBER,
        version=router.version,
        at=NOON,
        actor=Actor(name="tester"),
        before=None,
        after=None,
    )
    headers = {MESSAGE_ID: f"changed-{router.version}"}
    payload = changed.model_dump_json().encode()
    await publish(router.broker, changed.subject, payload, headers, within_seconds=5)


async def hears_once(ingress: Ingress, words: str, dialled: str = NUMBER) -> None:
    """Return once callers of this number hear these words, or are connected with this number."""

    async def look() -> bool | None:
        return words in (await ingress.post(VOICE, To=dialled)).text or None

    await eventually(look)


async def status_once(ingress: Ingress, token: str, status: int) -> None:
    async def look() -> bool | None:
        answer = await ingress.post(VOICE, token=token, account_sid=THEIRS)
        return answer.status_code == status or None

    await eventually(look)


async def test_all_pages_are_asked_for_and_then_only_what_is_new(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    router.decision = REFUSAL
    router.plans = (PLAN, plan(OTHER, "+13105550077"), plan("+18005550122", "+13105550078"))
    async with running_ingress(nats_url, tmp_path) as ingress:
        await hears_once(ingress, "+13105550078", "+18005550122")
        first = router.asked_for_plans[:3]
        assert [(asked.since, asked.after) for asked in first] == [
            (0, None),
            (0, PLAN.number),
            (0, OTHER),
        ]
        router.plans = (plan(OTHER, "+13105550079"),)
        await announce(router)
        await hears_once(ingress, "+13105550079", OTHER)
        assert router.asked_for_plans[-1].since >= 1
        await hears_once(ingress, RESCUE.number)


async def test_a_change_is_heard_and_a_withdrawn_plan_is_forgotten(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    router.decision = REFUSAL
    router.plans = (PLAN, plan(OTHER, "+13105550077"))
    async with running_ingress(nats_url, tmp_path) as ingress:
        await hears_once(ingress, "+13105550077", OTHER)
        router.plans, router.withdrawn = (plan(NUMBER, "+13105550066"),), (OTHER,)
        await announce(router)
        await hears_once(ingress, "+13105550066")
        await hears_once(ingress, CLOSING, OTHER)

        async def kept() -> bool | None:
            text = (tmp_path / "plans.json").read_text()
            return ("+13105550066" in text and OTHER not in text) or None

        await eventually(kept)


async def test_what_vanished_while_the_ingress_was_down_is_forgotten_at_its_start(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    router.decision = REFUSAL
    router.plans = (PLAN, plan(OTHER, "+13105550077"))
    async with running_ingress(nats_url, tmp_path) as ingress:
        await ingress.settled()
    router.plans = (PLAN,)
    async with running_ingress(nats_url, tmp_path) as ingress:
        await hears_once(ingress, CLOSING, OTHER)
        assert RESCUE.number in (await ingress.post(VOICE)).text


async def test_an_accounts_own_token_is_learned_rotated_and_revoked(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with running_ingress(nats_url, tmp_path) as ingress:
        await ingress.settled()
        assert (await ingress.post(VOICE, token="old", account_sid=THEIRS)).status_code == 403

        router.carriers = (carrier("old", "new"),)
        await announce(router)
        await status_once(ingress, "old", 200)
        assert (await ingress.post(VOICE, token="new", account_sid=THEIRS)).status_code == 200
        assert (await ingress.post(VOICE, token="new")).status_code == 403  # another account's

        router.carriers = (carrier("new"),)
        await announce(router)
        await status_once(ingress, "old", 403)
        assert (await ingress.post(VOICE, token="new", account_sid=THEIRS)).status_code == 200


async def test_tokens_lie_sealed_on_disk_and_are_known_at_a_cold_start(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    router.carriers = (carrier("hush-hush"),)
    async with running_ingress(nats_url, tmp_path) as ingress:
        await ingress.settled()
    assert "hush-hush" not in (tmp_path / "plans.json").read_text()
    assert [path.name for path in tmp_path.glob("plans*")] == ["plans.json"]

    async with running_ingress(NOWHERE, tmp_path) as cold:
        answer = await cold.post(VOICE, token="hush-hush", account_sid=THEIRS)
        assert answer.status_code == 200

    other_secret = {"session_secret": "quite another secret"}
    async with running_ingress(NOWHERE, tmp_path, **other_secret) as cold:
        answer = await cold.post(VOICE, token="hush-hush", account_sid=THEIRS)
        assert answer.status_code == 403


async def test_damaged_plans_are_no_obstacle(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    for damage in (b"", b"{", b'{"plans":[{"number":"no"}],"carriers":[]}', orjson.dumps([1])):
        (tmp_path / "plans.json").write_bytes(damage)
        async with running_ingress(NOWHERE, tmp_path) as cold:
            assert CLOSING in (await cold.post(VOICE)).text
    async with running_ingress(nats_url, tmp_path) as ingress:
        await ingress.settled()
        assert TARGET.number in (await ingress.post(VOICE)).text
    assert NUMBER in (tmp_path / "plans.json").read_text()


async def test_a_folder_that_vanished_does_not_end_the_learning(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    router.decision = REFUSAL
    folder = tmp_path / "folder"
    async with running_ingress(nats_url, folder) as ingress:
        await ingress.settled()
        folder.rename(tmp_path / "gone")
        folder.write_text("no folder any more")
        for rescue in ("+13105550066", "+13105550067"):
            router.plans = (plan(NUMBER, rescue),)
            await announce(router)
            await hears_once(ingress, rescue)


async def test_a_cold_start_knows_the_plans_and_believes_nobody_else(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with running_ingress(nats_url, tmp_path) as ingress:
        await ingress.settled()
    async with running_ingress(NOWHERE, tmp_path) as cold:
        assert RESCUE.number in (await cold.post(VOICE)).text
        assert (await cold.post(VOICE, token="forged")).status_code == 403
        ready = await cold.ready()
    assert ready["status"] == 200
    assert set(ready["degraded"]) == {"nats", "spool", "fallback-plans"}


async def test_an_edit_that_the_router_takes_up_late_is_asked_for_again(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    router.decision = REFUSAL
    async with running_ingress(nats_url, tmp_path) as ingress:
        await hears_once(ingress, RESCUE.number)
        asked = len(router.asked_for_plans)
        await announce(router)

        async def answered() -> bool | None:
            return len(router.asked_for_plans) > asked or None

        await eventually(answered)  # by the plan before
        router.plans = (plan(NUMBER, "+13105550079"),)
        await hears_once(ingress, "+13105550079")
