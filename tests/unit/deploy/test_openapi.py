"""The committed document of the API is what the console's routes say."""

from deploy.openapi import FILE, document


def test_the_committed_document_is_that_of_the_code() -> None:
    """It differs? Then `make schemas`, and look at the difference."""
    assert FILE.read_text() == document()
