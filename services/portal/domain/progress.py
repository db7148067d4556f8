"""How many units of a view have reported, as counts and as a bar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.portal.domain import figures
from services.portal.domain.figures import Segment
from shared.wire.view_key import ViewKey


class Counts(Protocol):
    """How many units must report, and how many have."""

    @property
    def expected(self) -> int: ...
    @property
    def received(self) -> int: ...
    @property
    def on_time(self) -> int: ...
    @property
    def late(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """The counts of one view, without its figures. `rate` is a percentage; `updated_at` is None if no report was received."""

    regime: str
    period: str
    unit_id: str
    unit_code: str
    unit_name: str
    expected: int
    received: int
    on_time: int
    late: int
    rate: str | None
    updated_at: datetime | None

    @property
    def key(self) -> str:
        """The view's id."""
        return ViewKey(self.regime, self.period, self.unit_id).text

    @property
    def path(self) -> str:
        """The address of the view's page."""
        return f"/bang/{self.regime}/{self.period}/{self.unit_code}"

    @property
    def bar(self) -> tuple[Segment, ...]:
        return bar(self)


def bar(counts: Counts) -> tuple[Segment, ...]:
    """The bar of a view's progress: on time, late, missing."""
    missing = counts.expected - counts.received
    return figures.bar(
        [
            (counts.on_time, "on-time", f"Đúng hạn: {counts.on_time}"),
            (counts.late, "late", f"Nộp muộn: {counts.late}"),
            (missing, "missing", f"Chưa nộp: {missing}"),
        ],
        counts.expected,
    )
