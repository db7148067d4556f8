"""What the portal encrypts and derives with `TONGHOP_SECRET_KEY`. Each purpose has a key of its own, so that a text of one is no text of
another.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final, Literal

from cryptography.fernet import Fernet, InvalidToken

from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

NONE: Final = "none"
Purpose = Literal["code", "login", "form", "device", "provider", "invitation", "calendar", "enrolment"]


def require(secret_key: str) -> None:
    """Raises ConfigurationError if the setting is not there."""
    if secret_key == NONE:
        raise ConfigurationError(refusal("identity.no_secret_key", "TONGHOP_SECRET_KEY"))


class Seals:
    """Encrypts texts for the portal itself. Whoever has a sealed text can neither read nor change it."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key.encode()

    def seal(self, purpose: Purpose, text: str, now: datetime) -> str:
        """The text, encrypted, with the time."""
        return self._fernet(purpose).encrypt_at_time(text.encode(), int(now.timestamp())).decode()

    def opened(self, purpose: Purpose, sealed: str, now: datetime, lasts: timedelta | None = None) -> str | None:
        """The text that was sealed for this purpose; None if it is not ours, or older than `lasts`."""
        try:
            fernet, token = self._fernet(purpose), sealed.encode()
            if lasts is None:
                return fernet.decrypt(token).decode()
            return fernet.decrypt_at_time(token, int(lasts.total_seconds()), int(now.timestamp())).decode()
        except InvalidToken:
            return None

    def derived(self, purpose: Purpose, *parts: str) -> str:
        """A secret of 43 characters (base64url) that follows from the parts. Nobody without the key can guess it."""
        digest = hmac.digest(self._key(purpose), "\0".join(parts).encode(), "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")

    def _fernet(self, purpose: Purpose) -> Fernet:
        return Fernet(urlsafe_b64encode(self._key(purpose)))

    def _key(self, purpose: Purpose) -> bytes:
        return hmac.digest(self._secret_key, purpose.encode(), hashlib.sha256)
