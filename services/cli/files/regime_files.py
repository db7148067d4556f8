"""Regimes from YAML files, checked as a whole: every fault with its file, line and path."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from services.cli.files import regime_effects
from services.cli.files.faults import Fault, FaultsError
from shared.plumbing import yaml_files
from shared.plumbing.text_files import UnreadableError
from shared.wire import shape_faults
from shared.words import deadlines, regimes
from shared.words.calendar import COMMON, WorkingDays
from shared.words.regimes import Regime
from shared.words.units import Registry


@dataclass(frozen=True, slots=True)
class RegimeFile:
    """A regime that is right in itself, and where it was read."""

    path: Path
    root: Any
    regime: Regime

    def fault(self, where: Sequence[int | str], reason: str) -> Fault:
        return Fault(self.path, _where(self.root, where), reason)


def read_regimes(paths: Iterable[Path], working_days: WorkingDays = COMMON) -> list[Regime]:
    """The regimes of files, or of all `*.yaml` in folders, which hold together. Raises FaultsError with all that is wrong."""
    read = read_each(paths, working_days)
    if faults := together(read, []):
        raise FaultsError(faults)
    return [file.regime for file in read]


def read_each(paths: Iterable[Path], working_days: WorkingDays = COMMON) -> list[RegimeFile]:
    """The regimes of files, each right in itself; what they derive from may be elsewhere."""
    faults: list[Fault] = []
    read: list[RegimeFile] = []
    for path in _files(paths):
        try:
            read.append(_regime(path, working_days))
        except FaultsError as error:
            faults += error.faults
    if faults:
        raise FaultsError(faults)
    return read


def together(read: Sequence[RegimeFile], stored: Sequence[Regime]) -> list[Fault]:
    """What is wrong between regimes, files and stored ones: one that repeats, a source that lacks what is derived from it."""
    by_id: dict[str, RegimeFile] = {}
    for file in read:
        if (first := by_id.setdefault(file.regime.id, file)) is not file:
            return [file.fault(("id",), f"chế độ “{file.regime.id}” đã có ở {first.path} (stands in two files)")]
    try:
        regimes.resolve([*(file.regime for file in read), *others(stored, read)])
    except ValueError as error:
        subject, _, reason = str(error).partition(": ")
        name = next((field for field in ("derived_groups", "derived_indicators") if reason.startswith(field)), "derived_from")
        found = by_id.get(subject)
        return [found.fault((name,), reason) if found is not None else Fault(Path(f"{subject}.yaml"), name, reason)]
    return []


def others(stored: Sequence[Regime], read: Sequence[RegimeFile]) -> list[Regime]:
    """The stored regimes that no file replaces."""
    replaced = {file.regime.id for file in read}
    return [regime for regime in stored if regime.id not in replaced]


def judge(read: Sequence[RegimeFile], stored: Sequence[Regime], registry: Registry, today: date) -> list[Fault]:
    """What is wrong with files beside the regimes that are stored, and with these units: what does not hold together, units that the
    registry has at no time, what has no effect.
    """
    return together(read, stored) or unit_faults(read, registry) or _without_effect(read, stored, registry, today)


def unit_faults(read: Sequence[RegimeFile], registry: Registry) -> list[Fault]:
    """Units that regimes name and the registry has at no time."""
    known = {unit.code for unit in registry.units}
    empty = "" if known else ", danh mục còn trống: `tonghop units import` trước"
    return [
        file.fault(where, f"không có đơn vị “{code}” trong danh mục{empty} (no such unit)")
        for file in read
        for where, code in _named_units(file.regime)
        if code not in known
    ]


def _without_effect(read: Sequence[RegimeFile], stored: Sequence[Regime], registry: Registry, today: date) -> list[Fault]:
    whole = regimes.resolve([*(file.regime for file in read), *others(stored, read)])
    return [file.fault(where, reason) for file in read for where, reason in regime_effects.of_units(file.regime, whole, registry, today)]


def changed_meaning(read: Sequence[RegimeFile], stored: Mapping[str, Mapping[str, tuple[str, int]]]) -> list[Fault]:
    """Indicators whose kind or decimals are not what they were (`stored`, by regime and code): a new meaning is a new code."""
    return [
        file.fault(
            ("indicators", indicator.code),
            f"đã nạp là {_meaning(before)}; kind và decimals không đổi được, hãy đặt mã mới (use a new code)",
        )
        for file in read
        for indicator in file.regime.indicators
        if (before := stored.get(file.regime.id, {}).get(indicator.code)) not in (None, file.regime.kinds[indicator.code])
    ]


def _meaning(kind: tuple[str, int] | None) -> str:
    name, decimals = kind or ("", 0)
    return f"{name}, {decimals} số lẻ"


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if _is_folder(path):
            found = sorted(path.glob("*.yaml"))
            if not found:
                raise FaultsError([Fault(path, "thư mục", "không có tệp *.yaml (no such file)")])
            yield from found
        else:
            yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long; reading it says so
        return False


def _regime(path: Path, working_days: WorkingDays) -> RegimeFile:
    try:
        root = yaml_files.read(path)
        data = yaml_files.values(root)
    except UnreadableError as error:
        raise FaultsError([Fault(path, error.where, error.reason)]) from error
    if data is None:
        raise FaultsError([Fault(path, "tệp", "tệp trống (the file is empty)")])
    try:
        regime = Regime.model_validate(data)
    except ValidationError as error:
        found = shape_faults.of(error, Regime, dict(_scalars(root)))
        raise FaultsError([Fault(path, _where(root, where), reason) for where, reason in found]) from error
    file = RegimeFile(path, root, regime)
    if regime.id != path.stem:
        raise FaultsError([file.fault(("id",), f"id “{regime.id}” phải trùng tên tệp (must be the file's name)")])
    if wrong := [
        file.fault(where, reason)
        for where, reason in (*deadlines.faults(regime, working_days), *regime_effects.of_file(regime, working_days))
    ]:
        raise FaultsError(wrong)
    return file


def _named_units(regime: Regime) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("recipient",), regime.recipient
    if regime.on_behalf_of:
        yield ("on_behalf_of",), regime.on_behalf_of
    if regime.within:
        yield ("within",), regime.within
    for name, group in regime.reporters.items():
        for number, code in enumerate(group.units):
            yield ("reporters", name, "units", number), code


def _scalars(node: Any, path: tuple[int | str, ...] = ()) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """What stands in the document, as it was written, by its path."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, (*path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _scalars(value, (*path, number))
    elif isinstance(node, yaml.ScalarNode):
        yield path, str(node.value)


def _where(root: Any, path: Sequence[int | str]) -> str:
    """Line and dotted path of the deepest part of the document that a fault's path leads to."""
    node = root
    for part in path:
        node = _step(node, part) or node
    return f"{yaml_files.line_of(node.start_mark if node is not None else None)}, {'.'.join(map(str, path)) or 'tệp'}"


def _step(node: Any, part: int | str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode):
        if isinstance(part, int):
            return node.value[part] if part < len(node.value) else None
        return next((value for value in node.value if getattr(_step(value, "code"), "value", None) == part), None)
    return None
