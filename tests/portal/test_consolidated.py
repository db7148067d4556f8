"""The consolidated report as DOCX, point by point against Nghị định 30/2020/NĐ-CP (Phụ lục I), and against hostile texts.

The document is read by python-docx, and its fonts straight from its XML.
"""

import io
import re
import unicodedata
import zipfile
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import docx
import pytest
from bson import Decimal128
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from services.portal.domain import decree, document_words, text_width
from services.portal.office import blank_templates, filling, template_files
from tests import seeds
from tests.portal import builders, documents

TITLE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


@pytest.fixture(scope="module")
def made() -> Docx:
    return docx.Document(io.BytesIO(documents.plain()))


@pytest.fixture(scope="module")
def xml() -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(documents.plain())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def everything(made: Docx) -> list[Paragraph]:
    return [Paragraph(element, made) for element in made.element.body.iter(qn("w:p"))]


def found(made: Docx, text: str) -> Paragraph:
    return next(paragraph for paragraph in everything(made) if paragraph.text.startswith(text))


def look(paragraph: Paragraph) -> tuple[float | None, bool, bool]:
    """Size, bold, italic by the paragraph's style."""
    style: Any = paragraph.style
    return style.font.size.pt, bool(style.font.bold), bool(style.font.italic)


def test_pages_are_a4_with_the_margins_of_the_decree(made: Docx) -> None:
    for section in made.sections:
        sides = (section.page_width, section.page_height, section.top_margin, section.bottom_margin, section.left_margin)
        assert [round((side or 0) / 36_000) for side in (*sides, section.right_margin)] == [210, 297, 20, 20, 30, 15]


def test_the_page_number_is_in_the_middle_of_the_top_margin_and_hidden_on_the_first_page_of_each_section(made: Docx) -> None:
    assert len(made.sections) == 3
    for section in made.sections:
        assert section.different_first_page_header_footer
        assert 'w:start="1"' in section._sectPr.xml
    header = made.sections[0].header.paragraphs[0]
    assert "PAGE" in header._p.xml
    assert header.style is not None
    assert header.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert look(header) == (14, False, False)
    assert "PAGE" not in made.sections[0].first_page_header._element.xml


def test_every_style_and_run_is_in_times_new_roman_for_every_script(xml: dict[str, str]) -> None:
    for name in ("word/document.xml", "word/styles.xml", *(name for name in xml if name.startswith("word/header"))):
        for fonts in re.findall(r"<w:rFonts\b[^>]*>", xml[name]):
            assert all(f'w:{script}="Times New Roman"' in fonts for script in ("ascii", "hAnsi", "cs")), (name, fonts)
    defaults = re.search(r"<w:docDefaults>.*?</w:docDefaults>", xml["word/styles.xml"], re.DOTALL)
    assert defaults is not None
    assert "Times New Roman" in defaults[0]


def test_all_text_is_composed(xml: dict[str, str]) -> None:
    assert unicodedata.is_normalized("NFC", xml["word/document.xml"])


def test_the_national_title_has_room_for_one_line(made: Docx) -> None:
    title, motto = found(made, TITLE), found(made, MOTTO)
    assert (look(title), look(motto)) == ((12, True, False), (13, True, False))
    cell = made.tables[0].rows[0].cells[1]
    assert cell.width is not None
    assert cell.width.mm > text_width.width_mm(TITLE, 12) * 1.02
    line = next(paragraph for paragraph in cell.paragraphs if "pBdr" in paragraph._p.xml)
    left, right = line.paragraph_format.left_indent, line.paragraph_format.right_indent
    assert left is not None
    assert right is not None
    assert cell.width.mm - left.mm - right.mm == pytest.approx(text_width.width_mm(MOTTO, 13), rel=0.05)


