"""What a regime's file says and nothing would come of: pure.

A field that its kind does not use, a reminder that never comes, a level that no unit has, a group of nobody. Loaded, it would look
as if it were obeyed. Regimes that are stored already are never judged: what was loaded once goes on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from shared.words import deadlines, ladder, numbers, periods, texts
from shared.words.calendar import WorkingDays
from shared.words.periods import Period
from shared.words.regimes import Group, Indicator, Ladder, Regime
from shared.words.units import Registry, Tree, Unit

Path = tuple[int | str, ...]
Found = tuple[Path, str]

UNUSED: Final = {
    "quantity": ("share", "numerator_label", "denominator_label"),
    "ratio": ("min", "max"),
    "flag": ("measure", "decimals", "min", "max", "share", "numerator_label", "denominator_label"),
    "choice": ("measure", "decimals", "min", "max", "share", "numerator_label", "denominator_label", "target"),
}
OF_SOURCE: Final = ("calendar", "periods", "within")  # what a derived regime takes from its source
OF_DERIVED: Final = ("derived_groups", "derived_indicators")
MOST_DAYS: Final = 366  # of a step of the ladder


def of_file(regime: Regime, working_days: WorkingDays) -> list[Found]:
    """What has no effect whatever the units are."""
    fields = [*_blank(regime), *_repeats(regime), *_derived(regime), *_groups(regime), *_indicators(regime)]
    return [*fields, *_due_before_it_begins(regime, working_days), *_ladder(regime, working_days)]


def of_units(file: Regime, resolved: Mapping[str, Regime], registry: Registry, today: date) -> list[Found]:
    """What has no effect with these units, in any period. `resolved` holds all regimes, derived ones filled in."""
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
    """Names and labels of which nothing can be seen."""
    named: list[tuple[Path, str]] = [(("title",), regime.title)]
    named += [(("legal_basis", number), text) for number, text in enumerate(regime.legal_basis)]
    named += [(("reporters", name, "label"), group.label) for name, group in regime.reporters.items()]
    named += [(("narratives", code), label) for code, label in regime.narratives.items()]
    for number, indicator in enumerate(regime.indicators):
        named.append((("indicators", number, "label"), indicator.label))
        named += [(("indicators", number, "options", code), label) for code, label in indicator.options.items()]
        if indicator.target is not None:
            named.append((("indicators", number, "target", "by"), indicator.target.by))
    for where, text in named:
        if texts.is_blank(text):
            yield where, "để trống: hãy ghi chữ mà người đọc thấy được (nothing of it can be seen)"


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
        lists += [(("obligation", "ladder", name), getattr(steps, name)) for name in Ladder.model_fields]
    for where, values in lists:
        for number, value in enumerate(values):
            if value in values[:number]:
                yield (*where, number), f"“{value}” lặp lại (repeated)"


def _derived(regime: Regime) -> Iterator[Found]:
    if regime.derived_from is None:
        for name in OF_DERIVED:
            if getattr(regime, name):
                yield (name,), "chỉ dùng cùng derived_from (only with derived_from)"
        return
    for name in OF_SOURCE:
        if name in regime.model_fields_set:
            yield (name,), f"lấy từ chế độ nguồn {regime.derived_from}, bỏ mục này (taken from the source)"
    if not regime.derived_groups:
        yield ("derived_groups",), "nêu ít nhất một nhóm của chế độ nguồn, nếu không thì không có đơn vị nào (name a group)"


def _groups(regime: Regime) -> Iterator[Found]:
    of_unit: dict[str, str] = {}
    for name, group in regime.reporters.items():
        if group.units and "kind" in group.model_fields_set:
            yield ("reporters", name, "kind"), "chỉ dùng với level; units đã nêu rõ đơn vị (only with level)"
        for number, code in enumerate(group.units):
            if of_unit.setdefault(code, name) != name:
                yield ("reporters", name, "units", number), f"“{code}” đã ở nhóm {of_unit[code]} (in another group already)"


def _indicators(regime: Regime) -> Iterator[Found]:
    for number, indicator in enumerate(regime.indicators):
        for name in UNUSED[indicator.kind]:
            if getattr(indicator, name) != Indicator.model_fields[name].default:
                reason = f"không có tác dụng ở kind {indicator.kind}: bỏ mục này (has no effect on this kind)"
                yield ("indicators", number, name), reason
        yield from _written_decimals(number, indicator)
        least, most = indicator.bounds
        if indicator.kind == "quantity" and least > most:
            yield ("indicators", number, "min"), "không số nào nộp được: quá lớn với decimals này (no value is ever taken)"
        is_percent = indicator.kind == "flag" or (indicator.kind == "ratio" and indicator.share)
        if indicator.target is not None and is_percent and Decimal(indicator.target.at_least) > 100:
            yield ("indicators", number, "target", "at_least"), "là phần trăm, nhiều nhất 100 (a percent, 100 at most)"


def _written_decimals(number: int, indicator: Indicator) -> Iterator[Found]:
    """Bounds and goals are judged by their text: `1.000` may be a thousand to whoever wrote it."""
    own = indicator.decimals
    written: list[tuple[Path, str | None, int]] = [(("min",), indicator.min, own), (("max",), indicator.max, own)]
    if indicator.target is not None:
        written.append((("target", "at_least"), indicator.target.at_least, indicator.goal_decimals))
    for where, text, most in written:
        if text is not None and numbers.decimals_of(text) > most:
            reason = f"{text} có quá {most} chữ số thập phân; một nghìn ghi 1000 (too many decimals; write a thousand as 1000)"
            yield ("indicators", number, *where), reason


def _due_before_it_begins(regime: Regime, working_days: WorkingDays) -> Iterator[Found]:
    """Deadlines on a date of their own that have gone by when a period begins: nobody could be on time."""
    obligation = regime.obligation
    if obligation is None or isinstance(regime.periods, str):
        return
    found = [period for code in regime.periods if (period := regime.period(code)) is not None]
    for group, rule in obligation.deadlines.items():
        for period in found:
            at = deadlines.group_deadline(regime, group, period, None, working_days)
            if not rule.is_yearly and at is not None and at <= periods.start_of(period.begins):
                reason = f"đã qua khi kỳ {period.code} bắt đầu ngày {period.begins:%d/%m/%Y} (gone by when the period begins)"
                yield ("obligation", "deadlines", group), reason


def _ladder(regime: Regime, working_days: WorkingDays) -> Iterator[Found]:
    """Reminders that never come: of no period and no group."""
    if regime.obligation is None:
        return
    steps = regime.obligation.ladder
    wrong: list[Found] = [
        (("obligation", "ladder", name, number), f"{days}: cần số ngày từ 1 đến {MOST_DAYS} (out of range)")
        for name in ("before_days", "after_days")
        for number, days in enumerate(getattr(steps, name))
        if not 1 <= days <= MOST_DAYS
    ]
    yield from wrong
    deadlines_of = [] if wrong else _deadlines(regime, working_days)
    if not deadlines_of:
        return
    for name in sorted(steps.model_fields_set):
        for number, step in enumerate(getattr(steps, name)):
            alone = Ladder(**{other: [step] if other == name else [] for other in Ladder.model_fields})
            if not any(ladder.rungs(deadline, alone, working_days) for deadline in deadlines_of):
                reason = f"mức nhắc {step} không bao giờ đến, vì sau hạn nộp (this reminder never comes: it is after the deadline)"
                yield ("obligation", "ladder", name, number), reason


def _deadlines(regime: Regime, working_days: WorkingDays) -> list[Any]:
    """Every deadline that the file fixes."""
    obligation = regime.obligation
    if obligation is None or isinstance(regime.periods, str):
        return []
    found = [period for code in regime.periods if (period := regime.period(code)) is not None]
    reports = [deadlines.group_deadline(regime, group, period, None, working_days) for group in obligation.deadlines for period in found]
    return [at for at in (*reports, *(deadlines.confirm_deadline(regime, period, working_days) for period in found)) if at is not None]


def _days(regime: Regime, today: date) -> list[date]:
    """The days on which units are looked up: the cut-offs; of a regime of any period, today."""
    if isinstance(regime.periods, str):
        return [today]
    found: list[Period | None] = [regime.period(code) for code in regime.periods]
    return [period.cut_off for period in found if period is not None]


def _periods_without_units(file: Regime, trees: Sequence[Tree], registry: Registry) -> Iterator[Found]:
    first = min((unit.valid_from for unit in registry.units), default=None)
    for number, tree in enumerate(trees):
        if not tree.by_id:
            reason = f"danh mục đơn vị bắt đầu từ {first:%d/%m/%Y}" if first else "danh mục đơn vị còn trống: `tonghop units import` trước"
            where: Path = ("periods", number) if "periods" in file.model_fields_set and isinstance(file.periods, list) else ("periods",)
            yield where, f"không có đơn vị nào ở ngày chốt số liệu; {reason} (no unit on the cut-off)"


def _strange_narratives(file: Regime, source: Regime) -> Iterator[Found]:
    for code in file.narratives:
        if code not in source.narratives:
            yield ("narratives", code), f"chế độ nguồn {source.id} không có mục này, không ai gửi (the source has none)"


def _not_of_the_days(file: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    """Units by name that are of no period's day."""
    named: list[tuple[Path, str]] = [(("recipient",), file.recipient)]
    named += [((name,), code) for name in ("on_behalf_of", "within") if (code := getattr(file, name))]
    named += [
        (("reporters", name, "units", number), code) for name, group in file.reporters.items() for number, code in enumerate(group.units)
    ]
    for where, code in named:
        if not any(code in tree.by_code for tree in trees):
            yield where, f"đơn vị “{code}” không còn, hoặc chưa có, ở ngày chốt số liệu của kỳ nào (in no period)"


