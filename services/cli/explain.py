"""`tonghop explain`: lists the reports that make up one total, and checks that they add up to it."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from services.cli import session
from services.cli.data import AsJson
from services.cli.stored import StoredData
from shared.words import numbers
from shared.words.refusals import number, refusal

if TYPE_CHECKING:
    from services.portal.reading.explaining import Explained

UNKNOWN = ("report.unknown_regime", "report.unknown_period")


def add_to(app: typer.Typer) -> None:
    """Registers the command of this module."""
    app.command("explain")(explain)


def explain(
    view: Annotated[str, typer.Argument(metavar="REGIME/PERIOD/UNIT", help="Bảng tổng hợp, ví dụ ct27-van-quan/2026/184.")],
    indicator: Annotated[str, typer.Argument(metavar="CHỈ TIÊU", help="Mã chỉ tiêu.")],
    as_json: AsJson = False,
) -> None:
    """Liệt kê các báo cáo tạo nên một số của bảng tổng hợp và cộng lại; mã thoát 1 nếu không khớp hoặc không có bảng.

    Không ghi gì.

    Ví dụ: tonghop explain ct27-van-quan/2026/184 gd_ngay_cong

    Mã thoát: 0 khớp, 1 không khớp hoặc không có bảng, 2 dùng sai, 3 máy chủ không trả lời.
    """
    from services.portal.domain import address, to_date
    from services.portal.domain.refused import Refused
    from services.portal.reading import explaining, year
    from services.portal.reading.store import PortalStore
    from shared.words import periods
    from shared.words.scope import Scope

    names = view.split("/")
    if len(names) != 3:
        raise session.wrong_use(refusal("cli.not_a_view", text=view), "REGIME/PERIOD/UNIT")

    async def act() -> "tuple[Explained, str]":
        async with session.connected() as connections:
            known = await connections.reference.current()
            scope = Scope.of_command_line(known, periods.local_day(connections.clock()))
            at, store = address.named(known, *names), PortalStore(connections.database, scope)
            found = await explaining.read(at, store, indicator)
            return found, to_date.line((await year.read(at, store)).to_date, found.explanation.indicator)

    async def logged() -> int:
        async with session.connected() as connections:
            return await StoredData(connections.database).reports(names[0], names[1])

    try:
        found, cumulative = session.run(act)
    except Refused as refused:
        why = refused.refusal
        if why.code not in UNKNOWN or not (count := session.run(logged)):
            session.stop(session.NO if why.code == "door.no_such_view" else session.WRONG_USE, why.at(""))
        session.stop(session.NO, why.at(""), refusal("cli.period_not_counted", count=number(count)))
    if as_json:
        answer = found.answer(None, max(1, len(found.explanation.parts)))
        session.say_json(answer.model_dump(mode="json", exclude_unset=True))
    else:
        _show(found, cumulative)
    if not found.explanation.adds_up or found.unknown_units:
        raise typer.Exit(session.NO)


def _show(found: "Explained", cumulative: str) -> None:
    from services.portal.domain import figures
    from shared.words import vietnamese

    it, at = found.explanation, found.address
    table = Table("Mã", "Đơn vị", "Giá trị", "Lần nộp", "Nhận lúc", "Mã sự kiện")
    table.columns[2].justify = table.columns[3].justify = "right"
    for part in it.parts:
        row = figures.report_row(it.indicator, part.value)
        revision, moment = str(part.entry.revision), vietnamese.moment(part.received_at)
        table.add_row(part.unit.code, part.unit.name, row.value, revision, moment, part.entry.event_id)
    total = figures.view_row(found.view, it.indicator)
    shown = [
        total.value or ", ".join(segment.text for segment in total.bar) or "–",
        total.measure,
        f"({total.percent})" if total.percent else "",
    ]
    session.console.print(
        f"{at.unit.name} – {at.regime.id}, {vietnamese.period_name(at.period.code)}\n{it.indicator.label}: {' '.join(filter(None, shown))}",
        markup=False,
    )
    if cumulative:
        session.console.print(cumulative, markup=False)
    if at.part is not None:
        session.console.print(
            f"Chế độ này chỉ áp dụng tại {at.part.name}: đây là số liệu của một phần, không phải của toàn bộ {at.unit.name}.", markup=False
        )
    session.console.print(table)
    session.console.print(
        f"{numbers.vietnamese(len(it.asked))} đơn vị được giao, {numbers.vietnamese(len(it.parts))} đã báo cáo;"
        f" {numbers.vietnamese(len(it.silent))} đã nộp báo cáo nhưng bỏ trống chỉ tiêu này,"
        f" {numbers.vietnamese(len(it.missing))} chưa nộp."
    )
    if it.adds_up:
        session.console.print(f"Khớp: {numbers.vietnamese(len(it.parts))} báo cáo cộng lại đúng bằng số trong bảng tổng hợp.")
    else:
        session.console.print(f"Không khớp: bảng lưu {it.stored}, các báo cáo cho {it.computed}. Chạy `tonghop verify`.", markup=False)
    if found.unknown_units:
        session.console.print(
            f"Chưa trọn: có báo cáo của {numbers.vietnamese(len(found.unknown_units))} đơn vị không có trong danh mục, không bảng nào tính:"
            f" {', '.join(found.unknown_units)}. Thêm đơn vị bằng `tonghop units import`.",
            markup=False,
        )
