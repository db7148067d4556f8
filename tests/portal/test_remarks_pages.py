"""What pages, files and the API show of remarks: notes, estimates, warnings, who entered a report, and outliers for whom they are."""

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import orjson
import pytest
from bson import Decimal128

from shared.wire import events
from tests.portal import builders, entry_desk
from tests.portal.builders import COMMUNE, CT27, DISTRICT
from tests.portal.conftest import Stack
from tests.portal.entry_desk import NOW, main_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
RECIPIENT = "184-TCKH"
COMMUNES = [unit.id for unit in builders.units() if unit.parent == DISTRICT and unit.level == "commune"][:7]


def entered(**data: Any) -> dict[str, Any]:
    """A report that the recipient has entered."""
    document = builders.report(at=NOW - timedelta(days=1), **data)
    event = orjson.loads(document["event"]) | {"actor": "people/x", "enteredby": RECIPIENT}
    return document | {"event": orjson.dumps(event), "estimate": bool(data.get("status"))}


async def test_a_report_shows_notes_estimates_warnings_and_who_entered_it(stack: Stack) -> None:
    report = entered(
        values={"gd_ngay_cong": 4210, "gd_tien_tai_tro": "1.000"},
        notes={"gd_ngay_cong": "Do bão <số 3>"},
        status={"gd_tien_tai_tro": "estimate"},
    )
    await stack.put(reports=[report])
    warning = {"code": "report.unusual", "path": "data.values.gd_ngay_cong", "message_vi": "Gấp 12 lần.", "message_en": "Twelve times."}
    receipt = {"_id": report["_id"], "event_id": "x", "sender": COMMUNE, "verdict": "accepted", "errors": [], "warnings": [warning]}
    await stack.database["receipts"].delete_many({})
    await stack.database["receipts"].insert_one({**receipt, "received_ms": events.to_ms(NOW)})
    async with entry_desk.desk(stack) as desk, await desk.browser("officer", COMMUNE) as officer:
        page = await officer.get(f"/bao-cao/{CT27}/2024/{COMMUNE}")
        answer = (await officer.get(f"/api/v1/reports/{CT27}/2024/{COMMUNE}")).json()
    text = main_of(page.text)
    assert "Giải trình: Do bão <số 3>" in text
    assert "Do bão &lt;số 3&gt;" in page.text
    assert '1,000 <span class="badge late">ước</span>' in text
    assert "Gấp 12 lần." in text
    assert f"nhập thay bởi {builders.registry().ids[RECIPIENT][-1].name}" in text
    assert "có số ước" in text
    assert f'href="/bieu-mau/{CT27}/2024/{COMMUNE}"' in text
    assert (answer["notes"], answer["status"]) == ({"gd_ngay_cong": "Do bão <số 3>"}, {"gd_tien_tai_tro": "estimate"})
    assert (answer["entered_by"], answer["history"][0]["entered_by"]) == (RECIPIENT, RECIPIENT)


async def test_readers_of_a_derived_regime_see_remarks_on_its_own_figures_only(stack: Stack) -> None:
    report = entered(
        values={"gd_ngay_cong": 98765, "vh_cau_lac_bo": 3},
        notes={"gd_ngay_cong": "Ghi chú ngoài", "vh_cau_lac_bo": "Ghi chú trong"},
        status={"gd_ngay_cong": "estimate"},
    )
    await stack.put(reports=[report])
    said = [
        ("report.unusual", "gd_ngay_cong", "98.765 so với 9.876"),
        ("report.unusual", "vh_cau_lac_bo", "3 so với 30"),
        ("report.rule", "vh_cau_lac_bo", "ít hơn một số khác"),
        ("report.more_warnings", "", "còn 7 điều"),
    ]
    warnings = [{"code": code, "path": f"data.values.{about}", "message_vi": vi, "message_en": vi} for code, about, vi in said]
    receipt = {"_id": report["_id"], "event_id": "x", "sender": COMMUNE, "verdict": "accepted", "errors": [], "warnings": warnings}
    await stack.database["receipts"].delete_many({})
    await stack.database["receipts"].insert_one({**receipt, "received_ms": events.to_ms(NOW)})
    async with entry_desk.desk(stack) as desk, await desk.browser("viewer", "184-VHTT") as viewer:
        text = main_of((await viewer.get(f"/bao-cao/vhtt-van-quan/2024/{COMMUNE}")).text)
        assert (await viewer.get(f"/bao-cao/{CT27}/2024/{COMMUNE}")).status_code == 403
    for own in ("3 so với 30", "Ghi chú trong"):
        assert own in text, own
    for foreign in ("98.765", "Ghi chú ngoài", "ít hơn một số khác", "còn 7 điều", "số ước"):
        assert foreign not in text, foreign


