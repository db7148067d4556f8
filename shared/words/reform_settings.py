"""The periods that a reform concerns: those whose reference day is its first day or later, as they are without the reform and with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from shared.words.periods import Period
from shared.words.reference import ONE_DAY, Reference, Setting
from shared.words.reform import Plan
from shared.words.regime_versions import periods_of
from shared.words.regimes import Regime


@dataclass(frozen=True, slots=True)
class Concerned:
    """A regime in a period, as on the day before the reform, and as on its first day; None where the regime has ended. `code` is
    "" for the periods that an on-call regime will open.
    """

    regime: str
    code: str
    before: Setting | None
    after: Setting | None


def with_reform(before: Reference, plan: Plan, pins: Mapping[tuple[str, str], date], regimes: Mapping[str, Regime]) -> Reference:
    """The reference data after a reform. `regimes` are those of then."""
    return replace(
        before,
        registry=plan.applied(before.registry),
        regimes=dict(regimes),
        pins={**before.pins, **pins},
        reform_days=tuple(sorted({*before.reform_days, plan.day})),
    )


def with_regimes(before: Reference, regimes: Mapping[str, Regime]) -> Reference:
    """The reference data with other regimes."""
    return replace(before, regimes=dict(regimes))


def concerned(before: Reference, after: Reference, day: date, opened: Iterable[tuple[str, str]]) -> Iterator[Concerned]:
    """Every regime and period whose reference day, with the reform of `day`, is that day or later: as on the day before, and as on the
    first day. What a regime says from a later day on is not done by the reform. `opened` are the on-call periods that were opened.
    """
    called, eve = set(opened), day - ONE_DAY
    for regime in after.regimes.values():
        was = before.regimes.get(regime.id, regime)
        for period in listed(regime, called):
            if after.day(regime, period) >= day:
                yield Concerned(regime.id, period.code, before.setting_on(was, period, eve), after.setting_on(regime, period, day))
        if regime.periods == "any":
            coming = Period("", day, day)
            yield Concerned(regime.id, "", before.setting_on(was, coming, eve), after.setting_on(regime, coming, day))


def changed(before: Reference, after: Reference, day: date, opened: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Regimes and periods whose views the reform would change although their reference day is before its first day, or although they are
    pinned. A reform never does: the list is there to prove it.

    Compared are the reference day, the version of the regime, who reports in which group, who confirms what, and every unit of the tree.
    """
    called, same = set(opened), dict[tuple[date, date], bool]()
    found = []
    for regime in after.regimes.values():
        was = before.regimes.get(regime.id, regime)
        for period in listed(regime, called):
            at = after.day(regime, period)
            if at >= day:
                continue
            then = min(before.day(was, period), day - ONE_DAY)
            days = before.registry.unchanged_since(then), after.registry.unchanged_since(at)
            if days not in same:
                same[days] = _units(before, then) == _units(after, at)
            if not same[days] or _rules(before, was, period, then) != _rules(after, regime, period, at):
                found.append((regime.id, period.code))
    return found


def listed(regime: Regime, opened: set[tuple[str, str]]) -> list[Period]:
    """The periods of a regime in the order of time; of an on-call regime, those that were opened."""
    return periods_of(regime, [code for of, code in opened if of == regime.source_id])


def _units(reference: Reference, day: date) -> dict[str, tuple[object, ...]]:
    """All of a tree that views depend on: everything about each unit but the day on which it ends."""
    tree = reference.registry.at(day)
    rows = {unit.id: (unit.code, unit.name, unit.level, unit.kind, unit.parent, unit.valid_from) for unit in tree.by_id.values()}
    return rows | {area: (*rows[area], tuple(member.id for member in members)) for area, members in tree.members.items()}


def _rules(reference: Reference, regime: Regime, period: Period, day: date) -> tuple[object, ...] | None:
    setting = reference.setting_on(regime, period, day)
    if setting is None:
        return None
    confirmed = [(found.of.id, found.by.id, found.rule) for found in setting.version.confirmations]
    return setting.regime.model_dump(exclude={"changes", "ends", "title", "legal_basis"}), setting.groups, confirmed
