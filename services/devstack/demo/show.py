"""Prints the results of the demo: roll-ups as tables, missing units, refusals, alerts, mails."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage
from typing import Any, Final, assert_never

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.devstack.demo import season as seasons
from services.notify.domain.alerts import Alert
from services.notify.texts import wording
from services.portal.domain import to_date
from services.portal.domain.address import Address
from services.portal.reading.year import Year
from shared.wire import events
from shared.wire.dry_runs import DryRun
from shared.wire.envelope import CloudEvent
from shared.wire.receipts import Receipt
from shared.wire.views import ChoiceFigure, FlagFigure, QuantityFigure, RatioFigure, TargetMet, View
from shared.words import numbers, periods, vietnamese
from shared.words.reference import Reference, Setting
from shared.words.regime_parts import Indicator
from shared.words.regimes import Regime

MAILS_IN_FULL: Final = 2
SHOWN_OF_YEARS: Final = ("gd_tien_tai_tro", "ncc_kinh_phi")  # the indicators whose totals are shown for each year
Figure = QuantityFigure | RatioFigure | FlagFigure | ChoiceFigure
SHOWN_TO_DATE: Final = "luot_tiep"  # the indicator of the monthly regime whose sum is shown


def rollup(console: Console, reference: Reference, view: View) -> None:
    """One view as a table."""
    regime, reporting = _regime(reference, view), view.reporting
    table = Table(title=f"{view.unit.name} – {regime.id}, {vietnamese.period_name(view.period)}", title_justify="left")
    for heading in ("Chỉ tiêu", "Kết quả", "Tỷ lệ", "Số đơn vị", "Mục tiêu"):
        table.add_column(heading, justify="left" if heading in ("Chỉ tiêu", "Mục tiêu") else "right")
    for section, indicators in itertools.groupby(regime.indicators, key=lambda indicator: indicator.section):
        table.add_row(f"[bold]{section}[/bold]", "", "", "", "")
        for indicator in indicators:
            table.add_row(f"  {indicator.label}", *_cells(indicator, view.indicators[indicator.code]))
    console.print(table)
    console.print(
        f"Đã nộp {reporting.received}/{reporting.expected} đơn vị ({_number(reporting.rate)} %),"
        f" đúng hạn {reporting.on_time}, muộn {reporting.late}. Mã kiểm: {view.hash[:16]}"
    )


def through_the_reforms(console: Console, reference: Reference, views: Sequence[View]) -> None:
    """Each year's view by the units of then, one line each, below the days of the reforms."""
    days = " và ".join(f"{day:%d/%m/%Y}" for day in reference.reform_days)
    table = Table(title=f"Qua các đợt sắp xếp {days}" if days else "Các năm", title_justify="left")
    for heading in ("Chế độ báo cáo", "Năm", "Đơn vị của kỳ ấy", "Cơ quan nhận báo cáo", "Đã nộp", "Đúng hạn", "Chỉ tiêu", "Tổng"):
        table.add_column(heading, justify="right" if heading in ("Đã nộp", "Đúng hạn", "Tổng") else "left")
    for view in views:
        setting, reporting = reference.setting(view.regime, view.period), view.reporting
        recipient = None if setting is None else setting.recipient
        indicator = next(one for one in _regime(reference, view).indicators if one.code in SHOWN_OF_YEARS)
        table.add_row(
            view.regime,
            view.period,
            view.unit.name,
            "" if recipient is None else recipient.name,
            f"{reporting.received}/{reporting.expected}",
            str(reporting.on_time),
            indicator.label,
            _cells(indicator, view.indicators[indicator.code])[0],
        )
    console.print(table)
    console.print()


def corrected(console: Console, reference: Reference, event: CloudEvent, was: View, now: View) -> None:
    """What the correction of a former unit's report by its heir has changed in the view of then."""
    data, registry = event["data"], reference.registry
    setting = reference.setting(now.regime, now.period)
    if setting is None or not isinstance(data, Mapping):
        return
    heir, unit = registry.ids[events.sender_of(event["source"])][-1], setting.tree.by_code[str(data["unit"])]
    indicator = next(one for one in setting.regime.indicators if one.code in SHOWN_OF_YEARS)
    before, after = (_cells(indicator, view.indicators[indicator.code])[0] for view in (was, now))
    changed = f"{indicator.label.lower()}: {before} → {after}" if before != after else f"{indicator.label.lower()}: {after}"
    console.print(
        f"[bold]Sửa báo cáo năm {now.period}[/bold] của {unit.name} (mã {unit.code}, kết thúc hoạt động), do {heir.name}"
        f" gửi với tư cách đơn vị kế thừa, lần {data['revision']}. {now.unit.name}, {changed}."
    )
    console.print()


def _regime(reference: Reference, view: View) -> Regime:
    """The regime as it is in the period of a view."""
    setting = reference.setting(view.regime, view.period)
    return reference.regimes[view.regime] if setting is None else setting.regime


def missing(console: Console, reference: Reference, view: View) -> None:
    """Which units have not reported."""
    setting = reference.setting(view.regime, view.period)
    names = [setting.tree.by_code[code].name for code in view.reporting.missing] if setting else []
    console.print(f"[bold]Chưa nộp ({len(names)}):[/bold] {', '.join(names) or 'không đơn vị nào'}")
    console.print()