def test_the_agencies_are_those_above_and_the_issuer_with_a_line_of_a_third_to_a_half(made: Docx) -> None:
    cell = made.tables[0].rows[0].cells[0]
    superior, issuer = (paragraph for paragraph in cell.paragraphs if paragraph.text)
    assert (superior.text, look(superior)) == ("UBND HUYỆN VĂN QUAN", (12, False, False))
    assert (issuer.text, look(issuer)) == ("PHÒNG TÀI CHÍNH - KẾ HOẠCH", (12, True, False))
    line = next(paragraph for paragraph in cell.paragraphs if "pBdr" in paragraph._p.xml)
    left, right = line.paragraph_format.left_indent, line.paragraph_format.right_indent
    assert cell.width is not None
    assert left is not None
    assert right is not None
    share = (cell.width.mm - left.mm - right.mm) / text_width.width_mm(issuer.text, 12)
    assert 1 / 3 <= share <= 1 / 2


def test_the_number_is_left_to_fill_and_the_date_follows_the_place(made: Docx) -> None:
    number, date_of_issue = (cell.paragraphs[0] for cell in made.tables[0].rows[1].cells)
    assert re.fullmatch(r"Số: {5,}/BC-TCKH", number.text)
    assert date_of_issue.text == "Văn Quan, ngày 05 tháng 12 năm 2026"
    assert (look(number), look(date_of_issue)) == ((13, False, False), (13, False, True))


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 3, 5), "ngày 05 tháng 3 năm 2026"),
        (date(2026, 2, 15), "ngày 15 tháng 02 năm 2026"),
        (date(2026, 12, 5), "ngày 05 tháng 12 năm 2026"),
    ],
)
def test_days_below_ten_and_the_first_two_months_have_a_zero(day: date, text: str) -> None:
    assert decree.issue_day(day) == text


def test_type_and_abstract_are_bold_and_upright_with_a_line_below(made: Docx) -> None:
    kind, abstract = found(made, "BÁO CÁO"), found(made, "Thực hiện Chỉ thị số 27")
    assert look(kind) == look(abstract) == (14, True, False)
    assert abstract.text.endswith(", năm 2024")
    assert "pBdr" in everything(made)[[one.text for one in everything(made)].index(abstract.text) + 1]._p.xml


def test_one_addressee_stands_on_the_line_and_several_are_listed() -> None:
    assert found(docx.Document(io.BytesIO(documents.plain())), "Kính gửi").text == "Kính gửi: Ủy ban nhân dân huyện Văn Quan"
    several = documents.fields(documents.known())
    filled = filling.filled(
        template_files.found("none", builders.CT27).read_bytes(), asdict(several) | {"kinh_gui": ["Sở Tài chính", "Sở Nội vụ"]}
    )
    lines = [paragraph.text for paragraph in docx.Document(io.BytesIO(filled)).paragraphs]
    start = lines.index("Kính gửi:")
    assert lines[start + 1 : start + 3] == ["- Sở Tài chính;", "- Sở Nội vụ."]


def test_the_bases_are_italic_and_listed(made: Docx) -> None:
    bases = [paragraph for paragraph in everything(made) if paragraph.text.startswith("Căn cứ ")]
    assert len(bases) == len(builders.regime().legal_basis)
    assert [basis.text[-1] for basis in bases] == [";"] * (len(bases) - 1) + ["."]
    assert look(bases[0]) == (14, False, True)


def test_the_text_is_justified_with_an_indent_and_room_between_paragraphs(made: Docx) -> None:
    for start in ("Kỳ báo cáo: năm 2024", "a) ", "Căn cứ "):
        style: Any = found(made, start).style
        looks = style.paragraph_format
        assert looks.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
        assert (round(looks.first_line_indent.mm, 1), looks.space_after.pt) == (12.7, 6)
        assert 1 <= looks.line_spacing <= 1.5


def test_it_says_how_many_units_reported_and_has_the_four_parts(made: Docx) -> None:
    texts = [paragraph.text for paragraph in everything(made)]
    assert "13/22 đơn vị phải báo cáo" in found(made, "Kỳ báo cáo").text
    parts = [text for text in texts if re.match(r"(I|II|III|IV)\. [A-ZĐÀ-Ỹ ]", text)]
    assert [part.split(".")[0] for part in parts] == ["I", "II", "III", "IV"]
    assert all(look(found(made, part)) == (14, True, False) for part in parts)
    assert texts[texts.index(parts[2]) + 1].startswith("…")  # the regime has no such narrative: a blank


