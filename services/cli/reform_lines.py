"""The preview of a reform in words: the counts first, then the details. Lines of Vietnamese for an operator."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from shared.words import numbers, reform_effects, vietnamese
from shared.words.principals import ROLES
from shared.words.rebinding import Rebound
from shared.words.reform_duties import Emptied, Moves
from shared.words.reform_effects import Effects, OpenHeir
from shared.words.reform_events import Differing, Kind, Uncounted
from shared.words.units import Unit

SHOWN: Final = 10  # entries of a list; the JSON answer has all
LEVELS: Final = {"province": "tỉnh", "district": "huyện", "commune": "xã", "office": "cơ quan"}
TASKS: Final = {"report": "nộp báo cáo", "confirm": "chốt bảng tổng hợp"}
CREDENTIALS: Final = {"http": "khóa truy cập", "nats": "chứng thư NATS"}
KINDS: Final[dict[Kind, str]] = {
    "unknown_code": "bị từ chối vì khi ấy chưa đơn vị nào mang mã; đơn vị gửi lại",
    "as_successor": "bị từ chối vì khi ấy chưa cần as_successor; đơn vị kế thừa gửi lại",
    "own_after_end": "đã tiếp nhận từ đơn vị đã kết thúc hoạt động; vẫn giữ nguyên, đơn vị kế thừa sửa nếu cần",
}


def counts(effects: Effects) -> Iterator[str]:
    """The figures, one head on a line."""
    by_level = Counter(reform_effects.level_of(one.now) for one in effects.meanings)
    moved = sum(len(one.moved) for one in effects.moves)
    dropped = sum(len(one.dropped) for one in effects.moves)
    begun = sum(len(one.begun) for one in effects.moves)
    yield f"Mã đổi nghĩa: {_number(len(effects.meanings))}" + (f" ({_levels(by_level)})" if by_level else "")
    yield f"Tên trong chế độ phải nêu lại: {_number(len(effects.rebound))}; nhóm không còn đơn vị: {_number(len(effects.emptied))}"
    changes = f"chuyển sang đơn vị kế thừa {_number(moved)}, thôi {_number(dropped)}, mới {_number(begun)}"
    yield f"Nghĩa vụ: {changes} (các kỳ thay đổi như nhau tính một lần)"
    early, later = sum(len(one.early) for one in effects.uncounted), sum(len(one.later) for one in effects.uncounted)
    yield f"Báo cáo không còn tính: {_number(early)} nhận trước ngày sắp xếp, {_number(later)} nhận từ ngày ấy"
    yield f"Tin nhận từ ngày sắp xếp lẽ ra được xử lý khác: {_number(sum(one.events for one in effects.differing))}"
    yield f"Kỳ giữ đơn vị cũ: {_number(len(effects.pins))}; bảng tổng hợp cũ bị thay đổi: {_number(len(effects.changed_views))}"
    yield f"Đơn vị mới chưa có đầu mối liên hệ: {_number(len(effects.silent))}"
    waiting = sum(len(one.waiting) for one in effects.open_heirs)
    yield f"Đơn vị chưa khai đơn vị kế thừa: {_number(len(effects.open_heirs))}; nghĩa vụ phải chờ: {_number(waiting)}"
    yield f"Nghĩa vụ đơn vị kế thừa làm tiếp cho đơn vị cũ: {_number(len(effects.heirs_complete))}"
    bound = f"{_number(len(effects.ended))} đơn vị kết thúc, {_number(len(effects.begun))} đơn vị mới"
    yield f"Khóa, vai trò, tuyến dữ liệu: thu hồi và cấp theo {bound}; {_number(len(effects.routes))} tuyến dữ liệu đổi tên"
    roles, credentials = effects.bound.roles, effects.bound.credentials
    people = _number(len({one.login for one in roles}))
    yield f"Hết hiệu lực từ ngày sắp xếp: {_number(len(roles))} vai trò của {people} người, {_number(len(credentials))} khóa và chứng thư"


def details(effects: Effects, routes: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What is behind the figures; long lists are cut. `routes` are the subjects of feeds, before and after."""
    yield from _part("Mã đổi nghĩa", [f"{one.code}: {one.was.name} → {one.now.name}" for one in effects.meanings])
    yield from _part("Chế độ phải nêu lại", [_rebound(one, effects) for one in effects.rebound], most=None)
    yield from _part("Nhóm không còn đơn vị", map(_emptied, effects.emptied), most=None)
    yield from _part("Nghĩa vụ", map(_moves, effects.moves), most=None)
    yield from _part("Báo cáo không còn tính", map(_uncounted, effects.uncounted), most=None)
    yield from _part("Tin lẽ ra được xử lý khác", map(_differing, effects.differing), most=None)
    kept = [f"{regime} {period}: đơn vị của ngày {vietnamese.day(day)}" for (regime, period), day in sorted(effects.pins.items())]
    yield from _part("Kỳ giữ đơn vị cũ", kept, most=None)
    yield from _part("Bảng tổng hợp cũ bị thay đổi", [f"{regime} {period}" for regime, period in effects.changed_views], most=None)
    yield from _part("Chưa có đầu mối liên hệ", map(_unit, effects.silent))
    yield from _part("Chưa khai đơn vị kế thừa", map(_open, effects.open_heirs))
    complete = Counter((one.regime, one.period) for one in effects.heirs_complete)
    by_period = [f"{regime} {period}: {_number(count)}" for (regime, period), count in sorted(complete.items())]
    yield from _part("Đơn vị kế thừa làm tiếp", by_period, most=None)
    ended = [f"{_unit(one.unit)} → {'chưa khai' if one.heir is None else _unit(one.heir)}" for one in effects.ended]
    yield from _part("Khóa và vai trò: đơn vị kết thúc và đơn vị kế thừa", ended)
    heirs = dict(zip((one.unit.id for one in effects.ended), ended, strict=True))
    yield from _part("Vai trò hết hiệu lực", [f"{one.login}, {ROLES[one.role]}: {heirs[one.unit]}" for one in effects.bound.roles])
    keys = [f"{CREDENTIALS[one.kind]} {one.id}: {heirs[one.unit]}" for one in effects.bound.credentials]
    yield from _part("Khóa và chứng thư hết hiệu lực", keys)
    yield from _part("Tuyến dữ liệu", [f"{was} → {now}" for was, now in routes])


