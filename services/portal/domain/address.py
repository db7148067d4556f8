"""Resolves `/{regime}/{period}/{unit}` of a URL: the regime, the period, the tree of units on the period's reference day, the unit."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Self, get_args

from services.portal.domain import early, elsewhere, refused, succession, wanted
from services.portal.domain.refused import Refused
from shared.wire.sent import PeriodCode
from shared.words import periods, refusals
from shared.words.periods import Period
from shared.words.reference import ONE_DAY, Reference, Setting
from shared.words.regime_fields import RegimeId, UnitCode
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.units import AREA, Tree, Unit


def _pattern(annotated: object) -> re.Pattern[str]:
    """The regular expression that the event models define for a name."""
    return re.compile(get_args(annotated)[1].pattern)


SHAPES = {
    "regime": _pattern(RegimeId),
    "period": _pattern(PeriodCode),
    "year": re.compile(periods.YEAR, re.ASCII),
    "units": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII),
    "unit": _pattern(UnitCode),
    "reform": _pattern(RegimeId),
    "province": _pattern(UnitCode),
}
MOST_LETTERS = 64
MOST_PERIODS = 6  # periods that a refusal names


@dataclass(frozen=True)
class Address:
    """The regime, period and unit that a URL names. The unit may have no report and no view. `early` is the day of an early block, whose
    units and version of the regime the setting then has.
    """

    reference: Reference
    setting: Setting
    unit: Unit
    early: date | None = None

    @property
    def regime(self) -> Regime:
        """The version of the regime that is in force in the period."""
        return self.setting.regime

    @property
    def period(self) -> Period:
        return self.setting.period

    @property
    def tree(self) -> Tree:
        """The units of the reference day."""
        return self.setting.tree

    @property
    def source(self) -> Regime:
        """The regime whose reports are summed; it is on call if its periods are opened."""
        return self.reference.regimes[self.regime.source_id]

    @cached_property
    def group_of(self) -> dict[str, str]:
        """Group name by unit id, for every reporter."""
        return self.setting.groups

    @cached_property
    def reporters(self) -> list[Unit]:
        """The reporters at or below the unit, by code."""
        below = [unit for unit in self.tree.subtree(self.unit.id) if unit.id in self.group_of]
        return sorted(below, key=lambda unit: unit.code)

    def asked(self, indicator: Indicator) -> list[Unit]:
        """The reporters at or below the unit that must report an indicator, by code."""
        if not indicator.asked:
            return self.reporters
        return [unit for unit in self.reporters if self.regime.is_asked(indicator, self.group_of[unit.id], unit.code)]

    def groups_of(self, codes: Collection[str]) -> dict[str, str]:
        """The groups of the reporters with these codes, by code."""
        units = [unit for code in codes if (unit := self.tree.by_code.get(code)) is not None]
        return {unit.code: self.group_of[unit.id] for unit in units if unit.id in self.group_of}

    def in_period(self, code: str) -> Self | None:
        """The same unit in another period of the regime; None if the unit did not exist on the reference day of that period."""
        setting = self.reference.setting(self.regime.id, code)
        unit = None if setting is None else setting.tree.by_id.get(self.unit.id)
        return None if setting is None or unit is None else replace(self, setting=setting, unit=unit)

    @cached_property
    def part(self) -> Unit | None:
        """If the regime is limited to a unit below this one, that unit; otherwise None."""
        confined = self.tree.by_code.get(self.regime.within)
        if confined is None or self.unit.id not in {above.id for above in self.tree.ancestors(confined.id)}:
            return None
        return confined

    @property
    def is_area(self) -> bool:
        return self.unit.level == AREA

    def covers(self, area_id: str) -> str:
        """What an area covers, for readers; "" for other units."""
        area = self.reference.registry.area(area_id)
        return area.covers if area else ""

    @property
    def is_reporter(self) -> bool:
        return self.unit.id in self.group_of

    def name_of(self, sender: str, day: date) -> str:
        """The name that a sender had on a day; "" if its id is unknown."""
        row = self.reference.registry.row(sender, day)
        return row.name if row else ""

    def to(self, unit: Unit | None = None) -> str:
        """The end of a URL for `unit` (or this unit) in the same regime and period."""
        return f"{self.regime.id}/{self.period.code}/{(unit or self.unit).code}"

    @property
    def after_early(self) -> date | None:
        """The first day of the reform after an early block."""
        return self.early + ONE_DAY if self.early else None

    @property
    def units(self) -> str:
        """The end of the URL of a page about an early block."""
        return f"?units={self.early}" if self.early else ""


def checked(name: str, text: str | None) -> str | None:
    """Returns the name unchanged. Raises `Refused` if it does not match its pattern in `SHAPES`."""
    if text is not None and (len(text) > MOST_LETTERS or SHAPES[name].fullmatch(text) is None):
        raise refused.bad_query(name, wanted.NAMES[name])
    return text


def day_of(text: str | None) -> date | None:
    """The day whose units are asked for. Raises `Refused` if the calendar has no such day."""
    if checked("units", text) is None:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise refused.bad_query("units", wanted.NAMES["units"]) from None


def named(reference: Reference, regime: str, period: str, unit: str, *, units: date | None = None) -> Address:
    """The regime, period and unit with these names. Raises `Refused` with 404 if one does not exist. A unit is looked up by code first,
    then by id, on the reference day; with `units` in the early block that the period has by the units of this day.
    """
    found_regime = reference.regimes.get(regime)
    if found_regime is None:
        raise refused.not_found(refusals.refusal("report.unknown_regime", "regime", regime=regime))
    found_period = found_regime.period(period)
    if found_period is None:
        known = found_regime.periods if isinstance(found_regime.periods, list) else ["2024", "2024-H1", "2024-M9", "2024-Q3", "2024-05"]
        why = refusals.refusal("report.unknown_period", "period", regime=regime, period=period, known=_shortened(known))
        raise refused.not_found(why)
    block = None if units is None else early.block(reference, found_regime, found_period, units)
    day = block or reference.day(found_regime, found_period)
    setting = reference.setting_on(found_regime, found_period, day)
    if setting is None:
        ends = refusals.day(date.fromisoformat(found_regime.ends or ""))
        raise refused.not_found(refusals.refusal("door.regime_ended", "period", regime=regime, period=period, day=ends))
    found_unit = setting.tree.named(unit)
    if found_unit is None:
        raise elsewhere.unknown(reference, found_regime, found_period, day, unit)
    return Address(reference, setting, found_unit, block)


def found(reference: Reference, regime: str, period: str, unit: str) -> Address | None:
    """The regime, period and unit with these names; None if one does not exist."""
    try:
        return named(reference, regime, period, unit)
    except Refused:
        return None


def _shortened(codes: list[str]) -> list[str]:
    """The periods in the order of time; of more than `MOST_PERIODS` only the first ones and the last one."""
    in_order = sorted(codes, key=periods.order)
    return in_order if len(codes) <= MOST_PERIODS else [*in_order[: MOST_PERIODS - 1], "…", in_order[-1]]


def require_top(known: Reference, province: str, regime: str) -> None:
    """Raises `Refused` unless the regime exists and the unit has no unit above it: other units have no feed."""
    checked("province", province)
    checked("regime", regime)
    require_known(known, regime, province)
    if not any(row.parent not in known.registry.ids and known.registry.area(row.id) is None for row in known.registry.bearers(province)):
        raise refused.not_found(refusals.refusal("door.no_such_feed", "province", unit=province))


def require_bearer(known: Reference, unit: str, today: date) -> Unit:
    """The unit that a code or an id names today, otherwise the latest one. Raises `Refused` if there never was one."""
    found = succession.bearer(known.registry, unit, today)
    if found is None:
        raise refused.not_found(refusals.refusal("door.no_such_unit", "unit", unit=unit))
    return found


def require_known(known: Reference, regime: str | None, unit: str | None) -> None:
    """Raises `Refused` for a regime or a unit that does not exist: an empty list would be misleading."""
    if regime is not None and regime not in known.regimes:
        raise refused.not_found(refusals.refusal("report.unknown_regime", "regime", regime=regime))
    if unit is not None and not known.registry.bearers(unit):
        raise refused.not_found(refusals.refusal("door.no_such_unit", "unit", unit=unit))
