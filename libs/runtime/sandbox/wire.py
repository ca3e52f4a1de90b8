"""What goes between a service and its workers: a length, then so many bytes."""

from typing import BinaryIO

LENGTH_BYTES = 4
FRAME_BYTES_MAX = 16 << 20  # a compiled engine takes three


def framed(body: bytes) -> bytes:
    """The bytes to send."""
    return len(body).to_bytes(LENGTH_BYTES) + body


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame, or None where the other side has gone."""
    head = stream.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    length = int.from_bytes(head)
    body = stream.read(length)
    return body if len(body) == length else None


def write_frame(stream: BinaryIO, body: bytes) -> None:
    """Send a frame now."""
    stream.write(framed(body))
    stream.flush()
