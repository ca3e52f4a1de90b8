"""The second factor: codes of an authenticator app (RFC 6238), and codes for when it is lost."""

import re
import secrets
from datetime import datetime

import segno
from pyotp import TOTP, random_base32
from pyotp.utils import strings_equal

STEP_SECONDS = 30
STEPS_BESIDE = 1  # clocks differ, and people type slowly
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_GROUPS, _GROUP_LENGTH = 4, 4  # 79 bits: nobody guesses one, so its hash needs no salt
ISSUER = "CallCenter Pro"
_TYPED = re.compile(r"[0-9]{6}")


def draw_secret() -> str:
    """What the app and we share: 160 bits, in base 32."""
    return random_base32()


def address_of(secret: str, email: str) -> str:
    """What the app reads as a QR code."""
    return TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def drawing_of(address: str) -> str:
    """The address as a QR code: an SVG as a `data:` address, dark on light in any theme."""
    code = segno.make_qr(address, error="m")
    return str(code.svg_data_uri(scale=4, border=4, dark="#000", light="#fff", xmldecl=False))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The latest step near now whose code this is; None where it is of none.

    >>> from datetime import UTC
    >>> secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238's test vectors
    >>> step_of(secret, "287082", datetime.fromtimestamp(59, UTC))
    1
    >>> step_of(secret, "287082", datetime.fromtimestamp(90, UTC)) is None
    True
    """
    step = int(now.timestamp()) // STEP_SECONDS
    codes = TOTP(secret)
    near = range(step + STEPS_BESIDE, step - STEPS_BESIDE - 1, -1)
    return next((one for one in near if strings_equal(codes.generate_otp(one), code)), None)


def is_of_app(code: str) -> bool:
    """Whether a code is one that apps show; else it is meant as a recovery code."""
    return _TYPED.fullmatch(code) is not None


def draw_recovery_codes() -> list[str]:
    """Codes for when the app is lost, each good once."""
    return [
        "-".join(
            "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
        )
        for _ in range(RECOVERY_CODES)
    ]


def as_drawn(code: str) -> str:
    """A recovery code as it was drawn, however it was typed.

    >>> as_drawn(" ABCD efgh-jkmn pqrs")
    'abcd-efgh-jkmn-pqrs'
    """
    plain = re.sub(r"[\s-]", "", code).lower()
    groups = range(0, len(plain), _GROUP_LENGTH)
    return "-".join(plain[start : start + _GROUP_LENGTH] for start in groups)
