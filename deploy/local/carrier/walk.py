"""Executing documents for one party: the caller, or a callee who hears a whisper."""

import math
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urljoin

from deploy.local.carrier import forms
from deploy.local.carrier.callee import Callee
from deploy.local.carrier.dialling import Dialling
from deploy.local.carrier.ledger import CallEntry
from deploy.local.carrier.line import CallerGone, Line, LineEnded, Redirected
from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.tape import Listener, Tape
from deploy.local.carrier.verbs import (
    Dial,
    Document,
    Gather,
    Hangup,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)

WORDS_PER_SECOND = 2.5  # an unhurried voice
PLAY_SECONDS = 5.0  # audio is not fetched; it is taken to last so long
DECLINE_SECONDS = 1.0  # so long a callee listens to a whisper before hanging up
KEY_SECONDS = 1.0  # from the prompt's beginning to the keys, or from the prompt to the words


class Walk:
    """One party's way through documents.  `keys` and `speech` are what it will give to Gathers."""

    def __init__(
        self, line: Line, entry: CallEntry, keys: tuple[str, ...], speech: tuple[str, ...] = ()
    ) -> None:
        self._line = line
        self._entry = entry
        self._keys = deque(keys)
        self._speech = deque(speech)

    @property
    def _is_caller(self) -> bool:
        return self._entry is self._line.entry

    async def fetch(
        self, event: str, url: str, method: str = "POST", more: dict[str, str] | None = None
    ) -> Document:
        """Fetch the next document; where that fails, the caller's comes from the fallback URL."""
        params = self._line.form(self._entry) | (more or {})
        try:
            return await self._line.document(event, url, method, params)
        except Refused as refused:
            number = self._line.number
            if not self._is_caller or not number.fallback_url or self._entry.ended_at is not None:
                raise
            params |= {"ErrorCode": str(refused.number), "ErrorUrl": url.partition("#")[0]}
            fallback = number.fallback_url, number.fallback_method
            return await self._line.document("fallback", *fallback, params)

    async def run(self, document: Document | None) -> None:
        """Execute until the documents run out; raises `LineEnded` where they end the call."""
        while document is not None:
            try:
                document = await self._through(document)
            except Redirected as order:
                if not self._is_caller:
                    raise
                document = order.document or await self.fetch("redirect", order.url, order.method)

    async def _through(self, document: Document) -> Document | None:
        for verb in document.verbs:
            self._line.heed()
            following = await _PERFORM[type(verb)](self, verb, document)
            if following is not None:
                return following
        self._line.heed()
        return None

    def _answer(self) -> None:
        if self._is_caller:
            self._line.answer()

    async def _sound(self, verb: Say | Play | Pause, _document: Document) -> None:
        text, seconds = _heard(verb)
        if not isinstance(verb, Pause):
            self._answer()
        self._hear(text)
        await self._line.pass_time(seconds)
        self._answer()  # a Pause in the beginning only delays the answer

    def _hear(self, text: str) -> None:
        if text:
            (self._line.spoken if self._is_caller else self._line.whispered).append(text)
            self._line.mail.say(f"{'caller' if self._is_caller else 'callee'} hears {text!r}")

    async def _gather(self, verb: Gather, document: Document) -> Document | None:
        self._answer()
        keys = self._keys.popleft() if "dtmf" in verb.input and self._keys else ""
        words = (
            self._speech.popleft() if "speech" in verb.input and not keys and self._speech else ""
        )
        heard = [_heard(prompt) for prompt in verb.prompts]
        for text, _ in heard:
            self._hear(text)
        # Who has something to say interrupts the prompts.
        said = KEY_SECONDS if keys or words else sum(seconds for _, seconds in heard)
        await self._line.pass_time(said)
        pressed, finished_on = _press(verb, keys)
        if not words and not finished_on and len(pressed) != verb.num_digits:
            await self._line.pass_time(verb.timeout)
        if not pressed and not words and not verb.action_on_empty_result:
            return None
        spoke = words or "dtmf" not in verb.input
        more = forms.speech(words) if spoke else forms.digits(pressed, finished_on)
        url = urljoin(document.url, verb.action)
        return await self.fetch("gather", url, verb.method, more)

    async def _record(self, verb: Record, document: Document) -> Document | None:
        self._answer()
        line = self._line
        told = verb.recording_status_callback
        url = None if told is None else urljoin(document.url, told)
        listener = Listener(
            url, verb.recording_status_callback_method, verb.recording_status_callback_event
        )
        tape = Tape(line, "RecordVerb", 1, listener)
        await tape.start()
        gone: CallerGone | None = None
        try:
            await line.pass_time(min(line.script.message, verb.max_length))
        except CallerGone as left:
            gone = left
        await tape.stop()
        if verb.transcribe and verb.transcribe_callback and tape.recording.duration:
            wanted_at = urljoin(document.url, verb.transcribe_callback)
            await tape.transcribe(wanted_at, line.script.message_text)
        if not gone and line.script.message < verb.max_length:
            await line.pass_time(verb.timeout)  # the silence that ends the recording, cut off it
        if gone:
            line.close(gone)
        following = None
        if tape.recording.duration:
            more = {
                "RecordingUrl": tape.recording.url,
                "RecordingSid": tape.recording.sid,
                "RecordingDuration": str(tape.recording.duration),
                "Digits": "hangup" if gone else "",
            }
            following = await self.fetch(
                "record", urljoin(document.url, verb.action), verb.method, more
            )
        if gone:
            raise gone
        return following

    async def _dial(self, verb: Dial, document: Document) -> Document | None:
        if not self._is_caller:
            refused = Refused(13201)
            self._line.note(refused, document.url)
            raise refused
        return await Dialling(self._line, verb, document, self.fetch, self._whisper).perform()

    async def _whisper(self, leg: CallEntry, callee: Callee, url: str, method: str) -> bool:
        """Play a whisper to an answered leg; whether it then wants the caller."""
        walk = Walk(self._line, leg, (callee.press,) if callee.press else ())
        try:
            document = await walk.fetch("whisper", url, method)
            if callee.declines:
                await self._line.pass_time(DECLINE_SECONDS)
                return False
            await walk.run(document)
        except CallerGone:
            raise
        except (LineEnded, Refused):
            return False
        return True

    async def _redirect(self, verb: Redirect, document: Document) -> Document:
        return await self.fetch("redirect", urljoin(document.url, verb.url), verb.method)

    async def _reject(self, verb: Reject, _document: Document) -> None:
        raise LineEnded("busy" if verb.reason == "busy" else "no-answer")

    async def _hang_up(self, _verb: Hangup, _document: Document) -> None:
        self._answer()
        raise LineEnded("completed")


