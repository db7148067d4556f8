import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from services.portal.domain.agenda import Agenda
from services.portal.http import caching
from services.portal.render import ical
from shared.words import texts, vietnamese
from shared.words.calendar import COMMON
from shared.words.periods import VIETNAM
from shared.words.principals import Role
from shared.words.regimes import Regime
from shared.words.units import Unit
from tests import identities
from tests.portal import builders
from tests.portal.builders import CT27, read_duty
from tests.portal.conftest import Stack

loop = pytest.mark.asyncio(loop_scope="session")
NOW = datetime(2024, 12, 10, 9, tzinfo=VIETNAM)
SITE = "http://portal:8000"


def unit(name: str = "Thị trấn Văn Quan") -> Unit:
    return replace(builders.registry().ids[builders.COMMUNE][-1], name=name)


def text_of(*documents: dict[str, Any], now: datetime = NOW, name: str = "Thị trấn Văn Quan", regime: Regime | None = None) -> bytes:
    found = Agenda([read_duty(document) for document in documents])
    return ical.feed(ical.About([unit(name)]), found, {CT27: regime or builders.regime()}, COMMON, SITE, now)


def events_of(body: bytes) -> list[Any]:
    check_lines(body)
    return Calendar.from_ical(body).walk("VEVENT")


def begun_events_of(body: bytes) -> list[Any]:
    """The events that are not announcements of a period to come."""
    return [event for event in events_of(body) if event["STATUS"] == "CONFIRMED"]


def check_lines(body: bytes) -> None:
    """RFC 5545, 3.1: lines end with CRLF and hold 75 octets at most; no letter is cut in two."""
    assert body.endswith(b"END:VCALENDAR\r\n")
    lines = body.split(b"\r\n")
    assert b"\r" not in b"".join(lines)
    assert b"\n" not in b"".join(lines)
    for line in lines[:-1]:
        assert 0 < len(line) <= 75
        line.decode("utf-8")


def test_a_duty_lasts_all_day_on_its_last_day() -> None:
    (event,) = events_of(text_of(builders.duty()))
    assert event["UID"] == f"{CT27}/2024/06253@tonghop"
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2024, 12, 19), date(2024, 12, 20))
    assert event["SUMMARY"] == f"Nộp báo cáo năm 2024: {builders.regime().title[:59].rstrip()}…"
    assert event["STATUS"] == "CONFIRMED"
    assert "Hạn: trước ngày 20/12/2024\nTình trạng: Chưa nộp" in event["DESCRIPTION"]
    assert event["URL"] == f"{SITE}/bao-cao/{CT27}/2024/06253"
    assert event.decoded("DTSTAMP") == NOW


def test_a_deadline_with_an_hour_stands_at_its_instant_in_vietnams_time() -> None:
    body = text_of(builders.duty(deadline=datetime(2024, 12, 21, 7, tzinfo=UTC)))
    (event,) = events_of(body)
    assert b"DTSTART;TZID=Asia/Ho_Chi_Minh:20241221T140000\r\n" in body
    assert event.decoded("DTSTART") == datetime(2024, 12, 21, 14, tzinfo=VIETNAM)


def test_the_time_zone_is_vietnams() -> None:
    body = text_of()
    check_lines(body)
    (zone,) = Calendar.from_ical(body).walk("VTIMEZONE")
    assert zone["TZID"] == "Asia/Ho_Chi_Minh"
    (standard,) = zone.walk("STANDARD")
    assert standard["TZOFFSETTO"].to_ical() == "+0700"
    assert b"DTSTART:19750613T000000\r\n" in body


def test_alarms_are_the_reminders_to_come() -> None:
    body = text_of(builders.duty())
    (event,) = events_of(body)
    alarms = [alarm.decoded("TRIGGER").astimezone(VIETNAM).strftime("%d/%m %H:%M") for alarm in event.walk("VALARM")]
    assert alarms == ["12/12 08:00", "16/12 08:00", "18/12 08:00", "19/12 08:00", "19/12 14:00"]
    assert b"TRIGGER;VALUE=DATE-TIME:20241212T010000Z\r\n" in body
    assert all(alarm["ACTION"] == "DISPLAY" and alarm["DESCRIPTION"] for alarm in event.walk("VALARM"))


def test_a_done_or_overdue_duty_has_no_alarm() -> None:
    for document, now in ((builders.received(), NOW), (builders.duty(), builders.AFTER)):
        (event,) = events_of(text_of(document, now=now))
        assert event.walk("VALARM") == []


