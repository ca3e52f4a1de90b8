"""The audit names what is wrong with locks and licences, and who could not be asked."""

import json
import tomllib

from deploy.audit import ROOT, WEB, ask_osv, licence_faults, lock_faults, of_npm, of_uv

UV = tomllib.loads((ROOT / "uv.lock").read_text())
NPM = json.loads((WEB / "package-lock.json").read_text())


def test_our_own_locks_and_licences_are_well() -> None:
    assert list(lock_faults(UV, NPM)) == []
    assert list(licence_faults(UV, NPM)) == []


def test_what_is_wrong_is_named() -> None:
    strange = {"name": "strange", "source": {"git": "https://example.com/x"}, "wheels": [{}]}
    ours = {"name": "pytest", "source": {"registry": "https://pypi.org/simple"}}
    bad = {"packages": {"": {}, "node_modules/x": {"license": "AGPL-3.0"}, "node_modules/y": {}}}
    assert list(lock_faults({"package": [strange, ours]}, bad)) == [
        "strange comes from {'git': 'https://example.com/x'}",
        "strange has a file without a hash",
        "pytest has a file without a hash",
        "node_modules/x has no hash",
        "node_modules/y has no hash",
    ]
    assert list(licence_faults({"package": []}, bad)) == [
        "node_modules/x is under AGPL-3.0",
        "node_modules/y does not say its licence",
    ]


def test_whoever_does_not_answer_is_waited_for_no_longer_than_said() -> None:
    asked = ask_osv(wait_seconds=0.01)
    assert asked.weaknesses is None
    assert asked.said == "no answer in 0.01 s"


def test_weaknesses_are_told_with_where_they_are_mended() -> None:
    library = {"name": "aiohttp", "version": "3.14.5"}
    one = {"dependency": library, "id": "GHSA-1", "summary": "a test", "fix_versions": ["99.0"]}
    assert of_uv({"vulnerabilities": [one]}) == ["aiohttp 3.14.5: GHSA-1 a test, mended in 99.0"]
    named = {"vite": {"severity": "high", "range": "<9"}}
    assert of_npm({"vulnerabilities": named}) == ["vite <9: high"]