def _part(title: str, entries: Iterable[str], most: int | None = SHOWN) -> Iterator[str]:
    listed = list(entries)
    if not listed:
        return
    yield ""
    yield f"{title} ({_number(len(listed))})"
    yield from (f"  {entry}" for entry in listed[:most])
    if most is not None and len(listed) > most:
        yield f"  … và {_number(len(listed) - most)} mục khác (--json có đủ)"


def _rebound(one: Rebound, effects: Effects) -> str:
    day = vietnamese.day(effects.plan.day)
    now = f"là {one.now.name} từ {day}" if one.now is not None else f"không thuộc đơn vị nào từ {day}"
    return f"{one.regime}, {one.name.path}: {one.name.code} {now} (trước đó: {one.was.name}); {_periods(one.periods)}"


def _emptied(one: Emptied) -> str:
    what = f"nhóm {one.name} không còn đơn vị nộp báo cáo" if one.task == "report" else f"{one.name}: không còn đơn vị chốt"
    return f"{one.regime}, {what}; {_periods(one.periods)}"


def _moves(one: Moves) -> str:
    changes = f"giữ {_number(one.stay)}, chuyển {_number(len(one.moved))}, thôi {_number(len(one.dropped))}, mới {_number(len(one.begun))}"
    return f"{one.regime}, {TASKS[one.task]}, {_periods(one.periods)}: {changes}"


def _uncounted(one: Uncounted) -> str:
    return f"{one.regime} {one.period}: {_number(len(one.early))} nhận trước, {_number(len(one.later))} nhận từ ngày sắp xếp"


def _differing(one: Differing) -> str:
    senders = ", ".join(one.senders[:SHOWN]) + (" …" if len(one.senders) > SHOWN else "")
    of = f"{one.regime} {one.period}: " if one.regime else ""
    return f"{of}{_number(one.events)} tin {KINDS[one.kind]} ({senders})"


def _open(one: OpenHeir) -> str:
    waits = f"; chờ: {', '.join(f'{owed.regime} {owed.period}' for owed in one.waiting)}" if one.waiting else ""
    return f"{_unit(one.unit)} → {', '.join(map(_unit, one.followers))}{waits}"


def _unit(unit: Unit) -> str:
    return f"{unit.name} ({unit.id})"


def _periods(codes: Sequence[str]) -> str:
    if not codes:
        return "mọi kỳ mở từ ngày sắp xếp"
    return f"kỳ {codes[0]}" if len(codes) == 1 else f"{len(codes)} kỳ {codes[0]} … {codes[-1]}"


def _levels(by_level: Counter[str]) -> str:
    return ", ".join(f"{_number(count)} {LEVELS.get(level, level)}" for level, count in sorted(by_level.items()))


def _number(count: int) -> str:
    return numbers.vietnamese(count)
