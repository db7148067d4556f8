"""A province of 145 communes that report to it directly, with all indicators of ct27: the widest roll-up page."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from shared.wire import events
from shared.words import regimes
from shared.words.reference import Reference
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit
from tests import seeds
from tests.portal import builders, years
from tests.portal.builders import BEFORE, CT27

WIDE: Final = "ct27-rong"
PROVINCE: Final = "99"
COMMUNES: Final = 145
PATH: Final = f"{WIDE}/2024/{PROVINCE}"
FIRST: Final = "99000"


@cache
def units() -> tuple[Unit, ...]:
    names = [unit.name for unit in builders.units() if unit.level == "commune"][:COMMUNES]
    province = Unit(PROVINCE, PROVINCE, "Tỉnh Thử", "province", "peoples_committee", None, date(2020, 1, 1))
    communes = [
        Unit(f"99{place:03}", f"99{place:03}", name, "commune", "peoples_committee", PROVINCE, date(2020, 1, 1))
        for place, name in enumerate(names)
    ]
    return (province, *communes)


@cache
def regime() -> Regime:
    first = next(regime for regime in seeds.first_regimes() if regime.id == CT27)
    file = first.model_dump(exclude_unset=True, by_alias=True)
    file |= {
        "id": WIDE,
        "recipient": PROVINCE,
        "on_behalf_of": PROVINCE,
        "within": PROVINCE,
        "obligation": {"deadlines": {"xa": {"before": "12-20"}}},
    }
    file["reporters"] = {"xa": {"label": "UBND xã", "level": "commune"}}
    file["indicators"] = [indicator | {"asked": []} for indicator in file["indicators"]]
    return Regime.model_validate(file)


@cache
def reference() -> Reference:
    return Reference(1, Registry(units()), regimes.resolve([regime()]), {})


def values(place: int) -> dict[str, Any]:
    """The figures of one commune: all different, in every kind."""
    found: dict[str, Any] = {}
    for indicator in regime().indicators:
        match indicator.kind:
            case "quantity":
                plain = f"{place * 1237 % 9000}.{'0' * (indicator.decimals - 1)}5" if indicator.decimals else place * 1237 % 9000
                found[indicator.code] = "42.5" if indicator.measure == "%" else plain
            case "ratio":
                ratio = {"numerator": place % 40, "denominator": 40}
                found[indicator.code] = {name: f"{value}.0" for name, value in ratio.items()} if indicator.decimals else ratio
            case "flag":
                found[indicator.code] = place % 3 > 0
            case _:
                found[indicator.code] = next(iter(indicator.options))
    return found


def report(place: int, **changes: Any) -> dict[str, Any]:
    """The report of the commune with this number."""
    about: dict[str, Any] = {"unit": f"99{place:03}", "regime": WIDE, "at": BEFORE, "sequence": place + 1, "values": values(place)}
    return builders.report(**about | changes)


def season(reported: int = COMMUNES - 2) -> list[dict[str, Any]]:
    """A report of each commune but the last ones."""
    return [report(place) for place in range(reported)]


def documents(reports: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The reports with the views that the aggregator makes of them."""
    logged = [event for document in reports if (event := events.read_logged(document["event"])) is not None]
    return {"reports": [dict(document) for document in reports], "views": years.views(logged, reference())}


@cache
def whole_season() -> dict[str, list[dict[str, Any]]]:
    """The documents of the season."""
    return documents(season())
