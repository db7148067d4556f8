"""Regimes of months, quarters, half-years and nine months that ask every commune of the country."""

from collections.abc import Sequence
from typing import Any, Final

from shared.words.regimes import Regime

MONTHLY: Final = "thu-hang-thang"
QUARTERLY: Final = "thu-hang-quy"
HALF_YEARLY: Final = "thu-sau-thang"
NINE_MONTHS: Final = "thu-chin-thang"
XA: Final = {"label": "Xã", "level": "commune"}
HUYEN: Final = {"label": "Huyện", "level": "district"}
TINH: Final = {"label": "Tỉnh", "level": "province"}


def regimes(first_year: int, last_year: int) -> list[Regime]:
    """One regime of each length, with its deadlines counted in each of the ways that there are."""
    years = range(first_year, last_year + 1)

    def one(
        regime_id: str, parts: Sequence[str], obligation: dict[str, Any], calendar: str = "report_year", until: Any = None, **others: Any
    ) -> Regime:
        return Regime.model_validate(
            {
                "id": regime_id,
                "title": "Chế độ thử",
                "legal_basis": [],
                "calendar": calendar,
                "periods": [f"{year}-{part}" for year in years for part in parts],
                "recipient": "44-SLDTBXH",
                "reporters": {"xa": XA, **others},
                "obligation": obligation,
                "estimates": until and {"until": until},
            }
        )

    in_two_days: dict[str, Any] = {"after_cut_off": {"working_days": 2}}
    before_five = {"day_of_next_month": 5, "inclusive": False, "hour": "17:00"}
    return [
        one(
            MONTHLY,
            [f"{month:02}" for month in range(1, 13)],
            {
                "deadlines": {"xa": in_two_days, "tinh": {"after": "xa", "working_days": 3}},
                "confirm": {"level": "district", "after_cut_off": {"working_days": 5}},
            },
            until={"after": "tinh", "working_days": 2, "hour": "17:00"},
            tinh=TINH,
        ),
        one(
            QUARTERLY,
            ["Q1", "Q2", "Q3", "Q4"],
            {"deadlines": {"xa": before_five, "tinh": {"day_of_next_month": 10, "hour": "11:30"}}},
            calendar="year",
            tinh=TINH,
        ),
        one(
            HALF_YEARLY,
            ["H1", "H2"],
            {
                "deadlines": {"xa": {"after_cut_off": {"days": 4}}, "huyen": {"after": "xa", "working_days": 3}},
                "confirm": {"level": "province", "after": "huyen", "working_days": 2, "inclusive": False},
            },
            huyen=HUYEN,
        ),
        one(
            NINE_MONTHS,
            ["M9"],
            {
                "deadlines": {
                    "xa": {"after_cut_off": {"days": 5}, "inclusive": False},
                    "huyen": {"after": "xa", "working_days": 1, "hour": "16:30"},
                },
                "confirm": {"level": "province", "after": "huyen", "working_days": 3},
                "to_working_day": True,
            },
            huyen=HUYEN,
        ),
    ]
