"""Who may speak: only webhooks that bear the carrier's signature.

Base64 of HMAC-SHA1, keyed with the account's auth token, over the address and the
sorted names and values of the form (Twilio, "Validating requests").  The address is
the configured public one; what a proxy makes of it does not matter.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

from services.ingress.twilio_forms import Form

_DEFAULT_PORTS = {"https": 443, "http": 80}


def signature(token: str, url: str, form: Form) -> str:
    """What the carrier would sign."""
    text = url + "".join(name + value for name, value in _signed_pairs(form))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def is_signed(given: str, url: str, form: Form, tokens: Iterable[str]) -> bool:
    """Whether any of the account's tokens made this signature.

    The plain address is tried first, then the one with its scheme's port, or without any:
    the carrier is not of one mind about ports.
    """
    if not given:
        return False
    for token in tokens:
        for address in _addresses(url):
            if hmac.compare_digest(signature(token, address, form).encode(), given.encode()):
                return True
    return False


def is_body_of(query: str, body: bytes) -> bool:
    """Whether a digest of the body in the signed address, where there is one, is this body's."""
    if "bodySHA256" not in query:
        return True
    digests = parse_qs(query).get("bodySHA256", [""])
    return hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), digests[0].encode())


def _signed_pairs(form: Form) -> list[tuple[str, str]]:
    """Sorted by name; of a repeated name, each different value once, sorted."""
    return sorted(set(form.pairs))


def _addresses(url: str) -> Iterable[str]:
    yield url
    parts = urlsplit(url)
    if parts.port is None:
        netloc = f"{parts.netloc}:{_DEFAULT_PORTS[parts.scheme]}"
    else:
        netloc = parts.netloc.removesuffix(f":{parts.port}")
    yield parts._replace(netloc=netloc).geturl()
