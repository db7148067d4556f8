"""When the demo ticks: on any day and at any hour an alert is raised, as long as a rung is left."""

from datetime import datetime

import pytest

from services.cli.demo import tick_at
from services.devstack.demo import season as seasons
from services.notify.domain import reminders
from shared.words.reference import Reference
from tests.notify.builders import REGIME, duty, vn

PLANNED = reminders.of_duty(duty()).alerts
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


def test_every_event_of_a_season_is_known_again_and_nothing_else(reference: Reference) -> None:
    season = seasons.season(reference, "2026")
    sent = [*season.events, season.refused]

    assert all(seasons.is_ours(event) for event in sent)
    others: list[dict[str, object]] = [{"id": "7f0c1f2e-6f0b"}, {"source": "/units/06256"}, {"type": "khac"}, {"data": None}]
    data = sent[0]["data"]
    assert isinstance(data, dict)
    others += [{"data": data | change} for change in ({"revision": 7}, {"period": "2025"}, {"unit": "06256"}, {"regime": "kl62"})]
    assert not any(seasons.is_ours({**sent[0], **other}) for other in others)
    assert not any(map(seasons.is_ours, (None, [], "x", {})))
