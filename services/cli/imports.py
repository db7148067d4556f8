"""`tonghop import`: enters earlier events, each with the received time of then; they are marked as imported."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from services.cli import importing, recording, session
from services.cli.data import AsJson
from services.cli.files import import_lines, import_tables, import_workbooks
from services.cli.files.faults import Fault, FaultsError
from services.cli.importing import Counts, Judged, Say
from shared.plumbing import text_files
from shared.plumbing.text_files import UnreadableError
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.wire import events
from shared.words import numbers, periods
from shared.words.refusals import refusal
from shared.words.typed_numbers import Decimals

MOST_BYTES: Final = 256 * 1024 * 1024  # about 100,000 reports
SAY_EVERY_S: Final = 2.0  # progress in a file or a pipe


def add_to(app: typer.Typer) -> None:
    """Registers the command of this module."""
    app.command("import")(import_events)


def import_events(
    file: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp NDJSON: mỗi dòng một sự kiện; bảng CSV; hoặc biểu Excel đã điền.")],
    period: Annotated[str, typer.Option("--period", help="Kỳ báo cáo của mọi dòng: 2024, 2024-H1, 2024-Q3, 2024-05.")],
    is_dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra, không gửi gì.")] = False,
    decimal: Annotated[
        Decimals, typer.Option("--decimal", help="Dấu thập phân trong tệp CSV: comma (1.234,5) hoặc point (1234.5).")
    ] = "comma",
    received_at: Annotated[
        str, typer.Option("--received-at", help="Biểu Excel đã nhận khi nào: 10/12/2024, 10/12/2024 09:30 hoặc 2024-12-10T09:30:00+07:00.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Nhập lại báo cáo cũ, mỗi báo cáo với thời điểm đã nhận khi đó; mọi dòng được kiểm tra trước, có một lỗi thì không nhập gì.

    Mỗi dòng: {"regime": …, "unit": …, "revision": 1, "received_at": "2024-12-10T09:30:00+07:00", "values": {…}, "narratives": {…}}
    hoặc một CloudEvent có receivedat. Rút, chốt, trả lại, gia hạn: thêm "type": withdrawn, confirmed, returned, extended. Chốt không ghi
    figures thì lấy số liệu của bảng tổng hợp sau khi nhập. Nhập lại tệp không đổi thì không thay đổi gì. Không ai bị nhắc vì sự kiện nhập
    lại.

    Bảng CSV (tên tệp .csv): cột regime, unit, received_at, revision và các chỉ tiêu, mỗi dòng một báo cáo; hoặc cột indicator và value, mỗi
    dòng một số liệu. Biểu Excel đã điền (tên tệp .xlsx): một báo cáo, thêm --received-at.

    Ví dụ: tonghop import bao-cao-2024.ndjson --period 2024

    Mã thoát: 0 đã nhập, 1 có lỗi và ở dòng nào, 2 dùng sai, 3 máy chủ không trả lời (chạy lại lệnh để nhập tiếp).
    """

    async def act() -> tuple[Judged, Counts]:
        lines = [] if _is_sheet(file) else _lines(file)
        async with session.connected() as connections:
            judged = await _judge(connections, file, lines, period, Said(decimal, received_at))
            if is_dry_run:
                return judged, Counts(duplicate=judged.repeats)
            if judged.to_send:
                given = recording.files([file])
                await recording.record(connections, "reports.imported", f"periods/{period}", files=given, events=len(judged.to_send))
            with _progress() as say:
                return judged, await importing.send(connections, file, judged, say)

    try:
        judged, counts = session.run(act, prints_faults=not as_json)
    except FaultsError as error:
        session.say_json(_answer(0, Counts(), error.faults))
        raise typer.Exit(session.NO) from error
    if as_json:
        session.say_json(_answer(len(judged.to_send), counts, counts.rejected))
    else:
        _print(judged, counts, is_dry_run=is_dry_run)
    if counts.rejected:
        raise typer.Exit(session.NO)


@dataclass(frozen=True, slots=True)
class Said:
    """What the operator says of a file that does not say it: what is before decimals in a table, and when a workbook was received."""

    decimal: Decimals
    received_at: str


async def _judge(connections: Connections, file: Path, lines: Sequence[bytes], period: str, said: Said) -> Judged:
    """Judges every line, every report of a table, or a workbook. Raises FaultsError."""
    reference, by = await connections.reference.current(), recording.operator()
    if _is(file, import_tables.SUFFIX):
        entries = import_tables.read(file, period, reference, by, periods.local_day(system_clock()), said.decimal)
    elif _is(file, import_workbooks.SUFFIX):
        entries = await import_workbooks.read(file, period, said.received_at, reference, by)
    else:
        entries = list(import_lines.read(lines, period, reference, by))
    if not entries:
        raise FaultsError([Fault(file, refusal("file.empty"))])
    return await importing.judge(connections, file, entries, events.to_ms(system_clock()))


def _is_sheet(file: Path) -> bool:
    return _is(file, import_tables.SUFFIX) or _is(file, import_workbooks.SUFFIX)


def _is(file: Path, suffix: str) -> bool:
    return file.suffix.lower() == suffix


def _lines(file: Path) -> list[bytes]:
    try:
        return text_files.lines(file, MOST_BYTES)
    except UnreadableError as error:
        raise FaultsError([Fault.of_unreadable(file, error)]) from error


@contextmanager
def _progress() -> Iterator[Say]:
    """Shows what is going on, on standard error: in a terminal in one line, else every few seconds."""
    if sys.stderr.isatty():
        with session.notes.status("…") as status:
            yield status.update
        return
    said_at = 0.0

    def say(text: str) -> None:
        nonlocal said_at
        if time.monotonic() - said_at >= SAY_EVERY_S:
            said_at = time.monotonic()
            session.notes.print(text, markup=False)

    yield say


def _answer(sent: int, counts: Counts, faults: Sequence[Fault]) -> dict[str, object]:
    found = {"events": sent + counts.duplicate, "accepted": counts.accepted, "duplicate": counts.duplicate}
    return {**found, "rejected": len(counts.rejected), "faults": [fault.as_dict() for fault in faults]}


def _print(judged: Judged, counts: Counts, *, is_dry_run: bool) -> None:
    if is_dry_run:
        new, known = numbers.vietnamese(len(judged.to_send)), numbers.vietnamese(judged.repeats)
        session.console.print(f"Mọi dòng hợp lệ: {new} sự kiện sẽ được nhập, {known} sự kiện đã có. Chưa gửi gì.")
        return
    accepted, known = numbers.vietnamese(counts.accepted), numbers.vietnamese(counts.duplicate)
    session.console.print(f"Đã nhập {accepted} sự kiện; {known} sự kiện đã có từ trước; {len(counts.rejected)} sự kiện không được nhận.")
    session.warn(counts.rejected)
