"""The demo: on any day and at any hour an alert is raised, as long as a rung is left; its events; the line of its month.

The events are judged by the real units and regimes, with the reforms of 2025 applied.
"""

import dataclasses
import io
import re
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from rich.console import Console

from services.cli import demo_accounts, demo_removal
from services.cli.demo import MONTH_OF, tick_at
from services.devstack.demo import season as seasons
from services.devstack.demo import show
from services.ingest.domain import screening
from services.ingest.domain.case import Incoming
from services.ingest.domain.decision import Accepted, Rejected
from services.ingest.domain.known import Known
from services.notify.domain import reminders
from services.portal.domain import address, cumulative
from services.portal.reading.year import Year
from shared.plumbing import data_files
from shared.wire import envelope, events
from shared.wire.envelope import CloudEvent
from shared.words import numbers
from shared.words.reference import Reference
from tests.notify.builders import REGIME, duty, vn
from tests.portal import years

PLANNED = reminders.of_duty(duty()).alerts
LONG_AGO = "2026-01-05 08:00"


def _data(event: CloudEvent) -> dict[str, Any]:
    data = event["data"]
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize(
    ("now", "loaded", "expected"),
    [
        ("2026-12-16 07:00", LONG_AGO, "2026-12-16 08:00"),
        ("2026-12-16 10:21", LONG_AGO, "2026-12-16 10:21"),
        ("2026-12-16 10:21", "2026-12-16 10:20", "2026-12-18 08:00"),
        ("2026-12-17 10:21", LONG_AGO, "2026-12-18 08:00"),
        ("2026-12-18 10:21", "2026-12-18 10:20", "2026-12-18 14:00"),
        ("2027-02-01 10:21", LONG_AGO, None),
    ],
    ids=["today, still to come", "today, come", "come before the regime was loaded", "none today", "the first of two missed", "none left"],
)
def test_the_demo_ticks_when_something_is_raised(now: str, loaded: str, expected: str | None) -> None:
    wanted: datetime | None = vn(expected) if expected else None
    assert tick_at(PLANNED, {REGIME: vn(loaded)}, vn(now)) == wanted


def test_every_event_of_a_season_is_known_again_and_nothing_else(reformed: Reference) -> None:
    season = seasons.season(reformed, "2026", "2026-12")
    sent = [*season.past, *season.sent]

    assert all(seasons.is_ours(event) for event in sent)
    others: list[dict[str, object]] = [{"id": "7f0c1f2e-6f0b"}, {"source": "/units/06256"}, {"type": "khac"}, {"data": None}]
    data = _data(sent[0])
    others += [{"data": data | change} for change in ({"revision": 7}, {"period": "2025"}, {"unit": "06256"}, {"regime": "kl62"})]
    assert [other for other in others if seasons.is_ours({**sent[0], **other})] == []
    assert not any(map(seasons.is_ours, (None, [], "x", {})))


def test_an_event_of_a_season_before_the_reforms_is_known_again() -> None:
    event = {
        "id": "f2dfd4d7-2b8b-5a52-8bb1-4c4d84b9b7b5",
        "source": "/units/06256",
        "type": events.SUBMITTED,
        "data": {"regime": seasons.VAN_QUAN, "period": "2026", "unit": "06256", "revision": 1},
    }
    event["id"] = str(uuid5(NAMESPACE_URL, f"tong-hop/ct27-van-quan/2026/06256/1/{events.SUBMITTED}"))
    assert seasons.is_ours(event)


def test_each_year_is_reported_by_the_units_of_then(reformed: Reference) -> None:
    season = seasons.season(reformed, "2026", None)
    reported = {(_data(event)["regime"], _data(event)["period"]): set[str]() for event in season.past}
    for event in season.past:
        reported[_data(event)["regime"], _data(event)["period"]].add(events.sender_of(event["source"]))

    assert {key: len(senders) for key, senders in reported.items()} == {
        (seasons.VAN_QUAN, "2024"): 22,
        (seasons.VAN_QUAN, "2025"): 8,
        (seasons.QUANG_BINH, "2024"): 154,
        (seasons.QUANG_BINH, "2025"): 48,
    }
    assert {"06280", "184-TTYT"} < reported[seasons.VAN_QUAN, "2024"]
    assert {"06280-2025", "20-SYT"} < reported[seasons.VAN_QUAN, "2025"]


