"""What a reviewer finds in *Việc của tôi*: whose views wait for confirmation, which were confirmed and have changed since, who is late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from services.portal.domain.acting_offers import Offer
from services.portal.domain.duties import Duty, countdown
from shared.wire.events import Logged
from shared.wire.views import Official
from shared.words import periods

SOON: Final = timedelta(days=30)  # before the deadline of a confirmation
MOST_ROWS: Final = 50  # regimes and periods in which somebody owes
MOST_UNITS: Final = 10  # units that are named in a list


@dataclass(frozen=True, slots=True)
class Counted:
    """How far a view is, without its figures."""

    expected: int
    received: int
    official: Official | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A view that one of the reviewer's units must confirm: still, or again."""

    duty: Duty
    view_unit: str
    """The name of the unit whose view it is."""
    counted: Counted | None
    """None if the view is not there yet."""
    act: Offer | None = None
    """To confirm it; None if the person may not."""

    @property
    def missing(self) -> int:
        return 0 if self.counted is None else self.counted.expected - self.counted.received

    @property
    def state(self) -> str:
        """What keeps it from being confirmed, or that nothing does."""
        if self.counted is None:
            return "chưa có bảng tổng hợp"
        return f"còn {self.missing} đơn vị chưa nộp" if self.missing else "đã đủ báo cáo"

    @property
    def version(self) -> str:
        """Which version stands: `tạm tính`, `đã chốt`, `đã chốt, điều chỉnh lần 1`."""
        return version(self.counted.official if self.counted else None)


@dataclass(frozen=True, slots=True)
class Owed:
    """What units owe in a period of a regime: how many duties, and how many of them are overdue or returned."""

    regime: str
    period: str
    owed: int
    overdue: int
    returned: int
    next_due: datetime | None
    """The next deadline that is still to come."""


@dataclass(frozen=True, slots=True)
class Behind(Owed):
    """A period of a regime in which units owe reports, as a page shows it."""

    path: str
    """The address of the list of the missing."""
    act: Offer | None = None
    """To ask the units for what they owe (đôn đốc); None if the person may not."""

    def words(self, now: datetime) -> str:
        """`12 đơn vị chưa nộp, 3 quá hạn, 1 bị trả lại; còn 3 ngày`."""
        counts = [f"{self.owed} đơn vị chưa nộp"]
        counts += [f"{self.overdue} quá hạn"] if self.overdue else []
        counts += [f"{self.returned} bị trả lại"] if self.returned else []
        return ", ".join(counts) + (f"; hạn tới: {countdown(self.next_due, now)}" if self.next_due else "")


@dataclass(frozen=True, slots=True)
class Review:
    """All that a reviewer has to look at. The lists of units are the first `MOST_UNITS`."""

    waiting: Sequence[Waiting] = ()
    moved: Sequence[Waiting] = ()
    behind: Sequence[Behind] = ()
    returned: Sequence[Duty] = ()
    late_today: Sequence[Duty] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.waiting or self.moved or self.behind or self.returned or self.late_today)


def version(official: Official | None) -> str:
    """`tạm tính`, `đã chốt`, `đã chốt, điều chỉnh lần 1`; what moved since is said beside it."""
    if official is None:
        return "tạm tính"
    return "đã chốt" if official.number == 1 else f"đã chốt, điều chỉnh lần {official.number - 1}"


def asked_units(requests: Iterable[Logged]) -> dict[tuple[str, str], set[str]]:
    """The codes of the units that were asked for what they owe, by regime and period."""
    codes: dict[tuple[str, str], set[str]] = {}
    for event in requests:
        codes.setdefault((event.regime, event.period), set()).update(map(str, event.data.get("units") or ()))
    return codes


def is_time_to_confirm(duty: Duty, counted: Counted | None, cut_off: date, now: datetime) -> bool:
    """Whether a view waits for its confirmation: its period is over, or all reports are there, or it is due soon. Before that there is
    nothing to do, although the duty is owed from the beginning of the period.
    """
    is_complete = counted is not None and 0 < counted.expected <= counted.received
    return is_complete or periods.local_day(now) > cut_off or duty.due - now <= SOON


def behind_first(rows: Iterable[Behind]) -> list[Behind]:
    """The periods with overdue reports first, the most first; then by the next deadline."""
    return sorted(rows, key=_order)[:MOST_ROWS]


def _order(row: Behind) -> tuple[bool, int, bool, float, str, tuple[int, int, int]]:
    due = row.next_due.timestamp() if row.next_due else 0.0
    return not row.overdue, -row.overdue, row.next_due is None, due, row.regime, periods.order(row.period)


def confirmed_and_moved(done: Iterable[Waiting]) -> list[Waiting]:
    """The views that were confirmed and have other figures since, the longest ago first."""
    moved = [one for one in done if one.counted and one.counted.official and one.counted.official.moved]
    return sorted(moved, key=lambda one: (one.counted.official.at if one.counted and one.counted.official else "", one.duty.id))


def by_id(
    waiting: Iterable[Duty], names: Mapping[str, str], counted: Mapping[str, Counted], acts: Mapping[str, Offer | None]
) -> list[Waiting]:
    """The duties to confirm with how far their views are. `names` are by the id of the view's unit, `counted` by the view's id, `acts` by
    the duty's.
    """
    return [Waiting(duty, names.get(duty.of_id, duty.of_id), counted.get(duty.view_key), acts.get(duty.id)) for duty in waiting]
