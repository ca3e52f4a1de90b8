"""The client signs as the carrier does, follows the TwiML, and reads answers in pieces."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from tests.bench.forms import Book, Doors
from tests.bench.load import Load, Tally, hang_up, place, ring, rush
from tests.bench.scene import AUTH_TOKEN, Scene
from tests.bench.wire import Broken, action_path, parse_answer

DIAL = b'<Response><Dial action="/action?leg=1&amp;step=0"><Number>1</Number></Dial></Response>'
NUMBERS = Scene(campaigns=1, numbers_count=3).ordinary
SHORT = Load(callers=2, warm_seconds=0.0, seconds=0.2)


def test_an_answer_in_pieces_is_read_when_it_is_whole() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"

    assert [parse_answer(whole[:size]) for size in (10, 38, 40)] == [None, None, None]
    assert parse_answer(whole) == (200, b"abc")


def test_an_answer_that_has_no_body_ends_with_its_head() -> None:
    assert parse_answer(b"HTTP/1.1 204 No Content\r\n\r\n") == (204, b"")


def test_an_answer_without_a_length_is_broken() -> None:
    with pytest.raises(Broken):
        parse_answer(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")


@pytest.mark.parametrize(
    ("action", "path"),
    [
        (b"http://127.0.0.1:80/a?x=1&amp;y=2", "/a?x=1&y=2"),
        (b"/a", "/a"),
        (b"a", "/a"),
        (b"http://elsewhere/a", None),
        (b"http://127.0.0.1:8000/a", None),
    ],
)
def test_the_dial_action_is_a_path_at_the_same_door(action: bytes, path: str | None) -> None:
    twiml = b'<Response><Dial timeout="1" action="' + action + b'"></Dial></Response>'

    assert action_path(twiml, "http://127.0.0.1:80") == path


def test_a_gather_reports_as_a_dial_does_and_nothing_else_has_an_action() -> None:
    assert action_path(b'<Response><Gather action="/x"/></Response>', "http://h") == "/x"
    assert action_path(b'<Response><Record action="/x"/></Response>', "http://h") is None


@pytest.mark.parametrize("kind", ["voice", "action", "status"])
def test_the_twilio_library_accepts_every_signature(kind: str) -> None:
    doors = Doors("http://127.0.0.1:9999", voice="/voice", status="/status?x=1")
    call = Book(doors, NUMBERS, 1, random.Random(1)).take()
    path = {"voice": "/voice", "action": "/act?step=0&leg=1", "status": "/status?x=1"}[kind]
    requests = {
        "voice": call.voice,
        "action": call.action(doors, path),
        "status": call.status,
    }

    head, body = requests[kind].decode().split("\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    form = dict(parse_qsl(body, keep_blank_values=True))

    assert head.startswith(f"POST {path} HTTP/1.1\r\n")
    assert int(headers["Content-Length"]) == len(body)
    assert form["CallSid"] == call.sid
    assert form["From"] == call.caller
    assert RequestValidator(AUTH_TOKEN).validate(
        doors.base + path, form, headers["X-Twilio-Signature"]
    )


def test_a_book_never_hands_a_call_out_twice() -> None:
    """Also beyond what was prepared."""
    book = Book(Doors("http://h:1", "/v", "/s"), NUMBERS, 3, random.Random(1))

    assert len({book.take().sid for _ in range(10)}) == 10


class Player(BaseHTTPRequestHandler):
    """A door that answers what `answers` says for a path, and writes down who came."""

    protocol_version = "HTTP/1.1"
    answers: Callable[[str], tuple[int, bytes]]
    seen: list[tuple[str, str]]

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.seen.append((form["CallSid"], self.path))
        status, body = self.answers(self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def playing(answer: Callable[[str], tuple[int, bytes]]) -> Iterator[tuple[Doors, type[Player]]]:
    class Played(Player):
        answers = staticmethod(answer)
        seen: list[tuple[str, str]] = []  # noqa: RUF012 - one list per class is what is wanted

    server = ThreadingHTTPServer(("127.0.0.1", 0), Played)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Doors(f"http://127.0.0.1:{server.server_port}", "/voice", "/status"), Played
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def dial(path: str) -> tuple[int, bytes]:
    return 200, DIAL if path == "/voice" else b"<Response/>"


@pytest.mark.sockets
def test_a_call_is_three_webhooks_in_their_order() -> None:
    with playing(dial) as (doors, played):
        tally = place(doors, Book(doors, NUMBERS, 10, random.Random(1)), SHORT)

    by_call: dict[str, list[str]] = {}
    for sid, path in played.seen:
        by_call.setdefault(sid, []).append(path)
    assert len(by_call) == tally.placed == tally.routed == tally.ended > 2
    assert set(map(tuple, by_call.values())) == {("/voice", "/action?leg=1&step=0", "/status")}
    assert tally.unparsable() == 0
    assert len(tally.call_seconds) == len(tally.voice_seconds)
    assert all(
        whole > voice for whole, voice in zip(tally.call_seconds, tally.voice_seconds, strict=True)
    )


@pytest.mark.sockets
def test_ringing_sends_the_voice_webhook_alone() -> None:
    with playing(dial) as (doors, played):
        tally = ring(doors, Book(doors, NUMBERS, 0, random.Random(1)), SHORT)

    assert {path for _, path in played.seen} == {"/voice"}
    assert tally.voice_seconds
    assert not tally.call_seconds


@pytest.mark.sockets
@pytest.mark.parametrize("refused", ["/voice", "/action?leg=1&step=0", "/status"])
def test_a_call_with_a_refused_webhook_counts_in_no_time(refused: str) -> None:
    def refuse(path: str) -> tuple[int, bytes]:
        return (500, b"") if path == refused else dial(path)

    with playing(refuse) as (doors, _):
        tally = place(doors, Book(doors, NUMBERS, 0, random.Random(1)), SHORT)

    assert tally.non_2xx == tally.placed > 0
    assert not tally.call_seconds


@pytest.mark.sockets
def test_calls_of_a_rush_stay_on_the_line_until_they_are_hung_up() -> None:
    with playing(dial) as (doors, played):
        book = Book(doors, NUMBERS, 5, random.Random(1))
        tally, ringing = rush(doors, [book.take() for _ in range(5)])
        assert {path for _, path in played.seen} == {"/voice"}
        hang_up(doors, ringing, tally)

    assert (tally.placed, tally.routed, tally.ended) == (5, 5, 5)
    assert len(played.seen) == 15


@pytest.mark.sockets
def test_nobody_at_the_door_is_broken_off() -> None:
    with playing(dial) as (doors, _):
        pass

    tally: Tally = place(doors, Book(doors, NUMBERS, 0, random.Random(1)), SHORT)

    assert tally.broken > 0
    assert tally.ended == 0
