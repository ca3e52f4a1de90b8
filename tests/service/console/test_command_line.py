"""The command line works on the same accounts."""

import os
import subprocess
import sys
from typing import Any

import pytest

from services.console.__main__ import run
from services.console.domain.access import Role
from tests.kit.hosting import SECRET
from tests.service.console.stage import PASSWORD, Asker, Stage, joined


@pytest.mark.parametrize(
    "module",
    ["services.console", "services.tracking.prove", "services.tracking.rebuild"],
)
def test_a_command_names_the_variables_that_are_not_set(module: str) -> None:
    arguments = ["reset-password", "a@b.c"] if module == "services.console" else []
    command = [sys.executable, "-m", module, *arguments]
    environment = {"PATH": os.environ["PATH"], "SESSION_SECRET": "short"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert "or DATABASE_URL: The PostgreSQL database" in done.stderr
    assert "Traceback" not in done.stderr
    assert "short" not in done.stderr


async def test_a_person_and_a_key_are_made_and_a_password_is_reset(
    stage: Stage, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.setenv("DATABASE_URL", stage.database_url)
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    account = ["--account", str(stage.owner.account_id)]

    assert await run(["invite", "cli@example.com", *account, "--role", "admin"]) == 0
    link = capsys.readouterr().out.split()[-1]
    assert await run(["invite", "cli@example.com", *account]) == 1
    await joined(stage, {"link": link})
    assert await run(["invite", "cli@example.com", *account]) == 1
    assert await run(["reset-password", "nobody@example.com"]) == 1
    assert await run(["reset-password", "cli@example.com"]) == 0
    link = capsys.readouterr().out.split()[-1].rpartition(".")[2]
    assert await run(["make-key", "robot", *account, "--role", Role.ANALYST]) == 0
    key = capsys.readouterr().out.split()[-1]

    http, later = stage.client(), "another password of the tests"
    body = {"link": link, "new_password": later}
    assert (await http.put("password-resets", json=body)).status_code == 204
    for given, status in ((PASSWORD, 401), (later, 201)):
        credentials = {"email": "cli@example.com", "password": given}
        assert (await http.post("session", json=credentials)).status_code == status
    robot = Asker(stage.client({"Authorization": f"Bearer {key}"}))
    assert await robot.get("campaigns") == {"items": [], "cursor": None}
    assert (await robot("POST", "buyers", json={"name": "x"})).status_code == 403
