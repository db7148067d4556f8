"""A view's figures beside those of the same unit in earlier periods: the same part of the year before (cùng kỳ), and the period before.

Figures are compared only if they are of the same unit (the same id) and of the same units below it that were asked for the figure, and if
its measure and the way it is totalled are the same; otherwise there is a dash with the reason. Of quantities the change is absolute and in
percent of the earlier figure; of ratios and shares it is the difference of the two published percentages, in points. Everything is exact.
Source: design, section 3 of the second part, "Comparison"; ADR 0076.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.portal.domain import cumulative, elsewhere, figures
from services.portal.domain.address import Address
from shared.wire.views import ChoiceFigure, QuantityFigure, View
from shared.words import numbers, periods, vietnamese
from shared.words.regime_parts import Indicator

NO_PERIOD: Final = "chế độ không có kỳ này"
NOT_OPENED: Final = "kỳ này không được mở"
NO_VIEW: Final = "chưa có bảng tổng hợp của kỳ này"
RECOMPUTED: Final = "bảng đang được tính lại"
NO_INDICATOR: Final = "kỳ đó chưa có chỉ tiêu này"
OTHER_MEASURE: Final = "cách tính hoặc đơn vị tính khác"
NOTHING_THEN: Final = "kỳ đó chưa có số liệu"
NOTHING_NOW: Final = "chưa có số liệu"
ZERO: Final = "kỳ đó bằng 0, không tính được phần trăm"
PARTIAL: Final = "một trong hai kỳ chưa đủ báo cáo"
POINTS: Final = "điểm %"


@dataclass(frozen=True, slots=True)
class Base:
    """An earlier period beside which figures are shown. `reason` says why nothing of it can be compared; then it has no view."""

    period: str
    word: str
    at: Address | None = None
    view: View | None = None
    reason: str = ""

    @property
    def title(self) -> str:
        """`Cùng kỳ năm trước (tháng 5 năm 2025)`."""
        return f"{self.word} ({vietnamese.period_name(self.period)})"


@dataclass(frozen=True, slots=True)
class Change:
    """One figure beside the earlier one. `then` is the earlier figure as text, `number` the same as a number (of ratios the percentage).

    `amount` and `percent` are the change; `unit` is what the amount counts if that is not the figure's own measure. Without a change
    `reason` says why. `is_partial`: in one of the two periods not every unit that was asked has reported the figure.
    """

    then: str = "–"
    number: Decimal | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    unit: str = ""
    reason: str = ""
    is_partial: bool = False

    @property
    def mark(self) -> str:
        """The direction of the change as a sign that needs no colour."""
        return "" if self.amount is None else "▲" if self.amount > 0 else "▼" if self.amount < 0 else "="

    @property
    def text(self) -> str:
        """`+34,5 (+2,8 %)`, `-1,2 điểm %`; empty if there is no change to tell."""
        if self.amount is None:
            return ""
        said = " ".join(filter(None, (signed(self.amount), self.unit)))
        return said if self.percent is None else f"{said} ({signed(self.percent)} %)"


def signed(value: Decimal) -> str:
    """A change with its sign."""
    return f"{'+' if value > 0 else ''}{numbers.vietnamese(value)}"


def codes(at: Address) -> dict[str, str]:
    """The periods beside which figures are shown, with what they are: cùng kỳ first, and for parts of a year the period before."""
    last_year = f"{int(at.period.code[:4]) - 1}{at.period.code[4:]}"
    words = {last_year: "Cùng kỳ năm trước" if at.period.code[4:] else "Năm trước"}
    return words | {code: "Kỳ trước" for code in periods.compared_with(at.period.code) if code not in words}


def bases(at: Address, view: View, views: Mapping[str, View], opened: Collection[str] | None) -> list[Base]:
    """The periods beside which a view is shown. `views` are the unit's views by period, `opened` the periods that were opened, None if the
    regime is not on call.
    """
    return [_base(at, view, code, word, views.get(code), opened) for code, word in codes(at).items()]


def _base(at: Address, view: View, code: str, word: str, then: View | None, opened: Collection[str] | None) -> Base:
    setting = at.reference.setting(at.regime.id, code)
    if setting is None:
        return Base(code, word, reason=NO_PERIOD)
    earlier = at.in_period(code)
    if earlier is None:
        why = elsewhere.absent(at.reference, at.unit.id, at.reference.day(setting.regime, setting.period)) or cumulative.NO_VIEW
        return Base(code, word, reason=why.vi)
    if then is None:
        return Base(code, word, reason=NO_VIEW if opened is None or code in opened else NOT_OPENED)
    if then.position.generation != view.position.generation:
        return Base(code, word, reason=RECOMPUTED)
    return Base(code, word, earlier, then)


def changes(at: Address, view: View, found: Sequence[Base]) -> dict[str, list[Change]]:
    """The changes of every indicator against each of the bases, by the indicator's code."""
    return {indicator.code: [change(at, view, indicator, base) for base in found] for indicator in at.regime.indicators}


def change(at: Address, view: View, indicator: Indicator, base: Base) -> Change:
    """One figure of a view beside that of an earlier period."""
    if base.at is None or base.view is None:
        return Change(reason=base.reason)
    before = base.at.regime.by_code.get(indicator.code)
    if before is None:
        return Change(reason=NO_INDICATOR)
    now, then = view.indicators.get(indicator.code), base.view.indicators.get(indicator.code)
    if then is None or not then.reported:
        return Change(reason=NOTHING_THEN)
    shown = figures.view_row(base.view, before)
    said = shown.value if not shown.percent else f"{shown.value} ({shown.percent})"
    if isinstance(then, ChoiceFigure):
        return Change(", ".join(part.text for part in shown.bar) or "–")
    asked_now, asked_then = ({unit.id for unit in units} for units in (at.asked(indicator), base.at.asked(before)))
    reason = _differing(asked_now, asked_then)
    if (before.measure, before.aggregation, before.kind, before.share) != (
        indicator.measure,
        indicator.aggregation,
        indicator.kind,
        indicator.share,
    ):
        reason = OTHER_MEASURE
    if now is None or not now.reported:
        reason = NOTHING_NOW
    if isinstance(then, QuantityFigure):
        number, unit = then.total, ""
        value = now.total if isinstance(now, QuantityFigure) else None
    else:
        number, unit = then.percent, POINTS
        value = None if now is None or isinstance(now, QuantityFigure | ChoiceFigure) else now.percent
    if reason or number is None or value is None:
        return Change(said, _decimal(number), reason=reason or "mẫu số bằng 0")
    is_partial = (now.reported if now else 0) < len(asked_now) or then.reported < len(asked_then)
    return _difference(said, number, value, unit, is_partial=is_partial)


def _difference(said: str, then: int | str, now: int | str, unit: str, *, is_partial: bool) -> Change:
    decimals = max(numbers.decimals_of(str(then)), numbers.decimals_of(str(now)))
    old, new = numbers.scaled(then, decimals), numbers.scaled(now, decimals)
    percent = None if unit else numbers.percent(new - old, abs(old))
    reason = ZERO if not unit and percent is None and new != old else ""
    return Change(said, _decimal(then), numbers.unscaled(new - old, decimals), percent, unit, reason, is_partial)


def _differing(now: set[str], then: set[str]) -> str:
    """Why figures of these two sets of units cannot be compared; "" if they are the same."""
    if now == then:
        return ""
    more, fewer = len(now - then), len(then - now)
    said = [f"thêm {more}" if more else "", f"bớt {fewer}" if fewer else ""]
    return f"khác đơn vị được giao: {', '.join(filter(None, said))}"


def _decimal(value: int | str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
