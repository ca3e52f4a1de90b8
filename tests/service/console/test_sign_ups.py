"""Where a setting allows it, people found accounts: by a link that confirms their address."""

import asyncio
from typing import Any

import psycopg

from services.console.desk.signing_up import ASKED_FOR_NAME_MAX, ASKED_FROM_ADDRESS_MAX
from tests.kit.mailbox import running_mailbox
from tests.service.console.stage import PASSWORD, Stage, lone_console


async def ask(stage: Stage, email: str) -> tuple[int, bytes]:
    answer = await stage.client().post("sign-ups", json={"email": email})
    return answer.status_code, answer.content


async def found(stage: Stage, link: str, **more: Any) -> tuple[int, str | None]:
    about = {"account": "Acme", "name": "Ann", "new_password": PASSWORD, **more}
    answer = await stage.client().put("sign-ups", json={"link": link, **about})
    return answer.status_code, answer.json().get("code")


async def test_an_account_is_founded_by_a_link_where_it_is_allowed(
    nats_url: str, database_url: str
) -> None:
    async with (
        running_mailbox() as mailbox,
        lone_console(nats_url, database_url, smtp_url=mailbox.url, sign_up=True) as stage,
    ):
        known = await stage.person()
        assert await ask(stage, known) == await ask(stage, "ann@example.com") == (202, b"")
        first = (await mailbox.link_for("ann@example.com")).rpartition(".")[2]
        await ask(stage, "ann@example.com")
        second = (await mailbox.link_for("ann@example.com")).rpartition(".")[2]
        assert [list(one) for one in mailbox.recipients] == [[known]], "told that she is known"
        assert "/link#" not in mailbox.letters[0].get_content()

        raced = await asyncio.gather(*(found(stage, first) for _ in range(3)))
        assert sorted(status for status, _ in raced)[0] == 201
        assert {status for status, _ in raced} <= {201, 409, 410}
        assert [status for status, _ in raced].count(201) == 1
        assert await found(stage, second) == (409, "known")
        given = {"email": "ann@example.com", "password": PASSWORD}
        ann = (await stage.client().post("session", json=given)).json()
        assert (ann["role"], [one["name"] for one in ann["accounts"]]) == ("owner", ["Acme"])
        assert ann["account_id"] != str(stage.owner.account_id)

        await ask(stage, "bob@example.com")
        late = (await mailbox.link_for("bob@example.com")).rpartition(".")[2]
        with psycopg.connect(stage.database_url) as connection:
            connection.execute("UPDATE console.sign_up SET expires_at = now()")
        assert await found(stage, late) == await found(stage, first) == (410, "link_over")
        statuses = [(await ask(stage, "eve@example.com"))[0] for _ in range(ASKED_FOR_NAME_MAX + 1)]
        assert statuses == [202] * ASKED_FOR_NAME_MAX + [429]

        asked = 5 + ASKED_FOR_NAME_MAX  # so far, the last one in vain
        more = [(await ask(stage, f"{at}@example.com"))[0] for at in range(6)]
        assert more == [202] * (ASKED_FROM_ADDRESS_MAX - asked) + [429] * (6 + asked - 10)

        await stage.console(smtp_url=mailbox.url)
        no = await stage.client().post("sign-ups", json={"email": "x@example.com"})
        assert (no.status_code, no.json()["code"]) == (403, "no_sign_up"), "off unless it is set"
        assert await found(stage, second) == (403, "no_sign_up")