def month(console: Console, at: Address, year: Year, deadline: datetime) -> None:
    """How far the present month is, with one of its sums since the beginning of the year, in one line."""
    view, indicator = year.views[at.period.code], at.regime.by_code[SHOWN_TO_DATE]
    figure = to_date.cell(year.to_date, indicator)
    received = f"{view.reporting.received}/{view.reporting.expected} xã, phường đã gửi"
    sums = f"{indicator.label.lower()}: lũy kế từ đầu năm {figure.value} {indicator.measure}{f' ({figure.note})' if figure.note else ''}"
    console.print(
        f"[bold]Báo cáo {vietnamese.period_name(at.period.code)}[/bold], {at.unit.name} ({at.regime.id}): {received},"
        f" hạn {vietnamese.through(deadline)}; {sums}."
    )
    console.print()


def refused(console: Console, receipt: Receipt, unit_name: str) -> None:
    """Why a report was refused."""
    lines = [f"{error.path}: {error.message_vi} [{error.code}]" for error in receipt.errors]
    title = f"Bị từ chối: báo cáo của {unit_name} ({receipt.unit})"
    console.print(Panel(Text("\n".join(lines)), title=title, title_align="left"))


def dry_run(console: Console, setting: Setting, unit: str, found: DryRun) -> None:
    """What a report would change in the totals above, figure by figure; nothing of it was stored."""
    console.print(f"\n[bold]Gửi thử:[/bold] {unit} sửa “{setting.regime.by_code[seasons.TRIED].label}”; không lưu gì.")
    for warning in found.warnings:
        console.print(f"  Lưu ý: {warning.message_vi} [{warning.code}]", markup=False)
    for change in found.changes or ():
        if change.regime == setting.regime.id and change.indicator == seasons.TRIED:
            console.print(f"  {setting.tree.by_id[change.unit].name}: {_changed(change.now)} → {_changed(change.then)}", markup=False)
    if found.changes is None:
        console.print("  Chưa tính được thay đổi của các bảng tổng hợp.")


def _changed(value: object) -> str:
    return _number(value) if isinstance(value, int | str) and not isinstance(value, bool) else "–"


def alerted(console: Console, title: str, alerts: Sequence[Alert]) -> None:
    """Which units were or will be alerted, and when."""
    table = Table("Nhắc lúc", "Mức nhắc", "Chế độ báo cáo", "Hạn: trước", "Số", "Đơn vị", title=title, title_justify="left")
    ordered = sorted(alerts, key=lambda alert: (*_rung(alert), alert.matter.unit))
    for (at, rung, regime, deadline), group in itertools.groupby(ordered, key=_rung):
        units = [alert.matter.unit for alert in group]
        table.add_row(_local(at), wording.rung(rung), regime, _local(deadline), str(len(units)), _some(units))
    console.print(table if alerts else f"{title}: không có.")


def mails(console: Console, caught: Sequence[EmailMessage]) -> None:
    """Mails as text: the first one in full, of the others the recipients."""
    for mail in caught[:MAILS_IN_FULL]:
        body = mail.get_body(("plain",))
        text = body.get_content() if body else ""
        written = Text(f"Đến: {mail['To']}\nTiêu đề: {mail['Subject']}\n\n{text.strip()}")
        console.print(Panel(written, title="Thư nhắc", title_align="left"))
    if len(caught) > MAILS_IN_FULL:
        console.print(f"… và {len(caught) - MAILS_IN_FULL} thư nữa, đến {_some([str(mail['To']) for mail in caught[MAILS_IN_FULL:]])}.")


def _cells(indicator: Indicator, figure: Figure) -> tuple[str, str, str, str]:
    """Result, rate, number of units and target."""
    reported = str(figure.reported)
    match figure:
        case QuantityFigure():
            total = "–" if figure.total is None else f"{_number(figure.total)} {figure.measure}"
            return total, "", reported, _goal(figure.target)
        case RatioFigure():
            return f"{_number(figure.numerator)}/{_number(figure.denominator)}", _percent(figure), reported, _goal(figure.target)
        case FlagFigure():
            return f"{figure.true}/{reported}", _percent(figure), reported, _goal(figure.target)
        case ChoiceFigure():
            counts = ", ".join(f"{indicator.options[code].lower()} {count}" for code, count in figure.counts.items() if count)
            return counts or "–", "", reported, ""
        case _:
            assert_never(figure)


def _goal(target: TargetMet | None) -> str:
    return "" if target is None else f"≥ {_number(target.at_least)} đến {target.by}: {'đạt' if target.met else 'chưa đạt'}"


def _percent(figure: RatioFigure | FlagFigure) -> str:
    return "–" if figure.percent is None else f"{_number(figure.percent)} %"


def _number(value: int | str | None) -> str:
    return numbers.vietnamese(Decimal(value) if isinstance(value, str) else value)


def _rung(alert: Alert) -> tuple[Any, str, str, Any]:
    return alert.rung.at, alert.rung.name, alert.matter.regime, alert.matter.deadline


def _local(at: Any) -> str:
    return f"{at.astimezone(periods.VIETNAM):%d/%m/%Y %H:%M}"


def _some(names: Iterable[str], most: int = 6) -> str:
    listed = list(names)
    return ", ".join(listed[:most]) + (f" … (+{len(listed) - most})" if len(listed) > most else "")
