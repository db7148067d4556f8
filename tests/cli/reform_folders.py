"""A small tree with the codes of Lạng Sơn, and the folder of a reform of it, of which a test changes single lines."""

from collections.abc import Mapping
from pathlib import Path

from services.cli.files import reform_check, reform_files
from services.cli.files.faults import FaultsError
from services.cli.files.reform_check import Checked
from services.cli.files.reform_files import Known
from shared.words.units import Registry
from tests.reform_builders import unit

Edits = Mapping[str, Mapping[int, str] | str | bytes | None]
"""By file: new texts of lines (a line far below the others is appended), or the whole file; None: no such file."""
FILES = {
    "reform.yaml": """id: "2025-07-01"
title: "Sắp xếp"
valid_from: 2025-07-01
legal_basis:
  - {number: "202/2025/QH15", day: 2025-06-12}
""",
    "units.csv": """code,name,level,kind,parent
20,Tỉnh Lạng Sơn,province,peoples_committee,
06253,Xã Văn Quan,commune,peoples_committee,20
06268,Xã Điềm He,commune,peoples_committee,20
06211,Xã Đồng Đăng,commune,peoples_committee,20
06214,Phường Kỳ Lừa,commune,peoples_committee,20
""",
    "lineage.csv": """old,new,share,weight,basis,heir,note
06253,06253,whole,,,x,
06256,06253,whole,,,x,
06268,06268,part,1180,declared,,
06268,06211,part,2640,declared,x,
06211,06211,whole,,,x,
06214,06214,whole,,,x,
184,20,none,,,x,
185,20,none,,,x,
""",
    "areas.csv": """area,name,member
184-VQ,Địa bàn huyện Văn Quan (cũ),06253
184-VQ,Địa bàn huyện Văn Quan (cũ),06268
""",
    "contacts.csv": """unit,name,phone,email
06253,Văn phòng,0200 000 001,06253@bao-cao.example
""",
}


def tree() -> Registry:
    """Province 20 with the districts 184 and 185, their communes and an office, province 44 with an office."""
    return Registry(
        [
            unit("20", level="province", name="Tỉnh Lạng Sơn"),
            unit("184", "20", "district", name="Huyện Văn Quan"),
            unit("185", "20", "district", name="Huyện Cao Lộc"),
            unit("06253", "184", name="Thị trấn Văn Quan"),
            unit("06256", "184", name="Xã Trấn Ninh"),
            unit("06268", "184", name="Xã Liên Hội"),
            unit("06211", "185", name="Thị trấn Đồng Đăng"),
            unit("06214", "185", name="Phường Kỳ Lừa"),
            unit("20-STC", "20", "province", "office", "Sở Tài chính"),
            unit("44", level="province", name="Tỉnh Quảng Bình"),
            unit("44-SYT", "44", "province", "office", "Sở Y tế"),
        ]
    )


def write(folder: Path, edits: Edits | None = None) -> Path:
    """The folder with the reform's files, edited."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES.keys() | (edits or {}).keys():
        edit = (edits or {}).get(name, {})
        if isinstance(edit, str | bytes):
            (folder / name).write_bytes(edit if isinstance(edit, bytes) else edit.encode())
        elif edit is not None:
            lines = {**dict(enumerate(FILES[name].splitlines(), 1)), **edit}
            text = "".join(f"{lines[number]}\n" for number in sorted(lines))
            (folder / name).write_text(text, encoding="utf-8")
    return folder


def check(folder: Path, known: Known | None = None) -> Checked:
    """The checked reform of a folder; the units are those of `tree`."""
    return reform_check.check(reform_files.read(folder), known or Known(tree()))


def faults(folder: Path, known: Known | None = None) -> list[tuple[str, str, int | None]]:
    """Code, file and line of each fault."""
    try:
        check(folder, known)
    except FaultsError as error:
        return [(fault.refusal.code, fault.file.name, fault.line) for fault in error.faults]
    return []
