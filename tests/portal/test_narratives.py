"""The narratives below a unit: found without accents, some on a page, and as files that hold what was found."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

import openpyxl
import pytest

from services.portal.domain import narrative_list
from services.portal.domain.narrative_list import NarrativeChoice
from services.portal.domain.refused import Refused
from shared.wire import collection_names
from shared.words.units import Unit
from tests.portal import builders, entry_desk
from tests.portal.builders import COMMUNE, CT27, DISTRICT, report
from tests.portal.conftest import Stack
from tests.portal.entry_desk import main_of

PATH: Final = f"/thuyet-minh/{CT27}/2024/{DISTRICT}"
UNITS: Final = [unit for unit in builders.units() if unit.parent == DISTRICT and unit.level == "commune"]
HOSTILE: Final = [
    "section=x",
    "section=%00",
    "page=0",
    "page=-1",
    "page=1e1",
    "page=%D9%A3",
    "page=" + "9" * 99,
    "q=" + "a" * 101,
    "q=a%0Ab",
]


def read(texts: Sequence[str], heading: str = "kho_khan") -> Mapping[str, Sequence[tuple[Unit, str]]]:
    return {"ket_qua": [], heading: [(UNITS[place % len(UNITS)], text) for place, text in enumerate(texts)]}


def test_words_are_found_with_and_without_accents_in_the_text_or_the_units_name() -> None:
    listed = read(["Kinh phí chậm phân bổ", "Thiếu cán bộ"])
    assert [one.text for one in narrative_list.chosen(listed, NarrativeChoice(q="kinh PHI"))] == ["Kinh phí chậm phân bổ"]
    assert [one.unit for one in narrative_list.chosen(listed, NarrativeChoice(q=UNITS[1].name))] == [UNITS[1]]
    assert narrative_list.chosen(listed, NarrativeChoice(q="...")) == []
    assert narrative_list.chosen(listed, NarrativeChoice(heading="ket_qua")) == []


def test_a_page_has_its_part_and_the_counts_are_of_all_pages() -> None:
    listed = read([f"Khó khăn {place}" for place in range(narrative_list.PAGE * 2 + 1)])
    first, last, behind = (narrative_list.paged(listed, NarrativeChoice(page=page)) for page in (1, 3, 999_999))
    assert (len(first.by_heading["kho_khan"]), len(last.by_heading["kho_khan"]), last.pages) == (narrative_list.PAGE, 1, 3)
    assert (first.counts["kho_khan"], first.all, behind) == (narrative_list.PAGE * 2 + 1, narrative_list.PAGE * 2 + 1, last)


@pytest.mark.parametrize("q", ["\u202e", "a\nb", "\x00", "a" * 101], ids=["bidi", "lines", "control", "long"])
def test_a_malformed_text_is_refused(q: str) -> None:
    with pytest.raises(Refused):
        NarrativeChoice.parse(builders.regime(), None, q, None)


@pytest.mark.stores
@pytest.mark.asyncio(loop_scope="session")
async def test_the_page_and_its_files_hold_what_was_found_for_whoever_reads_below(stack: Stack) -> None:
    reports = [
        report(unit=UNITS[0].id, narratives={"kho_khan": "=1+1 kinh phí chậm", "ket_qua": "Tốt"}),
        report(unit=UNITS[1].id, narratives={"kho_khan": "Thiếu <b>cán bộ</b>"}, sequence=2),
    ]
    await stack.put(reports=reports, views=[builders.view()])
    async with entry_desk.desk(stack) as desk, await desk.browser("viewer", DISTRICT) as viewer:
        page = await viewer.get(f"{PATH}?q=kinh+phi&section=kho_khan")
        book = await viewer.get(f"{PATH}.xlsx?q=kinh+phi&section=kho_khan")
        table = await viewer.get(f"{PATH}.csv?q=can+bo")
        refused = {query[:20]: (await viewer.get(f"{PATH}{ending}?{query}")).status_code for query in HOSTILE for ending in ("", ".csv")}
    text = main_of(page.text)
    assert "1/3 thuyết minh khớp" in text
    assert "=1+1 kinh phí chậm" in text
    assert "cán bộ" not in text
    assert f'href="{PATH}.xlsx?section=kho_khan&amp;q=kinh+phi"' in page.text
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert [sheet.cell(line, 1).value for line in (4, 5)] == [
        "Lọc: mục: Khó khăn, vướng mắc; có “kinh phi”",
        "1/3 thuyết minh; xuất lúc 10/12/2024 09:30",
    ]
    assert (sheet.cell(8, 5).value, sheet.cell(8, 5).data_type) == ("=1+1 kinh phí chậm", "s")
    assert [row["Mã đơn vị"] for row in csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))] == [UNITS[1].code]
    assert set(refused.values()) == {400}
    found = stack.database[collection_names.AUDIT].find({"action": "narratives.exported"})
    assert [entry["details"]["file"] for entry in await found.sort("_id", 1).to_list(None)][-2:] == ["xlsx", "csv"]


@pytest.mark.asyncio(loop_scope="session")
async def test_an_officer_of_a_unit_below_reads_and_takes_no_narratives_of_others(stack: Stack) -> None:
    await stack.put(reports=[report(unit=UNITS[1].id, narratives={"kho_khan": "Riêng của xã"})], views=[builders.view()])
    async with entry_desk.desk(stack) as desk, await desk.browser("officer", COMMUNE) as officer:
        answers = [await officer.get(f"{PATH}{ending}?q=rieng") for ending in ("", ".xlsx", ".csv")]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert not any("Riêng của xã" in answer.text for answer in answers)
