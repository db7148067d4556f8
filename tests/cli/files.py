"""Files of units and regimes as tests write them."""

from pathlib import Path

from services.cli.files import unit_files
from shared.words.units import Contact, Unit

HEADER = "code,name,level,kind,parent,valid_from,valid_to"
PROVINCE = "20,Tỉnh Lạng Sơn,province,peoples_committee,,2024-01-01,"
DISTRICT = "184,Huyện Văn Quan,district,peoples_committee,20,2024-01-01,"
COMMUNE = "06253,Thị trấn Văn Quan,commune,peoples_committee,184,2024-01-01,"


def csv(folder: Path, *lines: str, header: str = HEADER, name: str = "units.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


REGIME = """id: thu
title: Thử
legal_basis: []
periods: ["2024"]
recipient: "20"
calendar: report_year
reporters:
  huyen: {label: Huyện, level: district}
obligation:
  deadlines:
    huyen: {before: "12-20"}
indicators:
  - code: so
    label: Số
    kind: quantity
    decimals: 2
  - code: co
    label: Có
    kind: flag
"""
DERIVED = 'id: dan-xuat\ntitle: Dẫn xuất\nlegal_basis: []\nrecipient: "20"\nderived_from: thu\nderived_groups: [huyen]\n'


def units(folder: Path, *lines: str, stored: list[Unit] | None = None) -> list[Unit]:
    return unit_files.read_units([csv(folder, *lines)], stored or [])


def contacts(folder: Path, *lines: str) -> dict[str, tuple[Contact, ...]]:
    read = units(folder, PROVINCE, DISTRICT)
    return unit_files.read_contacts(csv(folder, *lines, header="unit,name,phone,email", name="contacts.csv"), read)


def regime(folder: Path, text: str = REGIME, name: str = "thu.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
