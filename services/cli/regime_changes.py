"""What a regime file changes over time, in words: who receives, who reports, which areas have a view, by when. Pure."""

from collections.abc import Iterator
from datetime import date

from services.cli import regime_calendar
from services.cli.regime_calendar import TreeAt
from shared.words import numbers, rules_in_words, vietnamese
from shared.words.regime_parts import Change
from shared.words.regimes import Regime
from shared.words.units import Tree


def lines(regime: Regime, tree_at: TreeAt | None = None) -> Iterator[str]:
    """Each change, one line for each of its parts, and the end. `regime` is as its file has it."""
    for place, change in enumerate(regime.changes):
        day, version = regime.change_days[place], regime.versions[place + 1]
        yield f"Từ {vietnamese.day(day)}:"
        yield from (f"  {part}" for part in _parts(change, version, tree_at(day) if tree_at is not None else None))
    if regime.ends is not None:
        yield f"Từ {vietnamese.day(date.fromisoformat(regime.ends))}: chế độ kết thúc."


def _parts(change: Change, version: Regime, tree: Tree | None) -> Iterator[str]:
    if change.recipient is not None:
        yield f"cơ quan nhận báo cáo là {_named(change.recipient, tree)}"
    if change.on_behalf_of is not None:
        yield f"thay mặt {_named(change.on_behalf_of, tree)}" if change.on_behalf_of else "không thay mặt đơn vị nào"
    if change.within is not None:
        yield f"phạm vi là {_named(change.within, tree) if change.within else 'cả nước'}"
    if change.groupings is not None:
        areas = ", ".join(_named(code, tree) for code in change.groupings)
        yield f"cộng riêng cho {areas}" if areas else "không cộng riêng cho địa bàn nào"
    if change.reporters is not None:
        yield f"báo cáo: {', '.join(_group(version, name, tree) for name in version.reporters)}"
    if change.obligation is not None:
        obligation = change.obligation
        rules = [(version.reporters[name].label, rule) for name, rule in obligation.deadlines.items()]
        rules += [(regime_calendar.confirming(entry), entry) for entry in obligation.confirm]
        yield f"hạn: {', '.join(f'{label} {rules_in_words.rule(rule)}' for label, rule in rules)}"
    if change.asked:
        codes: dict[str, list[str]] = {}
        for code, names in change.asked.items():
            codes.setdefault(_all(names, version), []).append(code)
        given = [f"{', '.join(of)} cho {names}" for names, of in codes.items()]
        yield f"giao lại chỉ tiêu: {'; '.join(given)}"
    for code, target in change.targets.items():
        yield f"mục tiêu của {code} ở {'mọi bảng tổng hợp' if target.level is None else f'bảng tổng hợp {vietnamese.level(target.level)}'}"


def _group(version: Regime, name: str, tree: Tree | None) -> str:
    count = "" if tree is None else f" ({numbers.vietnamese(len(version.group_members(tree)[name]))} đơn vị)"
    return f"{version.reporters[name].label}{count}"


def _all(names: list[str], version: Regime) -> str:
    return ", ".join(version.reporters[name].label if name in version.reporters else name for name in names) or "mọi đơn vị báo cáo"


def _named(code: str, tree: Tree | None) -> str:
    unit = tree.by_code.get(code) if tree is not None else None
    return code if unit is None else f"{unit.name} ({code})"
