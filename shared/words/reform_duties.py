"""Which duties a reform moves to heirs, drops, or begins, by regime and period; and which groups or confirmers it leaves without a unit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from shared.words.reference import Setting
from shared.words.reform_settings import Concerned
from shared.words.units import Registry

Task = Literal["report", "confirm"]


@dataclass(frozen=True, slots=True)
class Moves:
    """What happens to the duties of one task in some periods of a regime. Units are ids, sorted."""

    regime: str
    periods: tuple[str, ...]
    task: Task
    stay: int
    """Units that have the duty with and without the reform."""
    moved: tuple[tuple[str, str], ...]
    """Units that lose the duty, each with its heir, which has the duty from then on."""
    dropped: tuple[str, ...]
    """Units that lose the duty, and whose heir does not have it."""
    begun: tuple[str, ...]
    """Other units that have the duty only with the reform."""


@dataclass(frozen=True, slots=True)
class Emptied:
    """A group, or an entry of `confirm`, that has no unit any more. `periods` is empty for the periods that will be opened."""

    regime: str
    periods: tuple[str, ...]
    task: Task
    name: str


def moves(concerned: Iterable[Concerned], after: Registry, day: date) -> list[Moves]:
    """The duties that change, for each regime and task; periods with equal changes together."""
    found: dict[Moves, list[str]] = {}  # the changes, still without their periods
    for one in concerned:
        if not one.code:
            continue
        for task, was, now in _tasks(one):
            heirs = {unit: after.lineage.heir(unit, day) for unit in was - now}
            moved = tuple(sorted((unit, heir) for unit, heir in heirs.items() if heir is not None and heir in now))
            dropped = tuple(sorted(unit for unit, heir in heirs.items() if heir is None or heir not in now))
            begun = tuple(sorted(now - was - {heir for _, heir in moved}))
            if was != now:
                found.setdefault(Moves(one.regime, (), task, len(was & now), moved, dropped, begun), []).append(one.code)
    return [replace(change, periods=tuple(codes)) for change, codes in found.items()]


def emptied(concerned: Iterable[Concerned]) -> list[Emptied]:
    """Groups that have units without the reform and none with it, and views' confirmers likewise. A regime that ends leaves none."""
    found: dict[tuple[str, Task, str], list[str]] = {}
    for one in concerned:
        if one.before is None or one.after is None:
            continue
        both: tuple[tuple[Task, set[str], set[str]], ...] = (
            ("report", _groups(one.before), _groups(one.after)),
            ("confirm", _confirmed(one.before), _confirmed(one.after)),
        )
        for task, was, now in both:
            for name in sorted(was - now):
                if name in _entries(one.after):
                    found.setdefault((one.regime, task, name), []).append(one.code)
    return [Emptied(regime, tuple(filter(None, codes)), task, name) for (regime, task, name), codes in found.items()]


def _tasks(one: Concerned) -> Iterator[tuple[Task, set[str], set[str]]]:
    """Each task, with the units that have it without and with the reform. A derived regime gives no duties."""
    settings = [setting for setting in (one.before, one.after) if setting is not None]
    if not settings or settings[0].regime.obligation is None:
        return
    yield "report", _reporters(one.before), _reporters(one.after)
    yield "confirm", _confirmers(one.before), _confirmers(one.after)


def _reporters(setting: Setting | None) -> set[str]:
    return set() if setting is None else set(setting.groups)


def _confirmers(setting: Setting | None) -> set[str]:
    return set() if setting is None else {found.by.id for found in setting.version.confirmations}


def _groups(setting: Setting) -> set[str]:
    return set(setting.groups.values())


def _confirmed(setting: Setting) -> set[str]:
    return {found.rule.who for found in setting.version.confirmations}


def _entries(setting: Setting) -> set[str]:
    """The groups and the entries of `confirm` that the regime has."""
    obligation = setting.regime.obligation
    return {*setting.regime.reporters, *(entry.who for entry in (obligation.confirm if obligation is not None else ()))}
