"""Regimes: who reports what to whom, and by when. Regimes are data: agencies own them, and they are read from YAML files.

Source: NĐ 09/2019/NĐ-CP, art. 8 (what a reporting regime names); design, section 5, "Regimes".
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from shared.words import numbers, periods
from shared.words.failures import InvalidValueError
from shared.words.numbers import MAX_SCALED
from shared.words.obligations import Obligation
from shared.words.periods import Period
from shared.words.refusals import refusal
from shared.words.regime_fields import Code, Data, DecimalText, RegimeId, UnitCode
from shared.words.units import Tree, Unit


class PeriodRange(Data):
    """All periods of one length from a first through a last one."""

    first: Annotated[str, Field(alias="from")]
    """The first period, such as `2026-01`."""
    last: Annotated[str, Field(alias="to")]
    """The last period, of the same length, such as `2030-12`."""


class Group(Data):
    """Named reporters: all units of a level and kind inside the regime's `within`, or units listed by name."""

    label: str
    """What people read: the name of the group."""
    level: str | None = None
    """All units of this level inside the regime's `within`, such as `commune`. Give either this or `units`."""
    kind: Literal["peoples_committee", "office"] = "peoples_committee"
    """With `level`: people's committees, or offices (phòng, ban, ngành)."""
    units: list[UnitCode] = Field(default=[])
    """The reporters by code, instead of a level. A code that no unit has in a period is left out in that period."""

    @model_validator(mode="after")
    def has_one_way_to_name_units(self) -> Self:
        if (self.level is None) == (not self.units):
            raise InvalidValueError(refusal("regime.level_or_units"))
        return self


class Target(Data):
    """A target set by the plan; for flags and ratios it is a percentage."""

    at_least: DecimalText
    """The goal: a percentage for flags and ratios, otherwise a figure. It is compared exactly, not after rounding."""
    by: str
    """The year in which the plan expects the goal to be reached. It is only shown."""
    level: str | None = None
    """The goal is shown only in views of units of this level. Without it, in all views."""


class Indicator(Data):
    """One figure of the form. Its kind and decimals never change: a new meaning is a new code."""

    code: Code
    """The name of the figure in events and views. Its meaning never changes."""
    label: str
    """What people read."""
    section: str = ""
    """The heading under which forms and tables show it."""
    kind: Literal["quantity", "ratio", "flag", "choice"]
    """`quantity` is a number, `ratio` a numerator and a denominator, `flag` true or false, `choice` one of `options`."""
    measure: str = ""
    """The unit of measure that people read."""
    decimals: Annotated[int, Field(ge=0, le=9)] = 0
    """How many digits may follow the decimal point. It can never be changed."""
    aggregation: Literal["sum", "max", "min", "mean"] = "sum"
    """How a view totals a quantity."""
    min: DecimalText = "0"
    """The smallest quantity that is accepted."""
    max: DecimalText | None = None
    """The largest quantity that is accepted. Without it 10¹⁴ after scaling by the decimals."""
    share: bool = True
    """For a ratio: the numerator is a part of the denominator, so it must not be larger."""
    numerator_label: str = ""
    """What people read beside the numerator of a ratio."""
    denominator_label: str = ""
    """What people read beside the denominator of a ratio."""
    options: dict[Code, str] = Field(default={})
    """The options of a choice: code, and what people read."""
    target: Target | None = None
    """A goal of the plan."""
    cumulative: bool = False
    """Readers also see the sum since the beginning of the year (lũy kế). Only for ratios and for quantities that are summed."""
    asked: list[str] = Field(default=[])
    """The groups or unit codes that must report the figure. Without it, all reporters."""

    @model_validator(mode="after")
    def fits_its_kind(self) -> Self:
        if (self.kind == "choice") != bool(self.options):
            raise InvalidValueError(refusal("regime.options_of_choice"), "options")
        if self.kind != "quantity" and self.aggregation != "sum":
            raise InvalidValueError(refusal("regime.aggregation_of_quantity"), "aggregation")
        if self.cumulative and not self.is_summed:
            raise InvalidValueError(refusal("regime.cumulative_of_sum"), "cumulative")
        for name, text in (("min", self.min), ("max", self.max)):
            if text is not None and numbers.decimals_of(_without_zeros(text)) > self.decimals:
                raise InvalidValueError(refusal("regime.too_many_decimals", text=text, most=self.decimals), name)
        if self.max is not None and Decimal(self.min) > Decimal(self.max):
            raise InvalidValueError(refusal("regime.min_above_max"), "max")
        return self

    @property
    def is_summed(self) -> bool:
        """Whether a view adds up the figures: the values of a quantity, the numerators and denominators of a ratio."""
        return self.kind == "ratio" or (self.kind == "quantity" and self.aggregation == "sum")

    @property
    def goal_decimals(self) -> int:
        """The decimals of the figure that is compared with the target: the indicator's own decimals, but at least one for a percentage or a
        mean.
        """
        return self.decimals if self.kind == "quantity" and self.aggregation != "mean" else max(1, self.decimals)

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """The smallest and the largest accepted value of a quantity, scaled."""
        most = MAX_SCALED if self.max is None else numbers.scaled(self.max, self.decimals)
        return max(-MAX_SCALED, numbers.scaled(self.min, self.decimals)), min(MAX_SCALED, most)


