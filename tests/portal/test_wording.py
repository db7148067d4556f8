from datetime import UTC, date, datetime

import pytest

from services.portal.domain import history
from shared.words import vietnamese
from shared.words.periods import Period
from tests.portal import builders


def test_an_instant_is_told_in_vietnams_time() -> None:
    assert vietnamese.moment(datetime(2024, 12, 19, 18, 5, tzinfo=UTC)) == "20/12/2024 01:05"
    assert vietnamese.moment(None) == "–"


def test_a_deadline_is_told_as_the_documents_say_it() -> None:
    assert vietnamese.deadline(builders.DEADLINE) == "trước ngày 20/12/2024"
    assert vietnamese.deadline(datetime(2024, 12, 20, 7, tzinfo=UTC)) == "trước 14:00 ngày 20/12/2024"
    assert vietnamese.deadline(datetime(2024, 12, 20, 7, 0, 0, 1000, tzinfo=UTC)) == "đến 14:00 ngày 20/12/2024"


@pytest.mark.parametrize(
    ("value", "shown"), [("1532.750", "1.532,750"), (4210, "4.210"), ("0.0", "0,0"), (None, "–"), ("-1234.5", "-1.234,5")]
)
def test_a_number_has_a_decimal_comma(value: int | str | None, shown: str) -> None:
    assert vietnamese.number(value) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("2024", "năm 2024"),
        ("2024-Q3", "quý III năm 2024"),
        ("2024-H1", "6 tháng đầu năm 2024"),
        ("2024-H2", "6 tháng cuối năm 2024"),
        ("2024-M9", "9 tháng đầu năm 2024"),
        ("2024-05", "tháng 5 năm 2024"),
        ("2024-12", "tháng 12 năm 2024"),
    ],
)
def test_a_period_has_a_name(code: str, shown: str) -> None:
    assert vietnamese.period_name(code) == shown


def test_a_period_tells_the_days_that_its_figures_cover() -> None:
    assert vietnamese.period(Period("2024", date(2023, 12, 15), date(2024, 12, 14))) == "năm 2024 (15/12/2023 – 14/12/2024)"


def test_a_fix_by_day_is_meant_to_its_end() -> None:
    assert history.until("2024-12-28") == "đến hết ngày 28/12/2024"
    assert history.until("2024-12-28T14:00:00+07:00") == "trước 14:00 ngày 28/12/2024"


def test_a_fix_by_that_is_no_date_is_shown_as_it_is() -> None:
    assert history.until("sớm nhất") == "sớm nhất"