async def test_a_report_that_does_not_count_has_no_remarks_in_the_api(stack: Stack) -> None:
    await stack.put(
        reports=[entered(values={"gd_ngay_cong": 1}, notes={"gd_ngay_cong": "x"}), builders.report(events.RETURNED, reason="Sai", at=NOW)]
    )
    async with entry_desk.desk(stack) as desk, await desk.browser("officer", COMMUNE) as officer:
        answer = (await officer.get(f"/api/v1/reports/{CT27}/2024/{COMMUNE}")).json()
    assert (answer["state"], answer["notes"], answer["status"], "entered_by" in answer) == ("returned", {}, {}, False)


async def test_a_view_and_its_files_say_how_much_of_a_figure_is_estimated(stack: Stack) -> None:
    document = builders.view()
    figures = document["indicators"] | {"gd_ngay_cong": document["indicators"]["gd_ngay_cong"] | {"estimated": Decimal128("41.2")}}
    await stack.put(views=[document | {"indicators": figures}])
    path = f"/bang/{CT27}/2024/{DISTRICT}"
    async with entry_desk.desk(stack) as desk, await desk.browser("viewer", DISTRICT) as viewer:
        page, table, book = [await viewer.get(path + ending) for ending in ("", ".csv", ".xlsx")]
        answer = (await viewer.get(f"/api/v1/views/{CT27}/2024/{DISTRICT}")).json()
    assert '<span class="badge late">ước 41,2 %</span>' in page.text
    assert page.text.count("badge late") == 1
    rows = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert [row["Mã chỉ tiêu"] for row in rows if row["Phần ước (%)"] == "41,2"] == ["gd_ngay_cong"]
    with zipfile.ZipFile(io.BytesIO(book.content)) as packed:
        assert b"<v>41.2</v>" in packed.read("xl/worksheets/sheet1.xml")
    assert answer["indicators"]["gd_ngay_cong"]["estimated"] == "41.2"
    assert "estimated" not in answer["indicators"]["gd_dat_hien"]


async def test_outliers_are_said_only_to_whoever_reads_everything_below(stack: Stack) -> None:
    assert COMMUNE in COMMUNES
    reports = [
        builders.report(unit=unit, values={"gd_ngay_cong": 98765 if unit == COMMUNES[0] else 100}, at=NOW - timedelta(days=1))
        for unit in COMMUNES
    ]
    await stack.put(views=[builders.view()], reports=reports)
    name, path = builders.registry().ids[COMMUNES[0]][-1].name, f"/bang/{CT27}/2024/{DISTRICT}"
    async with entry_desk.desk(stack) as desk:
        seen = {}
        for who in (("reviewer", RECIPIENT), ("viewer", DISTRICT), ("officer", COMMUNES[1]), ("officer", COMMUNES[0])):
            async with await desk.browser(*who) as person:
                answer = await person.get(path)
                assert answer.status_code == 200, who
                seen[who] = main_of(answer.text)
    for text in (seen["reviewer", RECIPIENT], seen["viewer", DISTRICT]):
        section = text[text.index('id="khac-xa"') :].partition("</section>")[0]
        assert name in section
        assert "98.765" in section
        assert "quá 5 lần độ phân tán" in section
    for unit in COMMUNES[:2]:  # they read the total above, as the regime says
        assert "khac-xa" not in seen["officer", unit]
        assert "98.765" not in seen["officer", unit]


async def test_duties_lead_to_the_form_of_whoever_may_enter_the_report(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(COMMUNE), builders.duty("06280")])
    links = {}
    async with entry_desk.desk(stack) as desk:
        for who in (("officer", COMMUNE), ("reviewer", RECIPIENT), ("viewer", DISTRICT)):
            async with await desk.browser(*who) as person:
                links[who[0]] = main_of((await person.get(f"/nghia-vu?regime={CT27}")).text)
    assert links["officer"].count(">Nhập báo cáo<") == links["officer"].count(f"/bieu-mau/{CT27}/2024/{COMMUNE}") > 0
    assert f"/bieu-mau/{CT27}/2024/06280" in links["reviewer"]
    assert ">Nhập thay<" in links["reviewer"]
    assert "/bieu-mau/" not in links["viewer"]
