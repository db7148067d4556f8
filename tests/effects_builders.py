"""A reform of two provinces, whose effects can be counted by hand, and regimes that name their units.

Before: province 52 (Bình Định) with district 540 (communes P, Q) and the office 52-STC; province 64 (Gia Lai) with district 630
(communes R, S, T) and the office 64-STC. From 1/7/2025: province 52 (now Gia Lai) with the communes P (goes on), Q (from Q and R), S (from
S and a part of T) and U (from the other part of T), and the office 52-STC (from both offices).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from shared.words import reform_plan, regimes
from shared.words.reference import Reference
from shared.words.reform import Content, Plan
from shared.words.regimes import Regime
from shared.words.units import Registry
from tests.reform_builders import content, line, new, unit

FIRST: Final = date(2025, 7, 1)
LOADED: Final = datetime(2024, 1, 1, tzinfo=UTC)


def two_provinces() -> Registry:
    return Registry(
        [
            unit("52", level="province", name="Tỉnh Bình Định"),
            unit("64", level="province", name="Tỉnh Gia Lai"),
            unit("540", "52", "district", name="Huyện 540"),
            unit("630", "64", "district", name="Huyện 630"),
            *(unit(code, "540", name=f"Xã {code}") for code in ("P", "Q")),
            *(unit(code, "630", name=f"Xã {code}") for code in ("R", "S", "T")),
            unit("52-STC", "52", "province", "office", "Sở Tài chính Bình Định"),
            unit("64-STC", "64", "province", "office", "Sở Tài chính Gia Lai"),
        ]
    )


def merger(heir_of_t: str = "?", **about: Any) -> Content:
    """The reform of 1/7/2025. Nobody has declared the heir of T, unless `heir_of_t` is `x`."""
    communes = [new(code, "52", name=f"Xã {code} mới") for code in ("P", "Q", "S", "U")]
    offices = [new("52-STC", "52", "province", "office", "Sở Tài chính Gia Lai")]
    return content(
        *(line(code, "52", "none") for code in ("52", "64", "540", "630")),
        *(line(code, "52-STC", "none") for code in ("52-STC", "64-STC")),
        line("P", "P"),
        line("Q", "Q"),
        line("R", "Q"),
        line("S", "S"),
        line("T", "S", "part", 1, heir=heir_of_t),  # type: ignore[arg-type]
        line("T", "U", "part", 3, heir=""),
        units=[new("52", "", "province", name="Tỉnh Gia Lai"), *communes, *offices],
        **about,
    )


def plan_of(files: Content | None = None) -> Plan:
    return reform_plan.make(files or merger(), two_provinces())


def regime(regime_id: str = "nam", **changes: Any) -> Regime:
    """A yearly regime of the communes of province 52, due before 20/12, to the office 52-STC."""
    file: Mapping[str, Any] = {
        "id": regime_id,
        "title": "Báo cáo năm",
        "legal_basis": ["Kế hoạch số 1"],
        "calendar": "report_year",
        "periods": ["2024", "2025", "2026"],
        "recipient": "52-STC",
        "within": "52",
        "reporters": {"xa": {"label": "xã", "level": "commune"}},
        "obligation": {"deadlines": {"xa": {"before": "12-20"}}},
        "indicators": [{"code": "a", "label": "A", "kind": "quantity"}],
    }
    return Regime.model_validate({**file, **changes})


def on_call(**changes: Any) -> Regime:
    return regime("khi_can".replace("_", "-"), **{"calendar": "year", "periods": "any", "obligation": {"on_call": True}, **changes})


def before(*files: Regime, pins: Mapping[tuple[str, str], date] | None = None) -> Reference:
    loaded: Iterable[Regime] = files or [regime()]
    return Reference(1, two_provinces(), regimes.resolve(loaded), {file.id: LOADED for file in loaded}, pins=pins or {})
