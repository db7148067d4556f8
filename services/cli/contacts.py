"""`tonghop contacts list|import|remove`: manages the people who receive reminders for each unit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from services.cli import recording, session
from services.cli.data import AsJson
from services.cli.files import unit_files
from shared.shell.service import Connections
from shared.words import numbers
from shared.words.audit import Act
from shared.words.refusals import refusal
from shared.words.units import Contact, Unit

contacts = typer.Typer(help="Đầu mối liên hệ của đơn vị: ai nhận thư nhắc.", no_args_is_help=True)

UnitCodes = Annotated[list[str], typer.Argument(metavar="MÃ", help="Mã đơn vị.")]


@contacts.command("list")
def list_contacts(
    units: Annotated[list[str] | None, typer.Argument(metavar="MÃ", help="Mã đơn vị; mặc định: mọi đơn vị có đầu mối.")] = None,
    as_json: AsJson = False,
) -> None:
    """Liệt kê đầu mối của các đơn vị được nêu, hoặc của mọi đơn vị có đầu mối. Không ghi gì.

    Ví dụ: tonghop contacts list 06253 184-TP

    Mã thoát: 0, 2 không có đơn vị được nêu, 3 máy chủ không trả lời.
    """

    async def act() -> list[Unit]:
        async with session.connected() as connections:
            known = [rows[-1] for rows in (await connections.reference.current()).registry.ids.values()]
            return await _named(connections, units) if units else [unit for unit in known if unit.contacts]

    found = sorted(session.run(act), key=lambda unit: unit.code)
    if as_json:
        session.say_json({"contacts": [_entry(unit, contact) for unit in found for contact in unit.contacts]})
        return
    table = Table("Mã", "Đơn vị", "Người nhận", "Điện thoại", "Thư điện tử")
    for unit in found:
        for contact in unit.contacts or (Contact(name="chưa có đầu mối"),):
            table.add_row(unit.code, unit.name, contact.name, contact.phone, contact.email)
    session.console.print(table if found else "Chưa đơn vị nào có đầu mối: `tonghop contacts import TỆP`.")


@contacts.command("import")
def import_contacts(
    path: Annotated[Path, typer.Argument(metavar="TỆP", help="Tệp CSV: unit,name,phone,email.")],
    as_json: AsJson = False,
) -> None:
    """Nạp đầu mối cho các đơn vị đã có trong danh mục. Tệp là toàn bộ đầu mối của những đơn vị mà nó nêu.

    Ví dụ: tonghop contacts import dau-moi.csv

    Mã thoát: 0, 1 tệp có lỗi và không nạp gì, 3 máy chủ không trả lời.
    """

    async def act() -> tuple[int, int]:
        async with session.connected() as connections:
            known = (await connections.reference.current()).registry.units
            read = unit_files.read_contacts(path, known)

            def record(changed: int) -> Act | None:
                found = recording.files([path])
                return recording.act("contacts.imported", files=found, read=len(read), changed=changed) if changed else None

            return len(read), await connections.reference.put_units([], read, record)

    read, changed = session.run(act)
    if as_json:
        session.say_json({"units": read, "changed": changed})
    else:
        session.console.print(f"Đầu mối: đọc {numbers.vietnamese(read)} đơn vị, {session.changed(changed)}.")


@contacts.command("remove")
def remove_contacts(
    units: UnitCodes,
    email: Annotated[str | None, typer.Option(metavar="ĐỊA CHỈ", help="Chỉ bỏ đầu mối có địa chỉ này; mặc định: mọi đầu mối.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bỏ đầu mối của các đơn vị được nêu; các đầu mối này không nhận thư nhắc nữa.

    Ví dụ: tonghop contacts remove 06253 --email can-bo-cu@xa.gov.vn

    Mã thoát: 0 đã bỏ hoặc không có gì để bỏ, 2 không có đơn vị được nêu, 3 máy chủ không trả lời.
    """

    async def act() -> list[dict[str, str]]:
        async with session.connected() as connections:
            found = await _named(connections, units)
            gone = [(unit, contact) for unit in found for contact in unit.contacts if email in (None, contact.email)]
            left = {unit.id: [contact for contact in unit.contacts if email not in (None, contact.email)] for unit in found}

            def record(changed: int) -> Act | None:
                return recording.act("contacts.removed", units=recording.named(left), changed=changed) if changed else None

            await connections.reference.put_units([], left, record)
            return [_entry(unit, contact) for unit, contact in gone]

    removed = session.run(act)
    if as_json:
        session.say_json({"removed": removed})
    elif removed:
        session.console.print(f"Đã bỏ {numbers.vietnamese(len(removed))} đầu mối.")
    else:
        session.console.print("Không có đầu mối như vậy: không có gì thay đổi.")


async def _named(connections: Connections, codes: Sequence[str]) -> list[Unit]:
    """The units with these codes or ids, without repeats. Ends the command when a code or id is unknown."""
    units = (await connections.reference.current()).registry.units
    by_name = unit_files.by_name(units)
    if unknown := [code for code in codes if code not in by_name]:
        session.stop(session.WRONG_USE, refusal("cli.unknown_unit", units=[f"“{code}”" for code in unknown]))
    return list({by_name[code].id: by_name[code] for code in codes}.values())


def _entry(unit: Unit, contact: Contact) -> dict[str, Any]:
    return {"unit": unit.code, "unit_name": unit.name, "name": contact.name, "phone": contact.phone, "email": contact.email}
