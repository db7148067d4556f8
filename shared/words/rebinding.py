"""Which regimes a reform re-binds or loses: a code that a regime names means another unit after the reform, or nobody.

A code is given to another unit by rule: a merged unit has the code of the one where its seat is (QĐ 19/2025/QĐ-TTg). A regime written
before the reform names the unit of then, so it must say what it means from the first day on (`changes`), or end (`ends`). Source: ADR 0045.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from shared.words import named_units, regimes
from shared.words.named_units import Named
from shared.words.regime_versions import periods_of
from shared.words.regimes import Regime
from shared.words.units import Registry, Unit


@dataclass(frozen=True, slots=True)
class Rebound:
    """A code of a regime that means another unit after the reform, or nobody (`now` is None)."""

    regime: str
    name: Named
    was: Unit
    now: Unit | None
    periods: tuple[str, ...]
    """The periods concerned, in the order of time. Empty for a regime without a list of periods: every period opened from then on."""


def find(
    files: Iterable[Regime],
    before: Registry,
    after: Registry,
    day: date,
    pins: Mapping[tuple[str, str], date] | None = None,
) -> list[Rebound]:
    """The codes that a reform with the first day `day` re-binds, in periods whose reference day is that day or later.

    `files` are all regimes as their files have them; `before` and `after` are the units without and with the reform; `pins` has the
    reference days of pinned periods. What a regime says from the first day on (a change of that day or a later one) is not re-bound.
    """
    listed = list(files)
    whole = regimes.resolve(listed)
    return [found for file in listed for found in _of_regime(file, whole[file.id], before, after, day, pins or {})]


def _of_regime(
    file: Regime, whole: Regime, before: Registry, after: Registry, day: date, pins: Mapping[tuple[str, str], date]
) -> Iterator[Rebound]:
    found: dict[Named, tuple[Unit, Unit | None, list[str]]] = {}
    for code, reference_day in _reference_days(whole, day, pins):
        if reference_day < day or whole.has_ended(reference_day):
            continue
        then, now = before.at(reference_day).by_code, after.at(reference_day).by_code
        for name in named_units.on(file, reference_day):
            was, bearer = then.get(name.code), now.get(name.code)
            if name.since < day and was is not None and (bearer is None or bearer.id != was.id):
                found.setdefault(name, (was, bearer, []))[2].append(code)
    for name, (was, bearer, codes) in found.items():
        yield Rebound(file.id, name, was, bearer, tuple(filter(None, codes)))


def _reference_days(whole: Regime, day: date, pins: Mapping[tuple[str, str], date]) -> list[tuple[str, date]]:
    """The periods that a regime lists, with their reference days, in the order of time. For a regime without a list the first day of the
    reform, under an empty code: what a later change says, it says from the reform on.
    """
    if isinstance(whole.periods, str):
        return [("", day)]
    return [(period.code, pins.get((whole.source_id, period.code), period.cut_off)) for period in periods_of(whole)]