def _heard(verb: Say | Play | Pause) -> tuple[str, float]:
    """What a sound is in words, and how long it lasts."""
    match verb:
        case Say():
            once = max(1.0, len(verb.text.split()) / WORDS_PER_SECOND)
            return verb.text, once * (verb.loop or math.inf)
        case Play(digits=tones) if tones:
            return f"tones {tones}", 0.5 * len(tones)
        case Play():
            return f"audio {verb.url}", PLAY_SECONDS * (verb.loop or math.inf)
        case Pause():
            return "", float(verb.length)


def _press(verb: Gather, keys: str) -> tuple[str, str]:
    """The digits that a Gather takes of what is pressed, and the key that finished it."""
    digits = ""
    for key in keys:
        if key in verb.finish_on_key:
            return digits, key
        digits += key
        if len(digits) == verb.num_digits:
            break
    return digits, ""


_Perform = Callable[[Walk, Any, Document], Awaitable[Document | None]]
_PERFORM: dict[type[Verb], _Perform] = {
    Say: Walk._sound,
    Play: Walk._sound,
    Pause: Walk._sound,
    Gather: Walk._gather,
    Record: Walk._record,
    Dial: Walk._dial,
    Redirect: Walk._redirect,
    Reject: Walk._reject,
    Hangup: Walk._hang_up,
}
