"""Refuses a reform after which a code of a regime means another unit, or nobody, unless the regime says what then. Source: ADR 0045."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from services.cli.files import regime_files
from services.cli.files.faults import Fault
from services.cli.files.reform_check import Checked
from services.cli.files.regime_files import RegimeFile
from shared.words import rebinding, refusals, regimes
from shared.words.rebinding import Rebound
from shared.words.reference import Pins
from shared.words.refusals import Both, Refusal, refusal
from shared.words.regimes import Regime

SHOWN: Final = 6  # periods that a sentence names


def faults(checked: Checked, read: Sequence[RegimeFile], stored: Sequence[Regime], pins: Pins) -> list[Fault]:
    """The faults of a reform that concern regimes. Files replace the stored regimes with the same id."""
    files = {file.regime.id: file for file in read}
    known = [*(file.regime for file in read), *regime_files.others(stored, read)]
    after = checked.plan.applied(checked.before.registry)
    found = rebinding.find(known, checked.before.registry, after, checked.plan.day, pins)
    return [*_of_keep(checked, known), *(_fault(one, files, checked) for one in found)]


def why(one: Rebound, checked: Checked) -> Refusal:
    """The sentence about one code."""
    day = refusals.day(checked.plan.day)
    if one.now is None:
        return refusal("reform.regime_lost", code=one.name.code, was=one.was.name, day=day, periods=_periods(one))
    return refusal("reform.regime_rebound", code=one.name.code, was=one.was.name, now=one.now.name, day=day, periods=_periods(one))


def _fault(one: Rebound, files: Mapping[str, RegimeFile], checked: Checked) -> Fault:
    file = files.get(one.regime)
    said = why(one, checked)
    return file.fault(one.name.where, said) if file is not None else Fault(Path(f"{one.regime}.yaml"), said, path=one.name.where)


def _periods(one: Rebound) -> list[str] | Both:
    if not one.periods:
        return Both("mọi kỳ mở từ ngày ấy", "every period that is opened from then on")
    return [*one.periods] if len(one.periods) <= SHOWN else [*one.periods[: SHOWN - 1], "…", one.periods[-1]]


def _of_keep(checked: Checked, known: Sequence[Regime]) -> Iterator[Fault]:
    """Periods to keep that no regime has. Without any regime they cannot be judged."""
    whole = regimes.resolve(known)
    for number, keep in enumerate(checked.plan.reform.keep if whole else ()):
        regime = whole.get(keep.regime)
        if regime is None or regime.obligation is None or regime.period(keep.period) is None:
            yield checked.files.fault(("keep", number), refusal("reform.keep_unknown", regime=keep.regime, period=keep.period))
