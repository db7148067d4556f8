from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from services.portal.reading.store import as_json
from shared.wire import events, subjects
from tests import hostile
from tests.hostile import Hostile
from tests.portal import builders
from tests.portal.builders import AFTER, BEFORE, CT27, report
from tests.portal.conftest import Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")

API = "/api/v1"


async def get(stack: Stack, path: str, status: int = 200) -> Any:
    answer = await stack.http.get(API + path)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.stores
async def test_a_view_has_exactly_the_shape_of_the_design(stack: Stack) -> None:
    await stack.put(views=[builders.view()])
    view = await get(stack, f"/views/{CT27}/2024/184")
    assert set(view) == {"regime", "period", "unit", "position", "updated_at", "hash", "reporting", "indicators", "narratives"}
    assert view["updated_at"] == "2024-12-10T02:30:00.000Z"
    assert view["reporting"]["rate"] == "59.1"
    assert view["indicators"]["gd_tien_tai_tro"]["total"] == "1532.750"
    assert view["indicators"]["gd_dat_hien"]["total"] == "0.0"
    assert view["indicators"]["gd_ngay_cong"]["total"] == 4210
    assert view["indicators"]["yt_von_xhh"]["total"] is None


@pytest.mark.stores
async def test_a_view_that_no_event_has_touched_has_no_time(stack: Stack) -> None:
    await stack.put(views=[builders.view(updated_at=None)])
    assert (await get(stack, f"/views/{CT27}/2024/184"))["updated_at"] is None


@pytest.mark.stores
async def test_children_are_views_below_and_the_reports_of_units_below(stack: Stack) -> None:
    await stack.put(views=[builders.view(), builders.view("20")], reports=builders.season())
    above = await get(stack, f"/views/{CT27}/2024/20/children")
    assert [view["unit"]["code"] for view in above["views"]] == ["184"]
    assert above["units"] == []
    below = await get(stack, f"/views/{CT27}/2024/184/children")
    assert below["views"] == []
    assert len(below["units"]) == 22
    first, second = below["units"][:2]
    assert first == {
        "unit": {"id": "06253", "code": "06253", "name": "Thị trấn Văn Quan", "level": "commune", "parent": "184"},
        "state": "on_time",
        "received": True,
        "counts": True,
        "revision": 1,
        "received_at": "2024-12-10T02:30:00.000Z",
        "on_time": True,
        "deadline": "2024-12-19T17:00:00.000Z",
    }
    assert (second["state"], second["on_time"]) == ("late", False)


async def test_a_view_that_cannot_be_read_does_not_take_the_lists_with_it(stack: Stack) -> None:
    """A newer version wrote it, or a person changed it."""
    strange = builders.view()
    strange["indicators"] |= {"la": {"kind": "unknown"}}
    await stack.put(views=[builders.view("20"), strange], reports=builders.season())

    assert (await get(stack, f"/views/{CT27}/2024/20/children", status=404))["code"] == "door.no_such_view"
    assert (await stack.http.get("/")).status_code == 200
    assert (await get(stack, f"/views/{CT27}/2024/184", status=500))["code"] == "door.fault"


async def test_a_report_tells_its_figures_and_its_history(stack: Stack) -> None:
    await stack.put(
        reports=[
            report(values={"gd_ngay_cong": 5}, narratives={"kho_khan": "Thiếu vốn"}),
            report(revision=2, at=AFTER, values={"gd_ngay_cong": 7}),
        ]
    )
    found = await get(stack, f"/reports/{CT27}/2024/06253")
    assert (found["counts"], found["revision"], found["on_time"]) == (True, 2, True)
    assert (found["values"], found["narratives"]) == ({"gd_ngay_cong": 7}, {})
    assert [(step["revision"], step["type"]) for step in found["history"]] == [(1, events.SUBMITTED), (2, events.SUBMITTED)]
    assert found["history"][0]["event_id"] == "submitted-0001-06253"


async def test_a_returned_report_has_no_standing_figures_and_tells_why(stack: Stack) -> None:
    returned = report(events.RETURNED, sender="184-TCKH", at=AFTER, reason="Sai số thôn", fix_by="2024-12-28")
    await stack.put(reports=[report(values={"gd_ngay_cong": 5}), returned])
    found = await get(stack, f"/reports/{CT27}/2024/06253")
    assert (found["state"], found["counts"], found["values"]) == ("returned", False, {})
    assert found["history"][1] | {"event_id": "", "position": {}} == {
        "event_id": "",
        "sender": "184-TCKH",
        "type": events.RETURNED,
        "revision": 1,
        "received_at": "2024-12-21T02:30:00.000Z",
        "position": {},
        "reason": "Sai số thôn",
        "fix_by": "2024-12-28",
    }


