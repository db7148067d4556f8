"""What the portal gives the browser between the steps of a login: encrypted, so that the browser can neither read nor change it."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import orjson

from services.portal.domain import return_path
from services.portal.sessions.seals import Seals
from shared.words.people import Person

LASTS: Final = timedelta(minutes=10)
"""How long a login may take after the password."""


@dataclass(frozen=True, slots=True)
class LoginNote:
    """A login that is not complete. `back` is where it leads, `form` a form that waits to be sent, `secret` the new secret of one-time
    codes that the person is setting up.
    """

    person: str = ""
    version: int = 0
    has_shown_code: bool = False
    back: str = return_path.HOME
    form: str = ""
    secret: str = ""

    def of(self, person: Person) -> "LoginNote":
        """The note for a person who has shown the password."""
        return replace(self, person=person.id, version=person.version)


def sealed(note: LoginNote, seals: Seals, now: datetime) -> str:
    """The note as a field of a form."""
    return seals.seal("login", orjson.dumps(asdict(note)).decode(), now)


def opened(text: str, seals: Seals, now: datetime) -> LoginNote | None:
    """The note in a field of a form; None if it is not ours, or too old."""
    found = seals.opened("login", text, now, LASTS)
    return None if found is None else LoginNote(**orjson.loads(found))
