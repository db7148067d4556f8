"""What the page of a regime says: who reports what to whom, by when, and how it is sent. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from services.portal.domain import address, present_period, refused
from shared.wire import report_example
from shared.words import deadlines, forms, periods, rules_in_words, vietnamese
from shared.words.obligations import Confirm, DeadlineRule
from shared.words.periods import Period
from shared.words.reference import Reference, Version
from shared.words.refusals import refusal
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime
from shared.words.units import Unit

CALENDARS: Final = {"year": "năm dương lịch (01/01 – 31/12)", "report_year": "năm báo cáo (15/12 năm trước – 14/12)"}
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """A regime in the list of all regimes."""

    regime: Regime
    recipient: str
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Due:
    """Who has a deadline, its rule in words, and the first late instant in each of the shown periods."""

    who: str
    unit_count: int
    rule: str
    instants: Sequence[datetime | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator as the form's table shows it."""

    indicator: Indicator
    kind: str
    """What is written, in words."""
    options: Sequence[tuple[str, str]]
    asked: str
    """Who reports it, in words; empty: all reporters."""
    target: str


@dataclass(frozen=True)
class RegimePage:
    """A regime as it is for reports that are received today: in one of its periods, or, if it lists none, today."""

    reference: Reference
    version: Version
    period: Period | None
    today: date

    @property
    def regime(self) -> Regime:
        return self.version.regime

    @property
    def recipient(self) -> str:
        return self._name(self.regime.recipient)

    @property
    def on_behalf_of(self) -> str:
        return self._name(self.regime.on_behalf_of) if self.regime.on_behalf_of else ""

    @property
    def calendar(self) -> str:
        """What a year is, in words."""
        own = self.regime.calendar
        return CALENDARS.get(own) or f"năm chốt số liệu ngày {own[3:]}/{own[:2]}"

    @cached_property
    def listed(self) -> list[str]:
        """The periods that the regime lists, in the order of time."""
        return [setting.period.code for setting in self.reference.settings(self.regime.id)]

    @cached_property
    def shown(self) -> list[Period]:
        """The period of the page, and the next one."""
        if self.period is None:
            return []
        later = self.listed[self.listed.index(self.period.code) + 1 :] if self.period.code in self.listed else []
        following = [period for code in later[:1] if (period := self.regime.period(code)) is not None]
        return [self.period, *following]

    @cached_property
    def due(self) -> list[Due]:
        """The deadlines of the groups, of those who confirm, and of the official figures."""
        regime, days, obligation = self.regime, self.reference.working_days, self.regime.obligation
        members = regime.group_members(self.version.tree)
        found = []
        for name, group in regime.reporters.items():
            rule = None if obligation is None or obligation.on_call else obligation.deadlines[name]
            at = [deadlines.group_deadline(regime, name, period, None, days) for period in self.shown]
            found.append(Due(group.label, len(members[name]), "" if rule is None else rules_in_words.rule(rule), at))
        for entry in obligation.confirm if obligation else ():
            units = [one for one in self.version.confirmations if one.rule is entry]
            found.append(Due(self._confirming(entry), len(units), rules_in_words.rule(entry), self._instants(entry)))
        if regime.estimates is not None:
            until = regime.estimates.until
            found.append(Due("Số chính thức thay số ước", 0, rules_in_words.rule(until), self._instants(until)))
        return found

    def _instants(self, rule: DeadlineRule) -> list[datetime | None]:
        obligation = self.regime.obligation
        if obligation is None:
            return []
        return [deadlines.by_rule(rule, period, obligation, self.reference.working_days) for period in self.shown]

    @staticmethod
    def _confirming(entry: Confirm) -> str:
        return f"Chốt bảng tổng hợp: {'cơ quan nhận báo cáo' if entry.level is None else vietnamese.level(entry.level).lower()}"

    @property
    def notes(self) -> list[str]:
        """What else holds for the deadlines."""
        obligation, regime = self.regime.obligation, self.regime
        said = []
        if regime.is_on_call:
            said.append(rules_in_words.ON_CALL)
        if obligation is not None and obligation.to_working_day:
            said.append(rules_in_words.MOVES)
        if regime.estimates is not None:
            said.append("trước hạn số chính thức được gửi số ước, ghi status: estimate cho từng chỉ tiêu")
        if regime.entered_by:
            who = {"recipient": "cơ quan nhận báo cáo", "confirmers": "đơn vị chốt bảng tổng hợp phía trên"}
            said.append(f"được nhập thay đơn vị: {', '.join(who[one] for one in regime.entered_by)}")
        return [f"{text[0].upper()}{text[1:]}." for text in said]

    @cached_property
    def sections(self) -> list[tuple[str, list[Row]]]:
        """The indicators by heading, in the regime's order."""
        found: dict[str, list[Row]] = {}
        for indicator in self.regime.indicators:
            found.setdefault(indicator.section, []).append(self._row(indicator))
        return list(found.items())

    def _row(self, indicator: Indicator) -> Row:
        asked = ", ".join(self._reporter(name) for name in indicator.asked)
        target = indicator.target
        goal = "" if target is None else f"từ {vietnamese.number(target.at_least)}{_measure(indicator)} trở lên, đến {target.by}"
        return Row(indicator, kind_in_words(indicator), list(indicator.options.items()), asked, goal)

    def _reporter(self, name: str) -> str:
        group = self.regime.reporters.get(name)
        return self._name(name) if group is None else group.label

    def _name(self, code: str) -> str:
        unit = self.version.tree.by_code.get(code)
        return code if unit is None else unit.name

    @cached_property
    def example_unit(self) -> Unit | None:
        """The unit of the example: the first reporter of the first group that has one."""
        members = self.regime.group_members(self.version.tree) if self.regime.derived_from is None else {}
        return next((units[0] for units in members.values() if units), None)

    @property
    def example_period(self) -> str:
        """The period of the example; of a regime that lists none, the year of today."""
        return f"{self.today.year}" if self.period is None else self.period.code

    @property
    def example(self) -> dict[str, Any] | None:
        """An event that the unit of the example could send."""
        unit = self.example_unit
        if unit is None:
            return None
        group = self.version.groups[unit.id]
        indicators = forms.indicators_of(self.regime, group, unit.code)
        data = report_example.data(self.regime.id, self.example_period, unit.code, indicators, self.regime.narratives)
        return {
            "specversion": "1.0",
            "id": "7f0c1f2e-6f0b-4a0e-9d1b-2f7f3a9f5c11",
            "source": f"/units/{unit.id}",
            "type": "vn.tonghop.report.submitted.v1",
            "data": data,
        }


