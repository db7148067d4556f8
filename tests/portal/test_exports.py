"""The figures of a view as files. The workbook is read by another package than the one that writes it."""

import csv
import io
from decimal import Decimal
from typing import Any

import httpx2
import openpyxl
import pytest
from pymongo.errors import AutoReconnect

from shared.wire import collection_names, events
from tests import identities
from tests.portal import builders, years
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.portal.years import COMMUNES, DISTRICT, FROM_MAY, MONTHLY, OFFICE, submitted
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUM, NOTE = "Lũy kế từ đầu năm", "Lũy kế: ghi chú"
REPORTS = [
    submitted("06253", 1, "2026-01", thu="-0.05", luot=1000, dung_han={"numerator": 1, "denominator": 3}),
    submitted("06253", 2, "2026-02", thu="1234.25", luot=500, dung_han={"numerator": 2, "denominator": 3}),
]
Row = dict[str, Any]


async def workbook(stack: Stack, path: str) -> tuple[list[str], dict[str, Row]]:
    """The lines of the title, and the rows by the label of the indicator."""
    answer = await stack.http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    lines = [list(row) for row in sheet.iter_rows(values_only=True)]
    blank = next(number for number, line in enumerate(lines) if not any(line))
    header = [str(cell) for cell in lines[blank + 1]]
    rows = [dict(zip(header, line, strict=True)) for line in lines[blank + 2 :]]
    return [str(line[0]) for line in lines[:blank]], {str(row["Chỉ tiêu"]): row for row in rows}


