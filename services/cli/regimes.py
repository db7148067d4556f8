"""`tonghop regimes check|load|remove`: checks, loads and removes regimes (who reports what to whom)."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import nats.js.errors
import typer

from services.cli import known_data, regime_calendar, session
from services.cli.data import NO_REGIME, REGIME_FILES, AsJson
from services.cli.files import regime_files
from services.cli.files.faults import FaultsError
from services.cli.known_data import KnownData
from services.cli.stored import StoredData
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words import numbers, periods
from shared.words.failures import TransientError
from shared.words.refusals import number, refusal
from shared.words.regimes import Regime

regimes = typer.Typer(help="Chế độ báo cáo: kiểm tra tệp, nạp, bỏ.", no_args_is_help=True)

Paths = Annotated[list[Path] | None, typer.Argument(metavar="TỆP", help="Tệp hoặc thư mục YAML; mặc định deploy/regimes.")]

NOTICED_S: Final = 0.5  # within this time every ingest notices that units or regimes changed
SCREENED_S: Final = 15.0  # and within this time it has finished or returned its current batch


@regimes.command("check")
def check_regimes(paths: Paths = None, as_json: AsJson = False) -> None:
    """Kiểm tra tệp chế độ báo cáo: in tệp, dòng, lý do của từng lỗi, hoặc các hạn được hiểu từ tệp. Không ghi gì.

    Đơn vị được đối chiếu với danh mục đã nạp; nếu không đọc được MongoDB thì đối chiếu với danh mục kèm theo (deploy/units).

    Ví dụ: tonghop regimes check deploy/regimes/ct27-van-quan.yaml

    Mã thoát: 0 hợp lệ, 1 có lỗi.
    """

    working_days = session.working_days()

    async def act() -> tuple[list[Regime], KnownData]:
        read = regime_files.read_each(paths or REGIME_FILES, working_days)
        known = await known_data.stored(session.settings()) or known_data.units_of_product()
        if faults := regime_files.judge(read, known.regimes, known.registry, _today()):
            raise FaultsError(faults)
        return [file.regime for file in read], known

    try:
        read, known = session.run(act, prints_faults=not as_json)
    except FaultsError as error:
        session.say_json({"regimes": [], "faults": [fault.as_dict() for fault in error.faults], "deadlines": {}})
        raise typer.Exit(session.NO) from error
    calendars = {regime.id: regime_calendar.dates(regime, working_days) for regime in read}
    if as_json:
        found = {name: [one.entry(is_short=True) for one in dates] for name, dates in calendars.items()}
        session.say_json({"regimes": list(calendars), "faults": [], "deadlines": found})
        return
    session.console.print(f"{len(read)} chế độ báo cáo hợp lệ: {', '.join(calendars)}.")
    for regime in read:
        for line in regime_calendar.lines(regime, calendars[regime.id], system_clock()):
            session.console.print(line, markup=False)
    session.notes.print(f"Đã đối chiếu với danh mục {known.units_in_words}, {numbers.vietnamese(len(known.registry.units))} đơn vị.")


@regimes.command("load")
def load_regimes(paths: Paths = None, as_json: AsJson = False) -> None:
    """Kiểm tra rồi nạp chế độ báo cáo; nạp lại tệp không đổi thì không thay đổi gì.

    Ví dụ: tonghop regimes load deploy/regimes

    Mã thoát: 0 đã nạp hoặc không có gì thay đổi, 1 tệp có lỗi và không nạp gì, 3 máy chủ không trả lời.
    """

    async def act() -> tuple[list[str], list[str]]:
        async with session.connected() as connections:
            read = regime_files.read_each(paths or REGIME_FILES, connections.reference.working_days)
            stored, registry = await connections.reference.files(), (await connections.reference.current()).registry
            faults = regime_files.judge(read, stored, registry, _today())
            if faults := faults + regime_files.changed_meaning(read, await connections.reference.kinds()):
                raise FaultsError(faults)
            loaded = [file.regime for file in read]
            return [regime.id for regime in loaded], await connections.reference.put_regimes(loaded)

    read, changed = session.run(act)
    if as_json:
        session.say_json({"regimes": read, "changed": changed})
    else:
        session.console.print(f"Chế độ báo cáo: đọc {len(read)}, {session.changed(len(changed), changed)}.")


@regimes.command("remove")
def remove_regime(
    regime: Annotated[str, typer.Argument(metavar="MÃ", help="Mã chế độ báo cáo.")],
    as_json: AsJson = False,
) -> None:
    """Bỏ một chế độ báo cáo, chỉ khi chưa tiếp nhận sự kiện nào theo chế độ đó.

    Ví dụ: tonghop regimes remove thu-nghiem

    Mã thoát: 0 đã bỏ, 1 không bỏ được và vì sao, 3 máy chủ không trả lời.
    """

    async def act() -> None:
        async with session.connected() as connections:
            await _remove(connections, regime)

    session.run(act)
    if as_json:
        session.say_json({"removed": [regime]})
        return
    session.console.print(f"Đã bỏ chế độ báo cáo {regime}.", markup=False)
    left = [folder / f"{regime}.yaml" for folder in REGIME_FILES if (folder / f"{regime}.yaml").exists()]
    for path in left:
        session.console.print(f"Tệp {path} vẫn còn: `make up` hoặc `regimes load` sẽ nạp lại. Hãy chuyển tệp đi.", markup=False)


async def _remove(connections: Connections, regime_id: str) -> None:
    """Removes the regime, and puts it back if an event for it was accepted meanwhile."""
    files = {file.id: file for file in await connections.reference.files()}
    if regime_id not in files:
        session.stop(session.NO, refusal("cli.unknown_regime", regime=regime_id, known=sorted(files) or NO_REGIME))
    if derived := sorted(file.id for file in files.values() if file.derived_from == regime_id):
        session.stop(session.NO, refusal("cli.regime_has_derived", regime_id, derived=derived))
    await _refuse_reported(connections, regime_id)
    await connections.reference.remove_regime(regime_id)
    try:
        await _until_noticed(connections)
        await _refuse_reported(connections, regime_id)
    except BaseException:
        await _put_back(connections, files[regime_id])
        raise


async def _put_back(connections: Connections, file: Regime) -> None:
    await connections.reference.put_regimes([file])


async def _refuse_reported(connections: Connections, regime_id: str) -> None:
    """Ends the command if an event of the regime was accepted: as a claim, in `reports`, or in the log."""
    stored = await StoredData(connections.database).accepted(regime_id)
    if most := max(stored, await _logged(connections, regime_id)):
        session.stop(session.NO, refusal("cli.regime_has_events", regime_id, count=number(most)))


async def _logged(connections: Connections, regime_id: str) -> int:
    try:
        info = await connections.streams.jetstream.stream_info(subjects.REPORTS, subjects.reports_under(regime_id))
    except nats.js.errors.NotFoundError:
        return 0
    return sum((info.state.subjects or {}).values())


async def _until_noticed(connections: Connections) -> None:
    """Returns when every ingest uses the new regimes. Raises TransientError."""
    await asyncio.sleep(NOTICED_S)
    try:
        async with asyncio.timeout(SCREENED_S):
            while (await connections.streams.jetstream.consumer_info(subjects.INBOX, subjects.INGEST_DURABLE)).num_ack_pending:
                await asyncio.sleep(0.1)
    except nats.js.errors.NotFoundError:
        return  # no unit can have reported
    except TimeoutError as error:
        raise TransientError(refusal("ingest.busy")) from error


def _today() -> date:
    return periods.local_day(system_clock())
