"""Tables (CSV) with reports, at the HTTP door on real servers: one stack for all."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import orjson
import pytest

from services.ingest import app as ingest_app
from services.ingest.doors import tables
from shared.shell.service import Connections
from shared.shell.settings import Settings
from tests import identities, scans, tabled
from tests.builders import COMMUNE, CT27, payload, submitted
from tests.identities import bearer
from tests.ingest.serving import JSON, serving
from tests.ingest.test_attachments import put
from tests.running import is_ready
from tests.sheets import files, test_table_form
from tests.waiting import until

Client = httpx2.AsyncClient
WHERE = "/v1/reports/csv"
OTHER = "06280"
AT_THE_DOOR = (
    "nothing",
    "NUL",
    "Windows-1258",
    "too many bytes",
    "one quoted cell of 5 MB",
    "a million rows",
    "a column that nobody knows",
)


@pytest.fixture
async def reads(known: Connections) -> str:
    """A key that may only read."""
    return await identities.put_key(known.database, COMMUNE, may=("read",))


@pytest.fixture
async def door(known: Connections, reads: str, settings: Settings) -> AsyncIterator[Client]:
    app = ingest_app.create_app(settings)
    async with serving(app, await identities.put_key(known.database, COMMUNE)) as client:
        await until(lambda: is_ready(app))
        yield client


async def taken(door: Client, text: str | bytes, query: str = "") -> dict[str, Any]:
    answer = await door.post(WHERE + query, content=text, headers={"content-type": "text/csv"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def told(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], error["path"]) for error in row["errors"]]


async def test_a_table_is_a_report_for_each_row_and_sent_again_a_repeat(known: Connections, door: Client) -> None:
    text = (
        "Chế độ;Kỳ;Mã đơn vị;Tiền tài trợ cho giáo dục;gd_ngay_cong;vh_nha_van_hoa_thon.numerator;vh_nha_van_hoa_thon.denominator;"
        "gd_ngay_cong.note;Khó khăn, vướng mắc\n"
        f'{CT27};2024;{COMMUNE};1.234,5;4.210;9;11;Thêm hai đợt;"Thiếu vốn; thiếu ""người"""\n'
        f"{CT27};2025;;;120;;;;\n"
    )
    tried = await taken(door, text, "?dry_run=true")
    assert [row["verdict"] for row in tried["receipts"]] == ["accepted", "accepted"]
    assert await known.database["receipts"].count_documents({}) == 0
    found = await taken(door, text)
    assert (found["accepted"], found["rejected"]) == (2, 0)
    first, second = found["receipts"]
    assert (first["line"], first["reporter"], first["revision"], first["unit"]) == (2, COMMUNE, 1, COMMUNE)
    stored = await known.database["receipts"].find_one({"event_id": first["event_id"]})
    assert stored is not None
    data = orjson.loads(stored["event"])["data"]
    assert data["values"] == {
        "gd_tien_tai_tro": "1234.500",
        "gd_ngay_cong": 4210,
        "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11},
    }
    assert data["notes"] == {"gd_ngay_cong": "Thêm hai đợt"}
    assert data["narratives"] == {"kho_khan": 'Thiếu vốn; thiếu "người"'}
    again = await taken(door, text.encode("utf-16"))  # as Excel saves it
    assert [row["verdict"] for row in again["receipts"]] == ["duplicate", "duplicate"]
    assert [row["event_id"] for row in again["receipts"]] == [first["event_id"], second["event_id"]]
    assert (again["accepted"], again["rejected"]) == (2, 0)
    corrected = await taken(door, text.replace("4.210", "4.211"))
    assert [(row["verdict"], row["revision"]) for row in corrected["receipts"]] == [("accepted", 2), ("duplicate", 1)]


