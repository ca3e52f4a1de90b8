"""What came of asking a bidder."""

from dataclasses import dataclass

from libs.contracts.auction import Loss


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer's status and body after so many ms, or why there is none."""

    milliseconds: float
    status: int | None = None
    body: bytes = b""
    loss: Loss | None = None
    note: str = ""
