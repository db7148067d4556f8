"""When the demo lets the notifier tick: whatever the day and the hour, somebody is alerted as long as a rung is left."""

from datetime import datetime

import pytest

from services.cli.demo.command import tick_at
from services.notify.domain import series
from tests.notify.builders import REGIME, duty, vn

PLANNED = series.of_duty(duty()).all
LONG_AGO = "2026-01-05 08:00"


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
