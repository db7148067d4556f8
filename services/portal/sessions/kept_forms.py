"""A form that was sent after its session had ended. Its fields wait in the page of the login, encrypted; the server stores nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from services.portal.sessions.seals import Seals

LASTS: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where the form goes, its fields, and the person (an id) in whose session it was open; "" if that is not known."""

    action: str
    fields: tuple[tuple[str, str], ...]
    person: str

    def is_of(self, person: str) -> bool:
        """Whether the form may be sent in the name of a person."""
        return self.person in ("", person)


def sealed(form: KeptForm, seals: Seals, now: datetime) -> str:
    """The form as a field of the login."""
    return seals.seal("form", orjson.dumps([form.action, form.fields, form.person]).decode(), now)


def opened(text: str, seals: Seals, now: datetime) -> KeptForm | None:
    """The form in a field of the login; None if it is not ours, or too old."""
    found = seals.opened("form", text, now, LASTS)
    if found is None:
        return None
    action, fields, person = orjson.loads(found)
    return KeptForm(action, tuple((name, value) for name, value in fields), person)
