"""What a caller gave in secret: how it is found in other texts, and what stands there instead."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, quote_plus

from libs.contracts.voice import Gather, Play, Say, Verb

MASK = "***"
WITHIN_WORDS_MIN = 4  # characters; what is shorter stands within other words by accident


def hidden(text: str, secrets: Iterable[str]) -> str:
    """A text in which secrets are masked: as they are, spelt out, or escaped for an address.

    >>> hidden("You entered 4 1 1 1. No route 4111!", ["4111"])
    'You entered ***. No route ***!'
    >>> hidden("turn 12 of 1", ["1"])
    'turn 12 of ***'
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        for form in {secret, " ".join(secret), quote(secret, safe=""), quote_plus(secret)}:
            if form not in text:
                continue
            if len(secret) < WITHIN_WORDS_MIN:
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", lambda _: MASK, text)
            else:
                text = text.replace(form, MASK)
    return text


def masked(verbs: Iterable[Verb], secrets: Sequence[str]) -> tuple[Verb, ...]:
    """Verbs as they are shown: what the caller gave in secret is said to nobody but her."""
    return tuple(_masked(verb, secrets) for verb in verbs) if secrets else tuple(verbs)


def _masked(verb: Verb, secrets: Sequence[str]) -> Verb:
    match verb:
        case Say():
            return verb.model_copy(update={"text": hidden(verb.text, secrets)})
        case Play():
            return verb.model_copy(update={"url": hidden(verb.url, secrets)})
        case Gather():
            return verb.model_copy(update={"prompts": masked(verb.prompts, secrets)})
        case _:
            return verb
