"""`tonghop streams|units|regimes`: what must be there before a service works."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from services.cli import regime_files, session, unit_files
from services.cli.faults import FaultsError
from shared import numbers
from shared import streams as declarations
from shared.regimes import Regime
from shared.settings import Settings

streams = typer.Typer(help="Luồng và consumer của NATS.", no_args_is_help=True)
units = typer.Typer(help="Danh mục đơn vị.", no_args_is_help=True)
regimes = typer.Typer(help="Chế độ báo cáo.", no_args_is_help=True)

ROOT: Final = Path(__file__).parent.parent.parent
UNIT_FILES: Final = [ROOT / "deploy/units/units.csv", ROOT / "deploy/units/offices.csv"]
REGIME_FILES: Final = [ROOT / "deploy/regimes"]

AsJson = Annotated[bool, typer.Option("--json", help="Trả lời bằng JSON.")]


@streams.command("apply")
def apply_streams(as_json: AsJson = False) -> None:
    """Tạo hoặc sửa các luồng theo deploy/nats/streams.yaml."""

    async def act() -> list[str]:
        async with session.connected() as held:
            return await declarations.apply(held.streams.jetstream, declarations.read(Settings().replicas))

    changed = session.run(act)
    if as_json:
        session.say_json({"changed": changed})
    else:
        session.console.print(f"Luồng: {', '.join(changed) or 'không có gì thay đổi'}.")


@units.command("import")
def import_units(
    files: Annotated[list[Path] | None, typer.Argument(help="Tệp CSV; mặc định là danh mục kèm theo.")] = None,
    contacts: Annotated[Path | None, typer.Option(help="Tệp CSV đầu mối liên hệ: unit,name,phone,email.")] = None,
    as_json: AsJson = False,
) -> None:
    """Nạp đơn vị; nạp lại không thay đổi gì."""

    async def act() -> tuple[int, int]:
        async with session.connected() as held:
            stored = (await held.reference.current()).registry.units
            read = unit_files.read_units(files or UNIT_FILES, stored)
            if contacts is not None:
                named = {unit.id: unit for unit in unit_files.read_contacts(contacts, read)}
                read = [named.get(unit.id, unit) for unit in read]
            return len(read), await held.reference.put_units(read)

    read, changed = session.run(act)
    if as_json:
        session.say_json({"units": read, "changed": changed})
    else:
        session.console.print(f"Đơn vị: đọc {numbers.vietnamese(read)}, thay đổi {numbers.vietnamese(changed)}.")


@regimes.command("check")
def check_regimes(
    paths: Annotated[list[Path] | None, typer.Argument(help="Tệp hoặc thư mục YAML; mặc định deploy/regimes.")] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra tệp chế độ báo cáo; nêu tệp, dòng và lý do."""
    session.read_calendar()
    try:
        read = regime_files.read_regimes(paths or REGIME_FILES)
    except FaultsError as error:
        if as_json:
            session.say_json({"regimes": [], "faults": [fault.as_dict() for fault in error.faults]})
            raise typer.Exit(session.NO) from error
        session.stop(session.NO, str(error))
    if as_json:
        session.say_json({"regimes": [regime.id for regime in read], "faults": []})
    else:
        session.console.print(f"{len(read)} chế độ báo cáo hợp lệ: {', '.join(regime.id for regime in read)}.")


def _others(stored: Sequence[Regime], read: Sequence[Regime]) -> list[Regime]:
    """The stored regimes that no file replaces."""
    replaced = {regime.id for regime in read}
    return [regime for regime in stored if regime.id not in replaced]


@regimes.command("load")
def load_regimes(
    paths: Annotated[list[Path] | None, typer.Argument(help="Tệp hoặc thư mục YAML; mặc định deploy/regimes.")] = None,
    as_json: AsJson = False,
) -> None:
    """Nạp chế độ báo cáo; nạp lại không thay đổi gì."""

    async def act() -> tuple[list[str], list[str]]:
        read = regime_files.read_each(paths or REGIME_FILES)
        async with session.connected() as held:
            reference = await held.reference.current()
            faults = regime_files.unit_faults(read, reference.registry) + regime_files.changed_meaning(read, await held.reference.kinds())
            faults += regime_files.together([*read, *_others(await held.reference.files(), read)])
            if faults:
                raise FaultsError(faults)
            return [regime.id for regime in read], await held.reference.put_regimes(read)

    read, changed = session.run(act)
    if as_json:
        session.say_json({"regimes": read, "changed": changed})
    else:
        session.console.print(f"Chế độ báo cáo: đọc {len(read)}, thay đổi {len(changed)}.")
