"""Tables (CSV): hostile files are refused quickly, with a code, and what is read is what was written."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.doors import table_events as rules
from shared.plumbing.confined import Confined
from shared.sheets import columns, table, table_jobs, table_reports
from shared.sheets.table_reports import Report
from shared.words import forms, texts, typed_numbers
from shared.words.failures import PermanentError
from shared.words.refusals import Refusal
from tests import seeds, tabled
from tests.builders import COMMUNE, CT27

DAY = date(2024, 12, 10)
Read = TypeVar("Read")


def reports(text: str | bytes, **wish: Any) -> list[Report]:
    found = table.read(text.encode() if isinstance(text, str) else text)
    return table_reports.read(found, rules.finder(seeds.first_reference(), COMMUNE, DAY), **wish)


def refused(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(PermanentError) as error:
        reports(text)
    return [(one.code, one.path) for one in error.value.refusals]


@dataclass
class Refused:
    why: Sequence[Refusal]


def tried(raw: bytes, how: Callable[[bytes], Read]) -> Read | Refused:
    """What is read, or why it is refused."""
    try:
        return how(raw)
    except PermanentError as error:
        return Refused(error.refusals)


def test_every_hostile_file_is_refused() -> None:
    """How quickly: `make bench-doors`."""
    assert len(tabled.REFUSED) >= 40
    for name, (code, content) in tabled.REFUSED.items():
        assert code in [found for found, _ in refused(content)], name
    assert not reports(tabled.GOOD)[0].faults


async def test_a_file_that_needs_too_much_ends_its_own_process_and_nothing_else() -> None:
    async with Confined(["shared.sheets.table_jobs"]) as confined:
        for name in ("a million rows that say nothing", "marks without end", "one quoted cell of 5 MB"):
            code, content = tabled.REFUSED[name]
            with pytest.raises(PermanentError) as error:
                await confined.run("shared.sheets.table_jobs:read", content)
            assert error.value.refusals[0].code in (code, "confined.too_heavy"), name
        answer = await confined.run("shared.sheets.table_jobs:read", tabled.GOOD)
    assert table_jobs.table_of(answer) == table.read(tabled.GOOD)


def test_a_table_of_any_size_comes_out_of_its_process_as_it_was_read() -> None:
    for rows in (1, table_jobs.SLICE, 3 * table_jobs.SLICE + 1):
        raw = (tabled.HEAD + tabled.ROW * rows + ';;;"a\nb"\n').encode()
        answer = table_jobs.read(raw, {})
        assert table_jobs.table_of(answer) == table.read(raw)
        assert answer.count(b"\n") >= rows // table_jobs.SLICE  # no part is large


def test_a_fault_of_the_whole_file_names_line_and_column() -> None:
    assert refused(tabled.GOOD + b'a;"x;2\n3;4\n') == [("table.quote_open", "3:2")]
    assert refused(tabled.GOOD + b'a;b;"x"y;2\n') == [("table.quote_inside", "3:3")]
    assert refused(tabled.GOOD + b'"x\ny";1\n\n"a\nb" c\n') == [("table.quote_inside", "6:1")]
    assert refused("regime;period;gd_ngay_cong;gd_ngay_cogn\nct27-van-quan;2024;1;2\n") == [("table.unknown_column", "1:4")]
    assert refused(tabled.GOOD + "né".encode("cp1252")) == [("table.encoding", "3")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_same_table_is_read_in_every_form_of_csv(encoding: str, mark: str, end: str) -> None:
    lines = [["regime", "period", "kho_khan"], [CT27, "2024", f'Thiếu "vốn"{mark} và{end}người']]
    text = end.join(mark.join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines) + end
    [report] = reports(text.encode(encoding))
    assert report.narratives == {"kho_khan": f'Thiếu "vốn"{mark} và\nngười'}


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20), min_size=3, max_size=3), min_size=1),
    st.sampled_from((";", ",", "\t")),
)
def test_what_python_writes_is_read_as_it_was_written(rows: list[list[str]], mark: str) -> None:
    held = io.StringIO()
    csv.writer(held, delimiter=mark).writerows([["a", "b", "c"], *rows])
    wanted = [[(place, cell) for place, text in enumerate(row, 1) if (cell := normal(text))] for row in rows]
    found = tried(held.getvalue().encode(), table.read)
    if isinstance(found, Refused):
        assert {why.code for why in found.why} <= {"table.no_rows", "table.character"}
        return
    assert [[tuple(cell) for cell in row.cells] for row in found.rows] == [row for row in wanted if row]


def normal(text: str) -> str:
    found = texts.normal(text).strip(" \xa0\ufeff\t")
    return "" if texts.is_blank(found) else found


@given(st.binary(max_size=400))
@hypothesis.settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_table_or_refused(raw: bytes) -> None:
    for given_ in (raw, tabled.GOOD + raw):
        found = tried(given_, reports)
        assert found.why if isinstance(found, Refused) else found


def test_a_number_is_read_by_the_rule_of_all_doors_and_with_a_point_if_the_sender_says_so() -> None:
    cases = {
        # text: (0 decimals, 3 decimals) after a comma, then after a point
        "1234": ("1234", "1234", "1234", "1234"),
        "1.234": ("1234", "report.ambiguous_number", "report.whole_number", "1.234"),
        "1,234": ("report.whole_number", "1.234", "1234", "1234"),
        "1.234,5": ("report.whole_number", "1234.5", "report.whole_number", "report.unreadable_number"),
        "1,234.5": ("report.whole_number", "report.unreadable_number", "report.whole_number", "1234.5"),
        "1,5": ("report.whole_number", "1.5", "report.whole_number", "report.unreadable_number"),
        "1234.5": ("report.whole_number", "1234.5", "report.whole_number", "1234.5"),
        "1 234": ("1234", "1234", "1234", "1234"),
        "=1+2": ("report.unreadable_number",) * 4,
        "+84": ("report.unreadable_number",) * 4,
        "1e5": ("report.other_measure",) * 4,
        "12 lớp": ("12", "12", "12", "12"),
    }
    for text, wanted in cases.items():
        found = [typed_numbers.read(text, decimals, "lớp", decimal) for decimal in ("comma", "point") for decimals in (0, 3)]
        said = [one.code if isinstance(one, Refusal) else one for one in found]
        assert said == list(wanted), text


def test_a_column_is_found_by_code_or_label_and_never_by_the_first_of_two() -> None:
    reference = seeds.first_reference()
    asked = forms.find(reference, CT27, "2024", COMMUNE, DAY)
    assert not isinstance(asked, Refusal)
    named = columns.named(asked)
    for one in asked.indicators:
        assert named[columns.folded(one.code)] == [columns.Field("value", one.code)]
        assert columns.Field("value", one.code) in named[columns.folded(one.label)]
    same = [name for name, fields in named.items() if len(fields) > 1]
    for name in same:
        [report] = reports(f"regime;period;{name};gd_ngay_cong\n{CT27};2024;1;1\n")
        assert [fault.code for fault in report.faults] == ["table.ambiguous_column"]
    [report] = reports(f"CHE DO;KY;GD NGAY-CONG\n{CT27};2024;7\n")
    assert report.values == {"gd_ngay_cong": "7"}


def test_a_numerator_of_a_figure_that_has_none_is_refused() -> None:
    """Found by fuzzing: with a value in the same row it was a fault of ours."""
    [report] = reports(f"regime;period;indicator;value;numerator;denominator\n{CT27};2024;gd_ngay_cong;3;;4\n")
    assert [(fault.code, fault.path) for fault in report.faults] == [("table.not_a_ratio", "2:6")]


def test_two_columns_that_mean_the_same_are_refused_where_both_say_something() -> None:
    """A code and its label are the same; neither is the one that counts."""
    label = seeds.first_reference().regimes[CT27].by_code["gd_ngay_cong"].label
    for named, other in (("gd_ngay_cong", label), ("gd_ngay_cong.note", f"{label}: giải trình"), ("kho_khan", "Khó khăn, vướng mắc")):
        head = f'regime;period;vh_cau_lac_bo;{named};"{other}"'
        [both] = reports(f"{head}\n{CT27};2024;1;5;6\n")
        assert [(fault.code, fault.path) for fault in both.faults] == [("table.same_column", "2:5")], named
        [one] = reports(f"{head}\n{CT27};2024;1;5;\n")
        assert not one.faults


def test_a_part_of_a_ratio_is_said_once() -> None:
    head, row = "regime;period;indicator;value;numerator;denominator", f"{CT27};2024;vh_nha_van_hoa_thon"
    [report] = reports(f"{head}\n{row};9/11;8;11\n")
    assert [(fault.code, fault.path) for fault in report.faults] == [("table.two_parts", "2:5")]
    [same] = reports(f"{head}\n{row};9/11;9;11\n")
    assert (same.values, same.faults) == ({"vh_nha_van_hoa_thon": {"numerator": "9", "denominator": "11"}}, [])


def excels(rows: list[list[str]], width: int) -> str:
    """A table as Excel writes it: sixteen rows at a time, without the last columns that are empty in all of them."""
    lines = []
    for at in range(0, len(rows), 16):
        block = rows[at : at + 16]
        used = max(place for row in block for place, cell in enumerate(row, 1) if cell)
        lines += [";".join([*row, *[""] * width][:used]) for row in block]
    return "".join(f"{line}\r\n" for line in lines)


def test_the_empty_cells_that_excel_leaves_out_are_empty() -> None:
    head = ["regime", "period", "indicator", "value", "note", "status"]
    asked = forms.find(seeds.first_reference(), CT27, "2024", COMMUNE, DAY)
    assert not isinstance(asked, Refusal)
    codes = [one.code for one in asked.indicators if one.kind == "quantity"]
    rows = [[CT27, "2024", code, "1"] for code in (*codes, *codes, *codes)]
    text = excels([head, *rows], len(head))
    assert len({line.count(";") for line in text.splitlines()}) == 2
    told = [fault.code for report in reports(text) for fault in report.faults]
    assert set(told) == {"table.repeated_figure"}, told
    [report] = reports(excels([head, *rows[: len(codes)]], len(head)))
    assert (report.faults, set(report.values)) == ([], set(codes))


def test_a_row_that_was_cut_or_broken_is_refused_wherever_it_is() -> None:
    head = ["regime", "period", "revision", "gd_ngay_cong", "kho_khan"]
    rows = [[CT27, "2024", str(number), "12", "x" if number < 16 else ""] for number in range(1, 40)]
    text = excels([head, *rows], len(head))

    def short(given: str) -> set[str]:
        return {fault.path for report in reports(given) for fault in report.faults if fault.code == "table.fewer_cells"}

    assert short(text) == set()
    lines = text.splitlines(keepends=True)
    assert short("".join([*lines[:20], f"{CT27};2024;20\r\n", *lines[21:]])) == {str(line) for line in range(17, 33)}
    assert short("".join([*lines[:3], f"{CT27};2024;3;12\r\n", *lines[4:]])) == {"4"}
    assert short("".join(lines[:32]) + f"{CT27};2024;32;1") == {"33"}  # the file ends in a cell


@pytest.mark.parametrize("column", ["reason", "received_at"])
def test_rows_of_one_report_say_its_reason_and_its_time_alike(column: str) -> None:
    head, row = f"regime;period;indicator;value;{column}", f"{CT27};2024"
    [report] = reports(f"{head}\n{row};gd_ngay_cong;1;a\n{row};yt_ho_tro_bhyt;2;b\n")
    assert [(fault.code, fault.path) for fault in report.faults] == [("table.differs", "3:5")]
    [alike] = reports(f"{head}\n{row};gd_ngay_cong;1;\n{row};yt_ho_tro_bhyt;2;b\n{row};yt_cham_soc_nct;2;b\n")
    assert (alike.faults, getattr(alike, column)) == ([], "b")
