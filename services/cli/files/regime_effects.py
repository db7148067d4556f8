"""Finds entries of a regime file that would have no effect. Pure.

Examples: a field that its kind does not use, a reminder that never comes, a level that no unit has, a group without units. If such a file
were loaded, it would look as if it were obeyed. Regimes that are already stored are not checked: they stay in use.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from shared.words import deadlines, ladder, numbers, periods, refusals, texts
from shared.words.calendar import WorkingDays
from shared.words.ladder import Steps
from shared.words.obligations import MOST_STEP, Ladder
from shared.words.periods import Period
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regime_parts import Group, Indicator
from shared.words.regimes import Regime
from shared.words.units import Registry, Tree, Unit

Path = tuple[int | str, ...]
Found = tuple[Path, Refusal]

UNUSED: Final = {
    "quantity": ("share", "numerator_label", "denominator_label"),
    "ratio": ("min", "max"),
    "flag": ("measure", "decimals", "min", "max", "share", "numerator_label", "denominator_label"),
    "choice": ("measure", "decimals", "min", "max", "share", "numerator_label", "denominator_label", "target"),
}
OF_SOURCE: Final = ("calendar", "periods", "within")  # a derived regime takes these from its source
OF_DERIVED: Final = ("derived_groups", "derived_indicators")


def of_file(regime: Regime, working_days: WorkingDays) -> list[Found]:
    """Entries that have no effect whatever the units are."""
    if regime.periods == []:
        return [(("periods",), refusal("regime.no_period"))]
    fields = [*_blank(regime), *_repeats(regime), *_derived(regime), *_groups(regime), *_indicators(regime)]
    return [*fields, *_due_before_it_begins(regime, working_days), *_ladder(regime, working_days)]


def of_units(file: Regime, resolved: Mapping[str, Regime], registry: Registry, today: date) -> list[Found]:
    """Entries that have no effect with these units, in any period. `resolved` holds all regimes, derived ones completed."""
    whole = resolved[file.id]
    days = _days(whole, today)
    trees = [registry.at(day) for day in days]
    if empty := list(_periods_without_units(file, trees, registry)):
        return empty
    return [
        *_strange_narratives(file, resolved[whole.source_id]),
        *_not_of_the_days(file, trees),
        *_empty_groups(file, whole, trees),
        *_asked_of_nobody(file, whole, trees),
        *_confirmers(whole, trees),
        *_targets(file, whole, trees),
    ]


def _blank(regime: Regime) -> Iterator[Found]:
    """Names and labels that have no visible character."""
    named: list[tuple[Path, str]] = [(("title",), regime.title)]
    named += [(("legal_basis", number), text) for number, text in enumerate(regime.legal_basis)]
    named += [(("reporters", name), name) for name in regime.reporters]
    named += [(("reporters", name, "label"), group.label) for name, group in regime.reporters.items()]
    named += [(("narratives", code), label) for code, label in regime.narratives.items()]
    for number, indicator in enumerate(regime.indicators):
        named.append((("indicators", number, "label"), indicator.label))
        named += [(("indicators", number, "options", code), label) for code, label in indicator.options.items()]
        if indicator.target is not None:
            named.append((("indicators", number, "target", "by"), indicator.target.by))
    for where, text in named:
        if texts.is_blank(text):
            yield where, refusal("regime.blank_label")


def _repeats(regime: Regime) -> Iterator[Found]:
    lists: list[tuple[Path, Sequence[Any]]] = [
        (("derived_groups",), regime.derived_groups),
        (("derived_indicators",), regime.derived_indicators),
    ]
    if isinstance(regime.periods, list):
        lists.append((("periods",), regime.periods))
    lists += [(("reporters", name, "units"), group.units) for name, group in regime.reporters.items()]
    lists += [(("indicators", number, "asked"), indicator.asked) for number, indicator in enumerate(regime.indicators)]
    if regime.obligation is not None:
        steps = regime.obligation.ladder
        lists += [(("obligation", "ladder", name), getattr(steps, name) or []) for name in Ladder.model_fields]
    for where, values in lists:
        for number, value in enumerate(values):
            if value in values[:number]:
                yield (*where, number), refusal("regime.repeated_value", value=value)


def _derived(regime: Regime) -> Iterator[Found]:
    if regime.derived_from is None:
        for name in OF_DERIVED:
            if getattr(regime, name):
                yield (name,), refusal("regime.only_derived")
        return
    for name in OF_SOURCE:
        if name in regime.model_fields_set:
            yield (name,), refusal("regime.taken_from_source", source=regime.derived_from)
    if not regime.derived_groups:
        yield ("derived_groups",), refusal("regime.no_derived_group")


def _groups(regime: Regime) -> Iterator[Found]:
    of_unit: dict[str, str] = {}
    for name, group in regime.reporters.items():
        if group.units and "kind" in group.model_fields_set:
            yield ("reporters", name, "kind"), refusal("regime.kind_without_level")
        for number, code in enumerate(group.units):
            if of_unit.setdefault(code, name) != name:
                yield ("reporters", name, "units", number), refusal("regime.unit_in_group", code=code, group=of_unit[code])


def _indicators(regime: Regime) -> Iterator[Found]:
    for number, indicator in enumerate(regime.indicators):
        for name in UNUSED[indicator.kind]:
            if getattr(indicator, name) != Indicator.model_fields[name].default:
                yield ("indicators", number, name), refusal("regime.unused_by_kind", kind=indicator.kind)
        yield from _written_decimals(number, indicator)
        if indicator.cumulative and not _has_parts_of_years(regime):
            yield ("indicators", number, "cumulative"), refusal("regime.cumulative_of_one_period")
        least, most = indicator.bounds
        if indicator.kind == "quantity" and least > most:
            yield ("indicators", number, "min"), refusal("regime.no_value_allowed")
        is_percent = indicator.kind == "flag" or (indicator.kind == "ratio" and indicator.share)
        if indicator.target is not None and is_percent and Decimal(indicator.target.at_least) > 100:
            yield ("indicators", number, "target", "at_least"), refusal("regime.percent_above_100")


def _has_parts_of_years(regime: Regime) -> bool:
    """Whether a year may have several periods of one length, so that there is a sum since its beginning."""
    return isinstance(regime.periods, str) or any(len(periods.PARTS[periods.length_of(code)]) > 1 for code in regime.periods)


def _written_decimals(number: int, indicator: Indicator) -> Iterator[Found]:
    """Checks bounds and targets as they are written: an author may have meant `1.000` as a thousand."""
    own = indicator.decimals
    written: list[tuple[Path, str | None, int]] = [(("min",), indicator.min, own), (("max",), indicator.max, own)]
    if indicator.target is not None:
        written.append((("target", "at_least"), indicator.target.at_least, indicator.goal_decimals))
    for where, text, most in written:
        if text is not None and numbers.decimals_of(text) > most:
            yield ("indicators", number, *where), refusal("regime.too_many_decimals", text=text, most=most)


def _due_before_it_begins(regime: Regime, working_days: WorkingDays) -> Iterator[Found]:
    """Deadlines on a fixed date that is already over when a period begins: no unit could report on time."""
    obligation = regime.obligation
    if obligation is None or isinstance(regime.periods, str):
        return
    found = [period for code in regime.periods if (period := regime.period(code)) is not None]
    for group, rule in obligation.deadlines.items():
        for period in found:
            at = deadlines.group_deadline(regime, group, period, None, working_days)
            if rule.is_one_date and at is not None and at <= periods.start_of(period.begins):
                begins = refusals.day(period.begins)
                yield ("obligation", "deadlines", group), refusal("regime.due_before_period", period=period.code, day=begins)


def _ladder(regime: Regime, working_days: WorkingDays) -> Iterator[Found]:
    """Reminders that never come in any period, for any group, or come before each period begins."""
    if regime.obligation is None:
        return
    steps = regime.obligation.ladder
    wrong: list[Found] = [
        (("obligation", "ladder", name, number), refusal("regime.days_out_of_range", days=days, most=MOST_STEP))
        for name in ("before_days", "after_days")
        for number, days in enumerate(getattr(steps, name) or ())
        if not 1 <= days <= MOST_STEP
    ]
    yield from wrong
    deadlines_of = [] if wrong else _deadlines(regime, working_days)
    if not deadlines_of:
        return
    for name in sorted(steps.model_fields_set):
        for number, step in enumerate(getattr(steps, name) or ()):
            alone = Steps(**{other: (step,) if other == name else () for other in Ladder.model_fields})
            rungs = [(period, ladder.rungs(deadline, alone, working_days)) for period, deadline in deadlines_of]
            if not any(found for _, found in rungs):
                yield ("obligation", "ladder", name, number), refusal("regime.reminder_never_comes", step=step)
            elif all(rung.at < periods.start_of(period.begins) for period, found in rungs for rung in found):
                first = rungs[0][0]
                why = refusal("regime.reminder_before_period", step=step, period=first.code, day=refusals.day(first.begins))
                yield ("obligation", "ladder", name, number), why


def _deadlines(regime: Regime, working_days: WorkingDays) -> list[tuple[Period, datetime]]:
    """Every deadline that the file determines, with its period."""
    obligation = regime.obligation
    if obligation is None or isinstance(regime.periods, str):
        return []
    found = [period for code in regime.periods if (period := regime.period(code)) is not None]
    reports = [(one, deadlines.group_deadline(regime, name, one, None, working_days)) for name in obligation.deadlines for one in found]
    confirmed = [(one, at) for one in found for at in deadlines.confirm_deadlines(regime, one, working_days).values()]
    return [*((one, at) for one, at in reports if at is not None), *confirmed]


def _days(regime: Regime, today: date) -> list[date]:
    """The days on which units are looked up: the periods' cut-off days, or today for a regime without a list of periods."""
    if isinstance(regime.periods, str):
        return [today]
    found: list[Period | None] = [regime.period(code) for code in regime.periods]
    return [period.cut_off for period in found if period is not None]


