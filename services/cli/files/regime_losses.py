"""Finds what a changed regime file would hide of the reports that were accepted. Pure.

A report is hidden if its period is no longer listed or its unit is no longer asked. A removed indicator or narrative hides a part of it.
What hides no report may be removed, and is left out here.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final, Literal

from services.cli.files.faults import Fault
from services.cli.files.regime_files import RegimeFile, others
from shared.words import periods, regimes
from shared.words.refusals import Both, number, refusal
from shared.words.regime_versions import DayOf, cut_off, dated
from shared.words.regimes import Regime
from shared.words.units import Registry

Kind = Literal["periods", "ends", "indicators", "narratives", "groups"]
Reporters = Mapping[str, Set[str]]
"""Ids of the units whose reports were accepted, by period."""

WORDS: Final[Mapping[Kind, Both]] = {
    "periods": Both("không còn nêu kỳ", "no longer lists the periods"),
    "ends": Both("cho chế độ kết thúc trước ngày chốt số liệu của kỳ", "ends the regime before the cut-off of the periods"),
    "indicators": Both("không còn chỉ tiêu", "no longer has the indicators"),
    "narratives": Both("không còn thuyết minh", "no longer has the narratives"),
    "groups": Both("không còn yêu cầu báo cáo từ đơn vị đã nộp, thuộc nhóm", "no longer asks units that have reported, of the groups"),
}
FIELDS: Final[Mapping[Kind, str]] = {
    "periods": "periods",
    "ends": "ends",
    "indicators": "indicators",
    "narratives": "narratives",
    "groups": "reporters",
}
FIELDS_OF_DERIVED: Final[Mapping[Kind, str]] = {
    **FIELDS,
    "periods": "derived_from",
    "indicators": "derived_indicators",
    "groups": "derived_groups",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """Entries of one kind that a changed file no longer has, and the number of reports that it would hide, wholly or in part."""

    file: RegimeFile
    kind: Kind
    codes: Sequence[str]
    reports: int

    @property
    def fault(self) -> Fault:
        """The refusal, with the line of the field."""
        why = refusal("regime.would_hide_reports", what=WORDS[self.kind], codes=list(self.codes), count=number(self.reports))
        fields = FIELDS if self.file.regime.derived_from is None else FIELDS_OF_DERIVED
        return self.file.fault((fields[self.kind],), why)

    def entry(self) -> dict[str, object]:
        """As JSON."""
        return {"regime": self.file.regime.id, "kind": self.kind, "codes": list(self.codes), "reports": self.reports} | self.fault.as_dict()


def sources(read: Sequence[RegimeFile], stored: Sequence[Regime]) -> set[str]:
    """The regimes whose reports must be known: those of stored regimes of which a file lists, asks or shows something else."""
    before, after = _resolved(read, stored)
    return {was.source_id for was, now in _pairs(read, before, after) if _scope(was) != _scope(now)}


def find(
    read: Sequence[RegimeFile], stored: Sequence[Regime], registry: Registry, reported: Mapping[str, Reporters], day_of: DayOf = cut_off
) -> list[Loss]:
    """What the files would hide. `reported` has the reporters of each regime in `sources`."""
    before, after = _resolved(read, stored)
    files = {file.regime.id: file for file in read}
    return [
        Loss(files[was.id], kind, codes, count)
        for was, now in _pairs(read, before, after)
        if _scope(was) != _scope(now)
        for kind, codes, count in _of_regime(was, now, registry, reported.get(was.source_id, {}), day_of)
    ]


def _resolved(read: Sequence[RegimeFile], stored: Sequence[Regime]) -> tuple[dict[str, Regime], dict[str, Regime]]:
    """All regimes before and after the files are loaded, derived ones completed."""
    return regimes.resolve(stored), regimes.resolve([*(file.regime for file in read), *others(stored, read)])


def _pairs(read: Sequence[RegimeFile], before: Mapping[str, Regime], after: Mapping[str, Regime]) -> Iterator[tuple[Regime, Regime]]:
    for file in read:
        if (was := before.get(file.regime.id)) is not None:
            yield was, after[file.regime.id]


def _scope(regime: Regime) -> tuple[object, ...]:
    """Everything that decides which reports are shown, and which parts of them."""
    codes = [indicator.code for indicator in regime.indicators]
    asked = [(version.first_day, version.last_day, version.regime.within, _groups(version.regime)) for version in dated(regime)]
    return regime.source_id, regime.calendar, regime.periods, asked, sorted(codes), sorted(regime.narratives)


def _groups(version: Regime) -> dict[str, tuple[object, ...]]:
    return {name: (group.level, group.kind, group.units) for name, group in version.reporters.items()}


def _of_regime(was: Regime, now: Regime, registry: Registry, reported: Reporters, day_of: DayOf) -> Iterator[tuple[Kind, list[str], int]]:
    counted = {code: _asked(was, code, registry, day_of) for code in sorted(filter(periods.PERIOD.fullmatch, reported), key=periods.order)}
    by_period = {code: [unit for unit in reported[code] if unit in group_of] for code, group_of in counted.items()}
    is_other = was.source_id != now.source_id
    gone = [code for code, units in by_period.items() if units and (is_other or now.period(code) is None)]
    ended = [code for code, units in by_period.items() if units and code not in gone and _has_ended(now, code, day_of)]
    if ended:
        yield "ends", ended, sum(len(by_period[code]) for code in ended)
    if gone:
        yield "periods", gone, sum(len(by_period[code]) for code in gone)

    kept: list[tuple[str, str]] = []  # group and code of the unit, of each report that is still shown
    left: list[str] = []  # the group, of each report whose unit is no longer asked
    for code, units in by_period.items():
        if code not in (*gone, *ended) and units:
            still = _asked(now, code, registry, day_of)
            kept += [(counted[code][unit], registry.ids[unit][0].code) for unit in units if unit in still]
            left += [counted[code][unit] for unit in units if unit not in still]
    if left:
        yield "groups", [name for name in was.reporters if name in left], len(left)

    removed = [indicator for indicator in was.indicators if indicator.code not in now.by_code]
    asked = sum(any(was.is_asked(indicator, group, code) for indicator in removed) for group, code in kept)
    if asked:
        yield "indicators", [indicator.code for indicator in removed], asked
    if kept and (texts := [code for code in was.narratives if code not in now.narratives]):
        yield "narratives", texts, len(kept)


def _asked(regime: Regime, code: str, registry: Registry, day_of: DayOf) -> dict[str, str]:
    """Group name by unit id, for every unit that the regime asks in a period; empty if the regime does not have the period."""
    period = regime.period(code)
    if period is None or regime.has_ended(day := day_of(regime, period)):
        return {}
    return regime.on(day).group_of(registry.at(day))


def _has_ended(regime: Regime, code: str, day_of: DayOf) -> bool:
    period = regime.period(code)
    return period is not None and regime.has_ended(day_of(regime, period))
