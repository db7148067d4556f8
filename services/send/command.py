"""The command: reads files, keeps them in the outbox, sends, and says what became of each report.

Exit status: 0 everything is accepted, 1 something is refused, 2 wrong use, 3 something waits for the line.
"""

import argparse
import asyncio
import io
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from . import attaching, clock, outbox, reading, report, settings, whole_files
from .attaching import Attaching
from .complaints import LONGEST, Complaint, Language, SendError, clean, complaint
from .dry_run import Trying
from .http_door import HttpDoor
from .nats_door import NatsDoor
from .outbox import Outbox
from .reading import Found, Given
from .report import AWAY, FINE, NO, WRONG_USE, Row
from .sending import Patience, Pause, Sending, Sent
from .settings import Options, Settings
from .whole_files import SendingFiles

MOST_FAULTS: Final = 200  # faults of files that are printed

ABOUT: Final = """Gửi báo cáo của đơn vị. Báo cáo được ghi vào hộp thư đi trên máy này rồi mới gửi; mất mạng thì gửi sau, không gửi hai lần.

TỆP: JSON (một báo cáo hoặc một danh sách) hoặc NDJSON (mỗi dòng một báo cáo); "-" là đầu vào chuẩn.
Bảng CSV (.csv) và biểu đã điền (.xlsx) được gửi nguyên tệp qua HTTP để máy chủ đọc; mất mạng thì chạy lại, không tính hai lần.
Không ghi tệp: gửi tiếp những gì còn chờ.
Một báo cáo: {"regime": "ct27-van-quan", "period": "2026", "values": {"gd_ngay_cong": 340}}; chương trình tự đánh số lần nộp.
"""
CODES: Final = "Mã thoát: 0 mọi báo cáo đã được tiếp nhận, 1 có báo cáo bị từ chối, 2 dùng sai, 3 còn báo cáo chờ gửi vì mất mạng."
EXAMPLE: Final = "Ví dụ: {command} bao-cao.json --key-file 06253-2025.txt --url https://bao-cao.tinh.gov.vn"
HELP: Final[Mapping[str, str]] = {
    "files": "Tệp báo cáo, hoặc - để đọc từ đầu vào chuẩn.",
    "via": "Gửi qua HTTP hay NATS.",
    "url": "Địa chỉ HTTP; mặc định lấy từ TONGHOP_URL.",
    "key_file": "Tệp có khóa HTTP, như tệp .txt được giao; mặc định lấy khóa từ TONGHOP_KEY.",
    "unit": "Mã định danh đơn vị gửi; mặc định lấy từ TONGHOP_UNIT, tệp khóa hoặc chứng thư.",
    "nats_url": "Địa chỉ NATS; mặc định lấy từ TONGHOP_NATS_URL.",
    "creds": "Tệp chứng thư NATS (.creds); mặc định lấy từ TONGHOP_CREDS.",
    "ca": "Tệp chứng thư gốc (ca.crt) của máy chủ; mặc định lấy từ TONGHOP_CA, nếu không thì của máy này.",
    "outbox": "Thư mục hộp thư đi; mặc định lấy từ TONGHOP_OUTBOX, nếu không thì trong thư mục dữ liệu của máy.",
    "is_dry_run": "Chỉ thử: in kết quả và số liệu tổng hợp sẽ thay đổi, không gửi gì.",
    "is_again": "Gửi lại cả báo cáo không đổi.",
    "decimal": "Dấu thập phân trong tệp CSV: comma (1.234,5) hoặc point (1234.5).",
    "attach": "Tệp đính kèm báo cáo (PDF, PNG, JPEG; qua HTTP), mỗi tệp một --attach; mỗi lần nộp phải đính kèm lại.",
    "as_json": "In mỗi báo cáo một đối tượng JSON trên một dòng.",
}
ARGPARSE: Final = (  # its own errors in Vietnamese
    (r"unrecognized arguments: (.*)", "thừa tham số “{}”"),
    (r"argument (.*?): expected one argument", "{} cần một giá trị"),
    (r"argument (.*?): invalid choice: (\S+) .*", "{}: {} không hợp lệ"),
    (r"argument (.*?): ignored explicit argument (.*)", "{} không nhận giá trị"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")  # whatever the machine's code page is
    parser = _parser()
    language = _language(os.environ)
    try:
        found = parser.parse_args(arguments)
    except _WrongUseError as error:
        print(complaint("send.wrong_use", why=str(error)).line(language), file=sys.stderr)
        return WRONG_USE
    return run(Options(**{**vars(found), "files": tuple(found.files), "attach": tuple(found.attach)}), os.environ)


class _WrongUseError(Exception):
    """The command line cannot be read."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        for pattern, sentence in ARGPARSE:
            if found := re.fullmatch(pattern, message, re.DOTALL):
                raise _WrongUseError(sentence.format(*found.groups()))
        raise _WrongUseError(message)


def _parser() -> _Parser:
    name = "tonghop-send"
    parser = _Parser(
        prog=name,
        description=ABOUT,
        epilog=f"{EXAMPLE.format(command=name)}\n\n{CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument("files", nargs="*", metavar="TỆP", help=HELP["files"])
    parser.add_argument("--via", choices=("http", "nats"), default="http", help=HELP["via"])
    parser.add_argument("--decimal", choices=("comma", "point"), default="comma", help=HELP["decimal"])
    parser.add_argument("--attach", action="append", default=[], metavar="TỆP", help=HELP["attach"])
    for option in ("url", "key_file", "unit", "nats_url", "creds", "ca", "outbox"):
        parser.add_argument(f"--{option.replace('_', '-')}", metavar="…", help=HELP[option])
    for flag, option in (("--dry-run", "is_dry_run"), ("--again", "is_again"), ("--json", "as_json")):
        parser.add_argument(flag, dest=option, action="store_true", help=HELP[option])
    parser.add_argument("--help", action="help", help="Xem cách dùng.")
    return parser


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a run reads and prints, and how it waits. A test brings its own."""

    out: Console = field(default_factory=lambda: Console(highlight=False, width=None if sys.stdout.isatty() else report.PAPER))
    notes: Console = field(default_factory=lambda: Console(stderr=True, highlight=False, soft_wrap=True))
    stdin: Callable[[], BinaryIO] = lambda: sys.stdin.buffer
    pause: Pause = asyncio.sleep


def run(options: Options, environment: Mapping[str, str], terminal: Terminal | None = None) -> int:
    """Runs the command. Returns the exit status; every fault is a sentence on standard error."""
    place = terminal or Terminal()
    language = _language(environment)
    try:
        if options.is_dry_run and not options.files:
            raise SendError(WRONG_USE, complaint("send.dry_run_without_files"))
        if options.is_dry_run and options.via == "nats":
            raise SendError(WRONG_USE, complaint("send.dry_run_over_nats"))
        whole = [name for name in options.files if whole_files.kind_of(name) is not None]
        if whole and options.via == "nats":
            raise SendError(WRONG_USE, complaint("send.files_over_nats", whole[0]))
        if options.attach:
            _require_attachable(options, whole)
        found = settings.read(options, environment)
        contents = [(name, _content(name)) for name in whole]
        given = _read([name for name in options.files if name not in whole], found.sender, place)
        if options.attach:
            given = [asyncio.run(_attached(found, attaching.report_of(given), attaching.read(options.attach), place))]
        status = asyncio.run(_files(found, options, contents, place, language)) if contents else FINE
        if whole and not given:
            return status
        run_rest = _tried if options.is_dry_run else _sent
        return _worse(status, asyncio.run(run_rest(found, options, given, place, language)))
    except SendError as error:
        _say(error.complaints, language, place)
        return error.exit_code
    except KeyboardInterrupt:
        _say([complaint("send.stopped")], language, place)
        return AWAY


def _require_attachable(options: Options, whole: Sequence[str]) -> None:
    """Files go with one report over HTTP. Raises SendError."""
    if options.via == "nats":
        raise SendError(WRONG_USE, complaint("send.attach_over_nats"))
    if options.is_dry_run:
        raise SendError(WRONG_USE, complaint("send.attach_in_dry_run"))
    if whole:
        raise SendError(WRONG_USE, complaint("send.attach_one_report", whole[0]))


async def _attached(found: Settings, given: Given, files: Sequence[attaching.Enclosure], place: Terminal) -> Given:
    """The report with its files, which were sent. Raises SendError."""
    box = Outbox(found.outbox)
    box.look()
    async with HttpDoor(found) as door:
        return await Attaching(door, Patience(place.pause), box, found.sender, clock.now_ms()).to(given, files)


def _worse(one: int, other: int) -> int:
    """The exit status of two parts of a run: a refusal is told before what waits."""
    return NO if NO in (one, other) else max(one, other)


def _content(name: str) -> bytes:
    """The bytes of a file that is sent as it is. Raises SendError."""
    if not Path(name).is_file():  # a device would never end
        raise SendError(WRONG_USE, complaint("send.not_a_file" if Path(name).exists() else "send.no_such_file", name))
    try:
        with Path(name).open("rb") as file:
            content = file.read(whole_files.MOST_BYTES + 1)
    except OSError as error:
        raise SendError(WRONG_USE, complaint("send.file_not_read", name, why=error.strerror or type(error).__name__)) from None
    if len(content) > whole_files.MOST_BYTES:
        raise SendError(WRONG_USE, complaint("send.file_too_large", name, most=whole_files.MOST_BYTES // 2**20))
    return content


async def _files(found: Settings, options: Options, contents: Sequence[tuple[str, bytes]], place: Terminal, language: Language) -> int:
    """Sends whole files. Returns the exit status."""
    async with HttpDoor(found) as door:
        sending = SendingFiles(door, Patience(place.pause), options.is_dry_run, options.decimal)
        done = await sending.all(contents)
    _print(done.rows, options, language, place)
    _say(done.why, language, place)
    status = report.exit_status(done.rows, is_barred=done.is_no)
    return AWAY if done.is_away and status != NO else status


def _read(files: Sequence[str], sender: str, place: Terminal) -> list[Given]:
    """All reports of all files. Raises SendError with every fault: then nothing is sent."""
    found = [_of_file(name, sender, place) for name in files]
    if faults := [fault for one in found for fault in one.faults]:
        raise SendError(WRONG_USE, *faults)
    return [given for one in found for given in one.given]


def _of_file(name: str, sender: str, place: Terminal) -> Found:
    try:
        if name == "-":
            return reading.read("-", place.stdin().read(reading.MOST_BYTES + 1), sender)
        if not Path(name).is_file():  # a device would never end
            return Found(faults=[complaint("send.not_a_file" if Path(name).exists() else "send.no_such_file", name)])
        with Path(name).open("rb") as file:
            return reading.read(clean(name, LONGEST), file.read(reading.MOST_BYTES + 1), sender)
    except (OSError, ValueError) as error:
        return Found(faults=[complaint("send.file_not_read", name, why=getattr(error, "strerror", None) or type(error).__name__)])


async def _sent(found: Settings, options: Options, given: Sequence[Given], place: Terminal, language: Language) -> int:
    with Outbox(found.outbox) as box:
        box.prune(clock.now_ms())
        added = box.add(found.sender, given, clock.now_ms(), again=options.is_again)
        unchanged = {one.number: one for _, one, is_new in added if not is_new and one.state == "answered"}
        waiting = box.waiting(found.sender)
        done = await _send(found, box, place) if waiting else Sent()
        rows = [report.row(one) for one in waiting] + [report.row(one, is_unchanged=True) for one in unchanged.values()]
        _print(rows, options, language, place)
        left = [one for one in waiting if one.state != "answered"]
        complaints = [*box.set_aside, *done.why]
        if left:
            complaints.append(complaint("send.waiting", count=len(left), folder=box.folder))
        if theirs := outbox.others(box.entries, found.sender):
            complaints.append(complaint("send.others_wait", count=len(theirs), units=", ".join(sorted({one.sender for one in theirs}))))
        _say(complaints, language, place)
        return report.exit_status(rows, is_barred=done.is_barred, has_lost=bool(box.set_aside))


async def _send(found: Settings, box: Outbox, place: Terminal) -> Sent:
    """Sends what waits. That the server is away, or the disk full, is an answer too: everything stays in the outbox."""
    columns = (TextColumn("Đang gửi"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=place.notes, disable=not place.notes.is_terminal, transient=True) as progress:
        bar = progress.add_task("", total=len(box.waiting(found.sender)))
        try:
            async with HttpDoor(found) if found.via == "http" else NatsDoor(found) as door:
                sending = Sending(box, door, found.sender, Patience(place.pause), clock.now_ms)
                return await sending.all(lambda _: progress.advance(bar))
        except SendError as error:
            if error.exit_code != AWAY:
                raise
            return Sent(why=list(error.complaints), is_barred=any(one.code == "send.login_refused" for one in error.complaints))


async def _tried(found: Settings, options: Options, given: Sequence[Given], place: Terminal, language: Language) -> int:
    box = Outbox(found.outbox)
    box.look()
    async with HttpDoor(found) as door:
        rows, why, is_no = await Trying(box, door, found.sender, Patience(place.pause)).all(given)
    _print(rows, options, language, place)
    _say(why, language, place)
    status = report.exit_status(rows, is_barred=is_no)
    return AWAY if why and status != NO else status


def _print(rows: Sequence[Row], options: Options, language: Language, place: Terminal) -> None:
    if options.as_json:
        report.print_json(rows, place.out)
    else:
        report.print_table(rows, language, place.out)


def _say(complaints: Sequence[Complaint], language: Language, place: Terminal) -> None:
    for one in complaints[:MOST_FAULTS]:
        place.notes.print(one.line(language), markup=False)
    if len(complaints) > MOST_FAULTS:
        place.notes.print(f"… +{len(complaints) - MOST_FAULTS}", markup=False)


def _language(environment: Mapping[str, Any]) -> Language:
    return "en" if str(environment.get("TONGHOP_LANG", "")).strip().lower() == "en" else "vi"
