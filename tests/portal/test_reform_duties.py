"""Duties over the reform of 01/07/2025: an heir's list and calendar have what the units before it still owe, by both names. Numbers in
names are lines of the red team in the design of units through time.
"""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from services.portal.domain import duty_units
from shared.words.scope import Scope
from tests import identities
from tests.portal import reformed
from tests.portal.builders import CT27
from tests.portal.conftest import Stack
from tests.portal.reformed import duty
from tests.portal.test_reform_pages import html, shown

loop = pytest.mark.asyncio(loop_scope="session")
PERIODS = {CT27: ["2024", "2025"]}
AFTER_REFORM = date(2025, 11, 3)


def units_of(unit: str, *, only: bool = False, today: date = AFTER_REFORM) -> dict[str, frozenset[str]]:
    """The units whose duties are selected, by period."""
    found = duty_units.below(Scope.of_command_line(reformed.reference(), today), PERIODS, unit, only=only)
    return {period: each.unit_ids for each in found for _, period in each.periods}


def test_duties_of_a_code_are_those_of_its_unit_then_and_of_whom_todays_unit_acts_for() -> None:
    assert units_of("06280") == {"2024": {"06256", "06268", "06280"}, "2025": {"06280-2025"}}
    assert units_of("06280", today=date(2025, 6, 30)) == {"2024": {"06280"}, "2025": {"06280-2025"}}
    assert units_of("06256") == {"2024": {"06256"}}
    assert units_of("06280-2025", only=True) == {"2024": {"06256", "06268", "06280"}, "2025": {"06280-2025"}}


def test_duties_of_a_province_have_those_of_the_ended_units_below_it_then() -> None:
    found = units_of("20")
    assert {"184", "184-TCKH", "06256"} <= found["2024"]
    assert "06280-2025" in found["2025"]
    assert "06256" not in found["2025"]


def test_duties_of_an_area_are_those_of_its_members_and_of_the_units_before_them() -> None:
    found = units_of("184-VQ")
    assert {"06286-2025", "06253-2025"} <= found["2025"]
    assert {"06286", "06217", "06241"} <= found["2024"]  # two of them were in another district


@loop
async def test_3_4_an_heir_sees_what_the_units_before_it_owe_by_both_names(stack: Stack) -> None:
    await stack.put(duties=[duty("06256"), duty("06280"), duty("06253"), duty("06280-2025", "2025", date(2025, 12, 14))])
    page = await shown(stack, "/nghia-vu?unit=06280")
    assert "Xã Trấn Ninh 06256 (nay thuộc Xã Điềm He)" in page
    assert "Thị trấn Văn Quan" not in page
    async with reformed.portal(stack) as http:
        duties = (await http.get("/api/v1/duties?unit=06280")).json()["duties"]
        table = list(csv.DictReader(io.StringIO((await http.get("/nghia-vu.csv?unit=06280")).text.removeprefix("\ufeff"))))
    acting = {found["unit"]["id"]: found.get("acting") for found in duties}
    heir = {"id": "06280-2025", "code": "06280", "name": "Xã Điềm He"}
    assert acting == {"06256": heir, "06280": heir, "06280-2025": None}
    assert {(row["Mã đơn vị"], row["Đơn vị hiện nay"]) for row in table} == {
        ("06256", "nay thuộc Xã Điềm He"),
        ("06280", "nay thuộc Xã Điềm He"),
        ("06280", ""),
    }


@loop
async def test_a_duty_of_a_unit_without_a_declared_heir_says_so_and_nobody_acts(stack: Stack) -> None:
    registry = reformed.reference().registry
    open_heir = next(
        row.id
        for row in registry.units
        if row.level == "commune"
        and row.valid_to == reformed.D
        and registry.lineage.out_of(row.id)
        and registry.acting(row.id, AFTER_REFORM) is None
    )
    await stack.put(duties=[duty(open_heir)])
    assert "(chưa khai đơn vị kế thừa)" in await shown(stack, f"/nghia-vu?unit={open_heir}")
    async with reformed.portal(stack) as http:
        [found] = (await http.get(f"/api/v1/duties?unit={open_heir}")).json()["duties"]
    assert "acting" not in found


@loop
async def test_3_the_calendar_of_an_heir_has_the_open_duties_of_the_units_before_it(stack: Stack) -> None:
    own = duty("06280-2025", "2025", date(2025, 12, 14), deadline=datetime(2025, 12, 19, 17, tzinfo=UTC))
    await stack.put(
        duties=[own, duty("06256"), duty("06268", owed=False, received=True, deadline=datetime(2025, 10, 20, tzinfo=UTC)), duty("06253")]
    )
    async with reformed.portal(stack) as http:
        heir = Calendar.from_ical((await http.get(await identities.calendar(stack.database, "06280-2025"))).content)
        ended = Calendar.from_ical((await http.get(await identities.calendar(stack.database, "06256"))).content)
    events = {str(event["UID"]): event for event in heir.walk("VEVENT") if event["STATUS"] == "CONFIRMED"}
    taken_over = f"{CT27}/2024/06256@tonghop"
    assert set(events) == {f"{CT27}/2025/06280-2025@tonghop", taken_over}
    assert "của Xã Trấn Ninh" in str(events[taken_over]["SUMMARY"])
    assert "Xã Trấn Ninh (06256), nay thuộc Xã Điềm He" in str(events[taken_over]["DESCRIPTION"])
    assert ended.walk("VEVENT") == []  # the roles at a unit end with it


@loop
async def test_the_duties_of_a_code_name_the_unit_that_had_it_before(stack: Stack) -> None:
    page = await html(stack, "/nghia-vu?unit=06253")
    assert "Nghĩa vụ báo cáo: Xã Văn Quan" in page
    assert "Mã 06253 trước ngày 01/07/2025 là" in page