async def table(stack: Stack, path: str) -> dict[str, dict[str, str]]:
    answer = await stack.http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith("\ufeff".encode())
    return {row["Chỉ tiêu"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}


async def test_a_workbook_has_figures_and_sums_as_numbers(stack: Stack) -> None:
    await stack.put(views=years.views(REPORTS))
    title, rows = await workbook(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx")
    assert title[:3] == [
        "Bảng tổng hợp: Huyện Văn Quan",
        "Báo cáo tháng về thu ngân sách",
        "Kỳ báo cáo: tháng 2 năm 2026 (01/02/2026 – 28/02/2026)",
    ]
    assert title[3].startswith("1/3 đơn vị đã nộp")
    thu, ratio = rows["Số thu"], rows["Hồ sơ đúng hạn"]
    assert (thu["Giá trị"], thu[SUM]) == (1234.25, 1234.2)
    assert (rows["Lượt tiếp dân"]["Giá trị"], rows["Lượt tiếp dân"][SUM]) == (500, 1500)
    assert (ratio["Tử số"], ratio["Mẫu số"], ratio["Tỷ lệ (%)"]) == (2, 3, 66.7)
    assert [ratio[f"Lũy kế: {part}"] for part in ("tử số", "mẫu số", "tỷ lệ (%)")] == [3, 6, 50.0]
    assert thu["Lũy kế gồm các kỳ"] == "tháng 1, tháng 2 năm 2026"
    assert thu[NOTE] == "chưa đủ: tháng 1, tháng 2 còn thiếu đơn vị"
    assert (rows["Dân số cuối kỳ"][SUM], rows["Dân số cuối kỳ"][NOTE]) == (None, None)
    assert (thu["Kỳ"], thu["Mã kỳ"], thu["Mã đơn vị"]) == ("tháng 2 năm 2026", "2026-02", DISTRICT)
    assert (thu["Số đơn vị đã báo cáo"], thu["Số đơn vị được giao"]) == (1, 3)


async def test_an_indicator_that_nobody_reported_is_a_sum_of_nothing(stack: Stack) -> None:
    await stack.put(views=years.views([submitted(COMMUNES[0], 1, "2026-01", thu="1.00")]))
    _, rows = await workbook(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx")
    for label in ("Lượt tiếp dân", "Hồ sơ đúng hạn"):
        sums = [rows[label][name] for name in rows[label] if name.startswith("Lũy kế")]
        assert sums == [None, None, None, None, None, "chưa có số liệu của kỳ nào"]


async def test_a_figure_of_more_digits_than_a_cell_keeps_is_a_text_with_all_of_them(stack: Stack) -> None:
    logged = [submitted(unit, number, "2026-01", thu="999999999999.99", luot=10**14 - 1) for number, unit in enumerate((*COMMUNES, OFFICE))]
    await stack.put(views=years.views(logged))
    _, rows = await workbook(stack, f"/bang/{MONTHLY}/2026-01/{DISTRICT}.xlsx")
    assert rows["Số thu"][SUM] == 2999999999999.97
    assert rows["Lượt tiếp dân"][SUM] == 3 * 10**14 - 3
    logged += [submitted(unit, number, "2026-02", thu="999999999999.99", luot=10**14) for number, unit in enumerate((*COMMUNES, OFFICE), 5)]
    many = [submitted("06253", number, f"2026-{number:02}", thu="999999999999.99") for number in range(3, 13)]
    await stack.database["views"].delete_many({})
    await stack.put(views=years.views([*logged, *many]))
    _, rows = await workbook(stack, f"/bang/{MONTHLY}/2026-12/{DISTRICT}.xlsx")
    assert rows["Số thu"][SUM] == "15999999999999.84"


async def test_a_table_has_plain_numbers(stack: Stack) -> None:
    await stack.put(views=years.views(REPORTS))
    rows = await table(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv")
    assert (rows["Số thu"]["Giá trị"], rows["Số thu"][SUM]) == ("1234,25", "1234,20")
    rows = await table(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv?decimal=point")
    assert Decimal(rows["Số thu"][SUM]) == Decimal("1234.20")
    first = await table(stack, f"/bang/{MONTHLY}/2026-01/{DISTRICT}.csv?decimal=point")
    assert first["Số thu"]["Giá trị"] == "-0.05"  # a number below zero is no formula
    assert first["Lượt tiếp dân"][SUM] == "1000"


async def test_a_total_that_nobody_reported_is_an_empty_cell(stack: Stack) -> None:
    await stack.put(views=years.views())
    _, rows = await workbook(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx")
    assert (rows["Số thu"]["Giá trị"], rows["Số thu"][SUM]) == (None, None)
    assert (await table(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv"))["Số thu"][SUM] == ""


async def test_where_there_is_no_sum_the_reason_is_written(stack: Stack) -> None:
    await stack.put(views=[view for view in years.views(REPORTS) if view["period"] != "2026-01"])
    for rows in (
        (await workbook(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx"))[1],
        await table(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv"),
    ):
        assert not rows["Số thu"][SUM]
        assert rows["Số thu"][NOTE].startswith("Chưa có số lũy kế")
        assert not rows["Dân số cuối kỳ"][NOTE]


async def test_a_complete_sum_is_said_to_be(stack: Stack) -> None:
    await stack.put(views=years.views([submitted(unit, number, "2026-01", thu=1) for number, unit in enumerate((*COMMUNES, OFFICE))]))
    assert (await table(stack, f"/bang/{MONTHLY}/2026-01/{DISTRICT}.csv"))["Số thu"][NOTE] == "đủ"


async def test_every_kind_of_figure_is_exported_and_without_sums_there_are_no_columns_for_them(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    _, rows = await workbook(stack, f"/bang/{CT27}/2024/184.xlsx")
    flag = next(row for row in rows.values() if row["Mã chỉ tiêu"] == "vh_nha_van_hoa_xa")
    assert (flag["Giá trị"], flag["Tỷ lệ (%)"]) == (11, 91.7)
    options = {label: row["Giá trị"] for label, row in rows.items() if row["Mã chỉ tiêu"] == "nv_tien_do"}
    assert sorted(options.values()) == [0, 1, 2, 4]
    assert SUM not in flag


async def test_no_text_is_a_formula(stack: Stack) -> None:
    """Names of units come from files of others."""
    views = years.views(REPORTS)
    for view in views:
        view["unit"] = view["unit"] | {"name": '=HYPERLINK("http://x","bấm")\u202e'}
    await stack.put(views=views)
    answer = await stack.http.get(f"/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert not any("\u202e" in str(cell.value) for row in sheet.iter_rows() for cell in row)
    assert all(row["Đơn vị"].startswith("'=") for row in (await table(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv")).values())


async def test_a_correction_of_an_earlier_period_is_in_the_next_file(stack: Stack) -> None:
    await stack.put(views=years.views(REPORTS))
    assert (await table(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv"))["Lượt tiếp dân"][SUM] == "1500"
    await stack.database["views"].delete_many({})
    await stack.put(views=years.views([*REPORTS, years.event(events.WITHDRAWN, "06253", 3, "2026-01", revision=2)]))
    assert (await table(stack, f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv"))["Lượt tiếp dân"][SUM] == "500"


async def test_a_file_is_named_for_people(stack: Stack) -> None:
    await stack.put(views=years.views(REPORTS))
    answer = await stack.http.get(f"/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx")
    assert f'attachment; filename="{MONTHLY}-2026-02-{DISTRICT}.xlsx"' in answer.headers["content-disposition"]
    assert f'href="/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx"' in (await stack.http.get(f"/bang/{MONTHLY}/2026-02/{DISTRICT}")).text


@pytest.mark.stores
@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx", 404),
        (f"/bang/{FROM_MAY}/2026-04/{DISTRICT}.csv", 404),
        (f"/bang/{MONTHLY}/2026-02/06253.xlsx", 404),
        (f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv?decimal=maybe", 422),
        (f"/bang/{MONTHLY}/2026-02/{DISTRICT}.docx", 404),
        (f"/bang/{MONTHLY}/2026-02/{DISTRICT}.doc", 400),
        (f"/bang/{MONTHLY}/2026-02/.csv", 400),
        (f"/bang/{MONTHLY}/2026-02/%00.xlsx", 400),
    ],
)
async def test_what_cannot_be_exported_is_refused_by_a_page(stack: Stack, path: str, status: int) -> None:
    answer = await stack.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")


async def entries(stack: Stack) -> list[dict[str, Any]]:
    found = stack.database[collection_names.AUDIT].find({"action": {"$regex": "exported$"}})
    return [dict(entry) for entry in await found.sort("_id", 1).to_list(None)]


async def test_who_takes_which_file_is_recorded(stack: Stack) -> None:
    await stack.put(views=years.views(REPORTS))
    before = len(await entries(stack))

    for path in (f"/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx", f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv?decimal=point", "/nghia-vu.csv"):
        assert (await stack.http.get(path)).status_code == 200

    taken = (await entries(stack))[before:]
    view = f"views/{MONTHLY}/2026-02/{DISTRICT}"
    assert [(entry["action"], entry["target"], entry["details"]["file"], entry["details"]["query"]) for entry in taken] == [
        ("figures.exported", view, "xlsx", ""),
        ("figures.exported", view, "csv", "decimal=point"),
        ("duties.exported", "duties", "csv", ""),
    ]
    assert {entry["actor"].partition("/")[0] for entry in taken} == {"people"}


async def test_what_is_not_there_is_not_recorded_as_taken(stack: Stack) -> None:
    before = await entries(stack)

    assert (await stack.http.get(f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv")).status_code == 404

    assert await entries(stack) == before


@pytest.mark.stores
async def test_what_cannot_be_recorded_is_not_exported(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise AutoReconnect("away")

    await stack.put(views=years.views(REPORTS))
    monkeypatch.setattr("shared.plumbing.audit_store.append", away)

    for path in (f"/bang/{MONTHLY}/2026-02/{DISTRICT}.xlsx", f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv", "/nghia-vu.csv"):
        answer = await stack.http.get(path)
        assert answer.status_code == 503
        assert "content-disposition" not in answer.headers


@pytest.mark.stores
async def test_what_a_person_may_not_take_is_recorded_once_a_minute_and_reason(stack: Stack) -> None:
    person = await identities.put_person(stack.database, identities.grant("officer", "06253"))
    secret = await identities.put_session(stack.database, person)

    async with httpx2.AsyncClient(base_url=stack.url, cookies={"tonghop-session": secret}) as http:
        for _ in range(3):
            assert (await http.get(f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv")).status_code == 403

    async def recorded() -> list[dict[str, Any]]:
        found = stack.database[collection_names.AUDIT].find({"actor": f"people/{person}"})
        return [dict(entry) for entry in await found.to_list(None)]

    async def is_recorded() -> bool:
        return bool(await recorded())

    await until(is_recorded)
    (entry,) = await recorded()
    assert (entry["action"], entry["target"]) == ("request.refused", f"/bang/{MONTHLY}/2026-02/{DISTRICT}.csv")
    assert entry["details"]["code"] == "identity.out_of_scope"