def _empty_groups(file: Regime, whole: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    members = [whole.group_members(tree) for tree in trees]
    for name, group in whole.reporters.items():
        where: Path = ("reporters", name) if file.derived_from is None else ("derived_groups",)
        if not any(found[name] for found in members) and not (group.units and file.derived_from is None):
            part = ("level",) if group.level is not None and file.derived_from is None else ()
            yield (*where, *part), f"nhóm {name} không có đơn vị nào: {_lacking(group, whole, trees[-1])}"
        if file.derived_from is None and (both := _in_two(name, whole, members)):
            yield where, f"{', '.join(both[:5])} cũng ở nhóm khác: mỗi đơn vị một nhóm (in another group too)"


def _in_two(name: str, whole: Regime, members: Sequence[dict[str, list[Unit]]]) -> list[str]:
    """Codes of a group's units that a group before it has too."""
    before = list(whole.reporters)[: list(whole.reporters).index(name)]
    return sorted({unit.code for found in members for unit in found[name] if any(unit in found[other] for other in before)})


def _lacking(group: Group, whole: Regime, tree: Tree) -> str:
    if group.units:
        return "các đơn vị được nêu không còn (nobody)"
    place = f" trong “{whole.within}”" if whole.within else ""
    has = f"{place.strip() or 'danh mục'} có {_levels(tree.within(whole.within))}"
    elsewhere = f"; cả danh mục có {_levels(tree.by_id.values())}" if whole.within else ""
    return f"không đơn vị nào{place} có level “{group.level}”, kind {group.kind}; {has}{elsewhere} (nobody; the levels that there are)"


def _levels(units: Iterable[Unit]) -> str:
    """The levels that units have, with their kinds."""
    kinds: dict[str, set[str]] = {}
    for unit in units:
        kinds.setdefault(unit.level, set()).add(unit.kind)
    return ", ".join(f"{level} ({', '.join(sorted(of))})" for level, of in sorted(kinds.items())) or "không cấp nào"


def _asked_of_nobody(file: Regime, whole: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    """Indicators that no reporter is asked; and names in `asked` of which nobody is a reporter."""
    reporters = {(name, unit.code) for tree in trees for name, units in whole.group_members(tree).items() for unit in units}
    here = {name for name, _ in reporters} | {code for _, code in reporters}
    for number, indicator in enumerate(whole.indicators):
        if file.derived_from is None:
            for place, name in enumerate(indicator.asked):
                if name not in here:
                    yield ("indicators", number, "asked", place), f"“{name}”: không đơn vị báo cáo nào (asked of nobody)"
        elif not any(whole.is_asked(indicator, group, code) for group, code in reporters):
            reason = f"{indicator.code} không hỏi nhóm nào của derived_groups (asked of none of the groups)"
            yield ("derived_indicators", number), reason


def _confirmers(whole: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    confirm = whole.obligation.confirm if whole.obligation else None
    if confirm is None:
        return
    where: Path = ("obligation", "confirm", "level")
    confirming = [(tree, whole.confirmers(tree)) for tree in trees]
    if not any(units for _, units in confirming):
        there = _levels(unit for unit in trees[-1].within(whole.within) if unit.kind == "peoples_committee")
        yield where, f"không đơn vị nào chốt: không có level “{confirm.level}”; có {there} (nobody confirms; the levels that there are)"
    elif not any(_above(whole, tree) & {unit.id for unit in units} for tree, units in confirming):
        yield where, f"không đơn vị nào ở level “{confirm.level}” có đơn vị báo cáo bên dưới (none of them has a view)"


def _above(whole: Regime, tree: Tree) -> set[str]:
    """Ids of the units that have a view: reporters and all above them."""
    reporters = whole.group_of(tree)
    return set(reporters) | {above.id for unit_id in reporters for above in tree.ancestors(unit_id)}


def _targets(file: Regime, whole: Regime, trees: Sequence[Tree]) -> Iterator[Found]:
    levels = {tree.by_id[unit_id].level for tree in trees for unit_id in _above(whole, tree)}
    for number, indicator in enumerate(file.indicators):
        level = indicator.target.level if indicator.target else None
        if level is not None and level not in levels:
            reason = f"không có bảng tổng hợp ở level “{level}”; có {', '.join(sorted(levels))} (no view of this level)"
            yield ("indicators", number, "target", "level"), reason
