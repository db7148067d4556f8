"""Finds entries of a regime file that would have no effect, whatever the units and periods are. Pure.

Examples: a field that its kind does not use, a repeated value, a name without visible characters.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from shared.words import numbers, periods, texts
from shared.words.obligations import Ladder, Obligation
from shared.words.refusals import Refusal, refusal
from shared.words.regime_parts import Group, Indicator
from shared.words.regime_paths import Path
from shared.words.regimes import Regime

Found = tuple[Path, Refusal]

UNUSED: Final = {
    "quantity": ("share", "numerator_label", "denominator_label"),
    "ratio": ("min", "max"),
    "flag": ("measure", "decimals", "min", "max", "share", "numerator_label", "denominator_label"),
    "choice": ("measure", "decimals", "min", "max", "share", "numerator_label", "denominator_label", "target"),
}
OF_SOURCE: Final = ("calendar", "periods", "within")  # a derived regime takes these from its source
OF_DERIVED: Final = ("derived_groups", "derived_indicators")


def find(regime: Regime) -> Iterator[Found]:
    """Such entries of the regime and of its changes."""
    yield from _blank(regime)
    yield from _repeats(regime)
    yield from _derived(regime)
    yield from _groups(regime.reporters, ("reporters",))
    yield from _indicators(regime)
    yield from _remarks(regime)
    for place, change in enumerate(regime.changes):
        where: Path = ("changes", place)
        if regime.derived_from is not None and change.within is not None:
            yield (*where, "within"), refusal("regime.taken_from_source", source=regime.derived_from)
        yield from _groups(change.reporters or {}, (*where, "reporters"))


def _blank(regime: Regime) -> Iterator[Found]:
    """Names and labels that have no visible character."""
    named: list[tuple[Path, str]] = [(("title",), regime.title)]
    named += _names((), regime.legal_basis, regime.reporters)
    for place, change in enumerate(regime.changes):
        named += _names(("changes", place), change.legal_basis, change.reporters or {})
    named += [(("narratives", code), label) for code, label in regime.narratives.items()]
    for number, indicator in enumerate(regime.indicators):
        named.append((("indicators", number, "label"), indicator.label))
        named += [(("indicators", number, "options", code), label) for code, label in indicator.options.items()]
        if indicator.target is not None:
            named.append((("indicators", number, "target", "by"), indicator.target.by))
    for where, text in named:
        if texts.is_blank(text):
            yield where, refusal("regime.blank_label")


def _names(where: Path, laws: Sequence[str], reporters: Mapping[str, Group]) -> Iterator[tuple[Path, str]]:
    yield from (((*where, "legal_basis", number), text) for number, text in enumerate(laws))
    yield from (((*where, "reporters", name), name) for name in reporters)
    yield from (((*where, "reporters", name, "label"), group.label) for name, group in reporters.items())


def _repeats(regime: Regime) -> Iterator[Found]:
    lists: list[tuple[Path, Sequence[Any]]] = [
        (("derived_groups",), regime.derived_groups),
        (("derived_indicators",), regime.derived_indicators),
        (("groupings",), regime.groupings),
    ]
    lists.append((("entered_by",), regime.entered_by))
    if isinstance(regime.periods, list):
        lists.append((("periods",), regime.periods))
    lists += _lists((), regime.reporters, regime.obligation)
    lists += [(("indicators", number, "asked"), indicator.asked) for number, indicator in enumerate(regime.indicators)]
    for place, change in enumerate(regime.changes):
        where: Path = ("changes", place)
        lists.append(((*where, "groupings"), change.groupings or []))
        lists += _lists(where, change.reporters or {}, change.obligation)
        lists += [((*where, "asked", code), names) for code, names in change.asked.items()]
    for path, values in lists:
        for number, value in enumerate(values):
            if value in values[:number]:
                yield (*path, number), refusal("regime.repeated_value", value=value)


def _lists(where: Path, reporters: Mapping[str, Group], obligation: Obligation | None) -> Iterator[tuple[Path, Sequence[Any]]]:
    yield from (((*where, "reporters", name, "units"), group.units) for name, group in reporters.items())
    if obligation is not None:
        yield from (((*where, "obligation", "ladder", name), getattr(obligation.ladder, name) or []) for name in Ladder.model_fields)


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


def _groups(reporters: Mapping[str, Group], where: Path) -> Iterator[Found]:
    of_unit: dict[str, str] = {}
    for name, group in reporters.items():
        if group.units and "kind" in group.model_fields_set:
            yield (*where, name, "kind"), refusal("regime.kind_without_level")
        for number, code in enumerate(group.units):
            if of_unit.setdefault(code, name) != name:
                yield (*where, name, "units", number), refusal("regime.unit_in_group", code=code, group=of_unit[code])


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


def _remarks(regime: Regime) -> Iterator[Found]:
    """Comparisons without an earlier period, rules whose figures no group reports together, confirmers where nobody confirms."""
    for number, indicator in enumerate(regime.indicators):
        if indicator.unusual is not None and not _has_earlier_periods(regime):
            yield ("indicators", number, "unusual"), refusal("regime.unusual_without_earlier")
    for number, rule in enumerate(regime.rules):
        if not any(_are_asked_together(version, rule.parsed.codes) for version in regime.versions):
            yield ("rules", number, "if"), refusal("regime.rule_never_judged")
    confirmed = any(version.obligation is not None and version.obligation.confirm for version in regime.versions)
    if "confirmers" in regime.entered_by and not confirmed:
        yield ("entered_by", regime.entered_by.index("confirmers")), refusal("regime.no_confirmers")


def _has_earlier_periods(regime: Regime) -> bool:
    """Whether some period has an earlier one beside whose figures its own are judged."""
    if isinstance(regime.periods, str):
        return True
    return any(earlier in regime.periods for code in regime.periods for earlier in periods.compared_with(code))


def _are_asked_together(version: Regime, codes: Sequence[str]) -> bool:
    """Whether some reporter is asked for all these indicators."""
    asked = [version.by_code[code].asked for code in codes]
    groups = {name: [name, *group.units] for name, group in version.reporters.items()}
    named = {name for names in asked for name in names}
    reporters = [[name] for name in groups] + [[name, unit] for name, units in groups.items() for unit in units if unit in named]
    return any(all(not names or not set(names).isdisjoint(of) for names in asked) for of in reporters)


def _has_parts_of_years(regime: Regime) -> bool:
    """Whether a year may have several periods of one length, so that there is a sum since its beginning."""
    return isinstance(regime.periods, str) or any(len(periods.PARTS[periods.length_of(code)]) > 1 for code in regime.periods)


def _written_decimals(number: int, indicator: Indicator) -> Iterator[Found]:
    """Checks bounds and targets as they are written: an author may have meant `1.000` as a thousand."""
    own = indicator.decimals
    written: list[tuple[Path, str | None, int]] = [(("min",), indicator.min, own), (("max",), indicator.max, own)]
    if indicator.target is not None:
        written.append((("target", "at_least"), indicator.target.at_least, indicator.goal_decimals))
    if indicator.unusual is not None:
        written.append((("unusual", "above"), indicator.unusual.above, own))
    for where, text, most in written:
        if text is not None and numbers.decimals_of(text) > most:
            yield ("indicators", number, *where), refusal("regime.too_many_decimals", text=text, most=most)
