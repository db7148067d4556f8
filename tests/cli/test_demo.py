"""The demo: on any day and at any hour an alert is raised, as long as a rung is left; its events; the line of its month."""

import dataclasses
import io
from datetime import datetime
from typing import Any

import pytest
from rich.console import Console

from services.cli.demo import tick_at
from services.devstack.demo import season as seasons
from services.devstack.demo import show
from services.notify.domain import reminders
from services.portal.domain import address, cumulative
from services.portal.reading.year import Year
from shared.wire import envelope, events
from shared.wire.envelope import CloudEvent
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


def test_every_event_of_a_season_is_known_again_and_nothing_else(reference: Reference) -> None:
    season = seasons.season(reference, "2026", "2026-12")
    sent = [*season.events, season.refused]

    assert all(seasons.is_ours(event) for event in sent)
    others: list[dict[str, object]] = [{"id": "7f0c1f2e-6f0b"}, {"source": "/units/06256"}, {"type": "khac"}, {"data": None}]
    data = sent[0]["data"]
    assert isinstance(data, dict)
    others += [{"data": data | change} for change in ({"revision": 7}, {"period": "2025"}, {"unit": "06256"}, {"regime": "kl62"})]
    assert not any(seasons.is_ours({**sent[0], **other}) for other in others)
    assert not any(map(seasons.is_ours, (None, [], "x", {})))


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
def test_the_month_that_the_demo_shows_is_the_first_that_is_not_due_yet(reference: Reference, now: str, month: str | None) -> None:
    assert seasons.present_month(reference, vn(now)) == month


def test_a_season_has_every_commune_of_the_earlier_months_and_twelve_of_the_present(reference: Reference) -> None:
    sent = [_data(event) for event in seasons.season(reference, "2026", "2026-03").events]
    months = [(data["period"], data["unit"]) for data in sent if data["regime"] == seasons.MONTHLY]

    assert [sum(period == month for period, _ in months) for month in ("2026-01", "2026-02", "2026-03", "2026-04")] == [15, 15, 12, 0]
    assert len(set(months)) == len(months)


def test_the_month_is_one_line_with_its_deadline_and_the_sum_since_the_year_began(reference: Reference) -> None:
    known = dataclasses.replace(reference, regimes={seasons.MONTHLY: reference.regimes[seasons.MONTHLY]})
    sent = [event for event in seasons.season(reference, "2026", "2026-03").events if _data(event)["regime"] == seasons.MONTHLY]
    logged = [
        events.read_logged(envelope.encode(envelope.logged(event, _data(event)["unit"], 1_770_000_000_000 + number)))
        for number, event in enumerate(sent)
    ]
    views = years.by_period(years.views(filter(None, logged), known, vn("2026-03-16")), seasons.MONTHLY, seasons.DONG_HOI)
    at = address.named(known, seasons.MONTHLY, "2026-03", seasons.DONG_HOI)
    printed = io.StringIO()

    show.month(Console(file=printed, width=400), at, Year(views, cumulative.year_to_date(at, views, None)), vn("2026-03-18"))

    total = sum(_data(event)["values"]["luot_tiep"] for event in sent)
    assert printed.getvalue().strip() == (
        "Báo cáo tháng 3 năm 2026, Thành Phố Đồng Hới (thang-tthc-quang-binh): 12/15 xã, phường đã gửi, hạn đến hết ngày 17/03/2026;"
        f" lượt tiếp công dân: lũy kế từ đầu năm {total} lượt (chưa đủ: tháng 3 còn thiếu đơn vị)."
    )