def test_ingest_accepts_the_season_but_what_is_meant_to_be_refused(reformed: Reference) -> None:
    season = seasons.season(reformed, "2026", "2026-11")
    now_ms = events.to_ms(vn("2026-11-26 10:00"))
    sent = [
        Incoming(events.sender_of(event["source"]), envelope.encode(event), now_ms, number, "actor" in event)
        for number, event in enumerate((*season.past, *season.sent), start=1)
    ]
    decided = [screening.screen(incoming, reformed, Known()) for incoming in sent]

    assert [decision for decision in decided[: -len(season.refused)] if not isinstance(decision, Accepted)] == []
    faulty, under_old_code = decided[-len(season.refused) :]
    assert isinstance(faulty, Rejected)
    assert len(faulty.reasons) == 4
    assert isinstance(under_old_code, Rejected)
    assert [reason.code for reason in under_old_code.reasons] == ["report.other_unit_then"]


def test_most_units_report_this_year_but_not_all(reformed: Reference) -> None:
    season = seasons.season(reformed, "2026", None)
    reporting = {
        regime: {events.sender_of(event["source"]) for event in season.present if _data(event)["regime"] == regime}
        for regime in (seasons.VAN_QUAN, seasons.QUANG_BINH)
    }
    assert {regime: len(senders) for regime, senders in reporting.items()} == {seasons.VAN_QUAN: 6, seasons.QUANG_BINH: 39}


@pytest.mark.parametrize(
    ("now", "month"),
    [
        ("2025-12-14 10:00", None),  # before the first month of the regime
        ("2025-12-15 10:00", "2026-01"),
        ("2026-11-17 23:59", "2026-11"),  # its last day
        ("2026-11-18 00:00", "2026-12"),
        ("2027-12-20 10:00", None),  # after the last month
    ],
)
def test_the_month_that_the_demo_shows_is_the_first_that_is_not_due_yet(reformed: Reference, now: str, month: str | None) -> None:
    assert seasons.present_month(reformed, vn(now)) == month


def test_a_season_has_every_commune_of_the_earlier_months_and_most_of_the_present(reformed: Reference) -> None:
    sent = [_data(event) for event in seasons.season(reformed, "2026", "2026-03").present]
    months = [(data["period"], data["unit"]) for data in sent if data["regime"] == seasons.MONTHLY]

    assert [sum(period == month for period, _ in months) for month in ("2026-01", "2026-02", "2026-03", "2026-04")] == [41, 41, 34, 0]
    assert len(set(months)) == len(months)


def test_the_month_is_one_line_with_its_deadline_and_the_sum_since_the_year_began(reformed: Reference) -> None:
    known = dataclasses.replace(reformed, regimes={seasons.MONTHLY: reformed.regimes[seasons.MONTHLY]})
    sent = [event for event in seasons.season(reformed, "2026", "2026-03").present if _data(event)["regime"] == seasons.MONTHLY]
    logged = [
        events.read_logged(envelope.encode(envelope.logged(event, events.sender_of(event["source"]), 1_770_000_000_000 + number)))
        for number, event in enumerate(sent)
    ]
    views = years.by_period(years.views(filter(None, logged), known, vn("2026-03-16")), seasons.MONTHLY, MONTH_OF)
    at = address.named(known, seasons.MONTHLY, "2026-03", MONTH_OF)
    printed = io.StringIO()

    show.month(Console(file=printed, width=400), at, Year(views, cumulative.year_to_date(at, views, None)), vn("2026-03-18"))

    total = numbers.vietnamese(sum(_data(event)["values"]["luot_tiep"] for event in sent))
    assert printed.getvalue().strip() == (
        "Báo cáo tháng 3 năm 2026, Địa bàn tỉnh Quảng Bình (cũ) (thang-tthc-quang-binh): 34/41 xã, phường đã gửi, hạn đến hết ngày"
        f" 17/03/2026; lượt tiếp công dân: lũy kế từ đầu năm {total} lượt (chưa đủ: tháng 3 còn thiếu đơn vị)."
    )


def test_the_accounts_to_try_are_those_of_the_readme_and_of_the_removal() -> None:
    table = (data_files.FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert {account.login for account in demo_accounts.ACCOUNTS} == demo_removal.LOGINS
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == [account.login for account in demo_accounts.ACCOUNTS]


def test_who_approves_and_who_receives_find_something_to_do(reformed: Reference) -> None:
    """The commune of the two has withdrawn its report, so it owes one; the office receives the regime today."""
    season = seasons.season(reformed, "2026", None)
    own = reformed.registry.at(date(2026, 11, 27)).by_code[demo_accounts.APPROVING]
    sent = [event["type"] for event in season.present if events.sender_of(event["source"]) == own.id]
    assert sent[-1] == events.WITHDRAWN
    assert [account.role_word for account in demo_accounts.ACCOUNTS if account.unit == demo_accounts.APPROVING] == [
        "cán bộ báo cáo",
        "cán bộ báo cáo, duyệt gửi",
    ]
    [receiving] = [account for account in demo_accounts.ACCOUNTS if account.login == "tiep-nhan-so"]
    assert reformed.regimes[seasons.VAN_QUAN].on(date(2026, 11, 27)).recipient == receiving.unit
