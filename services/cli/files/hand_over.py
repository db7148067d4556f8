"""The folder in which credentials are handed over: one file for each unit, and a sheet to print and sign, on which there is no secret."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from typing import Final

from shared.words.failures import ConfigurationError
from shared.words.refusals import refusal

SHEET: Final = "phieu-ban-giao.html"
PRIVATE: Final = 0o077  # rights that nobody but the owner may have
STYLE: Final = (
    "body{font:12pt/1.4 serif;margin:2cm}h1{font-size:15pt;text-align:center}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #000;padding:4px 6px;text-align:left;vertical-align:top}thead{display:table-header-group}"
    "tr{break-inside:avoid}.ky{min-width:4cm;height:1.4cm}@page{size:A4 landscape}"
)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What one unit or receiver gets. `text` says how to use it, with the key; `numbers` are the ids of the credentials, no secrets."""

    id: str
    code: str
    name: str
    text: str
    nats_creds: str | None
    numbers: Sequence[str]


def prepare(folder: Path, ids: Iterable[str]) -> None:
    """Makes the folder, for its owner alone. Raises ConfigurationError if it cannot be written to, if others may read it, or if a file is
    there already.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigurationError(refusal("credentials.not_written", file=[str(folder)])) from error
    if folder.stat().st_mode & PRIVATE:
        raise ConfigurationError(refusal("credentials.folder_is_open", folder=[str(folder)]))
    names = [SHEET, *(name for unit_id in ids for name in (f"{unit_id}.txt", f"{unit_id}.creds"))]
    if there := [str(folder / name) for name in names if (folder / name).exists()]:
        raise ConfigurationError(refusal("credentials.file_exists", files=there[:10]))


def write(folder: Path, given: Iterable[HandedOver]) -> None:
    """Writes the files of units and receivers."""
    for unit in given:
        _write(folder / f"{unit.id}.txt", f"{_heading(unit)}\n\n{unit.text}")
        if unit.nats_creds is not None:
            _write(folder / f"{unit.id}.creds", unit.nats_creds)


def write_sheet(folder: Path, given: Iterable[HandedOver], today: date, expires: date) -> None:
    """Writes the sheet for all of them."""
    rows = "\n".join(
        f"<tr><td>{number}</td><td>{escape(unit.code)}</td><td>{escape(unit.name)}<br><small>{escape(unit.id)}</small></td>"
        f"<td>{_kinds(unit)}<br><small>số {escape(', '.join(unit.numbers))}</small></td>"
        f'<td class="ky"></td><td class="ky"></td><td class="ky"></td></tr>'
        for number, unit in enumerate(given, 1)
    )
    _write(
        folder / SHEET,
        f"""<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>Phiếu bàn giao khóa truy cập</title><style>{STYLE}</style></head><body>
<h1>PHIẾU BÀN GIAO KHÓA TRUY CẬP</h1>
<p>Ngày cấp: {today:%d/%m/%Y}. Có hiệu lực đến hết ngày {expires:%d/%m/%Y}. Phiếu này không ghi khóa.
Đơn vị nhận giữ kín tệp được giao; nếu nghi bị lộ, báo ngay cho cơ quan cấp để thu hồi.</p>
<table><thead><tr><th>STT</th><th>Mã</th><th>Đơn vị</th><th>Đã cấp</th>
<th>Người nhận, điện thoại</th><th>Ngày nhận</th><th>Ký nhận</th></tr></thead>
<tbody>
{rows}
</tbody></table>
<p>Người bàn giao (ký, ghi rõ họ tên):</p>
</body></html>
""",
    )


def _heading(unit: HandedOver) -> str:
    """A receiver has a name alone."""
    return unit.id if unit.code == unit.name else f"{unit.name} (mã {unit.code}, mã định danh {unit.id})"


def _kinds(unit: HandedOver) -> str:
    return "Khóa truy cập HTTP" + ("" if unit.nats_creds is None else "; chứng thư NATS")


def _write(file: Path, text: str) -> None:
    """Writes a new file that only its owner can read; an unfinished one is removed. Raises ConfigurationError."""
    try:
        file.touch(0o600, exist_ok=False)
        try:
            file.write_text(text, encoding="utf-8")
        except OSError:
            file.unlink()
            raise
    except OSError as error:
        raise ConfigurationError(refusal("credentials.not_written", file=[str(file)])) from error
