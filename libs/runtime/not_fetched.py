"""Why a request to the outside had no answer that could be used."""

from enum import StrEnum


class Failure(StrEnum):
    """Why nothing was fetched."""

    ADDRESS_REFUSED = "address_refused"
    UNREACHABLE = "unreachable"
    LATE = "late"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"


class NotFetched(Exception):
    """The request had no answer that could be used."""

    def __init__(self, failure: Failure, text: str) -> None:
        super().__init__(text)
        self.failure = failure
        self.text = text
