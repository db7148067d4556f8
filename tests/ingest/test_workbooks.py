"""The form as a workbook over HTTP: out, filled, and in again, on real servers."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import orjson
import pytest

from shared.plumbing.sheet_store import MOST_OF_OWNER
from shared.sheets import reading
from shared.sheets.writing import MEDIA_TYPE
from shared.shell.service import Connections
from shared.wire import collection_names, subjects
from tests import scans
from tests.builders import COMMUNE, CT27, RECIPIENT, returned, submitted
from tests.identities import bearer
from tests.ingest.test_attachments import put
from tests.ingest.test_form_routes import FORM, Door, door
from tests.sheets import files, hostile, quine

__all__ = ["door"]

XLSX = {"content-type": MEDIA_TYPE}
SAID: dict[str, object] = {"v.gd_ngay_cong": "1.234", "v.gd_tien_tai_tro": 12.5, "t.kho_khan": "Thiếu kinh phí."}


async def blank(door: Door) -> bytes:
    answer = await door.get(f"{FORM}.xlsx")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    assert answer.headers["content-disposition"] == 'attachment; filename="ct27-van-quan_2024_06253.xlsx"'
    return answer.content


async def send(door: Door, given: bytes, query: str = "", unit: str = COMMUNE, **headers: str) -> httpx2.Response:
    return await door.client.post(f"/v1/reports/xlsx{query}", content=given, headers=XLSX | bearer(door.keys[unit]) | headers)


async def tried(door: Door, given: bytes) -> dict[str, Any]:
    answer = await send(door, given, "?dry_run=true")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def codes(door: Door, given: bytes, unit: str = COMMUNE) -> tuple[int, list[str]]:
    answer = await send(door, given, unit=unit)
    return answer.status_code, [error["code"] for error in answer.json()["errors"]]


async def receipts(door: Door) -> int:
    return (await door.form())["next_revision"] - 1  # type: ignore[no-any-return]


async def test_a_filled_form_becomes_the_units_report_once(door: Door) -> None:
    given = files.filled(await blank(door), SAID)
    assert ((await tried(door, given))["verdict"], await receipts(door)) == ("accepted", 0)

    first = await send(door, given)
    assert first.status_code == 201, first.text
    again = await send(door, given)
    assert (again.status_code, again.json()["verdict"]) == (200, "duplicate")
    assert again.json()["event_id"] == first.json()["event_id"]

    form = await door.form()
    assert (form["standing_revision"], form["next_revision"]) == (1, 2)
    assert form["standing"]["values"] == {"gd_ngay_cong": 1234, "gd_tien_tai_tro": "12.500"}
    assert form["standing"]["narratives"] == {"kho_khan": "Thiếu kinh phí."}

    late = await send(door, files.filled(given, {"v.gd_ngay_cong": 9}))
    assert late.status_code == 409
    assert late.json()["code"] == "sheet.revision_taken"
    assert late.json()["differences"] == [{"code": "gd_ngay_cong", "now": 1234, "then": "9"}]
    assert "1.234; trong tệp: 9" in late.json()["detail"]

    correction = await blank(door)
    back = files.read(correction)
    assert (back.values["gd_ngay_cong"], back.narratives) == ("1234", {"kho_khan": "Thiếu kinh phí."})
    assert (await send(door, files.filled(correction, {"v.gd_ngay_cong": 9}))).status_code == 201
    await door.send(returned(revision=2, fix_by="2030-12-18"))
    assert files.read(await blank(door)).values["gd_ngay_cong"] == "9"


async def test_wrong_cells_are_named_and_the_file_comes_back_marked(door: Door) -> None:
    empty = await blank(door)
    where = files.cells_of(empty)
    wrong = {"v.gd_ngay_cong": "hai", "v.gd_tien_tai_tro": "1.234", "n.vh_nha_van_hoa_thon": 3}
    answer = await send(door, files.filled(empty, wrong))
    assert answer.status_code == 422
    assert [(error["code"], error["path"]) for error in answer.json()["errors"]] == [
        ("report.ambiguous_number", f"Biểu!{where['v.gd_tien_tai_tro']}"),
        ("report.unreadable_number", f"Biểu!{where['v.gd_ngay_cong']}"),
    ]
    marked = await door.get(answer.json()["marked"])
    assert (marked.status_code, marked.headers["content-type"]) == (200, MEDIA_TYPE)
    assert [fault.code for fault in files.read(marked.content).faults] == ["report.ambiguous_number", "report.unreadable_number"]
    assert (await door.get(answer.json()["marked"], RECIPIENT)).status_code == 404
    assert (await door.get("/v1/sheets/none")).json()["code"] == "sheet.gone"

    judged = await send(door, files.filled(empty, {"v.gd_tien_tai_tro": 1.23456, "n.vh_nha_van_hoa_thon": 3, "v.gd_ngay_cong": -5}))
    found = {error["code"]: error["path"] for error in judged.json()["errors"]}
    assert judged.status_code == 422
    assert found["report.too_many_decimals"] == f"Biểu!{where['v.gd_tien_tai_tro']}"
    assert found["event.missing_field"] == f"Biểu!{where['d.vh_nha_van_hoa_thon']}"
    assert f"Biểu!{where['v.gd_ngay_cong']}" in {error["path"] for error in judged.json()["errors"]}
    assert await receipts(door) == 0


async def test_a_dry_run_has_a_verdict_whatever_is_wrong_with_a_form_that_can_be_read(door: Door) -> None:
    empty = await blank(door)
    where = files.cells_of(empty)
    unread = await tried(door, files.filled(empty, {"v.gd_ngay_cong": "hai", "v.gd_tien_tai_tro": "=1+1"}))
    assert (unread["verdict"], unread["changes"], unread["warnings"]) == ("rejected", [], [])
    assert [(error["code"], error["path"]) for error in unread["errors"]] == [
        ("sheet.not_computed", f"Biểu!{where['v.gd_tien_tai_tro']}"),
        ("report.unreadable_number", f"Biểu!{where['v.gd_ngay_cong']}"),
    ]
    marked = await door.get(unread["marked"])
    assert [fault.code for fault in files.read(marked.content).faults] == ["sheet.not_computed", "report.unreadable_number"]

    judged = await tried(door, files.filled(empty, {"v.gd_tien_tai_tro": 1.23456}))
    assert (judged["verdict"], judged["changes"]) == ("rejected", [])
    assert [(error["code"], error["path"]) for error in judged["errors"]] == [
        ("report.too_many_decimals", f"Biểu!{where['v.gd_tien_tai_tro']}")
    ]
    assert (await door.get(judged["marked"])).status_code == 200
    assert await receipts(door) == 0

    sent = files.filled(empty, SAID)
    assert (await send(door, sent)).status_code == 201
    assert (await tried(door, sent))["verdict"] == "duplicate"
    late = await tried(door, files.filled(empty, {"v.gd_ngay_cong": 9}))
    assert (late["verdict"], late["errors"][0]["code"]) == ("rejected", "sheet.revision_taken")
    assert {"code": "gd_ngay_cong", "now": 1234, "then": "9"} in late["differences"]
    assert await receipts(door) == 1


async def test_a_dry_run_of_what_is_no_form_of_the_unit_is_refused_as_sending_it_is(door: Door) -> None:
    empty = await blank(door)
    for given, unit, wanted in (
        (b"a", COMMUNE, (422, "sheet.not_a_workbook")),
        (hostile.overlapping(), COMMUNE, (422, "sheet.unpacks_too_much")),
        (hostile.stamped(visible="", hidden=""), COMMUNE, (422, "sheet.stamps_differ")),
        (empty, RECIPIENT, (403, "sheet.other_form")),
        (bytes(5 * 2**20 + 1), COMMUNE, (413, "sheet.too_large")),
    ):
        for query in ("", "?dry_run=true"):
            answer = await send(door, given, query, unit)
            assert (answer.status_code, answer.json()["code"]) == wanted, query
    nowhere = files.stamped_for(empty, "khong-co")
    assert (await send(door, nowhere)).status_code == 404
    found = await tried(door, nowhere)
    assert (found["verdict"], [error["code"] for error in found["errors"]]) == ("rejected", ["report.unknown_regime"])


async def test_what_is_not_the_units_form_is_refused_and_nothing_is_stored(door: Door) -> None:
    empty = await blank(door)
    assert await codes(door, empty, RECIPIENT) == (403, ["sheet.other_form"])
    assert await codes(door, b"a") == (422, ["sheet.not_a_workbook"])
    assert await codes(door, hostile.old_format()) == (422, ["sheet.old_format"])
    assert await codes(door, bytes(5 * 2**20 + 1)) == (413, ["sheet.too_large"])
    assert await codes(door, hostile.overlapping()) == (422, ["sheet.unpacks_too_much"])
    assert await codes(door, hostile.stamped(visible="", hidden="")) == (422, ["sheet.stamps_differ"])
    assert (await send(door, empty, **{"content-type": "multipart/form-data"})).json()["code"] == "sheet.media_type"
    assert (await send(door, empty, **{"content-encoding": "gzip"})).status_code == 415
    assert (await send(door, empty, "?dryrun=true")).json()["code"] == "dry_run.bad_parameter"
    assert (await door.get(f"/v1/forms/ct27-van-quan/2024/{RECIPIENT}.xlsx")).status_code == 403
    assert (await door.get("/v1/forms/none/2024/06253.xlsx")).status_code == 404
    assert await receipts(door) == 0


@pytest.mark.parametrize("make", [quine.made, hostile.quine_of_types])
async def test_a_file_that_contains_itself_is_refused_at_every_door_and_changes_nothing(
    known: Connections, door: Door, make: Callable[[], bytes]
) -> None:
    before = await everything(known)
    for address, kind, statuses in (
        ("/v1/reports/xlsx", MEDIA_TYPE, {422}),
        ("/v1/reports/xlsx?dry_run=true", MEDIA_TYPE, {422}),
        ("/v1/reports/csv", "text/csv", {422}),
        ("/v1/reports/csv?dry_run=true", "text/csv", {422}),
        ("/v1/attachments", "application/pdf", {415, 422}),
        ("/v1/reports", "application/cloudevents+json", {400}),
        ("/v1/reports?dry_run=true", "application/cloudevents+json", {400}),
    ):
        answer = await door.client.post(address, content=make(), headers={"content-type": kind} | bearer(door.keys[COMMUNE]))
        assert answer.status_code in statuses, (address, answer.text)
        assert answer.json()["errors"], address
    assert await everything(known) == before


async def everything(known: Connections) -> dict[str, int]:
    """How much is stored, but when a key was last used and how often a unit was refused."""
    names = {*await known.database.list_collection_names()} - {collection_names.CREDENTIAL_USES, collection_names.PARKED_COUNTS}
    counts = {name: count for name in names if (count := await known.database[name].count_documents({}))}
    return counts | {name: await known.streams.last_sequence(name) for name in (subjects.INBOX, subjects.REPORTS)}


async def test_an_older_form_comes_back_as_a_new_one_with_its_figures(door: Door, monkeypatch: Any) -> None:
    given = files.filled(await blank(door), SAID)
    monkeypatch.setattr(reading, "changed", lambda *_: ["Tiền tài trợ cho giáo dục"])
    answer = await send(door, given)
    assert (answer.status_code, answer.json()["code"]) == (422, "sheet.other_version")
    renewed = files.read((await door.get(answer.json()["renewed"])).content)
    assert renewed.values == {"gd_ngay_cong": "1234", "gd_tien_tai_tro": "12.5"}
    found = await tried(door, given)
    assert (found["verdict"], found["errors"][0]["code"]) == ("rejected", "sheet.other_version")
    assert files.read((await door.get(found["renewed"])).content).values == renewed.values


async def test_a_unit_has_one_file_read_at_a_time(door: Door) -> None:
    given = files.filled(await blank(door), SAID)
    answers = await asyncio.gather(*(send(door, given, "?dry_run=true") for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200, 429, 429, 429]
    assert answers[1].json()["code"] == "sheet.one_at_a_time"
    assert answers[1].headers["retry-after"] == "2"
    assert (await send(door, given, "?dry_run=true")).status_code == 200


async def test_a_unit_has_only_some_files_kept(door: Door, monkeypatch: Any) -> None:
    wrong = files.filled(await blank(door), {"v.gd_ngay_cong": "hai"})
    made = [(await send(door, wrong)).json()["marked"] for _ in range(3)]
    assert [(await door.get(one)).status_code for one in made] == [200, 200, 200]
    monkeypatch.setattr("shared.plumbing.sheet_store.MOST_OF_OWNER", 2)
    await send(door, wrong)
    assert [(await door.get(one)).status_code for one in made] == [404, 404, 200]
    assert MOST_OF_OWNER == 20


async def test_a_file_that_was_refused_by_time_can_be_sent_again(door: Door) -> None:
    """What ingest would reject is not sent, so its id is not used up."""
    form = f"/v1/forms/ct27-van-quan/2030/{COMMUNE}"
    early = files.filled((await door.get(f"{form}.xlsx")).content, {"v.gd_ngay_cong": 3})
    first, second = await send(door, early), await send(door, early)
    assert (first.status_code, second.status_code) == (422, 422)
    assert (await door.form(form))["next_revision"] == 1


async def test_a_correction_by_workbook_keeps_the_reports_attachments(known: Connections, door: Door) -> None:
    """A workbook cannot say anything about them, as a table cannot."""
    scan, other = await put(known, scans.pdf()), await put(known, scans.pdf("hai"))
    await door.send(submitted(attachments=[scan]))
    correction = files.filled(await blank(door), {"v.gd_ngay_cong": 9})
    assert (await send(door, correction)).status_code == 201
    assert await attached(known, 2) == [scan["ref"]]
    await door.send(submitted(revision=3, attachments=[other]))
    again = await send(door, correction)
    assert (again.status_code, again.json()["verdict"]) == (200, "duplicate")
    assert await attached(known, 3) == [other["ref"]]


async def attached(known: Connections, revision: int) -> list[str]:
    [claim] = await known.database["receipts"].find({"revision": revision, "verdict": "accepted"}).to_list(None)
    return [one["ref"] for one in orjson.loads(claim["event"])["data"].get("attachments", ())]


async def test_figures_that_a_table_was_refused_for_too_early_can_come_by_workbook(known: Connections, door: Door) -> None:
    """Both have the same id first; a rejection is of its time."""
    form = f"/v1/forms/{CT27}/2030/{COMMUNE}"
    text = f"regime;period;gd_ngay_cong\n{CT27};2030;3\n"
    headers = {"content-type": "text/csv"} | bearer(door.keys[COMMUNE])
    [row] = (await door.client.post("/v1/reports/csv", content=text, headers=headers)).json()["receipts"]
    assert [error["code"] for error in row["errors"]] == ["report.period_not_begun"]
    same = files.filled((await door.get(f"{form}.xlsx")).content, {"v.gd_ngay_cong": 3})
    tried = await send(door, same, "?dry_run=true")
    assert "first_verdict" not in tried.json(), tried.text
    refused = await send(door, same)
    assert (refused.status_code, "receipt" in refused.json()) == (422, False)  # judged anew, and nothing is sent
    assert await known.database["receipts"].count_documents({"regime": CT27, "period": "2030"}) == 1


async def test_what_differs_from_the_report_that_was_recorded_meanwhile_may_be_a_note(door: Door) -> None:
    given = await blank(door)
    assert (await send(door, files.filled(given, {"v.gd_ngay_cong": 9, "g.gd_ngay_cong": "Đã rà soát."}))).status_code == 201
    late = await send(door, files.filled(given, {"v.gd_ngay_cong": 9}))
    assert late.json()["differences"] == [{"code": "gd_ngay_cong.note", "now": "Đã rà soát.", "then": None}]
    assert "Ngày công lao động đóng góp cho giáo dục: giải trình" in late.json()["detail"]
