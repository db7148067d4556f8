"""Which form a file is: its stamps, and what an older form may still say."""

import io
from typing import Any

import openpyxl
import pytest
from openpyxl.packaging.custom import CustomPropertyList, StringProperty
from openpyxl.workbook import Workbook

from shared.sheets import layout, reading, stamp
from shared.sheets.stamp import Core, Stamp
from shared.words.forms import Asked
from shared.words.reference import Version
from shared.words.refusals import Refusal
from tests.sheets import files
from tests.sheets.test_cells import MONEY, QUANTITY

CORE = layout.core(files.form())
OLD = CORE._replace(version="0" * 12)
OTHER = Stamp(CORE._replace(unit="06280"), "2024-12-10T03:00:00.000Z")


def visible(book: Workbook, text: str | None) -> None:
    [line] = [cell for row in book["Biểu"].iter_rows() for cell in row if str(cell.value).startswith("Mã biểu:")]
    line.value = text


def hidden(book: Workbook, text: str | None) -> None:
    book["Biểu"]["A1"].value = text


def custom(book: Workbook, text: str | None) -> None:
    properties: CustomPropertyList[Any] = book.custom_doc_props  # type: ignore[attr-defined]  # not in its types
    del properties["TongHop"]
    if text is not None:
        properties.append(StringProperty(name="TongHop", value=text))


WAYS = {"visible": (visible, OTHER.line), "hidden": (hidden, f"th:s:{OTHER.full}"), "custom": (custom, OTHER.full)}


def stamped(*lost: str, forged: tuple[str, ...] = ()) -> Core | Refusal:
    book = openpyxl.load_workbook(io.BytesIO(files.blank()))
    for name in lost:
        WAYS[name][0](book, None)
    for name in forged:
        WAYS[name][0](book, WAYS[name][1])
    return reading.stamped(files.found(files.saved(book)))


@pytest.mark.parametrize("way", WAYS)
def test_two_stamps_of_three_are_enough(way: str) -> None:
    assert stamped(way) == CORE
    assert stamped(forged=(way,)) == CORE


def test_a_form_into_which_another_units_was_copied_is_neither() -> None:
    """Or the figures of one unit would fill the cells that the other left empty."""
    other = openpyxl.load_workbook(io.BytesIO(files.filled(files.blank((*files.CT27[:2], "06256", files.TODAY)), {"v.gd_ngay_cong": 7})))

    def copied(book: Workbook) -> None:
        sheet = book.create_sheet("Biểu 2")
        for row in other["Biểu"].iter_rows():
            for one in row:
                if one.value is not None:
                    sheet[one.coordinate].value = one.value

    both = reading.stamped(files.found(files.filled(files.blank(), {"v.gd_tien_tai_tro": 5}, copied)))
    assert getattr(both, "code", "") == "sheet.stamps_differ"


def test_the_property_is_read_of_a_strict_file_too() -> None:
    def plain(book: Workbook) -> None:
        visible(book, None)

    given = files.filled(files.blank(), {}, plain)
    relations = "_rels/.rels"
    strict = files.changed(given, relations, b"relationships/custom-properties", b"relationships/customProperties")
    assert reading.stamped(files.found(strict)) == CORE


@pytest.mark.parametrize("way", WAYS)
def test_one_stamp_is_not(way: str) -> None:
    others = [name for name in WAYS if name != way]
    assert getattr(stamped(*others), "code", "") == "sheet.stamps_differ"
    assert getattr(stamped(others[0], forged=(others[1],)), "code", "") == "sheet.stamps_differ"
    assert getattr(stamped(*WAYS), "code", "") == "sheet.no_form"


def test_another_form_is_named_with_the_one_that_is_expected() -> None:
    wrong = reading.other_form(CORE._replace(unit="06280", period="2025"), files.asked())
    assert [(one.code, one.path) for one in wrong] == [("sheet.other_form", "period"), ("sheet.other_form", "unit")]
    assert "06280" in wrong[1].message_vi
    assert "06253" in wrong[1].message_vi
    assert reading.other_form(CORE, files.asked()) == []


@pytest.mark.parametrize(
    "text", ["", "Mã biểu:", "TH1;a;b", "TH1;" + "9" * 300, "th:s:TH1;ct27-van-quan;2024;06253;zz;1;x", "Mã biểu: ../../../.."]
)
def test_what_is_no_stamp_is_none(text: str) -> None:
    assert stamp.read([text, text]) == stamp.read([])


def changed(**updates: dict[str, object]) -> Asked:
    """What is asked, with a regime that has changed since."""
    one = files.asked()
    regime = one.regime.model_copy(
        update={"indicators": [indicator.model_copy(update=updates.get(indicator.code, {})) for indicator in one.regime.indicators]}
    )
    regime.__dict__.pop("by_code", None)
    version = Version(regime, one.setting.version.since, one.setting.tree)
    setting = one.setting._replace(version=version)
    return Asked(one.reference, setting, one.unit, one.group, one.day)


def test_an_older_form_is_taken_while_every_indicator_means_the_same() -> None:
    filled = files.found(files.put(files.blank(), {QUANTITY: 7}))
    assert reading.changed(files.asked(), CORE, filled) == []
    reworded = changed(gd_tien_tai_tro={"label": "Tiền tài trợ (mới)", "min": "1"})
    assert reading.changed(reworded, OLD, filled) == []
    assert reading.read(reworded, filled).values == {QUANTITY[2:]: "7"}


def test_an_older_form_is_not_taken_if_an_indicator_means_something_else() -> None:
    filled = files.found(files.put(files.blank(), {QUANTITY: 7, MONEY: 8}))
    other = changed(gd_tien_tai_tro={"measure": "nghìn đồng"})
    assert reading.changed(other, OLD, filled) == [other.regime.by_code["gd_tien_tai_tro"].label]
    carried = reading.unchanged(other, filled)
    assert carried.values == {QUANTITY[2:]: "7"}


def test_an_older_form_is_not_taken_if_it_lacks_an_indicator_or_answers_one_that_is_gone() -> None:
    one = files.asked()
    label = one.regime.by_code[QUANTITY[2:]].label
    given = files.put(files.blank(), {QUANTITY: 7, MONEY: 8})
    renamed = changed(gd_ngay_cong={"code": "gd_ngay_cong_moi"})
    assert reading.changed(renamed, CORE, files.found(given)) == [label, QUANTITY[2:]]
    assert reading.changed(renamed, CORE, files.found(files.blank())) == [label]
    assert reading.unchanged(renamed, files.found(given)).values == {MONEY[2:]: "8"}


def test_the_figures_of_an_older_form_are_filled_into_a_new_one() -> None:
    filled = files.found(files.put(files.blank(), {QUANTITY: 7, MONEY: 8}))
    carried = reading.unchanged(files.asked(), filled)
    back = files.read(files.written(files.form(), carried.content))
    assert back.values == {QUANTITY[2:]: "7", MONEY[2:]: "8"}
