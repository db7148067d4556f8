"""Reads regimes from YAML files and checks them together. Every fault has its file, line and path."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from services.cli.files import regime_effects, regime_units, yaml_models, yaml_nodes
from services.cli.files.faults import Fault, FaultsError
from shared.words import regime_versions, regimes
from shared.words.calendar import COMMON, WorkingDays
from shared.words.failures import InvalidValueError
from shared.words.refusals import Refusal, refusal
from shared.words.regime_versions import DayOf
from shared.words.regimes import Regime
from shared.words.units import Registry

Kinds = Mapping[str, Mapping[str, tuple[str, int]]]
"""Kind and decimals of indicators, by regime and code."""


@dataclass(frozen=True, slots=True)
class RegimeFile:
    """A regime without faults of its own, and the file that it was read from."""

    path: Path
    root: Any
    regime: Regime

    def fault(self, where: Sequence[int | str], why: Refusal, since: date | None = None) -> Fault:
        return Fault(self.path, why, yaml_nodes.line(self.root, where), where, since)


class Judged(NamedTuple):
    """What is wrong with regime files, and what cannot be judged yet because a reform is not applied."""

    faults: list[Fault]
    warnings: list[Fault]


def read_regimes(paths: Iterable[Path], working_days: WorkingDays = COMMON) -> list[Regime]:
    """Reads files, or all `*.yaml` in folders, and checks that the regimes fit together. Raises FaultsError with all faults."""
    read = read_each(paths, working_days)
    if faults := together(read, []):
        raise FaultsError(faults)
    return [file.regime for file in read]


def read_each(paths: Iterable[Path], working_days: WorkingDays = COMMON) -> list[RegimeFile]:
    """Reads files and checks each regime by itself. The source of a derived regime may be elsewhere."""
    faults: list[Fault] = []
    read: list[RegimeFile] = []
    for path in _files(paths):
        try:
            read.append(read_one(path, working_days))
        except FaultsError as error:
            faults += error.faults
    if faults:
        raise FaultsError(faults)
    return read


def together(read: Sequence[RegimeFile], stored: Sequence[Regime]) -> list[Fault]:
    """Faults between regimes, in files or stored: an id that is used twice, a source that lacks an item that a derived regime uses."""
    by_id: dict[str, RegimeFile] = {}
    for file in read:
        if (first := by_id.setdefault(file.regime.id, file)) is not file:
            return [file.fault(("id",), refusal("regime.in_two_files", regime=file.regime.id, other=[str(first.path)]))]
    try:
        regimes.resolve([*(file.regime for file in read), *others(stored, read)])
    except InvalidValueError as error:
        regime_id, *where = error.where
        found = by_id.get(regime_id)
        return [found.fault(where, error.refusal) if found is not None else Fault(Path(f"{regime_id}.yaml"), error.refusal, path=where)]
    return []


def others(stored: Sequence[Regime], read: Sequence[RegimeFile]) -> list[Regime]:
    """The stored regimes that no file replaces."""
    replaced = {file.regime.id for file in read}
    return [regime for regime in stored if regime.id not in replaced]


def judge(
    read: Sequence[RegimeFile], stored: Sequence[Regime], registry: Registry, today: date, day_of: DayOf = regime_versions.cut_off
) -> Judged:
    """The files with the stored regimes and units: regimes that do not fit together, unknown units, entries without effect."""
    if faults := together(read, stored):
        return Judged(faults, [])
    whole = regimes.resolve([*(file.regime for file in read), *others(stored, read)])
    found = [(file, regime_units.judge(file.regime, whole, registry, today, day_of)) for file in read]
    return Judged(
        [file.fault(*one) for file, judgement in found for one in judgement.faults],
        [file.fault(*one) for file, judgement in found for one in judgement.warnings],
    )


def changed_meaning(read: Sequence[RegimeFile], stored: Kinds) -> list[Fault]:
    """Indicators whose kind or decimals differ from those in `stored`. A changed meaning needs a new code."""
    return [
        file.fault(
            ("indicators", indicator.code),
            refusal("regime.meaning_changed", kind=before[0], decimals=before[1]),
        )
        for file in read
        for indicator in file.regime.indicators
        if (before := stored.get(file.regime.id, {}).get(indicator.code)) is not None and before != file.regime.kinds[indicator.code]
    ]


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if _is_folder(path):
            found = sorted(path.glob("*.yaml"))
            if not found:
                raise FaultsError([Fault(path, refusal("file.folder_without_yaml"))])
            yield from found
        else:
            yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # the name is too long; reading the file reports that
        return False


def read_one(path: Path, working_days: WorkingDays) -> RegimeFile:
    """Reads one file and checks its regime by itself. Raises FaultsError."""
    root, values = yaml_models.read(path)
    regime = yaml_models.checked(path, root, values, Regime)
    file = RegimeFile(path, root, regime)
    wrong: list[tuple[Sequence[int | str], Refusal]] = []
    if regime.id != path.stem:
        wrong.append((("id",), refusal("regime.file_name_differs", regime=regime.id)))
    wrong += yaml_nodes.strange_numbers(root)
    wrong += regime_effects.of_file(regime, working_days)
    if wrong:
        raise FaultsError([file.fault(where, why) for where, why in wrong])
    return file