class Regime(Data):
    """One reporting obligation: who reports what to whom, for which periods, and by when."""

    id: RegimeId
    """The regime's name in events, subjects and addresses. Its meaning never changes."""
    title: str
    """What people read."""
    legal_basis: list[str]
    """The legal documents that require the reports."""
    calendar: str = "year"
    """What a year is: `year` is 01/01–31/12; `report_year` is 15/12–14/12, and its months are those from the 15th to the 14th (NĐ
    09/2019/NĐ-CP, art. 12); `MM-DD` is a cut-off day, for whole years only."""
    periods: list[str] | Literal["any"] = "any"
    """The periods that are reported: their codes (`2026`, `2026-H1`, `2026-M9`, `2026-Q3`, `2026-05`), or a range of them. `any` is only
    for regimes on call."""
    recipient: UnitCode
    """The unit that receives the reports. It returns reports, extends deadlines and opens periods."""
    on_behalf_of: UnitCode | None = None
    """The unit for which the recipient acts. It gets a digest when a group is long overdue."""
    within: UnitCode | Literal[""] = ""
    """The unit whose subtree has the reporters. Without it, the whole country."""
    reporters: dict[str, Group] = Field(default={})
    """The groups of units that report, by a name of your choice."""
    obligation: Obligation | None = None
    """When the reports are due."""
    indicators: list[Indicator] = Field(default=[])
    """The figures to report."""
    narratives: dict[Code, str] = Field(default={})
    """The texts to report: code, and what people read."""
    derived_from: RegimeId | None = None
    """This regime is computed from the reports of another one, and has no `reporters`, `obligation` or `indicators` of its own."""
    derived_groups: list[str] = Field(default=[])
    """The groups of the source regime whose reports count here."""
    derived_indicators: list[Code] = Field(default=[])
    """The indicators of the source regime that are shown here."""

    @field_validator("calendar")
    @classmethod
    def is_a_calendar(cls, value: str) -> str:
        if value not in ("year", "report_year") and not re.fullmatch(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", value):
            raise InvalidValueError(refusal("regime.unknown_calendar"))
        if "-" in value:
            _require_day(f"2023-{value}")  # 2023 is no leap year: the day must exist in every year
        return value

    @field_validator("periods", mode="before", json_schema_input_type=list[str] | PeriodRange | Literal["any"])
    @classmethod
    def lists_a_range(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        try:
            span = PeriodRange.model_validate(value)
            return periods.through(span.first, span.last)
        except ValueError as error:
            raise InvalidValueError(refusal("regime.no_period_range")) from error

    @field_validator("periods")
    @classmethod
    def are_periods(cls, value: list[str] | str, info: ValidationInfo) -> list[str] | str:
        calendar = info.data.get("calendar", "year")
        for code in value if isinstance(value, list) else ():
            if periods.parse(code, calendar) is None:
                raise InvalidValueError(refusal("regime.no_such_period", period=code, calendar=calendar))
        return value

    @model_validator(mode="after")
    def holds_together(self) -> Self:
        if self.derived_from is not None:
            if self.reporters or self.obligation or self.indicators:
                raise InvalidValueError(refusal("regime.derived_has_own"), "derived_from")
            return self
        if not (self.reporters and self.obligation):
            raise InvalidValueError(refusal("regime.reporters_missing"))
        if repeated := _repeated(indicator.code for indicator in self.indicators):
            raise InvalidValueError(refusal("regime.repeated_indicator", codes=repeated), "indicators")
        if self.periods == "any" and not self.obligation.on_call:
            raise InvalidValueError(refusal("regime.any_period_on_call"), "periods")
        if not self.obligation.on_call and set(self.obligation.deadlines) != set(self.reporters):
            raise InvalidValueError(refusal("regime.deadlines_of_groups", groups=list(self.reporters)), "obligation", "deadlines")
        for where, rule in self.obligation.rules():
            if rule.has_own_day:
                _require_day(rule.day_in(2023), "obligation", *where)
        known = set(self.reporters) | {code for group in self.reporters.values() for code in group.units}
        for indicator in self.indicators:
            if unknown := sorted(set(indicator.asked) - known):
                why = refusal("regime.asked_of_unknown", unknown=unknown, known=sorted(known))
                raise InvalidValueError(why, "indicators", indicator.code, "asked")
        return self

    @cached_property
    def by_code(self) -> dict[str, Indicator]:
        return {indicator.code: indicator for indicator in self.indicators}

    @property
    def kinds(self) -> dict[str, tuple[str, int]]:
        """Kind and decimals of each indicator, by code. They never change."""
        return {indicator.code: (indicator.kind, indicator.decimals) for indicator in self.indicators}

    @property
    def source_id(self) -> str:
        """The regime whose reports are summed: for a derived regime its source, otherwise the regime itself."""
        return self.derived_from or self.id

    @property
    def is_on_call(self) -> bool:
        return self.obligation is not None and self.obligation.on_call

    def period(self, code: str) -> Period | None:
        """The period `code`; None if this regime does not have it."""
        if self.periods != "any" and code not in self.periods:
            return None
        return periods.parse(code, self.calendar)

    def group_members(self, tree: Tree) -> dict[str, list[Unit]]:
        """The reporters of each group in `tree`, by code. A unit that a group lists by name is left out if `tree` does not have it."""
        inside = tree.within(self.within)
        return {name: _members(group, inside, tree) for name, group in self.reporters.items()}

    def group_of(self, tree: Tree) -> dict[str, str]:
        """Group name by unit id, for every reporter in `tree`."""
        return {unit.id: name for name, members in self.group_members(tree).items() for unit in members}

    def confirmers(self, tree: Tree) -> list[Unit]:
        """The units that confirm their views."""
        if self.obligation is None or self.obligation.confirm is None:
            return []
        level = self.obligation.confirm.level
        return [unit for unit in tree.within(self.within) if unit.level == level and unit.kind == "peoples_committee"]

    def is_asked(self, indicator: Indicator, group: str, unit_code: str) -> bool:
        """Whether a unit must report `indicator`. An indicator without `asked` is for all units."""
        return not indicator.asked or group in indicator.asked or unit_code in indicator.asked


def _members(group: Group, inside: Iterable[Unit], tree: Tree) -> list[Unit]:
    if group.units:
        return [tree.by_code[code] for code in group.units if code in tree.by_code]
    return [unit for unit in inside if unit.level == group.level and unit.kind == group.kind]


def _without_zeros(text: str) -> str:
    """A plain decimal without trailing zeros."""
    return text.rstrip("0") if "." in text else text


def _require_day(text: str, *where: str) -> None:
    """Raises ValueError if the calendar has no such day."""
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValueError(refusal("regime.not_every_year", day=f"{text[8:]}/{text[5:7]}"), *where) from error


def _repeated(codes: Iterable[str]) -> list[str]:
    return sorted(code for code, count in Counter(codes).items() if count > 1)


def derive(derived: Regime, source: Regime) -> Regime:
    """The derived regime, completed with its source's calendar, periods, reporters and indicators. It has no obligation."""
    return derived.model_copy(
        update={
            "calendar": source.calendar,
            "periods": source.periods,
            "within": source.within,
            "reporters": {name: source.reporters[name] for name in derived.derived_groups},
            "indicators": [source.by_code[code] for code in derived.derived_indicators],
        }
    )


def resolve(regimes: Iterable[Regime]) -> dict[str, Regime]:
    """All regimes by id, with derived ones completed. Raises InvalidValueError if an id repeats, or if a source lacks something that a
    derived regime uses; its `where` is the regime's id and the field.
    """
    loaded = list(regimes)
    if repeated := _repeated(regime.id for regime in loaded):
        raise InvalidValueError(refusal("regime.repeated_id", ids=repeated), repeated[0], "id")
    plain = {regime.id: regime for regime in loaded}
    return {regime.id: regime if regime.derived_from is None else derive(regime, _source(regime, plain)) for regime in loaded}


def _source(derived: Regime, plain: dict[str, Regime]) -> Regime:
    source = plain.get(derived.derived_from or "")
    if source is None or source.derived_from is not None:
        raise InvalidValueError(refusal("regime.unknown_source", source=derived.derived_from), derived.id, "derived_from")
    if unknown := [name for name in derived.derived_groups if name not in source.reporters]:
        raise InvalidValueError(refusal("regime.unknown_derived_groups", names=unknown), derived.id, "derived_groups")
    if unknown := [code for code in derived.derived_indicators if code not in source.by_code]:
        raise InvalidValueError(refusal("regime.unknown_derived_indicators", codes=unknown), derived.id, "derived_indicators")
    return source
