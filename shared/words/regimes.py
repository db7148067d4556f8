"""Regimes: who reports what to whom, and by when. Regimes are data: agencies own them, and they are read from YAML files.

Source: NĐ 09/2019/NĐ-CP, art. 8 (what a reporting regime names); design, section 5, "Regimes".
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import Field, PrivateAttr, ValidationError, ValidationInfo, field_validator, model_validator

from shared.words import periods
from shared.words.failures import InvalidValueError
from shared.words.obligations import Confirm, Obligation
from shared.words.periods import Period
from shared.words.refusals import refusal
from shared.words.regime_fields import Code, Data, DateText, RegimeId, UnitCode
from shared.words.regime_parts import Change, Estimates, FigureRule, Group, Indicator
from shared.words.units import Tree, Unit

MOST_RULES: Final = 50


class PeriodRange(Data):
    """All periods of one length from a first through a last one."""

    first: Annotated[str, Field(alias="from")]
    """The first period, such as `2026-01`."""
    last: Annotated[str, Field(alias="to")]
    """The last period, of the same length, such as `2030-12`."""


class Confirmation(NamedTuple):
    """The view of `of` is to be confirmed by `by`. They are the same unit unless the recipient confirms."""

    of: Unit
    by: Unit
    rule: Confirm


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
    """The unit or area whose subtree has the reporters. Without it, the whole country."""
    groupings: list[UnitCode] = Field(default=[])
    """The areas (địa bàn) that have a view of their own: the sum over their members."""
    reporters_see: Literal["none", "parent"] = "none"
    """What a reporter reads beside its own reports: `parent` is the view of the unit above it, such as its district's totals."""
    reporters: dict[str, Group] = Field(default={})
    """The groups of units that report, by a name of your choice."""
    obligation: Obligation | None = None
    """When the reports are due."""
    indicators: list[Indicator] = Field(default=[])
    """The figures to report."""
    narratives: dict[Code, str] = Field(default={})
    """The texts to report: code, and what people read."""
    rules: list[FigureRule] = Field(default=[])
    """What is strange about the figures of a report. A rule gives a warning and never refuses a report."""
    estimates: Estimates | None = None
    """Reports may have estimated figures for a while. Without it, they may not."""
    entered_by: list[Literal["recipient", "confirmers"]] = Field(default=[])
    """Who may enter a report for a unit (nhập thay): the recipient, or the units that confirm a view above it. The unit stays the
    sender, is told at once, and can correct the report. Without it, nobody."""
    changes: list[Change] = Field(default=[])
    """What the regime says from a day on, the earliest first: for example another recipient after a reform."""
    ends: DateText | None = None
    """The regime has no period whose reference day is this day or later."""
    _versions: tuple[tuple[date, "Regime"], ...] = PrivateAttr(default=())
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
            own = [change for change in self.changes if change.reporters or change.obligation or change.asked or change.targets]
            if self.reporters or self.obligation or self.indicators or self.rules or self.estimates or self.entered_by or own:
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
        if self.estimates is not None:
            self._require_estimates(self.estimates, self.obligation)
        self._require_rules()
        known = set(self.reporters) | {code for group in self.reporters.values() for code in group.units}
        for indicator in self.indicators:
            if unknown := sorted(set(indicator.asked) - known):
                why = refusal("regime.asked_of_unknown", unknown=unknown, known=sorted(known))
                raise InvalidValueError(why, "indicators", indicator.code, "asked")
        return self

    def _require_estimates(self, estimates: Estimates, obligation: Obligation) -> None:
        """Raises InvalidValueError if the deadline of the official figures cannot be meant."""
        where = "estimates", "until"
        if obligation.on_call:
            raise InvalidValueError(refusal("regime.estimates_on_call"), "estimates")
        if (group := estimates.until.after) is not None and group not in obligation.deadlines:
            raise InvalidValueError(refusal("regime.after_unknown_group", name=group, groups=sorted(obligation.deadlines)), *where, "after")
        if estimates.until.has_own_day:
            _require_day(estimates.until.day_in(2023), *where)

    def _require_rules(self) -> None:
        """Raises InvalidValueError if a rule's id repeats, or if a rule names what is not a number of this regime."""
        if len(self.rules) > MOST_RULES:
            raise InvalidValueError(refusal("regime.too_many_rules", most=MOST_RULES), "rules")
        if repeated := _repeated(rule.id for rule in self.rules):
            raise InvalidValueError(refusal("regime.repeated_rule", ids=repeated), "rules")
        indicators = {indicator.code: indicator for indicator in self.indicators}
        for place, rule in enumerate(self.rules):
            where = "rules", str(place), "if"
            for term in rule.parsed.terms:
                indicator = indicators.get(term.code)
                if indicator is None:
                    raise InvalidValueError(refusal("regime.rule_of_unknown_indicator", code=term.code), *where)
                if indicator.kind not in ("quantity", "ratio"):
                    raise InvalidValueError(refusal("regime.rule_of_no_number", code=term.code, kind=indicator.kind), *where)
                if (indicator.kind == "ratio") != bool(term.part):
                    raise InvalidValueError(refusal("regime.rule_part", code=term.code, kind=indicator.kind), *where)

    @model_validator(mode="after")
    def changes_hold_together(self) -> Self:
        if self.ends is not None:
            _require_day(self.ends, "ends")
        versions: list[tuple[date, Regime]] = []
        for place, change in enumerate(self.changes):
            where = "changes", str(place)
            _require_day(change.first_day, *where, "from")
            first = date.fromisoformat(change.first_day)
            if versions and first <= versions[-1][0]:
                raise InvalidValueError(refusal("regime.changes_in_order"), *where, "from")
            versions.append((first, _version(versions[-1][1] if versions else self, change, where)))
        self._versions = tuple(versions)
        return self

    def on(self, day: date) -> "Regime":
        """The version of the regime on a day: with the changes from that day or an earlier one."""
        return next((version for first, version in reversed(self._versions) if first <= day), self)

    @property
    def versions(self) -> list["Regime"]:
        """Every version, the first one first."""
        return [self, *(version for _, version in self._versions)]

    @property
    def change_days(self) -> list[date]:
        """The first day of each version but the first."""
        return [first for first, _ in self._versions]

    def has_ended(self, day: date) -> bool:
        """Whether the regime has no period with this reference day any more."""
        return self.ends is not None and date.fromisoformat(self.ends) <= day

    @cached_property
    def by_code(self) -> dict[str, Indicator]:
        return {indicator.code: indicator for indicator in self.indicators}

    @cached_property
    def compared(self) -> dict[str, Indicator]:
        """The indicators whose figures may be unusual, by code."""
        return {indicator.code: indicator for indicator in self.indicators if indicator.unusual is not None}

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

    def confirmations(self, tree: Tree) -> list[Confirmation]:
        """Which units confirm which views, the lowest first."""
        return [found for entry in (self.obligation.confirm if self.obligation else ()) for found in self._confirmations(entry, tree)]

    def _confirmations(self, entry: Confirm, tree: Tree) -> list[Confirmation]:
        if entry.level is not None:
            inside = tree.within(self.within)
            return [Confirmation(unit, unit, entry) for unit in inside if unit.level == entry.level and unit.kind == "peoples_committee"]
        confirmer, of = tree.by_code.get(self.recipient), tree.by_code.get(self.on_behalf_of or self.within)
        return [Confirmation(of, confirmer, entry)] if confirmer is not None and of is not None else []

    def is_asked(self, indicator: Indicator, group: str, unit_code: str) -> bool:
        """Whether a unit must report `indicator`. An indicator without `asked` is for all units."""
        return not indicator.asked or group in indicator.asked or unit_code in indicator.asked


