"""The committed examples of steps, by which the browser's ports are tested, are the engine's."""

from deploy.flow_kinds import FILE, document


def test_the_committed_examples_are_those_of_the_code() -> None:
    """They differ? Then `make schemas`, and mend `kinds.ts`."""
    assert FILE.read_text() == document()