def test_a_returned_report_stands_on_its_fix_by_day() -> None:
    fix_by = datetime(2024, 12, 28, tzinfo=VIETNAM) + timedelta(days=1)
    returned = builders.duty(returned={"revision": 1, "reason": "Sai", "fix_by": fix_by}, reminded_of=fix_by)
    (event,) = events_of(text_of(returned))
    assert event.decoded("DTSTART") == date(2024, 12, 28)
    assert event["SUMMARY"].startswith("Sửa và nộp lại báo cáo năm 2024: ")


names = st.text(max_size=300)
letters = st.text("aăâđêôơưộếẫữẶỚ ,;\\:\n\u202e\u0301", max_size=300)


@given(names | letters)
@example("Sở Lao động – Thương binh và Xã hội; phòng “Trẻ em, Bảo trợ”\\n" * 4)
def test_any_name_reads_back_in_a_reader_that_is_not_the_writer(name: str) -> None:
    seen = vietnamese.shown(name).replace("\t", " ")
    body = text_of(builders.duty(unit={"id": "1", "code": "1", "name": f"X{name}"}), name=f"X{name}")
    (event,) = events_of(body)
    assert str(event["DESCRIPTION"]).startswith(f"Đơn vị: X{seen} (1)\nChế độ")
    calendar = vobject.readOne(body.decode())
    assert calendar.contents["name"][0].value == f"Hạn báo cáo: X{seen}"
    assert calendar.vevent.description.value.startswith(f"Đơn vị: X{seen} (1)\nChế độ")
    assert calendar.vevent.summary.value == f"Nộp báo cáo năm 2024: {builders.regime().title[:59].rstrip()}…"
    assert texts.forbidden(seen) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_an_instance_of_folding_cuts_no_letter(title: str) -> None:
    regime = builders.regime().model_copy(update={"title": f"Chế độ {title}"})
    body = text_of(builders.duty(), regime=regime)
    check_lines(body)
    seen = vietnamese.shown(title).replace("\t", " ")
    read = vobject.readOne(body.decode()).vevent
    assert f"\nChế độ báo cáo: Chế độ {seen}\nKỳ báo cáo: năm 2024\n" in read.description.value
    assert read.summary.value.startswith("Nộp báo cáo năm 2024: Chế độ")
    assert len(regime.title) > 60 or read.summary.value == f"Nộp báo cáo năm 2024: Chế độ {seen}"


def test_a_hostile_name_begins_no_line_of_its_own() -> None:
    hostile = "Xã A\r\nEND:VEVENT\r\nBEGIN:VEVENT;,\\n"
    body = text_of(builders.duty(unit={"id": "1", "code": "1", "name": hostile}), name=hostile)
    assert len(events_of(body)) == 1
    assert not any(line.startswith((b"END:VEVENT;", b"BEGIN:VEVENT;")) for line in body.split(b"\r\n"))


async def own(stack: Stack, *units: str) -> str:
    """The path of the calendar of an officer, of 06253 if no unit is named."""
    return await identities.calendar(stack.database, *(units or ("06253",)))


@loop
async def test_the_calendar_of_an_officer_at_two_units_names_the_unit_of_each_duty(stack: Stack) -> None:
    await stack.put(duties=[builders.duty(), builders.duty("06256"), builders.duty("06268")])
    body = (await stack.http.get(await own(stack, "06253", "06256"))).content
    summaries = {event["UID"]: event["SUMMARY"] for event in begun_events_of(body)}

    assert set(summaries) == {f"{CT27}/2024/06253@tonghop", f"{CT27}/2024/06256@tonghop"}
    assert all(" của " in summary for summary in summaries.values())
    assert all(" của " in event["SUMMARY"] for event in events_of(body))


@loop
@pytest.mark.parametrize("role", ["viewer", "reviewer", "operator"])
async def test_only_the_roles_of_an_officer_count_and_only_while_they_hold(stack: Stack, role: Role) -> None:
    await stack.put(duties=[builders.duty()])
    path = await own(stack)
    yesterday = datetime.now(VIETNAM).date() - timedelta(days=1)
    for grants in (
        [identities.grant(role, None if role == "operator" else "06253")],
        [identities.grant("officer", "06253", ends=yesterday)],
    ):
        digest = hashlib.sha256(path.removeprefix("/lich/").removesuffix(".ics").encode()).hexdigest()
        await stack.database["people"].update_one({"calendar_hash": digest}, {"$set": {"grants": grants}})
        assert events_of((await stack.http.get(path)).content) == []


