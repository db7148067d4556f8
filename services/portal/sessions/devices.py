"""Browsers that have logged in before. Such a browser is not delayed by the failures of strangers.

Its cookie holds an id of the browser and the people who have logged in there, encrypted. It opens nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import orjson

from services.portal.sessions.seals import Seals

PLAIN: Final = "tonghop-device"
HOST: Final = "__Host-tonghop-device"
LASTS: Final = timedelta(days=90)
MOST_PEOPLE: Final = 8  # an office shares a computer


@dataclass(frozen=True, slots=True)
class Device:
    """A browser: its id ("" if it has none yet) and the ids of people who have logged in there, the last one first."""

    id: str = ""
    people: tuple[str, ...] = ()

    def with_person(self, person: str, new_id: str) -> "Device":
        """The browser after a login of a person. `new_id` is its id if it has none."""
        others = [other for other in self.people if other != person]
        return replace(self, id=self.id or new_id, people=(person, *others)[:MOST_PEOPLE])


def name(scheme: str) -> str:
    """The name of the cookie for requests with this scheme."""
    return HOST if scheme == "https" else PLAIN


def sealed(device: Device, seals: Seals, now: datetime) -> str:
    """The browser as the text of the cookie."""
    return seals.seal("device", orjson.dumps([device.id, device.people]).decode(), now)


def opened(cookie: str, seals: Seals, now: datetime) -> Device:
    """The browser in a cookie; an unknown one if the cookie is not ours, or too old."""
    found = seals.opened("device", cookie, now, LASTS) if cookie else None
    if found is None:
        return Device()
    device, people = orjson.loads(found)
    return Device(device, tuple(people))