def _members(group: Group, inside: Iterable[Unit], tree: Tree) -> list[Unit]:
    if group.units:
        return [tree.by_code[code] for code in group.units if code in tree.by_code]
    return [unit for unit in inside if unit.level == group.level and unit.kind == group.kind]


def _require_day(text: str, *where: str) -> None:
    """Raises ValueError if the calendar has no such day."""
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValueError(refusal("regime.not_every_year", day=f"{text[8:]}/{text[5:7]}"), *where) from error


def _repeated(codes: Iterable[str]) -> list[str]:
    return sorted(code for code, count in Counter(codes).items() if count > 1)


def _version(before: Regime, change: Change, where: tuple[str, str]) -> Regime:
    """The regime after a change. Raises InvalidValueError if it does not hold together."""
    if unknown := sorted({*change.asked, *change.targets} - before.by_code.keys()):
        raise InvalidValueError(refusal("regime.change_of_unknown_indicator", codes=unknown), *where)
    if change.obligation is not None and change.obligation.on_call != before.is_on_call:
        raise InvalidValueError(refusal("regime.change_of_on_call"), *where, "obligation")
    file = before.model_dump(exclude={"changes", "legal_basis", "indicators"}, exclude_defaults=True, by_alias=True)
    indicators = [change.indicator(indicator).model_dump(exclude_defaults=True) for indicator in before.indicators]
    try:
        return Regime.model_validate(
            {**file, **change.replaced, "legal_basis": [*before.legal_basis, *change.legal_basis], "indicators": indicators}
        )
    except ValidationError as error:
        raise InvalidValueError(*_first_reason(error, where)) from error


def _first_reason(error: ValidationError, where: tuple[str, ...]) -> tuple[Any, ...]:
    """The refusal inside pydantic's error, and its path in the regime file."""
    cause = error.errors()[0].get("ctx", {}).get("error")
    if not isinstance(cause, InvalidValueError):
        raise error
    if cause.where[:1] == ("indicators",) and cause.where[2:] == ("asked",):
        return cause.refusal, *where, "asked", cause.where[1]
    return cause.refusal, *where, *cause.where


def derive(derived: Regime, source: Regime) -> Regime:
    """The derived regime, completed with its source's calendar, periods, reporters and indicators, in every version. It has no
    obligation.
    """
    made = _derived(derived, source)
    days = sorted({*derived.change_days, *source.change_days})
    made._versions = tuple((day, _derived(derived.on(day), source.on(day))) for day in days)
    return made


def _derived(derived: Regime, source: Regime) -> Regime:
    made = derived.model_copy(
        update={
            "calendar": source.calendar,
            "periods": source.periods,
            "within": source.within,
            "ends": min(filter(None, (derived.ends, source.ends)), default=None),
            "reporters": {name: source.reporters[name] for name in derived.derived_groups},
            "indicators": [source.by_code[code] for code in derived.derived_indicators],
        }
    )
    for name in ("by_code", "compared"):
        made.__dict__.pop(name, None)  # computed before, from the file without indicators: a copy keeps it
    return made


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
    if unknown := [name for name in derived.derived_groups if any(name not in version.reporters for version in source.versions)]:
        raise InvalidValueError(refusal("regime.unknown_derived_groups", names=unknown), derived.id, "derived_groups")
    if unknown := [code for code in derived.derived_indicators if code not in source.by_code]:
        raise InvalidValueError(refusal("regime.unknown_derived_indicators", codes=unknown), derived.id, "derived_indicators")
    return source
