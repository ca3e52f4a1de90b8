"""Signing a webhook as Twilio does: base64 of HMAC-SHA1 over the URL and the sorted parameters."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def sign(auth_token: str, url: str, params: Mapping[str, str]) -> str:
    """The `X-Twilio-Signature` of a request to exactly this URL."""
    text = url + "".join(name + params[name] for name in sorted(params))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
