"""`tonghop regimes check|load|remove`: checks, loads and removes regimes (who reports what to whom)."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import nats.js.errors
import typer

from services.cli import session
from services.cli.data import NO_REGIME, REGIME_FILES, UNIT_FILES, AsJson
from services.cli.files import regime_files, unit_files
from services.cli.files.faults import FaultsError
from services.cli.stored import StoredData
from shared.plumbing import data_format, delivery, mongo
from shared.plumbing.reference_store import ReferenceStore
from shared.shell.clock import system_clock
from shared.shell.service import Connections
from shared.shell.settings import CliSettings
from shared.wire import subjects
from shared.words import numbers, periods
from shared.words.failures import TransientError
from shared.words.refusals import number, refusal
from shared.words.regimes import Regime
from shared.words.units import Registry

regimes = typer.Typer(help="Chế độ báo cáo: kiểm tra tệp, nạp, bỏ.", no_args_is_help=True)

Paths = Annotated[list[Path] | None, typer.Argument(metavar="TỆP", help="Tệp hoặc thư mục YAML; mặc định deploy/regimes.")]

STORED_S: Final = 1.0  # how long a check waits for MongoDB before it uses the product's own files
NOTICED_S: Final = 0.5  # within this time every ingest notices that units or regimes changed
SCREENED_S: Final = 15.0  # and within this time it has finished or returned its current batch


@regimes.command("check")
def check_regimes(paths: Paths = None, as_json: AsJson = False) -> None:
    """Kiểm tra tệp chế độ báo cáo và in tệp, dòng, lý do của từng lỗi. Không ghi gì.

    Đơn vị được đối chiếu với danh mục đã nạp; nếu không đọc được MongoDB thì đối chiếu với danh mục kèm theo (deploy/units).

    Ví dụ: tonghop regimes check deploy/regimes/ct27-van-quan.yaml

    Mã thoát: 0 hợp lệ, 1 có lỗi.
    """

    working_days = session.working_days()

    async def act() -> tuple[list[str], str]:
        read = regime_files.read_each(paths or REGIME_FILES, working_days)
        stored, registry, words = await _stored(session.settings()) or _of_the_product()
        if faults := regime_files.judge(read, stored, registry, _today()):
            raise FaultsError(faults)
        return [file.regime.id for file in read], f"danh mục {words}, {numbers.vietnamese(len(registry.units))} đơn vị"

    try:
        read, registry = session.run(act, prints_faults=not as_json)
    except FaultsError as error:
        session.say_json({"regimes": [], "faults": [fault.as_dict() for fault in error.faults]})
        raise typer.Exit(session.NO) from error
    if as_json:
        session.say_json({"regimes": read, "faults": []})
    else:
        session.console.print(f"{len(read)} chế độ báo cáo hợp lệ: {', '.join(read)}.")
        session.notes.print(f"Đã đối chiếu với {registry}.")


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


def _of_the_product() -> tuple[list[Regime], Registry, str]:
    return [], Registry(unit_files.read_units(UNIT_FILES)), "kèm theo (deploy/units)"


async def _stored(settings: CliSettings) -> tuple[list[Regime], Registry, str] | None:
    """The stored regimes and units, if MongoDB answers at once and has any. Only reads."""
    client = mongo.connect(settings.mongo_url)
    database = client[settings.database]
    try:
        async with asyncio.timeout(STORED_S):
            await data_format.require(database)
            store = ReferenceStore(database, system_clock)
            units = (await store.current()).registry
            return (await store.files(), units, "đã nạp") if units.units else None
    except delivery.MAY_PASS as error:
        if not (delivery.is_passing(error) or mongo.is_login_refused(error)):  # a MongoDB that is not ours
            raise
        return None
    finally:
        await mongo.close(client)


def _today() -> date:
    return periods.local_day(system_clock())