def test_points_follow_the_vietnamese_alphabet(made: Docx) -> None:
    assert decree.points(8) == ["a)", "b)", "c)", "d)", "đ)", "e)", "g)", "h)"]
    assert decree.points(24) == ["-"] * 24
    texts = [paragraph.text for paragraph in everything(made)]
    said = [text.split(" ")[0] for text in texts if re.match(r"[a-zđ]\) (Thị trấn|Xã) [^:]+: \{\{", text)]
    assert said == ["a)", "b)", "c)", "d)", "đ)", "e)", "g)", "h)", "i)"] * 4


def test_figures_stand_against_the_plan_and_the_same_period_a_year_before() -> None:
    quantity = {"kind": "quantity", "total": Decimal128("1000.000"), "measure": "triệu đồng", "reported": 11}
    ratio = {"kind": "ratio", "numerator": 100, "denominator": 148, "reported": 12, "percent": Decimal128("67.6")}
    before = {"period": "2023", "indicators": {"gd_tien_tai_tro": quantity, "vh_nha_van_hoa_thon": ratio}}
    made = documents.fields(documents.known(before=before))
    points = {point.noi_dung.split(":")[0]: point.noi_dung.replace("\u00a0", " ") for group in made.nhom for point in group.chi_tieu}
    assert "so với cùng kỳ năm trước (1.000,000) tăng 532,750 (53,3 %)" in points["Tiền tài trợ cho giáo dục"]
    houses = points["Thôn, phố có Nhà Văn hóa"]
    assert "(đạt 88,5 %); kế hoạch ≥ 100 % đến 2030 (chưa đạt)" in houses
    assert "so với cùng kỳ năm trước (100 / 148, tức 67,6 %) tăng 20,9 điểm %" in houses
    row = next(row for row in made.so_lieu if row.ten == "Tiền tài trợ cho giáo dục")
    assert (row.thuc_hien, row.cung_ky, row.so_sanh.replace("\u00a0", " ")) == ("1.532,750", "1.000,000", "+532,750 (+53,3 %)")


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [("5", "10", "−5 (−50 %)"), ("5", "0", "+5"), ("0", "-4", "+4 (+100 %)"), ("2.50", "2.5", "0,00 (0 %)")],
)
def test_changes_are_signed_and_nothing_is_divided_by_zero(now: str, before: str, words: str) -> None:
    shown = document_words.change((Decimal(now), ""), (Decimal(before), ""))
    assert shown.replace(",0 %", " %") == words


def test_it_ends_with_the_mark_the_copies_and_the_signature(made: Docx) -> None:
    assert [text for text in (paragraph.text for paragraph in made.paragraphs) if text.endswith("./.")]
    left, right = made.tables[1].rows[0].cells
    copies = [(paragraph.text, look(paragraph)) for paragraph in left.paragraphs]
    assert copies == [
        ("Nơi nhận:", (12, True, True)),
        ("- Như trên;", (11, False, False)),
        ("- Lưu: VT, TCKH.", (11, False, False)),
    ]
    assert [paragraph.text for paragraph in right.paragraphs] == ["TRƯỞNG PHÒNG", "", "", "", "", ""]
    assert look(right.paragraphs[0]) == (14, True, False)


def test_appendices_have_numbers_titles_and_the_state_above_tables_whose_head_repeats(made: Docx) -> None:
    texts = [paragraph.text for paragraph in made.paragraphs]
    assert [text for text in texts if text.startswith("Phụ lục ")] == ["Phụ lục I", "Phụ lục II"]
    assert any("Phụ lục I kèm theo" in text for text in texts)
    assert any("nêu tại Phụ lục II" in text for text in texts)
    assert len([text for text in texts if re.fullmatch(r"\(Kèm theo Báo cáo số +/BC-TCKH ngày +tháng +năm +của .+\)", text)]) == 2
    above = [text for text in texts if text.startswith("Số liệu tạm tính (chưa chốt); 13/22 đơn vị đã nộp")]
    assert len(above) == 2
    assert above[0].endswith(". Đơn vị tính: ghi ở từng chỉ tiêu")
    for table in made.tables[2:]:
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert all("w:cantSplit" in row._tr.xml for row in table.rows)
    assert len(made.tables[3].rows) == 1 + 9