def _measure(indicator: Indicator) -> str:
    if indicator.kind in ("ratio", "flag"):
        return " %"
    return f" {indicator.measure}" if indicator.measure else ""


def kind_in_words(indicator: Indicator) -> str:
    """What is to be written for an indicator."""
    digits = f"số, tối đa {indicator.decimals} chữ số sau dấu thập phân" if indicator.decimals else "số nguyên"
    match indicator.kind:
        case "quantity":
            most = "" if indicator.max is None else f" đến {vietnamese.number(indicator.max)}"
            return f"{digits}, từ {vietnamese.number(indicator.min)}{most}"
        case "ratio":
            numerator, denominator = indicator.numerator_label or indicator.label, indicator.denominator_label or "tổng số"
            share = "; tử số không lớn hơn mẫu số" if indicator.share else ""
            return f"hai {digits}: tử số ({numerator}), mẫu số ({denominator}){share}"
        case "flag":
            return "có hoặc không"
        case "choice":
            return "một trong các lựa chọn"


def list_all(reference: Reference, today: date) -> list[Listed]:
    """All regimes, by title."""
    found = []
    for regime in reference.regimes.values():
        version = _version_of(reference, regime, today)
        unit = version.tree.by_code.get(version.regime.recipient)
        found.append(Listed(version.regime, version.regime.recipient if unit is None else unit.name, regime.has_ended(today)))
    return sorted(found, key=lambda one: (one.has_ended, one.regime.title))


def read(reference: Reference, regime_id: str, period: str | None, today: date) -> RegimePage:
    """The page of a regime; without a period the one that is due next. Raises `Refused`."""
    regime = reference.regimes.get(regime_id)
    if regime is None:
        raise refused.not_found(refusal("report.unknown_regime", "regime", regime=regime_id))
    code = _present(reference, regime, today) if period is None else address.checked("period", period)
    if code is None:
        return RegimePage(reference, _version_of(reference, regime, today), None, today)
    setting = reference.setting_at_receipt(regime_id, code, today)
    if setting is None:
        raise refused.not_found(forms.no_period(regime, code))
    return RegimePage(reference, setting.version, setting.period, today)


def _present(reference: Reference, regime: Regime, today: date) -> str | None:
    listed = [setting.period for setting in reference.settings(regime.id)]
    dues, everything = present_period.by_rule(reference, regime.id, listed), {period.code for period in listed}
    found = present_period.present(listed, dues, everything, periods.start_of(today)) or next(iter(listed), None)
    return None if found is None else found.code


def _version_of(reference: Reference, regime: Regime, today: date) -> Version:
    """The version of today, or the last one of a regime that has ended."""
    last = today if regime.ends is None else min(today, date.fromisoformat(regime.ends) - ONE_DAY)
    version = reference.version_on(regime.id, last)
    assert version is not None  # it has not ended on that day
    return version
