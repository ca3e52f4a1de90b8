"""The committed documents of the doors are what the doors say of themselves."""

from deploy.doors import DOORS, FOLDER, documents


def test_the_committed_files_are_those_of_the_code() -> None:
    """They differ? Then `make schemas`, and look at the difference."""
    committed = {path.stem: path.read_text() for path in FOLDER.glob("*.json")}
    assert set(committed) == set(DOORS)
    assert committed == documents()
