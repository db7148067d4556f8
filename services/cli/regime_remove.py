"""`tonghop regimes remove`: removes a regime under which nothing was accepted."""

import asyncio
from typing import Annotated, Final

import nats.js.errors
import typer

from services.cli import recording, session
from services.cli.data import NO_REGIME, REGIME_FILES, AsJson
from services.cli.stored import StoredData
from shared.shell.service import Connections
from shared.wire import subjects
from shared.words.failures import TransientError
from shared.words.refusals import number, refusal
from shared.words.regimes import Regime

NOTICED_S: Final = 0.5  # within this time every ingest notices that units or regimes changed
SCREENED_S: Final = 15.0  # and within this time it has finished or returned its current batch


def add_to(group: typer.Typer) -> None:
    """Registers the command of this module."""
    group.command("remove")(remove)


def remove(
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
    removed = recording.act("regime.removed", f"regimes/{regime_id}")
    await connections.reference.remove_regime(regime_id, lambda is_removed: removed if is_removed else None)
    try:
        await _until_noticed(connections)
        await _refuse_reported(connections, regime_id)
    except BaseException:
        await _put_back(connections, files[regime_id])
        raise


async def _put_back(connections: Connections, file: Regime) -> None:
    restored = recording.act("regimes.loaded", f"regimes/{file.id}", is_put_back=True)
    await connections.reference.put_regimes([file], lambda changed: restored if changed else None)


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