def test_a_single_appendix_has_no_number() -> None:
    whole = builders.view()["reporting"] | {"received": 22, "missing": []}
    made = docx.Document(io.BytesIO(documents.document(documents.known(reporting=whole))))
    texts = [paragraph.text for paragraph in made.paragraphs]
    assert [text for text in texts if text.startswith("Phụ lục")] == ["Phụ lục"]
    assert len(made.sections) == 2


@pytest.mark.parametrize(
    ("official", "words"),
    [
        (None, "Số liệu tạm tính (chưa chốt)"),
        ({"number": 1, "moved": False}, "Số liệu chính thức"),
        ({"number": 3, "moved": True}, "Số liệu chính thức, điều chỉnh lần 2; đã thay đổi sau khi chốt, chưa chốt lại"),
    ],
    ids=["none", "first", "adjusted"],
)
def test_tables_say_whether_the_figures_are_confirmed(official: dict[str, Any] | None, words: str) -> None:
    whole = None if official is None else official | {"hash": "0" * 64, "at": "2024-12-25T03:00:00.000Z"}
    assert document_words.official(documents.known(official=whole).view) == words


def test_what_users_typed_stays_text(made: Docx, xml: dict[str, str]) -> None:
    said = found(made, "a) Thị trấn Văn Quan: {{ 7*7 }}")
    assert "{% raw %} {%p if x %} <w:p>&amp; ]]> <script>alert(1)</script>" in said.text
    assert "49" not in said.text
    codes = re.findall(r"<w:instrText[^>]*>([^<]*)<", "".join(xml.values()))
    assert {code.strip() for code in codes} == {"PAGE"}
    whole = xml["word/document.xml"]
    assert not set("\u202e\x07\x0c\x00") & set(whole)
    assert "W" * 10_000 in whole
    assert "=cmd|' /C calc'!A0 {{r x}} PAGE \\* MERGEFORMAT" in "\n".join(paragraph.text for paragraph in everything(made))


def test_the_header_is_that_of_the_day_of_issue_after_a_reform() -> None:
    reference = seeds.reformed_reference()
    before = documents.fields(documents.known(reference=reference, now=datetime(2025, 1, 5, tzinfo=UTC)))
    after = documents.fields(documents.known(reference=reference))
    assert (before.dia_danh, before.co_quan_chu_quan) == ("Văn Quan", "UBND HUYỆN VĂN QUAN")
    assert after.co_quan_ban_hanh != before.co_quan_ban_hanh or after.co_quan_chu_quan != before.co_quan_chu_quan


def test_a_committee_issues_in_two_lines_and_an_office_under_its_committee() -> None:
    registry = seeds.first_reference().registry
    day = date(2024, 12, 20)
    units = [registry.ids[unit][-1] for unit in ("184", "44-SLDTBXH", "06253")]
    committee, office, commune = (decree.issuer(unit, registry, day) for unit in units)
    assert (committee.superior, committee.header) == ("", "ỦY BAN NHÂN DÂN\nHUYỆN VĂN QUAN")
    assert (committee.signature, committee.place) == (("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"), "Văn Quan")
    assert (office.superior, office.header) == ("UBND TỈNH QUẢNG BÌNH", "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI")
    assert (office.place, office.abbreviation, office.signature) == ("Quảng Bình", "SLDTBXH", ("GIÁM ĐỐC",))
    assert commune.place == "Văn Quan"


def test_the_report_of_a_party_body_has_no_national_title() -> None:
    made = docx.Document(io.BytesIO(template_files.found("none", "kl62-binh-dinh").read_bytes()))
    texts = [paragraph.text for paragraph in everything(made)]
    assert TITLE not in texts
    assert MOTTO not in texts
    assert "BÁO CÁO" in texts


@pytest.mark.parametrize("name", blank_templates.TEMPLATES)
def test_the_shipped_templates_are_those_that_the_code_makes(name: str) -> None:
    written = io.BytesIO()
    blank_templates.TEMPLATES[name]().save(written)
    with zipfile.ZipFile(written) as made, zipfile.ZipFile(template_files.SHIPPED / name) as shipped:
        assert made.namelist() == shipped.namelist()
        for part in made.namelist():
            if part.startswith("word/"):
                assert made.read(part) == shipped.read(part), f"{part}: python -m services.portal.office.blank_templates"
