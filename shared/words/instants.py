"""Which instant is in force of those that a recipient set: until when a period is open, or a unit was given longer.

Of all corrections the one with the highest (received time, event id), then the latest of it and of the plain ones received after
it; without a correction the latest of all. What is kept only grows, so order and repetition of events cannot matter. One rule
for ingest, aggregate, notify and the portal. Source: design, section 4, "Openings and extensions".
"""

from dataclasses import dataclass, field
from datetime import datetime

Key = tuple[int, str]  # received time in ms since 1970, event id


@dataclass(slots=True)
class Instants:
    """The instants that one deadline was given."""

    _plain: dict[Key, datetime] = field(default_factory=dict)
    _corrections: dict[Key, datetime] = field(default_factory=dict)

    def take(self, key: Key, at: datetime, *, corrects: bool) -> None:
        """Takes the instant of an event."""
        (self._corrections if corrects else self._plain)[key] = at

    def after(self, key: Key, at: datetime, *, corrects: bool) -> datetime:
        """What would be in force with one more."""
        more = Instants(dict(self._plain), dict(self._corrections))
        more.take(key, at, corrects=corrects)
        in_force = more.effective
        assert in_force is not None  # there is at least this one
        return in_force

    @property
    def effective(self) -> datetime | None:
        """The instant in force; None while none was set."""
        last = max(self._corrections, default=None)
        plain = (at for key, at in self._plain.items() if last is None or key > last)
        return max((*plain, *(() if last is None else (self._corrections[last],))), default=None)
