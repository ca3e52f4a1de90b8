"""What was said yesterday is still understood, and a change of contract is seen."""

from pathlib import Path

import pytest

from deploy.schemas import FOLDER, schemas
from libs.contracts.catalogue import CATALOGUE

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_yesterdays_messages_still_parse(sample: Path) -> None:
    """Samples are added when a message is born, and never edited after."""
    kind = CATALOGUE[sample.stem]
    message = kind.model_validate_json(sample.read_bytes())
    assert kind.model_validate_json(message.model_dump_json()) == message


def test_every_message_has_a_sample() -> None:
    assert {sample.stem for sample in SAMPLES} == set(CATALOGUE)


def test_the_committed_schemas_are_those_of_the_code() -> None:
    """They differ? Then `make schemas`, and look at the difference."""
    committed = {
        path.name.removesuffix(".json"): path.read_text() for path in FOLDER.glob("*.json")
    }
    assert committed == schemas()


@pytest.mark.parametrize("subject", [s for s in CATALOGUE if s.startswith("event.")])
def test_a_reader_ignores_what_a_newer_writer_added(subject: str) -> None:
    kind = CATALOGUE[subject]
    sample = next(path for path in SAMPLES if path.stem == subject).read_text()
    newer = sample.rstrip().removesuffix("}") + ', "added_later": {"a": 1}}'
    assert kind.model_validate_json(newer) == kind.model_validate_json(sample)
