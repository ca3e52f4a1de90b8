"""The command refuses what it cannot play, and says why."""

import pytest

from deploy.local.carrier.__main__ import main

CALL = ["call", "--from", "+12125550123", "--to", "+15550100000", "--voice-url", "http://a.example"]


def test_a_mistaken_script_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    account = ["--account-sid", "AC1", "--auth-token", "t"]

    assert main([*CALL, *account, "--script", "+15550100001=buzy"]) == 2
    assert "+15550100001: 'buzy'; allowed: answer" in capsys.readouterr().err


def test_an_account_is_needed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TWILIO_ACCOUNT_SID", raising=False)
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)

    assert main(CALL) == 2
    assert "TWILIO_" in capsys.readouterr().err


def test_the_help_explains_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["call", "--help"])

    assert "hangup-after=s" in capsys.readouterr().out