@pytest.mark.stores
async def test_a_derived_regime_reads_its_sources_report_as_far_as_it_goes(stack: Stack) -> None:
    await stack.put(reports=[report(values={"gd_ngay_cong": 5, "vh_cau_lac_bo": 3}, narratives={"kho_khan": "x"})])
    found = await get(stack, "/reports/vhtt-van-quan/2024/06253")
    assert (found["regime"], found["values"]) == ("vhtt-van-quan", {"vh_cau_lac_bo": 3})
    assert found["deadline"] is None


@pytest.mark.stores
async def test_an_extension_moves_one_units_deadline(stack: Stack) -> None:
    extended = report(events.EXTENDED, sender="184-TCKH", revision=0, until="2024-12-31", reason="Lũ")
    await stack.put(reports=[extended, report(at=AFTER, values={"gd_ngay_cong": 5})])
    found = await get(stack, f"/reports/{CT27}/2024/06253")
    assert (found["state"], found["deadline"]) == ("on_time", "2024-12-31T17:00:00.000Z")


async def test_a_deadline_that_notify_wrote_goes_before(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(extended_to=AFTER)])
    assert (await get(stack, f"/reports/{CT27}/2024/06253"))["deadline"] == "2024-12-21T02:30:00.000Z"


async def test_an_on_call_period_has_the_latest_deadline_it_was_opened_with(stack: Stack) -> None:
    def opened(name: str, deadline: str) -> dict[str, Any]:
        found = report(events.OPENED, unit="", sender="52-BCSD", regime="kl62-binh-dinh", revision=0, event_id=name, deadline=deadline)
        return found

    await stack.put(reports=[opened("opened-1", "2024-06-30"), opened("opened-2", "2024-06-15")])
    assert (await get(stack, "/reports/kl62-binh-dinh/2024/52-SYT"))["deadline"] == "2024-06-30T17:00:00.000Z"


@pytest.mark.stores
async def test_a_corrected_deadline_stands_instead_of_the_later_one_that_was_a_slip(stack: Stack) -> None:
    def opened(name: str, at: datetime, **data: Any) -> dict[str, Any]:
        found = report(events.OPENED, unit="", sender="52-BCSD", regime="kl62-binh-dinh", revision=0, event_id=name, at=at, **data)
        return found

    slip = opened("opened-1", BEFORE, deadline="2062-06-30")
    await stack.put(reports=[slip, opened("opened-2", AFTER, deadline="2026-06-30", corrects=True, reason="Gõ nhầm năm")])
    assert (await get(stack, "/reports/kl62-binh-dinh/2024/52-SYT"))["deadline"] == "2026-06-30T17:00:00.000Z"


async def test_a_corrected_extension_stands_instead_of_the_later_one_that_was_a_slip(stack: Stack) -> None:
    def extended(name: str, at: datetime, **data: Any) -> dict[str, Any]:
        return report(events.EXTENDED, sender="184-TCKH", revision=0, event_id=name, at=at, **data)

    slip = extended("extended-1", BEFORE, until="2062-12-31", reason="Lũ")
    await stack.put(reports=[slip, extended("extended-2", AFTER, until="2024-12-31", reason="Gõ nhầm năm", corrects=True)])
    found = await get(stack, f"/reports/{CT27}/2024/06253")
    assert found["deadline"] == "2024-12-31T17:00:00.000Z"
    assert [step.get("corrects") for step in found["history"]] == [None, True]
    assert "Sửa gia hạn" in (await stack.http.get(f"/bao-cao/{CT27}/2024/06253")).text


async def test_a_unit_that_does_not_report_has_no_report(stack: Stack) -> None:
    assert (await get(stack, f"/reports/{CT27}/2024/184-TCKH", 404))["code"] == "door.no_such_report"


async def test_duties_are_filtered_by_unit_period_and_regime(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(), builders.duty("06256")])
    assert len((await get(stack, "/duties"))["duties"]) == 2
    found = await get(stack, f"/duties?unit=06256&period=2024&regime={CT27}")
    assert [(duty["unit"]["code"], duty["deadline"]) for duty in found["duties"]] == [("06256", "2024-12-19T17:00:00.000Z")]
    assert (await get(stack, "/duties?period=2025"))["duties"] == []


