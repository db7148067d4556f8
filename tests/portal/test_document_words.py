import pytest

from services.portal.domain import document_words


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("3. Chính sách ưu đãi người có công", "Chính sách ưu đãi người có công"),
        ("5a. Bảo hiểm xã hội", "Bảo hiểm xã hội"),
        ("6đ. Nhà ở", "Nhà ở"),
        ("IV. Tổ chức thực hiện", "Tổ chức thực hiện"),
        ("Y tế", "Y tế"),
        ("3.5 triệu đồng trở lên", "3.5 triệu đồng trở lên"),
    ],
)
def test_a_section_has_one_number_in_a_document_that_numbers_by_itself(title: str, shown: str) -> None:
    assert document_words.unnumbered(title) == shown


def test_no_line_of_a_cell_ends_within_a_figure() -> None:
    assert document_words.line("5.256 / 5.560 (94,5 %)") == "5.256\u00a0/ 5.560 (94,5\u00a0%)"
