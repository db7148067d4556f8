"""`tonghop regimes check|load`: checks and loads regimes (who reports what to whom)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.cli import known_data, recording, regime_calendar, regime_remarks, session
from services.cli.data import REGIME_FILES, AsJson
from services.cli.files import regime_files
from services.cli.files.faults import Fault, FaultsError
from services.cli.files.regime_files import Judged, RegimeFile
from services.cli.files.regime_losses import Loss
from services.cli.known_data import KnownData
from shared.shell.clock import system_clock
from shared.words import numbers, periods
from shared.words.audit import Act
from shared.words.regimes import Regime

regimes = typer.Typer(help="Chế độ báo cáo: kiểm tra tệp, nạp, bỏ.", no_args_is_help=True)

Paths = Annotated[list[Path] | None, typer.Argument(metavar="TỆP", help="Tệp hoặc thư mục YAML; mặc định deploy/regimes.")]


@regimes.command("check")
def check_regimes(paths: Paths = None, as_json: AsJson = False) -> None:
    """Kiểm tra tệp chế độ báo cáo: in tệp, dòng, lý do của từng lỗi, hoặc các hạn được hiểu từ tệp. Không ghi gì.

    Đơn vị được đối chiếu với danh mục đã nạp; nếu không đọc được MongoDB thì đối chiếu với danh mục kèm theo (deploy/units).

    Ví dụ: tonghop regimes check deploy/regimes/ct27-van-quan.yaml

    Mã thoát: 0 hợp lệ, 1 có lỗi.
    """

    working_days = session.working_days()

    async def act() -> tuple[list[Regime], KnownData, list[Loss], list[Fault]]:
        read = regime_files.read_each(paths or REGIME_FILES, working_days)
        known, losses = await known_data.stored_with(session.settings(), read) or (known_data.units_of_product(), [])
        warnings = _judge(read, known)
        return [file.regime for file in read], known, losses, warnings

    try:
        read, known, losses, warnings = session.run(act, prints_faults=not as_json)
    except FaultsError as error:
        found = [fault.as_dict() for fault in error.faults]
        session.say_json({"regimes": [], "faults": found, "warnings": [], "deadlines": {}, "losses": []})
        raise typer.Exit(session.NO) from error
    tree_at = known.registry.at if known.registry.units else None
    calendars = {regime.id: regime_calendar.dates(regime, working_days, tree_at, day_of=known.day_of) for regime in read}
    if as_json:
        session.say_json(
            {
                "regimes": list(calendars),
                "faults": [],
                "warnings": [fault.as_dict() for fault in warnings],
                "deadlines": {name: [one.entry(is_short=True) for one in dates] for name, dates in calendars.items()},
                "losses": [loss.entry() for loss in losses],
            }
        )
        return
    session.console.print(f"{len(read)} chế độ báo cáo hợp lệ: {', '.join(calendars)}.")
    for regime in read:
        for line in regime_calendar.lines(regime, calendars[regime.id], system_clock(), tree_at):
            session.console.print(line, markup=False)
        for line in regime_remarks.lines(regime):
            session.console.print(f"  {line}", markup=False)
    session.warn([*warnings, *(loss.fault for loss in losses)])
    session.notes.print(f"Đã đối chiếu với danh mục {known.units_in_words}, {numbers.vietnamese(len(known.registry.ids))} đơn vị.")


@regimes.command("load")
def load_regimes(
    paths: Paths = None,
    is_sure: Annotated[bool, typer.Option("--yes", help="Nạp cả tệp làm cho báo cáo đã tiếp nhận không còn được hiển thị.")] = False,
    skips: Annotated[bool, typer.Option("--skip-losses", help="Bỏ qua tệp như thế, giữ chế độ đang dùng, nạp các tệp khác.")] = False,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra rồi nạp chế độ báo cáo; nạp lại tệp không đổi thì không thay đổi gì.

    Không nạp gì nếu một tệp làm cho báo cáo đã tiếp nhận không còn được hiển thị (bỏ kỳ, chỉ tiêu, thuyết minh, đơn vị), trừ khi có --yes.

    Ví dụ: tonghop regimes load deploy/regimes

    Mã thoát: 0 đã nạp hoặc không có gì thay đổi, 1 tệp có lỗi và không nạp gì, 3 máy chủ không trả lời.
    """

    async def act() -> tuple[list[str], list[str], list[Fault]]:
        async with session.connected() as connections:
            read = regime_files.read_each(paths or REGIME_FILES, connections.reference.working_days)
            known = await known_data.of_store(connections.reference, connections.database)
            warnings = _judge(read, known)
            losses = [] if is_sure else await known_data.losses(connections.database, read, known)
            hidden = [loss.fault for loss in losses]
            if losses and not skips:
                raise FaultsError(hidden)
            read = [file for file in read if not any(loss.file is file for loss in losses)]
            if losses and (faults := _judged(read, known).faults):
                raise FaultsError([*faults, *hidden])
            loaded = [file.regime for file in read]
            given = recording.files(file.path for file in read)

            def record(changed: list[str]) -> Act | None:
                return recording.act("regimes.loaded", files=given, changed=recording.named(changed)) if changed else None

            return [regime.id for regime in loaded], await connections.reference.put_regimes(loaded, record), [*warnings, *hidden]

    read, changed, warnings = session.run(act)
    session.warn(warnings)
    if as_json:
        session.say_json({"regimes": read, "changed": changed})
    else:
        session.console.print(f"Chế độ báo cáo: đọc {len(read)}, {session.changed(len(changed), changed)}.")


def _judge(read: Sequence[RegimeFile], known: KnownData) -> list[Fault]:
    """What is to be warned about. Raises FaultsError if anything is wrong."""
    judged = _judged(read, known)
    if faults := judged.faults + regime_files.changed_meaning(read, known.kinds):
        raise FaultsError(faults)
    return judged.warnings


def _judged(read: Sequence[RegimeFile], known: KnownData) -> Judged:
    return regime_files.judge(read, known.regimes, known.registry, periods.local_day(system_clock()), known.day_of)
