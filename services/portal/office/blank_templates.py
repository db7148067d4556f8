"""Makes the templates that the product ships: `python -m services.portal.office.blank_templates`. A test holds the files against this.

Agencies edit copies in Word (`tonghop templates export`); docs/operations.md names the fields.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import docx
from docx.document import Document as Docx
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.text.paragraph import Paragraph

from services.portal.domain import text_width
from services.portal.office import drawing
from services.portal.office.drawing import Look
from services.portal.office.template_files import BOOK_FRONT, COPY, GENERAL, PARTY
from shared.plumbing import data_files

LEFT_MM, RIGHT_MM = 72.0, 93.0  # Quốc hiệu at 12 pt is 88 mm wide, and must not break; most names of offices fit on one line
TEXT_MM: Final = LEFT_MM + RIGHT_MM
MOTTO: Final = "Độc lập - Tự do - Hạnh phúc"
FIGURES: Final = (
    ("TT", "tt", 12.0, "Ô giữa"),
    ("Chỉ tiêu", "ten", 36.0, "Ô"),
    ("Đơn vị tính", "dvt", 15.0, "Ô giữa"),
    ("Kế hoạch", "ke_hoach", 18.0, "Ô số"),
    ("Thực hiện", "thuc_hien", 24.0, "Ô số"),
    ("Tỷ lệ", "ty_le", 15.0, "Ô số"),
    ("Cùng kỳ năm trước", "cung_ky", 24.0, "Ô số"),
    ("So với cùng kỳ", "so_sanh", 21.0, "Ô số"),
)
OWN_FIGURES: Final = (
    ("TT", "tt", 10.0, "Ô giữa"),
    ("Chỉ tiêu", "ten", 77.0, "Ô"),
    ("Đơn vị tính", "dvt", 24.0, "Ô giữa"),
    ("Giá trị", "thuc_hien", 34.0, "Ô số"),
    ("Tỷ lệ", "ty_le", 20.0, "Ô số"),
)
MISSING: Final = (
    ("TT", "tt", 10.0, "Ô giữa"),
    ("Đơn vị", "ten", 67.0, "Ô"),
    ("Mã", "ma", 24.0, "Ô giữa"),
    ("Tình trạng", "tinh_trang", 30.0, "Ô"),
    ("Hạn nộp", "han", 34.0, "Ô"),
)
CONTENTS: Final = (
    ("TT", "tt", 12.0, "Ô giữa"),
    ("Đơn vị", "ten", 95.0, "Ô"),
    ("Tình trạng", "tinh_trang", 38.0, "Ô"),
    ("Trang", "trang", 20.0, "Ô giữa"),
)


def general() -> Docx:
    """The consolidated report in the form of Nghị định 30/2020/NĐ-CP."""
    document = _new()
    _state_head(document)
    _body(document)
    _signature(document)
    _appendices(document)
    return document


def party() -> Docx:
    """The consolidated report of a Party body: without Quốc hiệu and Tiêu ngữ, for their form is another one."""
    document = _new()
    _add(document, "{{ ten_co_quan|upper }}", "Cơ quan ban hành").alignment = WD_ALIGN_PARAGRAPH.LEFT
    _add(document, "Số:         -BC", "Số ký hiệu").alignment = WD_ALIGN_PARAGRAPH.LEFT
    _add(document, "{{ dia_danh }}, {{ ngay_ban_hanh }}", "Địa danh ngày tháng").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _body(document)
    _signature(document)
    _appendices(document)
    return document


def copy() -> Docx:
    """Copies of units' reports, each on a page of its own; small enough that a usual report is one page, and not one page and a few lines.

    A title begins the page. A page break between two copies would stand alone on a page whenever the one before it fills its last page.
    """
    document = _new()
    _add(document, "{%p for b in bao_cao %}", "Dòng")
    _add(document, "{%p if loop.first %}", "Dòng")
    _add(document, "{{ tieu_de }}", "Tên bản sao")
    _add(document, "{%p else %}", "Dòng")
    _add(document, "{{ tieu_de }}", "Tên bản sao").paragraph_format.page_break_before = True
    _add(document, "{%p endif %}", "Dòng")
    _add(document, "{{ b.ten }}", "Đơn vị báo cáo")
    _add(document, "{{ ten_che_do }}", "Chế độ bản sao")
    _add(document, "{{ ky_bao_cao }}", "Giữa nghiêng")
    _add(document, "Mã đơn vị: {{ b.ma }}. Lần nộp: {{ b.lan }}.", "Dòng")
    _add(document, "Hệ thống nhận lúc: {{ b.nhan_luc }}. Tình trạng: {{ b.tinh_trang }}.", "Dòng")
    for label, name in (("Số biên nhận", "bien_nhan"), ("SHA-256", "ma_bam")):
        _add(document, f"{{%p if b.{name} %}}", "Dòng")
        _add(document, f"{label}: {{{{ b.{name} }}}}", "Dòng")
        _add(document, "{%p endif %}", "Dòng")
    _add(document, "1. Số liệu", "Khoản bản sao")
    _rows(document, OWN_FIGURES, "b.so_lieu", has_sections=True)
    _add(document, "{%p for n in b.thuyet_minh %}", "Dòng")
    _add(document, "{{ loop.index + 1 }}. {{ n.ten }}", "Khoản bản sao")
    _add(document, "{%p for u in n.don_vi %}", "Dòng")
    _add(document, "{%p for d in u.doan %}", "Dòng")
    _add(document, "{{ d }}", "Đoạn bản sao")
    for _ in range(3):
        _add(document, "{%p endfor %}", "Dòng")
    for title, name, one in (("Ghi chú", "ghi_chu", "g"), ("Tệp đính kèm", "dinh_kem", "t")):
        _add(document, f"{{%p if b.{name} %}}", "Dòng")
        _add(document, title, "Khoản bản sao")
        _add(document, f"{{%p for {one} in b.{name} %}}", "Dòng")
        _add(document, f"- {{{{ {one} }}}}", "Dòng")
        _add(document, "{%p endfor %}", "Dòng")
        _add(document, "{%p endif %}", "Dòng")
    _add(document, "{%p endfor %}", "Dòng")
    _add(document, "Xuất từ hệ thống Tổng Hợp lúc {{ xuat_luc }}.", "Nơi nhận mục")
    return document


def book_front() -> Docx:
    """Cover and contents of a book, without page numbers: those of the reports begin with 1."""
    document = _new(has_numbers=False)
    for _ in range(8):
        _add(document, "", "Đoạn")
    _add(document, "TẬP BÁO CÁO", "Tên bìa")
    _add(document, "{{ ten_che_do }}", "Trích yếu")
    _add(document, "{{ ky_bao_cao }}", "Giữa nghiêng")
    _add(document, "{{ don_vi }}", "Đơn vị báo cáo")
    _add(document, "{{ da_nop }}/{{ phai_nop }} đơn vị đã nộp. {{ tinh_trang_so_lieu }}.", "Giữa nghiêng")
    _add(document, "Xuất từ hệ thống Tổng Hợp lúc {{ xuat_luc }}", "Giữa nghiêng")
    document.add_paragraph(style="Ô").add_run().add_break(WD_BREAK.PAGE)
    _add(document, "MỤC LỤC", "Tên mục lục")
    _rows(document, CONTENTS, "muc", has_sections=False)
    _add(document, "{%p if chua_nop %}", "Đoạn")
    _add(document, "", "Ô")
    _add(document, "Chưa nộp: {{ chua_nop|join(', ') }}.", "Đoạn")
    _add(document, "{%p endif %}", "Đoạn")
    return document


TEMPLATES: Final[Mapping[str, Callable[[], Docx]]] = {GENERAL: general, PARTY: party, COPY: copy, BOOK_FRONT: book_front}


def _new(*, has_numbers: bool = True) -> Docx:
    document = docx.Document()
    drawing.clean(document)
    body: Look = {"after": 6, "spacing": 1.15}
    styles: dict[str, Look] = {
        "Cơ quan chủ quản": {"size": 12, "align": "center"},
        "Cơ quan ban hành": {"size": 12, "bold": True, "align": "center"},
        "Quốc hiệu": {"size": 12, "bold": True, "align": "center"},
        "Tiêu ngữ": {"size": 13, "bold": True, "align": "center"},
        "Kẻ dưới cơ quan": {"size": 4, "before": 3},
        "Kẻ dưới tiêu ngữ": {"size": 4, "before": 3},
        "Kẻ dưới trích yếu": {"size": 8, "before": 4, "after": 6},
        "Số ký hiệu": {"size": 13, "align": "center"},
        "Địa danh ngày tháng": {"size": 13, "italic": True, "align": "center"},
        "Tên loại": {"bold": True, "align": "center", "before": 14, "keep_next": True},
        "Tên bìa": {"size": 20, "bold": True, "align": "center", "after": 18},
        "Trích yếu": {"bold": True, "align": "center", "keep_next": True},
        "Đơn vị báo cáo": {"bold": True, "align": "center", "before": 6, "after": 6, "level": 0},
        "Giữa nghiêng": {"size": 13, "italic": True, "align": "center", "after": 4},
        "Kính gửi": {"align": "center", "after": 6, "before": 4},
        "Kính gửi nhiều": {"align": "left", "first_mm": 45},
        "Căn cứ": {"italic": True, "align": "justify", "first_mm": 12.7, **body},
        "Đoạn": {"align": "justify", "first_mm": 12.7, **body},
        "Dòng": {"size": 12, "after": 2},
        "Mục": {"bold": True, "align": "justify", "first_mm": 12.7, "keep_next": True, **body},
        "Khoản": {"bold": True, "align": "justify", "first_mm": 12.7, "before": 4, "keep_next": True, **body},
        "Tên bản sao": {"bold": True, "align": "center", "keep_next": True},
        "Chế độ bản sao": {"size": 12, "bold": True, "align": "center", "keep_next": True},
        "Khoản bản sao": {"size": 12, "bold": True, "before": 4, "after": 2, "keep_next": True},
        "Đoạn bản sao": {"size": 12, "align": "justify", "after": 2},
        "Điểm": {"align": "justify", "first_mm": 12.7, **body},
        "Chức vụ": {"bold": True, "align": "center"},
        "Nơi nhận": {"size": 12, "bold": True, "italic": True},
        "Nơi nhận mục": {"size": 11},
        "Phụ lục": {"bold": True, "align": "center", "keep_next": True},
        "Tên phụ lục": {"bold": True, "align": "center", "keep_next": True},
        "Kèm theo": {"italic": True, "align": "center", "after": 6, "keep_next": True},
        "Trên bảng": {"size": 12, "italic": True, "align": "right", "after": 2, "keep_next": True},
        "Số trang": {"align": "center"},
        "Ô": {"size": 11, "before": 1, "after": 1},
        "Ô giữa": {"size": 11, "align": "center", "before": 1, "after": 1},
        "Ô số": {"size": 11, "align": "right", "before": 1, "after": 1},
        "Ô đầu": {"size": 11, "bold": True, "align": "center", "before": 1, "after": 1},
        "Tên mục lục": {"bold": True, "align": "center", "after": 8, "keep_next": True},
    }
    for name, look in styles.items():
        drawing.style(document, name, **look)
    section = document.sections[0]
    drawing.page(section)
    if has_numbers:
        drawing.number_pages(section, "Số trang")
    return document


def _add(document: Docx, text: str, style: str) -> Paragraph:
    return document.add_paragraph(text, style=style)


def _state_head(document: Docx) -> None:
    """Agencies on the left, Quốc hiệu and Tiêu ngữ on the right; below them the number, and place and date."""
    head = drawing.table(document, [LEFT_MM, RIGHT_MM], 2, ruled_cells=False)
    left, right = head.rows[0].cells
    left.paragraphs[0].style = "Cơ quan chủ quản"
    left.paragraphs[0].add_run("{%p if co_quan_chu_quan %}")
    for text, style in (
        ("{{ co_quan_chu_quan }}", "Cơ quan chủ quản"),
        ("{%p endif %}", "Cơ quan chủ quản"),
        ("{%p for d in co_quan_ban_hanh %}", "Cơ quan ban hành"),
        ("{{ d }}", "Cơ quan ban hành"),
        ("{%p endfor %}", "Cơ quan ban hành"),
    ):
        left.add_paragraph(text, style)
    drawing.ruled(left.add_paragraph(style="Kẻ dưới cơ quan"), LEFT_MM * 0.33, LEFT_MM * 0.33)
    right.paragraphs[0].style = "Quốc hiệu"
    right.paragraphs[0].add_run("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    right.add_paragraph(MOTTO, "Tiêu ngữ")
    side = (RIGHT_MM - text_width.width_mm(MOTTO, 13) * 1.02) / 2
    drawing.ruled(right.add_paragraph(style="Kẻ dưới tiêu ngữ"), side, side)
    number, date = head.rows[1].cells
    drawing.fill(number, "Số:         /{{ ky_hieu }}", "Số ký hiệu")
    drawing.fill(date, "{{ dia_danh }}, {{ ngay_ban_hanh }}", "Địa danh ngày tháng")


def _body(document: Docx) -> None:
    _add(document, "BÁO CÁO", "Tên loại")
    _add(document, "{{ trich_yeu }}", "Trích yếu")
    drawing.ruled(_add(document, "", "Kẻ dưới trích yếu"), TEXT_MM * 0.36, TEXT_MM * 0.36)
    _addressees(document)
    for text, style in (
        ("{%p for c in can_cu %}", "Căn cứ"),
        ("{{ c }}", "Căn cứ"),
        ("{%p endfor %}", "Căn cứ"),
        ("{{ mo_dau }}", "Đoạn"),
        ("I. KẾT QUẢ THỰC HIỆN", "Mục"),
        ("1. Tình hình nộp báo cáo", "Khoản"),
        ("{{ tinh_hinh }}", "Đoạn"),
        ("{%p if chot %}", "Đoạn"),
        ("{{ chot }}", "Đoạn"),
        ("{%p endif %}", "Đoạn"),
        ("{%p for n in nhom %}", "Đoạn"),
        ("{{ n.so }}. {{ n.ten }}", "Khoản"),
        ("{%p for c in n.chi_tieu %}", "Đoạn"),
        ("{{ c.chu }} {{ c.noi_dung }}", "Điểm"),
        ("{%p endfor %}", "Đoạn"),
        ("{%p endfor %}", "Đoạn"),
        ("Số liệu chi tiết tại {{ phu_luc_so_lieu }} kèm theo. {{ ghi_chu_cung_ky }}", "Đoạn"),
    ):
        _add(document, text, style)
    _narratives(document, "ket_qua", "{{ so_muc_thuyet_minh }}. {{ n.ten }} theo báo cáo của các đơn vị")
    for number, title, name in (
        ("II", "KHÓ KHĂN, VƯỚNG MẮC, TỒN TẠI, NGUYÊN NHÂN", "kho_khan"),
        ("III", "PHƯƠNG HƯỚNG, NHIỆM VỤ KỲ TỚI", "phuong_huong"),
        ("IV", "KIẾN NGHỊ, ĐỀ XUẤT", "kien_nghi"),
    ):
        _add(document, f"{number}. {title}", "Mục")
        _add(document, f"{{%p if not {name} %}}", "Đoạn")
        _add(document, "…………………………………………………………………", "Đoạn")
        _add(document, "{%p endif %}", "Đoạn")
        _narratives(document, name, "{{ loop.index }}. {{ n.ten }}")
    _add(document, "{{ cau_ket }}./.", "Đoạn").paragraph_format.keep_with_next = True  # no page with a signature alone


def _addressees(document: Docx) -> None:
    for text, style in (
        ("{%p if kinh_gui|length == 1 %}", "Kính gửi"),
        ("Kính gửi: {{ kinh_gui[0] }}", "Kính gửi"),
        ("{%p elif kinh_gui %}", "Kính gửi"),
        ("Kính gửi:", "Kính gửi nhiều"),
        ("{%p for k in kinh_gui %}", "Kính gửi nhiều"),
        ("- {{ k }}{{ '.' if loop.last else ';' }}", "Kính gửi nhiều"),
        ("{%p endfor %}", "Kính gửi nhiều"),
        ("{%p else %}", "Kính gửi"),
        ("Kính gửi: …………………………………………", "Kính gửi"),
        ("{%p endif %}", "Kính gửi"),
    ):
        _add(document, text, style)


def _narratives(document: Docx, name: str, title: str) -> None:
    """The texts of all units under each heading of a part."""
    for text, style in (
        (f"{{%p for n in {name} %}}", "Đoạn"),
        (title, "Khoản"),
        ("{%p if not n.don_vi %}", "Đoạn"),
        ("Các đơn vị không nêu nội dung này.", "Đoạn"),
        ("{%p endif %}", "Đoạn"),
        ("{%p for u in n.don_vi %}", "Đoạn"),
        ("{%p for d in u.doan %}", "Đoạn"),
        ("{% if loop.first %}{{ u.chu }} {{ u.ten }}: {% endif %}{{ d }}", "Điểm"),
        ("{%p endfor %}", "Đoạn"),
        ("{%p endfor %}", "Đoạn"),
        ("{%p endfor %}", "Đoạn"),
    ):
        _add(document, text, style)


def _signature(document: Docx) -> None:
    """Nơi nhận on the left, the office and the room for a signature on the right."""
    made = drawing.table(document, [70.0, TEXT_MM - 70.0], 1, ruled_cells=False)
    drawing.whole_rows(made)
    left, right = made.rows[0].cells
    drawing.fill(left, "Nơi nhận:", "Nơi nhận")
    for text in ("{%p for n in noi_nhan %}", "- {{ n }}", "{%p endfor %}"):
        left.add_paragraph(text, "Nơi nhận mục")
    right.paragraphs[0].style = "Chức vụ"
    right.paragraphs[0].add_run("{%p for c in chu_ky %}")
    for text in ("{{ c }}", "{%p endfor %}", "", "", "", "", ""):
        right.add_paragraph(text, "Chức vụ")


def _appendices(document: Docx) -> None:
    """The figures; and, if there are any, the units without a report, in a section of their own."""
    _section(document)
    _appendix(document, "{{ phu_luc_so_lieu }}", "BIỂU SỐ LIỆU TỔNG HỢP")
    _add(document, "{{ tinh_trang_so_lieu }}. Đơn vị tính: {{ don_vi_tinh }}", "Trên bảng")
    _rows(document, FIGURES, "so_lieu", has_sections=True)
    _add(document, "Cùng kỳ năm trước: {{ cung_ky_la }}. {{ ghi_chu_cung_ky }} Dấu “–”: không có số liệu.", "Ô")
    _add(document, "{%p if chua_nop %}", "Đoạn")
    _section(document)
    _appendix(document, "{{ phu_luc_chua_nop }}", "DANH SÁCH ĐƠN VỊ CHƯA NỘP BÁO CÁO")
    _add(document, "{{ tinh_trang_so_lieu }}", "Trên bảng")
    _rows(document, MISSING, "chua_nop", has_sections=False)
    _add(document, "{%p endif %}", "Đoạn")


def _section(document: Docx) -> None:
    """Begins a section on a new page, with page numbers of its own."""
    drawing.page(document.add_section(WD_SECTION.NEW_PAGE))


def _appendix(document: Docx, name: str, title: str) -> None:
    _add(document, name, "Phụ lục")
    _add(document, title, "Tên phụ lục")
    _add(document, "(Kèm theo Báo cáo số       /{{ ky_hieu }} ngày      tháng      năm       của {{ ten_co_quan }})", "Kèm theo")


def _rows(document: Docx, columns: tuple[tuple[str, str, float, str], ...], name: str, *, has_sections: bool) -> None:
    """A table with a row for each entry of a list; the header row repeats, and rows do not split."""
    made = drawing.table(document, [width for _, _, width, _ in columns], 8 if has_sections else 4, ruled_cells=True)
    drawing.repeat(made, 0)
    drawing.whole_rows(made)
    rows = iter(made.rows)
    for cell, (title, *_) in zip(next(rows).cells, columns, strict=True):
        drawing.fill(cell, title, "Ô đầu")
    drawing.fill(next(rows).cells[0], f"{{%tr for d in {name} %}}", "Ô")
    if has_sections:
        drawing.fill(next(rows).cells[0], "{%tr if d.la_nhom %}", "Ô")
        own = next(rows).cells
        drawing.fill(own[0], "{{ d.tt }}", "Ô giữa", bold=True)
        drawing.fill(own[1].merge(own[-1]), "{{ d.ten }}", "Ô", bold=True)
        drawing.fill(next(rows).cells[0], "{%tr else %}", "Ô")
    for cell, (_, field, _, style) in zip(next(rows).cells, columns, strict=True):
        note = "{% if d.ghi_chu %} ({{ d.ghi_chu }}){% endif %}" if field == "thuc_hien" else ""
        drawing.fill(cell, f"{{{{ d.{field} }}}}{note}", style)
    if has_sections:
        drawing.fill(next(rows).cells[0], "{%tr endif %}", "Ô")
    drawing.fill(next(rows).cells[0], "{%tr endfor %}", "Ô")


def write(folder: Path) -> None:
    """Writes all templates."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in TEMPLATES.items():
        make().save(str(folder / name))


if __name__ == "__main__":
    write(data_files.path("deploy/templates"))
