"""What a browser keeps while a person logs in at the provider: encrypted, in a cookie, so that the answer is taken in this browser only."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from services.portal.domain import return_path
from services.portal.sessions.seals import Seals

PLAIN: Final = "tonghop-provider"
HOST: Final = "__Host-tonghop-provider"
LASTS: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ProviderNote:
    """One login at the provider. `invitation` is the secret of an invitation that is followed; "" if none is."""

    state: str
    nonce: str
    verifier: str
    back: str = return_path.HOME
    invitation: str = ""


def name(scheme: str) -> str:
    """The name of the cookie for requests with this scheme."""
    return HOST if scheme == "https" else PLAIN


def sealed(note: ProviderNote, seals: Seals, now: datetime) -> str:
    """The note as the text of the cookie."""
    return seals.seal("provider", orjson.dumps(asdict(note)).decode(), now)


def opened(cookie: str, seals: Seals, now: datetime) -> ProviderNote | None:
    """The note in a cookie; None if it is not ours, or too old."""
    found = seals.opened("provider", cookie, now, LASTS) if cookie else None
    return None if found is None else ProviderNote(**orjson.loads(found))
