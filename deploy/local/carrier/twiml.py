"""TwiML to verbs, strictly: what Twilio would refuse is refused with Twilio's number."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from deploy.local.carrier.refusals import Refused
from deploy.local.carrier.schema import attributes
from deploy.local.carrier.verbs import (
    Dial,
    Document,
    Gather,
    Hangup,
    Noun,
    NounKind,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)

DOCUMENT_BYTES_MAX = 65_536  # Twilio's own limit
SPEECH_CHARACTERS_MAX = 4_096  # Twilio's own limit
NOUNS_MAX = 10  # Twilio rings at most ten together
_CONTENT_TYPES = frozenset({"text/xml", "application/xml"})


def parse(body: bytes, content_type: str, url: str) -> Document:
    """Read the TwiML that `url` answered, or raise `Refused`."""
    if content_type.partition(";")[0].strip().lower() not in _CONTENT_TYPES:
        raise Refused(12300, f"{content_type or 'no type'} is neither text/xml nor application/xml")
    if len(body) > DOCUMENT_BYTES_MAX:
        raise Refused(11750, f"{len(body)} bytes, at most {DOCUMENT_BYTES_MAX}")
    if not body.strip():
        raise Refused(11770)
    root = _root(body)
    if root.tag != "Response":
        raise Refused(12102, f"not <{root.tag}>")
    if root.attrib:
        raise Refused(12200, f"<Response> has no attribute {next(iter(root.attrib))!r}")
    _no_text(root)
    return Document(url=url, verbs=tuple(_verb(element) for element in root))


def _root(body: bytes) -> ElementTree.Element:
    if b"<!" in body.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise Refused(12100, "a document type is not allowed")
    try:
        # No document type reaches this parser, hence no entities to blow up.
        return ElementTree.fromstring(body)  # noqa: S314
    except (ElementTree.ParseError, ValueError, LookupError) as fault:
        raise Refused(12100, str(fault)) from fault


def _verb(element: ElementTree.Element) -> Verb:
    make = _VERBS.get(element.tag)
    if make is None:
        raise Refused(12200, f"<{element.tag}> is no verb that is performed here")
    return make(element)


def _no_text(element: ElementTree.Element) -> None:
    texts = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in texts):
        raise Refused(12200, f"<{element.tag}> holds no text of its own")


def _childless(element: ElementTree.Element) -> str:
    """The text of an element that may hold nothing else."""
    if len(element):
        raise Refused(12200, f"<{element.tag}> holds no <{element[0].tag}>")
    return (element.text or "").strip()


def _say(element: ElementTree.Element) -> Say:
    text = " ".join("".join(element.itertext()).split())  # speech markup inside is spoken through
    if not text or len(text) > SPEECH_CHARACTERS_MAX:
        raise Refused(13520, f"1 to {SPEECH_CHARACTERS_MAX} characters, not {len(text)}")
    return Say(text=text, **attributes(element))


def _play(element: ElementTree.Element) -> Play:
    play = Play(url=_childless(element), **attributes(element))
    if not play.url and not play.digits:
        raise Refused(12200, "<Play> needs a URL or digits")
    return play


def _empty(verb: Callable[..., Any]) -> Callable[[ElementTree.Element], Any]:
    def make(element: ElementTree.Element) -> Any:
        if _childless(element):
            raise Refused(12200, f"<{element.tag}> holds no text")
        return verb(**attributes(element))

    return make


def _gather(element: ElementTree.Element) -> Gather:
    _no_text(element)
    for child in element:
        if child.tag not in _PROMPTS:
            raise Refused(13320, f"<{child.tag}>")
    prompts = tuple(_PROMPTS[child.tag](child) for child in element)
    return Gather(prompts=prompts, **attributes(element))


def _noun(element: ElementTree.Element) -> Noun:
    if element.tag not in set(NounKind):
        raise Refused(13215, f"<{element.tag}>")
    return Noun(kind=NounKind(element.tag), address=_childless(element), **attributes(element))


def _dial_verb(element: ElementTree.Element) -> Dial:
    given = attributes(element)
    if not len(element):
        number = _childless(element)
        return Dial(nouns=(Noun(kind=NounKind.NUMBER, address=number),), **given)
    _no_text(element)
    if len(element) > NOUNS_MAX:
        raise Refused(13250, f"{len(element)}, at most {NOUNS_MAX}")
    return Dial(nouns=tuple(_noun(child) for child in element), **given)


def _redirect(element: ElementTree.Element) -> Redirect:
    return Redirect(url=_childless(element), **attributes(element))


_PROMPTS: dict[str, Callable[[ElementTree.Element], Say | Play | Pause]] = {
    "Say": _say,
    "Play": _play,
    "Pause": _empty(Pause),
}
_VERBS: dict[str, Callable[[ElementTree.Element], Verb]] = {
    **_PROMPTS,
    "Gather": _gather,
    "Record": _empty(Record),
    "Dial": _dial_verb,
    "Redirect": _redirect,
    "Reject": _empty(Reject),
    "Hangup": _empty(Hangup),
}