async def test_a_table_with_a_row_for_each_figure_is_one_report_for_each_unit(known: Connections, door: Client) -> None:
    text = (
        "\ufeffregime,period,unit,indicator,value,numerator,denominator,status,note,reason\r\n"
        f"{CT27},2024,{COMMUNE},gd_ngay_cong,340,,,,Đã rà soát,Nhập thiếu\r\n"
        f'{CT27},2024,6253,Tiền tài trợ cho giáo dục,"1,234.5",,,,,\r\n'  # the zero in front was lost
        f"{CT27},2024,,vh_nha_van_hoa_thon,,9,11,,,\r\n"
        f"{CT27},2024,,kho_khan,Thiếu vốn,,,,,\r\n"
    )
    found = await taken(door, text, "?decimal=point")
    [row] = found["receipts"]
    assert row["verdict"] == "accepted", row
    stored = await known.database["receipts"].find_one({"event_id": row["event_id"]})
    assert stored is not None
    data = orjson.loads(stored["event"])["data"]
    assert data["values"]["gd_tien_tai_tro"] == "1234.500"
    assert (data["narratives"], data["reason"]) == ({"kho_khan": "Thiếu vốn"}, "Nhập thiếu")


async def test_the_form_as_a_table_is_filled_and_sent_back(known: Connections, door: Client) -> None:
    blank = await door.get(f"/v1/forms/{CT27}/2024/{COMMUNE}.csv")
    assert (blank.status_code, blank.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert f'filename="{CT27}_2024_{COMMUNE}.csv"' in blank.headers["content-disposition"]
    asked = files.asked()
    values = {"gd_ngay_cong": "4210", "gd_tien_tai_tro": "1234.5", "vh_nha_van_hoa_thon": {"numerator": "9", "denominator": "11"}}
    given = test_table_form.filled(blank.content, asked, {"values": values, "narratives": {"kho_khan": "Thiếu vốn;\nthiếu người."}})
    found = await taken(door, given)
    [row] = found["receipts"]
    assert row["verdict"] == "accepted", row
    stored = await known.database["receipts"].find_one({"event_id": row["event_id"]})
    assert stored is not None
    data = orjson.loads(stored["event"])["data"]
    sent = {"gd_ngay_cong": 4210, "gd_tien_tai_tro": "1234.500", "vh_nha_van_hoa_thon": {"numerator": 9, "denominator": 11}}
    assert (data["values"], data["narratives"]) == (sent, {"kho_khan": "Thiếu vốn;\nthiếu người."})
    for where in (f"{CT27}/2024/06280", "nowhere/2024/" + COMMUNE, f"{CT27}/1999/{COMMUNE}"):
        assert (await door.get(f"/v1/forms/{where}.csv")).status_code in (403, 404), where


async def test_a_table_sent_again_is_a_repeat_also_when_a_scan_was_attached_meanwhile(known: Connections, door: Client) -> None:
    text = f"regime;period;revision;gd_ngay_cong\n{CT27};2024;1;5\n"
    [first] = (await taken(door, text))["receipts"]
    scan = await put(known, scans.pdf())
    later = payload(submitted(revision=2, values={"gd_ngay_cong": 5}, attachments=[scan]))
    assert (await door.post("/v1/reports", content=later, headers=JSON)).status_code == 201
    [again] = (await taken(door, text))["receipts"]
    assert (again["verdict"], again["event_id"]) == ("duplicate", first["event_id"])


async def test_what_is_wrong_is_said_by_line_and_column_and_touches_no_other_row(known: Connections, door: Client) -> None:
    text = (
        "regime;period;unit;revision;gd_ngay_cong;gd_tien_tai_tro;vh_nha_van_hoa_xa;kho_khan\n"
        f"{CT27};2024;{COMMUNE};1;1,5;1.234;chưa biết;\n"
        f"{CT27};2024;{OTHER};1;5;;;\n"
        f"{CT27};2025;;x;5;;;\n"
        "khong-co;2024;;1;5;;;\n"
        f"{CT27};2031;;1;5;;;\n"
        ";2024;;1;5;;;\n"
        f"{CT27};2025;;1;=1+2;;;=HYPERLINK()\n"
        f"{CT27};2025;;1;-5;;;\n"
        f"{CT27};2025;;1;7;;;=cmd|' /C calc'!A0\n"
        f"{CT27};2025;;1\n"
        f"{CT27};2025;;1;7;;;;thừa\n"
    )
    found = await taken(door, text)
    by_line = {row["line"]: row for row in found["receipts"]}
    assert told(by_line[2]) == [
        ("report.whole_number", "2:5"),
        ("report.ambiguous_number", "2:6"),
        ("table.not_a_flag", "2:7"),
    ]
    assert told(by_line[3]) == [("table.other_unit", "3:3")]
    assert told(by_line[4]) == [("table.wrong_revision", "4:4")]
    assert told(by_line[5]) == [("report.unknown_regime", "5:1")]
    assert told(by_line[6]) == [("report.unknown_period", "6:2")]
    assert told(by_line[7]) == [("table.no_key", "7:1")]
    assert told(by_line[8]) == [("report.unreadable_number", "8:5")]
    assert told(by_line[9]) == [("table.repeated_report", "9")]
    assert told(by_line[10]) == [("table.repeated_report", "10")]
    assert told(by_line[11]) == [("table.fewer_cells", "11")]
    assert told(by_line[12]) == [("table.more_cells", "12:9")]
    assert (found["accepted"], found["rejected"]) == (0, 11)
    assert await known.database["receipts"].count_documents({}) == 0
    judged = await taken(door, f"regime;period;gd_ngay_cong;kho_khan\n{CT27};2024;-5;x\n{CT27};2025;7;=cmd|' /C calc'!A0\n")
    assert told(judged["receipts"][0]) == [("report.out_of_range", "2:3")]  # said by ingest, of the cell
    assert judged["receipts"][1]["verdict"] == "accepted"  # a text is a text
    assert (judged["accepted"], judged["rejected"]) == (1, 1)
    again = await taken(door, f"regime;period;gd_ngay_cong;kho_khan\n{CT27};2024;-5;x\n")
    assert again["receipts"][0]["event_id"] != judged["receipts"][0]["event_id"]  # it is judged anew, not refused for ever


async def test_a_file_that_is_no_table_is_refused_as_a_whole_and_nothing_is_sent(known: Connections, door: Client, reads: str) -> None:
    for name in AT_THE_DOOR:
        code, content = tabled.REFUSED[name]
        answer = await door.post(WHERE, content=content, headers={"content-type": "text/csv; charset=utf-8"})
        body = answer.json()
        assert answer.status_code in (413, 422), (name, answer.text)
        assert {code, "confined.too_heavy"} & {error["code"] for error in body["errors"]}, (name, body)  # a busy machine ends it first
        assert len(answer.content) < 200_000
    good = f"regime;period;gd_ngay_cong\n{CT27};2024;1\n"
    for query in ("?dryrun=true", "?dry_run=1", "?dry_run=true&dry_run=false", "?decimal=dot"):
        refused = await door.post(WHERE + query, content=good, headers={"content-type": "text/csv"})
        assert (refused.status_code, refused.json()["code"]) == (400, "table.bad_parameter"), query
    as_json = await door.post(WHERE, content=good, headers=JSON)
    packed = await door.post(WHERE, content=good, headers={"content-type": "text/csv", "content-encoding": "gzip"})
    assert [as_json.json()["code"], packed.json()["code"]] == ["table.not_csv", "door.encoded"]
    assert (await door.post(WHERE, content=good, headers={"content-type": "text/csv", **bearer(reads)})).status_code == 403
    assert await known.database["receipts"].count_documents({}) == 0
    many = "regime;period;unit;gd_ngay_cong\n" + "".join(f"{CT27};2024;{number};1\n" for number in range(tables.MOST_TRIED + 1))
    answer = await door.post(f"{WHERE}?dry_run=true", content=many, headers={"content-type": "text/csv"})
    assert answer.json()["code"] == "table.too_many_to_try"
    large = await taken(door, "regime;period;unit;gd_ngay_cong\n" + "".join(f"{CT27};2024;X{number};1\n" for number in range(19_999)))
    assert (large["accepted"], large["rejected"]) == (0, 19_999)
    one = await door.post("/v1/reports", content=payload(submitted()), headers=JSON)
    assert one.status_code in (201, 202)  # the door is as before


async def test_a_unit_has_one_table_read_at_a_time(known: Connections, door: Client) -> None:
    """Or one unit's tables would keep the readers from everybody else's files."""
    text = f"regime;period;gd_ngay_cong\n{CT27};2024;1\n"

    async def send() -> httpx2.Response:
        return await door.post(f"{WHERE}?dry_run=true", content=text, headers={"content-type": "text/csv"})

    answers = await asyncio.gather(*(send() for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200, 429, 429, 429]
    assert (answers[1].json()["code"], answers[1].headers["retry-after"]) == ("sheet.one_at_a_time", "2")
    assert (await send()).status_code == 200
