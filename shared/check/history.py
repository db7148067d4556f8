"""The history of one regime and period, as the plain recomputation needs it: the logged events and their sequences."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from shared.check import plain_duties
from shared.wire import events
from shared.wire.events import Logged

DAY_MS: Final = 24 * 3600 * 1000
VIETNAM_MS: Final = 7 * 3600 * 1000  # how far Vietnam is ahead of UTC
BEGINNING: Final = date(1970, 1, 1)


@dataclass(slots=True)
class Noted:
    """The parts of an event about a unit that are kept. `text` is the whole event of a submission; it is dropped once its figures cannot
    count any more.
    """

    sequence: int
    type: str
    key: tuple[int, int, str]  # revision, received time, event id
    day: date  # day of receipt in Vietnam
    code: str = ""  # what the sender called the unit
    until: datetime | None = None
    corrects: bool = False
    name: str = ""  # of the confirmation that was made or undone, `<sender>/<event id>`
    stated: str = ""  # the hash that a confirmation states
    text: bytes | None = None


class History:
    """Everything that was logged about one regime and period.

    Of a unit's submissions that were received on one day and have a sequence up to `settled`, only the highest keeps its figures: nobody
    asks for an older state.
    """

    def __init__(self, settled: float = -1) -> None:
        self._settled = settled
        self._own: dict[str, list[Noted]] = {}
        self._highest: dict[tuple[str, str, date], Noted] = {}  # by unit id, code and day
        self._opened: list[Noted] = []

    def take(self, event: Logged, sequence: int) -> None:
        """Adds one event. Repetition and order do not matter."""
        noted = Noted(sequence, event.type, (event.revision, event.received_ms, event.event_id), _day(event.received_ms))
        noted.corrects = event.data.get("corrects") is True
        if event.type == events.OPENED:
            noted.until = plain_duties.instant(event.data.get("deadline"))
            self._opened.append(noted)
            return
        if event.type == events.EXTENDED:
            noted.until = plain_duties.instant(event.data.get("until"))
        if event.type == events.CONFIRMED:
            noted.name, noted.stated = event.id, str(event.data.get("view_hash", ""))
        if event.type == events.UNDONE:
            noted.name = str(event.data.get("confirmation", ""))
        noted.code = str(event.data.get("unit", ""))
        self._own.setdefault(event.unit_id, []).append(noted)
        if event.type == events.SUBMITTED:
            noted.text = event.raw
            if sequence <= self._settled:
                self._keep_higher(event.unit_id, noted)

    def _keep_higher(self, unit_id: str, noted: Noted) -> None:
        which = unit_id, noted.code, noted.day
        highest = self._highest.get(which)
        lower, higher = (noted, highest) if highest is not None and highest.key > noted.key else (highest, noted)
        self._highest[which] = higher
        if lower is not None and lower is not higher:
            lower.text = None

    @property
    def units(self) -> set[str]:
        """The ids of all units that have events."""
        return set(self._own)

    @property
    def types(self) -> set[str]:
        """The types of all events."""
        return {noted.type for own in (*self._own.values(), self._opened) for noted in own}

    def logged(self, unit_id: str) -> list[Noted]:
        """The events that were logged about a unit."""
        return self._own.get(unit_id, [])

    def opened(self, bound: float, until: date) -> datetime | None:
        """The period's deadline according to the openings up to the sequence `bound` that were received until the end of a day."""
        return in_force([noted for noted in self._opened if noted.sequence <= bound and noted.day <= until])


def _day(received_ms: int) -> date:
    """The day in Vietnam."""
    return BEGINNING + timedelta(days=min((received_ms + VIETNAM_MS) // DAY_MS, (date.max - BEGINNING).days))


def in_force(noted: list[Noted]) -> datetime | None:
    """The instant in force: a correction cancels everything before it, and among the rest the latest instant wins."""
    given = sorted((instant for instant in noted if instant.until is not None), key=lambda instant: instant.key[1:])
    while any(instant.corrects for instant in given[1:]):
        given.pop(0)
    return max((instant.until for instant in given if instant.until is not None), default=None)
