"""Regimes from YAML files, checked as a whole: every fault with its file, line and path."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from services.cli.faults import Fault, FaultsError
from shared import deadlines, regimes
from shared.regimes import Regime
from shared.units import Registry


def read_regimes(paths: Iterable[Path]) -> list[Regime]:
    """The regimes of files, or of all `*.yaml` in folders, which hold together. Raises FaultsError with all that is wrong."""
    read = read_each(paths)
    if faults := together(read):
        raise FaultsError(faults)
    return read


def read_each(paths: Iterable[Path]) -> list[Regime]:
    """The regimes of files, each right in itself; what they derive from may be elsewhere."""
    faults: list[Fault] = []
    read: list[Regime] = []
    for path in _files(paths):
        try:
            read.append(_regime(path))
        except FaultsError as error:
            faults += error.faults
    if faults:
        raise FaultsError(faults)
    return read


def unit_faults(read: Sequence[Regime], registry: Registry) -> list[Fault]:
    """Units that regimes name and the registry has at no time."""
    known = {unit.code for unit in registry.units}
    return [
        Fault(Path(f"{regime.id}.yaml"), where, f"không có đơn vị “{code}” (no such unit)")
        for regime in read
        for where, code in _named_units(regime)
        if code not in known
    ]


def changed_meaning(read: Sequence[Regime], stored: Mapping[str, Mapping[str, tuple[str, int]]]) -> list[Fault]:
    """Indicators whose kind or decimals are not what they were (`stored`, by regime and code): a new meaning is a new code."""
    return [
        Fault(
            Path(f"{regime.id}.yaml"),
            f"indicators.{code}",
            "kind và decimals không đổi được, hãy đặt mã mới (use a new code)",
        )
        for regime in read
        for code, kind in regime.kinds.items()
        if stored.get(regime.id, {}).get(code, kind) != kind
    ]


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(path.glob("*.yaml"))
            if not found:
                raise FaultsError([Fault(path, "thư mục", "không có tệp *.yaml (no such file)")])
            yield from found
        else:
            yield path


def _regime(path: Path) -> Regime:
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise FaultsError([Fault(path, "tệp", f"không đọc được (cannot be read): {type(error).__name__}")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise FaultsError([Fault(path, _line(mark), f"không phải YAML (not YAML): {getattr(error, 'problem', '')}")]) from error
    except (ValueError, RecursionError) as error:  # a day that no calendar has; brackets without end
        raise FaultsError([Fault(path, "tệp", f"không phải YAML (not YAML): {error}")]) from error
    if repeated := list(_repeated_keys(path, root)):
        raise FaultsError(repeated)
    try:
        regime = Regime.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise FaultsError(
            [Fault(path, _where(root, fault["loc"]), fault["msg"].removeprefix("Value error, ")) for fault in found]
        ) from error
    if regime.id != path.stem:
        raise FaultsError([Fault(path, "id", f"id “{regime.id}” phải trùng tên tệp (must be the file's name)")])
    if wrong := [Fault(path, _where(root, where), reason) for where, reason in deadlines.faults(regime)]:
        raise FaultsError(wrong)
    return regime


def together(read: Sequence[Regime]) -> list[Fault]:
    """What is wrong between regimes: one that repeats, a source that lacks what is derived from it."""
    try:
        regimes.resolve(read)
    except ValueError as error:
        regime_id = str(error).partition(":")[0]
        return [Fault(Path(f"{regime_id}.yaml"), "derived_from", str(error))]
    return []


def _named_units(regime: Regime) -> Iterator[tuple[str, str]]:
    yield "recipient", regime.recipient
    if regime.on_behalf_of:
        yield "on_behalf_of", regime.on_behalf_of
    if regime.within:
        yield "within", regime.within
    for name, group in regime.reporters.items():
        for code in group.units:
            yield f"reporters.{name}.units", code


def _repeated_keys(path: Path, node: Any) -> Iterator[Fault]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield Fault(path, _line(key.start_mark), f"“{key.value}” xuất hiện hai lần (stands twice)")
            seen.add(key.value)
            yield from _repeated_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated_keys(path, value)


def _where(root: Any, path: Sequence[int | str]) -> str:
    """Line and dotted path of the deepest part of the document that a fault's path leads to."""
    node = root
    for part in path:
        node = _step(node, part) or node
    return f"{_line(node.start_mark if node is not None else None)}, {'.'.join(map(str, path)) or 'tệp'}"


def _step(node: Any, part: int | str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None


def _line(mark: Any) -> str:
    return f"dòng {mark.line + 1}" if mark is not None else "dòng ?"
