"""One-time codes (TOTP, RFC 6238): six digits, a new one every 30 seconds, taken for one step before and after too."""

import hmac
import re
from datetime import datetime
from typing import Final

from pyotp import TOTP

STEP_S: Final = 30
AROUND: Final = (0, -1, 1)  # steps: clocks differ
CODE: Final = re.compile(r"[0-9]{6}")
ISSUER: Final = "Tổng Hợp"


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The number of the time step of which this is the code; None if it is of no step near `now`."""
    typed = code.replace(" ", "")
    if CODE.fullmatch(typed) is None:
        return None
    present, generator = int(now.timestamp()) // STEP_S, TOTP(secret)
    found = [present + by for by in AROUND if hmac.compare_digest(generator.generate_otp(present + by), typed)]
    return found[0] if found else None


def address(secret: str, login: str) -> str:
    """The address with which an app takes over the secret (`otpauth://`)."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