@loop
async def test_the_calendar_of_a_revoked_person_is_unknown(stack: Stack) -> None:
    path = await own(stack)
    await stack.database["people"].update_many({"calendar": 1}, {"$set": {"revoked_at": datetime.now(UTC)}})

    assert (await stack.http.get(path)).status_code == 404


@loop
async def test_a_calendar_needs_no_session_and_is_not_shared(stack: Stack) -> None:
    async with httpx2.AsyncClient(base_url=stack.url) as http:
        answer = await http.get(await own(stack))

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")


def test_a_calendar_of_many_units_names_the_first_ones() -> None:
    assert ical.About([unit("Xã A"), unit("Xã B")]).name == "Xã A, Xã B"
    assert ical.About([unit(f"Xã {letter}") for letter in "ABCDE"]).name == "Xã A, Xã B, Xã C và 2 đơn vị khác"


@loop
async def test_a_units_calendar_has_what_it_owes_and_no_others(stack: Stack) -> None:
    long_done = builders.received("06253", _id=f"{CT27}/2023/06253", period="2023")
    await stack.put(duties=[builders.duty(), builders.duty("06256"), long_done])
    answer = await stack.http.get(await own(stack))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert [event["UID"] for event in begun_events_of(answer.content)] == [f"{CT27}/2024/06253@tonghop"]
    assert all(event["URL"].startswith(stack.url) for event in events_of(answer.content))


@loop
async def test_a_duty_done_before_a_deadline_to_come_stays_in_the_calendar(stack: Stack) -> None:
    ahead = datetime.now(UTC) + timedelta(days=5)
    await stack.put(duties=[builders.received(deadline=ahead)])
    (event,) = begun_events_of((await stack.http.get(await own(stack))).content)
    assert event["SUMMARY"].startswith("Đã nộp báo cáo năm 2024: ")


@loop
async def test_a_unit_without_duties_has_an_empty_calendar(stack: Stack) -> None:
    assert events_of((await stack.http.get(await own(stack, "20"))).content) == []


@loop
@pytest.mark.parametrize(
    "path",
    ["99999", "06253", "$ne", "%00", "..%2f..%2fetc", "a" * 43, "a" * 5000, "%7B%22$ne%22:1%7D", "１８４", "A" * 42 + "%0A"],
)
async def test_an_unknown_or_hostile_address_is_a_problem(stack: Stack, path: str) -> None:
    answer = await stack.http.get(f"/lich/{path}.ics")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


@loop
async def test_a_calendar_that_has_not_changed_is_not_sent_again(stack: Stack) -> None:
    await stack.put(duties=[builders.duty()])
    path = await own(stack)
    first = await stack.http.get(path)
    known = {"If-None-Match": first.headers["etag"]}, {"If-Modified-Since": first.headers["last-modified"]}
    for asked in (*known, {"If-None-Match": f'"other", {first.headers["etag"].removeprefix("W/")}'}, {"If-None-Match": "*"}):
        again = await stack.http.get(path, headers=asked)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["last-modified"] == first.headers["last-modified"]
    assert parsedate_to_datetime(first.headers["last-modified"]) <= datetime.now(UTC)


@loop
async def test_a_calendar_that_has_changed_is_sent_whatever_the_time_says(stack: Stack) -> None:
    await stack.put(duties=[builders.duty()])
    path = await own(stack)
    first = await stack.http.get(path)
    later = builders.DEADLINE + timedelta(days=3)
    await stack.database["duties"].update_many({}, {"$set": {"deadline": later, "reminded_of": later}})
    asked = {"If-None-Match": first.headers["etag"], "If-Modified-Since": first.headers["last-modified"]}
    second = await stack.http.get(path, headers=asked)
    assert second.status_code == 200
    assert second.headers["etag"] != first.headers["etag"]
    old = {"If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"}
    assert (await stack.http.get(path, headers=old)).status_code == 200  # only our own time counts


def test_what_a_calendar_says_is_told_apart_from_when_it_was_made() -> None:
    assert ical.without_stamps(text_of(builders.duty())) == ical.without_stamps(text_of(builders.duty(), now=NOW + timedelta(minutes=5)))
    assert b"DTSTART" in ical.without_stamps(text_of(builders.duty()))


def test_the_time_of_a_change_stays_until_the_next_one_and_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "MOST", 2)
    changes, later = caching.Changes(), NOW.astimezone(UTC) + timedelta(hours=1)
    first = changes.since("a", "1", NOW.astimezone(UTC))
    assert changes.since("a", "1", later) == first
    assert changes.since("a", "2", later) != first
    for name in ("b", "c"):
        changes.since(name, "1", later)
    assert list(changes._seen) == ["b", "c"]
