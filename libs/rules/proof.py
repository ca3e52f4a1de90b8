"""How a request of ours proves who sends it, in the way that its receiver wants."""

import base64
import hashlib
import hmac
from datetime import datetime

from pydantic import SecretStr

from libs.contracts.bidding import Auth, BasicAuth, BearerAuth, HeaderKeyAuth, HmacAuth, NoAuth


def proof_of(auth: Auth, body: bytes, now: datetime) -> dict[str, str]:
    """The headers that prove who asks."""
    match auth:
        case NoAuth():
            return {}
        case HeaderKeyAuth(name=name, key=key):
            return {name: _open(key)}
        case BearerAuth(token=token):
            return {"Authorization": f"Bearer {_open(token)}"}
        case BasicAuth(username=username, password=password):
            pair = f"{username}:{_open(password)}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        case HmacAuth(secret=secret):
            at = str(int(now.timestamp() * 1_000))
            signed = hmac.new(_open(secret).encode(), f"{at}.".encode() + body, hashlib.sha256)
            signature = base64.b64encode(signed.digest()).decode()
            return {"X-RTB-Timestamp": at, "X-RTB-Signature": signature}


def _open(secret: SecretStr) -> str:
    return secret.get_secret_value()
