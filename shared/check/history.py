"""The history of one regime and period, as the plain recomputation needs it: the logged events and their sequences."""

from dataclasses import dataclass
from datetime import datetime

from shared.check import plain_duties
from shared.wire import events
from shared.wire.events import Logged


@dataclass(slots=True)
class Noted:
    """The parts of an event about a unit that are kept. `text` is the whole event of a submission; it is dropped once its figures cannot
    count any more.
    """

    sequence: int
    type: str
    key: tuple[int, int, str]  # revision, received time, event id
    until: datetime | None = None
    corrects: bool = False
    text: bytes | None = None


class History:
    """Everything that was logged about one regime and period.

    Of a unit's submissions up to the sequence `settled`, only the highest keeps its figures: nobody asks for an older state.
    """

    def __init__(self, settled: float = -1) -> None:
        self._settled = settled
        self._own: dict[str, list[Noted]] = {}
        self._highest: dict[str, Noted] = {}
        self._opened: list[Noted] = []

    def take(self, event: Logged, sequence: int) -> None:
        """Adds one event. Repetition and order do not matter."""
        noted = Noted(sequence, event.type, (event.revision, event.received_ms, event.event_id))
        noted.corrects = event.data.get("corrects") is True
        if event.type == events.OPENED:
            noted.until = plain_duties.instant(event.data.get("deadline"))
            self._opened.append(noted)
            return
        if event.type == events.EXTENDED:
            noted.until = plain_duties.instant(event.data.get("until"))
        self._own.setdefault(event.unit_id, []).append(noted)
        if event.type == events.SUBMITTED:
            noted.text = event.raw
            if sequence <= self._settled:
                self._keep_higher(event.unit_id, noted)

    def _keep_higher(self, unit_id: str, noted: Noted) -> None:
        highest = self._highest.get(unit_id)
        lower, higher = (noted, highest) if highest is not None and highest.key > noted.key else (highest, noted)
        self._highest[unit_id] = higher
        if lower is not None and lower is not higher:
            lower.text = None

    @property
    def units(self) -> set[str]:
        """The ids of all units that have events."""
        return set(self._own)

    @property
    def reporting(self) -> set[str]:
        """The ids of the units that have submitted a report."""
        return {unit_id for unit_id, noted in self._own.items() if any(event.type == events.SUBMITTED for event in noted)}

    @property
    def types(self) -> set[str]:
        """The types of all events."""
        return {noted.type for own in (*self._own.values(), self._opened) for noted in own}

    def own(self, unit_id: str, bound: float) -> list[Noted]:
        """The events about a unit up to the sequence `bound`."""
        return [noted for noted in self._own.get(unit_id, ()) if noted.sequence <= bound]

    def opened(self, bound: float) -> datetime | None:
        """The period's deadline according to the openings up to the sequence `bound`."""
        return in_force([noted for noted in self._opened if noted.sequence <= bound])


def in_force(noted: list[Noted]) -> datetime | None:
    """The instant in force: a correction cancels everything before it, and among the rest the latest instant wins."""
    given = sorted((instant for instant in noted if instant.until is not None), key=lambda instant: instant.key[1:])
    while any(instant.corrects for instant in given[1:]):
        given.pop(0)
    return max((instant.until for instant in given if instant.until is not None), default=None)