async def publish(stack: Stack, number: int, unit: str = "184") -> int:
    event = {
        "specversion": "1.0",
        "id": f"feed-{number:04d}",
        "source": "/services/aggregate",
        "type": events.VIEW_UPDATED,
        "data": as_json(builders.view(sequence=number)),
    }
    ack = await stack.jetstream.publish(subjects.feed("20", CT27, "2024", unit), orjson.dumps(event))
    return ack.seq


def numbers(page: Any) -> list[int]:
    return [event["data"]["position"]["sequence"] for event in page["events"]]


async def test_the_feed_is_read_on_from_a_cursor(stack: Stack) -> None:
    last = [await publish(stack, number) for number in range(5)][-1]
    first = await get(stack, f"/feeds/20/{CT27}?limit=2")
    assert numbers(first) == [0, 1]
    rest = await get(stack, f"/feeds/20/{CT27}?after={first['cursor']}")
    assert numbers(rest) == [2, 3, 4]
    assert rest["cursor"] == str(last)
    assert await get(stack, f"/feeds/20/{CT27}?after={last}") == {"events": [], "cursor": str(last)}


@pytest.mark.stores
async def test_no_header_in_the_feed_ends_it(stack: Stack) -> None:
    after = await publish(stack, 0)
    subject = f"feed.20.{CT27}.2024.184".encode()
    for body in (b"{}", b"", b"{"):
        await hostile.publish(stack.settings.nats_servers[0], *[Hostile(subject, body, block) for block in hostile.HEADERS.values()])
    last = await publish(stack, 7)

    found, cursor = list[int](), str(after)
    while cursor != str(last):
        page = await get(stack, f"/feeds/20/{CT27}?after={cursor}")
        found, cursor = found + numbers(page), page["cursor"]

    assert found == [7]


async def test_the_feed_of_another_regime_is_not_seen(stack: Stack) -> None:
    await publish(stack, 1)
    assert (await get(stack, "/feeds/20/vhtt-van-quan"))["events"] == []


async def test_a_cursor_beyond_the_streams_end_is_refused(stack: Stack) -> None:
    assert (await get(stack, f"/feeds/20/{CT27}?after=999999999", 400))["code"] == "door.cursor_ahead"


HOSTILE = ["$ne", "*", ">", "a" * 5000, "\0", "{}", "..", " ", "184'", "x.y", "１８４"]


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a_hostile_name_is_refused(stack: Stack, hostile: str) -> None:
    name = quote(hostile, safe="") if hostile != ".." else "%2e%2e%2e"
    for path in (f"/views/{name}/2024/184", f"/views/{CT27}/{name}/184", f"/reports/{CT27}/2024/{name}", f"/feeds/{name}/{CT27}"):
        problem = await get(stack, path, 400)
        assert problem["code"] == "door.bad_query"
        assert problem["detail"]
        assert problem["detail_en"]
    await get(stack, f"/duties?unit={name}", 400)
    await get(stack, f"/feeds/20/{CT27}?after={name}", 422)


@pytest.mark.parametrize(
    "path",
    [
        "/views/no-such/2024/184",
        f"/views/{CT27}/2031/184",
        f"/views/{CT27}/2024/99999",
        f"/views/{CT27}/2024/20",
        "/feeds/99/" + CT27,
        "/feeds/20/no-such",
        "/x",
    ],
)
async def test_what_is_unknown_is_not_found(stack: Stack, path: str) -> None:
    answer = await stack.http.get(API + path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.stores
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/x", "door.not_found"),
        ("/lich/99999.ics", "door.not_found"),
        ("/api/v1/feeds/99/" + CT27, "door.no_such_unit"),
        ("/api/v1/feeds/184/" + CT27, "door.no_such_feed"),
        ("/api/v1/feeds/20/no-such", "report.unknown_regime"),
    ],
)
async def test_what_is_unknown_is_named_as_what_it_is(stack: Stack, path: str, code: str) -> None:
    assert (await stack.http.get(path)).json()["code"] == code


async def test_an_operator_in_a_query_finds_nothing(stack: Stack) -> None:
    await stack.put(duties=[builders.duty()])
    answer = await stack.http.get(API + "/duties?unit[$ne]=x")
    assert answer.status_code == 200
    await get(stack, "/duties?unit=%7B%22$ne%22:1%7D", 400)
