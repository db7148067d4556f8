"""The documents as LibreOffice makes them: rendered to text and pictures by poppler, and held against Nghị định 30/2020/NĐ-CP."""

import asyncio
import itertools
import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Final

import pytest

from services.portal.domain.document_fields import BanSao, BaoCao, Dong, DonVi, ThuyetMinh
from services.portal.office import making, template_files
from services.portal.office.processes import Limits
from shared.words.failures import PermanentError
from tests.office.conftest import Desk
from tests.portal import builders, documents

pytestmark = [pytest.mark.asyncio(loop_scope="session")]

PATH: Final = f"/bang/{builders.CT27}/2024/184"
LETTERS: Final = "".join(
    unicodedata.normalize("NFC", letter + tone)
    for letter, tone in itertools.product("aăâeêioôơuưyAĂÂEÊIOÔƠUƯY", ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"))
)
ALL: Final = "".join(letter for letter in LETTERS if not letter.isascii()) + "đĐ"


def poppler(program: str, *arguments: str) -> str:
    return subprocess.run([program, *arguments], check=True, capture_output=True, timeout=60).stdout.decode()


def text(pdf: Path, page: int | None = None) -> str:
    pages = () if page is None else ("-f", str(page), "-l", str(page))
    return poppler("pdftotext", "-layout", *pages, str(pdf), "-")


async def downloaded(desk: Desk, path: str, folder: Path) -> Path:
    """The file behind an address, once it is made."""
    answer = await desk.http.get(path)
    if answer.status_code == 303:
        page = answer.headers["location"]
        for _ in range(600):
            shown = await desk.http.get(page)
            if "http-equiv" not in shown.text:
                break
            await asyncio.sleep(0.2)
        answer = await desk.http.get(f"{page}/tai-ve")
        assert answer.status_code == 200, shown.text
    assert answer.status_code == 200, answer.text
    written = folder / "x.pdf"
    written.write_bytes(answer.content)
    return written


async def test_the_report_as_pdf(tmp_path: Path) -> None:
    assert len(ALL) == 134
    given = documents.known(texts={"ket_qua": f"{documents.HOSTILE}\nBảng chữ: {ALL}", "kho_khan": "Một đoạn. " * 40})
    pdf = tmp_path / "x.pdf"
    pdf.write_bytes(await making.to_pdf(documents.document(given)))
    first, second = text(pdf, 1), text(pdf, 2)
    lines = [line.strip() for line in first.splitlines() if line.strip()]
    assert re.search(r"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM$", lines[0])  # on one line
    assert lines[1].endswith("Độc lập - Tự do - Hạnh phúc")
    assert lines[2].startswith("Số:")
    assert lines[2].endswith("Văn Quan, ngày 05 tháng 12 năm 2026")
    assert not re.search(r"^\s*1\s*$", first, re.MULTILINE)
    assert number(second) == "2"
    whole = unicodedata.normalize("NFC", text(pdf))
    assert not [letter for letter in ALL if letter not in whole]
    assert "<script>alert(1)</script>" in whole
    info = poppler("pdfinfo", str(pdf))
    assert re.search(r"Page size:\s+595\.\d+ x 84[12](\.\d+)? pts \(A4\)", info)
    fonts = poppler("pdffonts", str(pdf)).splitlines()[2:]
    assert fonts
    for font in fonts:
        assert "LiberationSerif" in font or "TimesNewRoman" in font, font
        assert re.search(r"\byes yes (yes|no)\b", font), font  # embedded, as a subset
    pages = text(pdf).split("\f")
    appendix = next((place for place, page in enumerate(pages) if "BIỂU SỐ LIỆU TỔNG HỢP" in page), 0)
    assert appendix
    assert not re.search(r"^\s*\d+\s*$", pages[appendix].split("BIỂU")[0], re.MULTILINE)
    assert number(pages[appendix + 1]) == "2"  # numbers of its own
    assert "Chỉ tiêu" in pages[appendix + 1]  # the header row repeats
    _nothing_runs_out(pdf)


def number(page: str) -> str:
    """The first line of a page."""
    return next(line.strip() for line in page.splitlines() if line.strip())


def _nothing_runs_out(pdf: Path) -> None:
    """There is no ink in the outer 11 mm of any page's right margin."""
    poppler("pdftoppm", "-r", "40", "-gray", str(pdf), str(pdf.parent / "page"))
    for page in sorted(pdf.parent.glob("page*.pgm")):
        size, _, pixels = page.read_bytes().split(b"\n", 3)[1:]
        width = int(size.split()[0])
        right = [pixels[row + column] for row in range(0, len(pixels), width) for column in range(width - 18, width)]
        assert min(right) > 200, page.name


async def test_the_report_and_the_book_come_from_the_background(desk: Desk, tmp_path: Path) -> None:
    report = await downloaded(desk, f"{PATH}.pdf", tmp_path)
    assert "BIỂU SỐ LIỆU TỔNG HỢP" in text(report)
    book = await downloaded(desk, f"{PATH}.sach.pdf", tmp_path)
    contents = text(book, 2)
    rows = re.findall(r"^\s*(\d+)\s+(\S.*?)\s{2,}(?:đúng hạn|muộn)\s+(\d+)\s*$", contents, re.MULTILINE)
    assert len(rows) == 13
    for _, unit, page in rows:
        shown = text(book, 2 + int(page))
        assert unit in shown
        assert number(shown) == page  # also on the first page
    assert "Chưa nộp: " in contents


async def test_a_copy_of_what_was_sent_has_receipt_time_and_hash(desk: Desk, tmp_path: Path) -> None:
    event = "submitted-0001-06253"
    copy = await downloaded(desk, f"/bieu-mau/{builders.CT27}/2024/06253/bien-nhan/{event}.pdf", tmp_path)
    shown = text(copy)
    for part in (
        "BẢN SAO BÁO CÁO ĐÃ GỬI",
        "Thị trấn Văn Quan",
        f"Số biên nhận: {event}",
        "10/12/2024 09:30",
        "đúng hạn",
        "lần 1, đang tính",
    ):
        assert part in shown, part
    assert re.search(r"SHA-256: [0-9a-f]{64}\n", shown)
    other = await desk.http.get(f"/bieu-mau/{builders.CT27}/2024/06253/bien-nhan/{'0' * 32}.pdf")
    page = other.headers["location"]
    for _ in range(100):
        gone = await desk.http.get(page)
        if "http-equiv" not in gone.text:
            break
        await asyncio.sleep(0.1)
    assert "Không tạo được" in gone.text


async def test_libreoffice_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(making, "office", lambda: str(slow))
    monkeypatch.setattr(making, "CONVERTING", Limits(wall_s=0.5, cpu_s=5, memory_mib=512))
    with pytest.raises(PermanentError, match=r"document\.too_long"):
        await making.to_pdf(b"")


async def test_many_reports_are_one_document() -> None:
    report = BaoCao("1", "Xã " + "dài " * 60, "1", "lần 1", "", "", "", "", [], [], [])
    template = template_files.found("none", "x", template_files.COPY)
    pdf = await making.to_pdf(await making.fill(template, BanSao("BÁO CÁO", "Chế độ", "kỳ", "", [report] * 5), 7))
    assert len((await making.outline(pdf)).headings) == 5


async def test_a_copy_lists_the_files_of_the_report(desk: Desk, tmp_path: Path) -> None:
    files = [
        {"name": "Báo cáo có dấu.pdf", "media_type": "application/pdf", "size": 1_234_567, "sha256": "0a" * 32, "ref": "r" * 43},
        {"name": "Ảnh {{ 1 + 1 }} & <b>.jpg", "media_type": "image/jpeg", "size": 45_000, "sha256": "1b" * 32, "ref": "s" * 43},
    ]
    report = builders.report(event_id="with-files-06253", attachments=files)
    await desk.stack.put(reports=[report])
    copy = await downloaded(desk, f"/bieu-mau/{builders.CT27}/2024/06253/bien-nhan/with-files-06253.pdf", tmp_path)
    shown = unicodedata.normalize("NFC", " ".join(text(copy).split()))
    assert "Tệp đính kèm - Báo cáo có dấu.pdf (PDF, 1,2 MB), SHA-256: " + "0a" * 32 in shown
    assert "- Ảnh {{ 1 + 1 }} & <b>.jpg (JPEG, 45 KB), SHA-256: " + "1b" * 32 in shown
    assert "r" * 43 not in shown


def usual(notes: int) -> BaoCao:
    """A report of 15 figures in 10 groups and four short texts, as most are, and notes."""
    rows = [Dong(True, "", f"{group}. Nhóm chỉ tiêu") for group in range(10)]
    rows += [Dong(False, str(place), f"Chỉ tiêu số {place} của báo cáo", "hộ", "1.234 / 5.678", "21,7 %") for place in range(15)]
    texts = [ThuyetMinh(title, [DonVi("", "", ["Không nêu."])]) for title in ("Kết quả", "Khó khăn", "Kiến nghị", "Bài học")]
    return BaoCao("1", "Xã Minh Hóa", "18901", "lần 1", "28/11/2026 04:26", "đúng hạn", "", "", rows, texts, ["Ghi chú"] * notes)


async def pages_of(*reports: BaoCao, folder: Path) -> list[str]:
    template = template_files.found("none", "x", template_files.COPY)
    pdf = folder / "copies.pdf"
    title = "Báo cáo hằng năm thực hiện Nghị quyết số 68/NQ-CP và Chương trình hành động số 35-CTr/TU về chính sách xã hội, tỉnh Quảng Bình"
    given = BanSao("BÁO CÁO", title, "năm 2026 (21/11/2025 – 20/11/2026)", "28/11/2026 04:26", list(reports))
    pdf.write_bytes(await making.to_pdf(await making.fill(template, given, 1)))
    return text(pdf).split("\f")[:-1]


async def test_a_usual_report_of_a_book_is_one_page(tmp_path: Path) -> None:
    pages = await pages_of(*[usual(0)] * 4, folder=tmp_path)
    assert len(pages) == 4
    assert all("BÁO CÁO" in page and "Bài học" in page for page in pages)


async def test_no_page_is_empty_however_full_the_last_page_of_a_report_is(tmp_path: Path) -> None:
    pages = await pages_of(*(usual(notes) for notes in range(16)), folder=tmp_path)
    assert sum("BÁO CÁO" in page for page in pages) == 16
    assert [page for page in pages if len([line for line in page.splitlines() if line.strip()]) < 2] == []
