"""`tonghop streams|units`: creates the streams and loads the units that every service needs before it can work."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from services.cli import recording, session
from services.cli.files import unit_files
from shared.plumbing import data_files, feed_consumers
from shared.plumbing import streams as declarations
from shared.plumbing.credential_store import CredentialStore
from shared.plumbing.reform_store import ReformStore
from shared.shell.clock import system_clock
from shared.words import numbers, periods
from shared.words.audit import Act
from shared.words.refusals import Both, refusal

streams = typer.Typer(help="Luồng và consumer của NATS.", no_args_is_help=True)
units = typer.Typer(help="Danh mục đơn vị.", no_args_is_help=True)

UNIT_FILES: Final = [data_files.FOLDER / "units/units.csv", data_files.FOLDER / "units/offices.csv"]
REGIME_FILES: Final = [data_files.FOLDER / "regimes"]
REFORM_FILES: Final = data_files.FOLDER / "reforms"
NO_REGIME: Final = Both("chưa có chế độ nào", "none")


def _period(text: str) -> str:
    if periods.PERIOD.fullmatch(text) is None:
        vietnamese, english = periods.FORM
        raise session.wrong_use(refusal("door.bad_query", name="--period", wanted=[vietnamese], wanted_en=[english]), "--period")
    return text


OnlyPeriod = Annotated[str | None, typer.Option("--period", parser=_period, metavar="KỲ", help="Chỉ một kỳ; mặc định: mọi kỳ đang mở.")]
AsJson = Annotated[bool, typer.Option("--json", help="Trả lời bằng JSON.")]


@streams.command("apply")
def apply_streams(
    remake_derived: Annotated[
        bool, typer.Option("--remake-derived", help="Xóa và tạo lại luồng suy ra được (FEED) khi máy chủ từ chối sửa.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tạo hoặc sửa các luồng theo deploy/nats/streams.yaml.

    Nếu máy chủ không cho sửa luồng suy ra được (FEED), lệnh hỏi trước khi xóa và tạo lại; aggregate nạp lại luồng trong một phút.

    Mã thoát: 0, 1 máy chủ từ chối một thay đổi (các thay đổi khác vẫn được làm), 3 máy chủ không trả lời hoặc cụm chưa đủ máy.
    """

    async def act() -> list[str]:
        async with session.connected() as connections:
            jetstream, declaration = connections.streams.jetstream, connections.declaration
            try:
                done = await declarations.apply(jetstream, declaration, remakes_derived=remake_derived)
            except declarations.RefusedError as error:
                if not (error.derived and sys.stdin.isatty() and typer.confirm(f"Xóa và tạo lại {', '.join(error.derived)}?", err=True)):
                    raise
                done = [*error.changed, *await declarations.apply(jetstream, declaration, remakes_derived=True)]
            await feed_consumers.keep_all(jetstream, await CredentialStore(connections.database).all(), system_clock())
            return done

    changed = session.run(act)
    if as_json:
        session.say_json({"changed": changed})
    else:
        session.console.print(f"Luồng: {', '.join(changed) or 'không có gì thay đổi'}.")


@units.command("import")
def import_units(
    files: Annotated[list[Path] | None, typer.Argument(metavar="TỆP", help="Tệp CSV; mặc định là danh mục kèm theo.")] = None,
    contacts: Annotated[
        Path | None, typer.Option(metavar="TỆP", help="Tệp CSV đầu mối liên hệ (unit,name,phone,email), cho đơn vị trong tệp hoặc đã nạp.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Nạp đơn vị từ tệp CSV (code,name,level,kind,parent,valid_from,valid_to); nạp lại tệp không đổi thì không thay đổi gì.

    Chỉ có --contacts: nạp đầu mối cho các đơn vị đã có, như `tonghop contacts import`.

    Ví dụ: tonghop units import don-vi.csv --contacts dau-moi.csv

    Mã thoát: 0, 1 tệp có lỗi và không nạp gì, 3 máy chủ không trả lời.
    """

    async def act() -> tuple[int, int]:
        async with session.connected() as connections:
            registry = (await connections.reference.current()).registry
            decided = await ReformStore(connections.reference, connections.database, connections.clock).decided(registry)
            stored = registry.units
            default = [] if contacts is not None and stored else UNIT_FILES
            read = unit_files.read_units(files or default, stored, decided)
            named = unit_files.read_contacts(contacts, [*stored, *read]) if contacts is not None else {}
            units = {unit.id for unit in read} | named.keys()
            given = recording.files([*(files or default), *([contacts] if contacts is not None else [])])

            def record(changed: int) -> Act | None:
                return recording.act("units.imported", files=given, read=len(units), changed=changed) if changed else None

            with session.notes.status(f"Nạp {numbers.vietnamese(len(units))} đơn vị …"):
                return len(units), await connections.reference.put_units(read, named, record)

    read, changed = session.run(act)
    if as_json:
        session.say_json({"units": read, "changed": changed})
    else:
        session.console.print(f"Đơn vị: đọc {numbers.vietnamese(read)}, {session.changed(changed)}.")
