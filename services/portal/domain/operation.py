"""How the installation is, as far as the portal can tell from the database and the broker: for the page of operators.

Readiness of a service with its reasons is known to the service alone: `tonghop status` asks each one. Here is what its work shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.words import vietnamese

STALE_HEAD = timedelta(days=2)  # a daily head that is older was not published for a day


@dataclass(frozen=True, slots=True)
class Seen:
    """What the portal sees. None: it could not be asked."""

    generation: int
    log: int | None
    """The sequence of the last message of the log."""
    inbox: int | None
    """Messages that ingest has not decided."""
    folded: Mapping[int, int]
    """The sequence up to which each partition is in the views."""
    folded_under: Sequence[int]
    """The generations under which the partitions are stored."""
    noted: int | None
    """The sequence up to which the log is in the duties."""
    noted_under: int | None
    parked: int
    last_event_at: datetime | None
    last_alert_at: datetime | None
    head_day: str
    head_number: int
    head_at: datetime | None
    is_head_published: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One service: whether its work is up to date, what waits, and what that means."""

    service: str
    does: str
    is_up_to_date: bool | None
    """None: the broker could not be asked."""
    text: str


def lines(seen: Seen) -> list[Line]:
    """The services in the order in which an event passes them."""
    return [_ingest(seen), _aggregate(seen), _notify(seen), Line("portal", "trang này, API", True, "đang trả lời")]


def lag(last: int | None, done: int | None) -> int | None:
    """How many messages of the log a service has not taken yet; None if either is unknown."""
    return None if last is None or done is None else max(last - done, 0)


def has_stale_head(seen: Seen, now: datetime) -> bool:
    """Whether the audit log's head was not published lately, although there are entries."""
    return seen.head_at is not None and now - seen.head_at > STALE_HEAD


def _ingest(seen: Seen) -> Line:
    if seen.inbox is None:
        return Line("ingest", "tiếp nhận", None, "không hỏi được máy chủ NATS")
    return Line("ingest", "tiếp nhận", seen.inbox == 0, f"{_count(seen.inbox)} thông điệp chưa xử lý" if seen.inbox else "không có gì chờ")


def _aggregate(seen: Seen) -> Line:
    behind = [generation for generation in seen.folded_under if generation != seen.generation]
    waiting = lag(seen.log, max(seen.folded.values(), default=0))
    return _of_log("aggregate", "tổng hợp", waiting, bool(behind), is_there=bool(seen.folded))


def _notify(seen: Seen) -> Line:
    is_behind = seen.noted_under is not None and seen.noted_under != seen.generation
    return _of_log("notify", "đôn đốc", lag(seen.log, seen.noted), is_behind, is_there=seen.noted is not None)


def _of_log(service: str, does: str, waiting: int | None, is_rebuilding: bool, *, is_there: bool) -> Line:
    if not is_there:
        return Line(service, does, False, "chưa ghi gì vào cơ sở dữ liệu")
    if waiting is None:
        return Line(service, does, None, "không hỏi được máy chủ NATS")
    if is_rebuilding:
        return Line(service, does, False, "đang tính lại theo đơn vị và chế độ mới")
    return Line(service, does, waiting == 0, f"còn {_count(waiting)} sự kiện" if waiting else "đã xử lý hết")


def _count(number: int) -> str:
    return vietnamese.number(str(number))
