"""What the command says at the end: a row for each report, as a table or as JSON, and the exit status. Pure, but for printing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from . import clock
from .complaints import Complaint, Language, clean, complaint, of_server
from .content import Json
from .entry import Entry

State = Literal["accepted", "duplicate", "rejected", "waiting", "unchanged", "superseded"]

FINE, NO, WRONG_USE, AWAY = 0, 1, 2, 3
WORDS: Final[dict[State, tuple[str, str]]] = {
    "accepted": ("Đã tiếp nhận", "green"),
    "duplicate": ("Đã tiếp nhận trước đó", "green"),
    "rejected": ("Từ chối", "red"),
    "waiting": ("Chờ gửi", "yellow"),
    "unchanged": ("Không đổi, không gửi lại", "cyan"),
    "superseded": ("Đã tiếp nhận, chưa được tính", "red"),
}
TRIED: Final[dict[State, str]] = {
    "accepted": "Thử: sẽ được tiếp nhận",
    "duplicate": "Thử: đã tiếp nhận trước đó",
    "rejected": "Thử: sẽ bị từ chối",
}
COLUMNS: Final = ("Tệp", "Dòng", "Chế độ", "Kỳ", "Lần nộp", "Kết quả", "Thời điểm")
CHANGE_COLUMNS: Final = ("Đơn vị", "Chỉ tiêu", "Số liệu", "Hiện nay", "Sẽ là")
PARTS: Final = {
    "total": "tổng",
    "true": "số đơn vị có",
    "numerator": "tử số",
    "denominator": "mẫu số",
    "percent": "tỷ lệ (%)",
    "reported": "số đơn vị đã báo cáo",
    "estimated": "phần ước (%)",
    "target.met": "đạt mục tiêu",
    "counts": "số đơn vị",
    "narratives": "số đơn vị có thuyết minh",
    "reporting.received": "số đơn vị đã nộp",
    "reporting.on_time": "số đơn vị nộp đúng hạn",
    "reporting.late": "số đơn vị nộp muộn",
    "reporting.rate": "tỷ lệ nộp (%)",
    "reporting.timely_rate": "tỷ lệ nộp đúng hạn (%)",
}
PAPER: Final = 140  # columns of a table that goes to a file or a pipe


@dataclass(frozen=True, slots=True)
class Row:
    """One report, as the sender sees it."""

    file: str
    line: int
    regime: str
    period: str
    unit: str
    revision: int
    event_id: str
    state: State
    at: str
    errors: tuple[Complaint, ...] = ()
    warnings: tuple[Complaint, ...] = ()
    is_rejected: bool = False
    changes: Any = field(default=None)
    is_dry_run: bool = False

    def as_json(self) -> Json:
        said: Json = {name: getattr(self, name) for name in ("file", "line", "regime", "period", "unit", "revision", "event_id")}
        said |= {"verdict": self.state, "received_at": self.at or None}
        said |= {"errors": [one.as_json() for one in self.errors], "warnings": [one.as_json() for one in self.warnings]}
        return said | ({"dry_run": True, "changes": self.changes} if self.is_dry_run else {})


def row(entry: Entry, *, is_unchanged: bool = False) -> Row:
    """The row of a report of the outbox."""
    receipt = entry.receipt or {}
    errors, warnings = of_server(receipt.get("errors")), of_server(receipt.get("warnings"))
    if is_unchanged:
        warnings = (*warnings, complaint("send.unchanged", at=clock.shown(entry.answered_ms)))
    if entry.state == "answered" and entry.is_superseded:
        warnings = (*warnings, complaint("send.still_superseded"))
    event_id = entry.attempts[-1].event_id if entry.attempts else str(entry.head.get("id", ""))
    return Row(
        entry.file,
        entry.line,
        *entry.concern,
        entry.unit,
        entry.revision,
        event_id,
        _state(entry, is_unchanged=is_unchanged),
        str(receipt.get("received_at", "")),
        errors,
        warnings,
        entry.is_rejected,
    )


def _state(entry: Entry, *, is_unchanged: bool) -> State:
    if entry.state != "answered":
        return "waiting"
    if entry.is_superseded and not entry.is_rejected:
        return "superseded"  # also when it is not sent again: it still does not count
    if is_unchanged:
        return "unchanged"
    if entry.is_rejected:
        return "rejected"
    return "duplicate" if (entry.receipt or {}).get("verdict") == "duplicate" else "accepted"


def exit_status(rows: Sequence[Row], *, is_barred: bool = False, has_lost: bool = False) -> int:
    """0 if every report is accepted; 1 if one is refused, or a file of the outbox is damaged; 3 if one waits."""
    if is_barred or has_lost or any(one.is_rejected or one.state == "superseded" for one in rows):
        return NO
    return AWAY if any(one.state == "waiting" for one in rows) else FINE


def print_json(rows: Sequence[Row], out: Console) -> None:
    """One object on each line."""
    for one in rows:
        out.out(json.dumps(one.as_json(), ensure_ascii=False), highlight=False)


def print_table(rows: Sequence[Row], language: Language, out: Console) -> None:
    """The table of receipts, with errors and warnings below it."""
    if not rows:
        return
    table = Table(*COLUMNS, box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for one in rows:
        words, colour = WORDS[one.state]
        words = TRIED.get(one.state, words) if one.is_dry_run else words
        told = words if one.state != "unchanged" or not one.is_rejected else "Đã bị từ chối, không đổi"
        cells = (
            one.file,
            str(one.line),
            one.regime,
            one.period,
            str(one.revision or "–"),
            told,
            clock.shown_utc(one.at) if one.at else "–",
        )
        table.add_row(*(Text(clean(cell, 200), style=colour if cell == told else "") for cell in cells))
    out.print(table)
    for one in rows:
        for kind, reasons in (("Lỗi", one.errors), ("Lưu ý", one.warnings)):
            for reason in reasons:
                out.print(Text(f"{clean(one.file, 200)}:{one.line}: {kind}: {reason.line(language)}"), soft_wrap=True)
        if one.is_dry_run and one.state != "rejected":
            _print_changes(one, out)


def _print_changes(one: Row, out: Console) -> None:
    """What a dry run says about the totals."""
    if one.changes is None:
        out.print(Text(f"{clean(one.file, 200)}:{one.line}: Chưa tính được số liệu tổng hợp sẽ thay đổi thế nào."), soft_wrap=True)
    elif not one.changes:
        out.print(Text(f"{clean(one.file, 200)}:{one.line}: Số liệu tổng hợp không đổi."), soft_wrap=True)
    else:
        table = Table(
            *CHANGE_COLUMNS,
            title=Text(f"{clean(one.file, 200)}:{one.line}"),
            title_justify="left",
            box=SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
        )
        for change in one.changes:
            cells = (
                change["unit"],
                change.get("indicator") or "",
                part(change["field"]),
                _number(change.get("now")),
                _number(change.get("then")),
            )
            table.add_row(*(Text(clean(str(cell), 200)) for cell in cells))
        out.print(table)


def part(field: str) -> str:
    """Which number of a view changes, in words. The rest of a dotted name, such as an option or a heading, stays a code."""
    if field in PARTS:
        return PARTS[field]
    kind, dot, name = field.partition(".")
    return f"{PARTS[kind]}: {name}" if dot and kind in PARTS else field


def _number(value: Any) -> str:
    """A figure as people here write it: 1.234,5; a dash if there is none."""
    match value:
        case None:
            return "–"
        case bool():
            return "có" if value else "không"
        case list():
            return ", ".join(map(str, value)) or "–"
    whole, point, decimals = str(value).partition(".")
    digits = whole.removeprefix("-")
    if not digits.isdigit() or len(digits) > 40:
        return str(value)
    grouped = f"{int(digits):,}".replace(",", ".")
    return ("-" if whole.startswith("-") else "") + grouped + ("," if point else "") + decimals