def _periods_without_units(file: Regime, trees: Sequence[Tree], registry: Registry) -> Iterator[Found]:
    """The first period on whose cut-off there is no unit: a range may have hundreds of them."""
    first = min((unit.valid_from for unit in registry.units), default=None)
    for number, tree in enumerate(trees):
        if not tree.by_id:
            why = refusal("regime.no_unit_on_cut_off", day=refusals.day(first)) if first else refusal("regime.no_unit_at_all")
            where: Path = ("periods", number) if "periods" in file.model_fields_set and isinstance(file.periods, list) else ("periods",)
            yield where, why
            return


def _strange_narratives(file: Regime, source: Regime) -> Iterator[Found]:
    for code in file.narratives:
        if code not in source.narratives:
            yield ("narratives", code), refusal("regime.narrative_not_in_source", source=source.id)


def _not_of_the_days(file: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    """Units named in the file that do not exist on the cut-off day of any period."""
    named: list[tuple[Path, str]] = [(("recipient",), file.recipient)]
    named += [((name,), code) for name in ("on_behalf_of", "within") if (code := getattr(file, name))]
    named += [
        (("reporters", name, "units", number), code) for name, group in file.reporters.items() for number, code in enumerate(group.units)
    ]
    for where, code in named:
        if not any(code in tree.by_code for tree in trees):
            yield where, refusal("regime.unit_of_no_period", code=code)


def _empty_groups(file: Regime, whole: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    members = [whole.group_members(tree) for tree in trees]
    for name, group in whole.reporters.items():
        where: Path = ("reporters", name) if file.derived_from is None else ("derived_groups",)
        if not any(found[name] for found in members) and not (group.units and file.derived_from is None):
            part = ("level",) if group.level is not None and file.derived_from is None else ()
            yield (*where, *part), _empty(name, group, whole, trees[-1])
        if file.derived_from is None and (both := _in_two(name, whole, members)):
            yield where, refusal("regime.unit_in_two_groups", codes=both[:5])


def _in_two(name: str, whole: Regime, members: Sequence[dict[str, list[Unit]]]) -> list[str]:
    """Codes of units in this group that are also in an earlier group."""
    before = list(whole.reporters)[: list(whole.reporters).index(name)]
    return sorted({unit.code for found in members for unit in found[name] if any(unit in found[other] for other in before)})


def _empty(name: str, group: Group, whole: Regime, tree: Tree) -> Refusal:
    """Why a group has no unit, and which levels it could name instead."""
    if group.units:
        return refusal("regime.units_gone", group=name)
    inside = _levels(tree.within(whole.within))
    if not whole.within:
        return refusal("regime.empty_group", group=name, level=group.level, kind=group.kind, levels=inside)
    everywhere = _levels(tree.by_id.values())
    return refusal(
        "regime.empty_group_within", group=name, level=group.level, kind=group.kind, within=whole.within, levels=inside, others=everywhere
    )


def _levels(units: Iterable[Unit]) -> list[str] | Both:
    """The levels of these units, each with its kinds."""
    kinds: dict[str, set[str]] = {}
    for unit in units:
        kinds.setdefault(unit.level, set()).add(unit.kind)
    return [f"{level} ({', '.join(sorted(of))})" for level, of in sorted(kinds.items())] or Both("không có", "none")


def _asked_of_nobody(file: Regime, whole: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    """Indicators that no reporter is asked for, and names in `asked` that match no reporter."""
    reporters = {(name, unit.code) for tree in trees for name, units in whole.group_members(tree).items() for unit in units}
    here = {name for name, _ in reporters} | {code for _, code in reporters}
    for number, indicator in enumerate(whole.indicators):
        if file.derived_from is None:
            for place, name in enumerate(indicator.asked):
                if name not in here:
                    yield ("indicators", number, "asked", place), refusal("regime.asked_of_nobody", name=name)
        elif not any(whole.is_asked(indicator, group, code) for group, code in reporters):
            yield ("derived_indicators", number), refusal("regime.indicator_of_no_derived_group", code=indicator.code)


def _confirmers(whole: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    for number, confirm in enumerate(whole.obligation.confirm if whole.obligation else ()):
        where: Path = ("obligation", "confirm", number, "level" if confirm.level is not None else "recipient")
        confirming = [(tree, [found.of for found in whole.confirmations(tree) if found.rule is confirm]) for tree in trees]
        if not any(units for _, units in confirming):
            there = _levels(unit for unit in trees[-1].within(whole.within) if unit.kind == "peoples_committee")
            yield where, refusal("regime.nobody_confirms", level=confirm.who, levels=there)
        elif not any(_above(whole, tree) & {unit.id for unit in units} for tree, units in confirming):
            yield where, refusal("regime.confirmers_without_view", level=confirm.who)


def _above(whole: Regime, tree: Tree) -> set[str]:
    """Ids of the units that have a view: the reporters and all units above them."""
    reporters = whole.group_of(tree)
    return set(reporters) | {above.id for unit_id in reporters for above in tree.ancestors(unit_id)}


def _targets(file: Regime, whole: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    levels = {tree.by_id[unit_id].level for tree in trees for unit_id in _above(whole, tree)}
    for number, indicator in enumerate(file.indicators):
        level = indicator.target.level if indicator.target else None
        if level is not None and level not in levels:
            yield ("indicators", number, "target", "level"), refusal("regime.goal_without_view", level=level, levels=sorted(levels))
