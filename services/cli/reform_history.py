"""`tonghop reform list|show`: which reforms (đợt sắp xếp) were applied or reverted, by which law, when and by whom."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from services.cli import applying, session
from services.cli.data import AsJson
from services.cli.reform_tables import counts_in_words, counts_table
from shared.plumbing.reform_documents import StoredReform
from shared.words import vietnamese
from shared.words.refusals import refusal

STATES = {True: "đã áp dụng", False: "đã thu hồi"}
ACTS = {"applied": "áp dụng", "reverted": "thu hồi"}

Name = Annotated[str, typer.Argument(metavar="MÃ", help="Mã đợt sắp xếp, ví dụ 2025-07-01.")]


def add_to(group: typer.Typer) -> None:
    """Registers the commands of this module."""
    group.command("list")(list_reforms)
    group.command("show")(show_reform)


def list_reforms(as_json: AsJson = False) -> None:
    """Liệt kê các đợt sắp xếp đã áp dụng hoặc đã thu hồi. Không ghi gì.

    Mã thoát: 0, 3 máy chủ không trả lời.
    """
    found = session.run(_stored)
    if as_json:
        session.say_json({"reforms": [entry(reform) for reform in found]})
        return
    if not found:
        session.console.print("Chưa áp dụng đợt sắp xếp nào.")
        return
    table = Table("Đợt", "Từ ngày", "Trạng thái", "Căn cứ", "Đơn vị", "Lúc", "Người thực hiện")
    for reform in found:
        last, about = reform.history[-1], reform.reform
        laws = "\n".join(law.number for law in about.legal_basis)
        of_act = (vietnamese.moment(last.at), last.by)
        table.add_row(about.id, vietnamese.day(about.valid_from), STATES[reform.is_applied], laws, counts_in_words(reform.counts), *of_act)
    session.console.print(table)


def show_reform(reform: Name, as_json: AsJson = False) -> None:
    """Trình bày một đợt sắp xếp: căn cứ, số đơn vị, các kỳ giữ đơn vị cũ, lịch sử áp dụng và thu hồi. Không ghi gì.

    Ví dụ: tonghop reform show 2025-07-01

    Mã thoát: 0, 1 chưa từng áp dụng đợt này, 3 máy chủ không trả lời.
    """
    found = {one.reform.id: one for one in session.run(_stored)}
    if reform not in found:
        session.stop(session.NO, refusal("reform.unknown", id=reform, known=sorted(found) or ["–"]))
    shown = found[reform]
    if as_json:
        session.say_json(entry(shown))
    else:
        _print(shown)


async def _stored() -> Sequence[StoredReform]:
    async with session.connected() as connections:
        return await applying.store(connections).all()


def entry(reform: StoredReform) -> dict[str, object]:
    """A reform, for programs."""
    about = reform.reform
    return {
        "id": about.id,
        "title": about.title,
        "valid_from": about.valid_from.isoformat(),
        "state": "applied" if reform.is_applied else "reverted",
        "legal_basis": [law.model_dump(mode="json", exclude_defaults=True) for law in about.legal_basis],
        "after": about.after,
        "counts": reform.counts,
        "pins": [{"regime": regime, "period": period, "day": day.isoformat()} for (regime, period), day in sorted(reform.pins.items())],
        "regimes": list(reform.regimes),
        "sha256": reform.digest,
        "history": [{"what": act.what, "at": act.at.isoformat(), "by": act.by} for act in reform.history],
    }


def _print(reform: StoredReform) -> None:
    about = reform.reform
    lines = [f"Đợt sắp xếp {about.id}: {about.title}", f"Từ {vietnamese.day(about.valid_from)}, {STATES[reform.is_applied]}", "Căn cứ:"]
    for law in about.legal_basis:
        what = f": {law.about}" if law.about else ""
        lines.append(f"  {law.number}, {vietnamese.day(law.day)}{what}")
    session.console.print("\n".join(lines), markup=False)
    session.console.print(counts_table(reform.counts))
    for (regime, period), day in sorted(reform.pins.items()):
        session.console.print(f"Kỳ {period} của {regime} giữ đơn vị của ngày {vietnamese.day(day)}.", markup=False)
    if reform.regimes:
        session.console.print(f"Chế độ báo cáo nạp cùng đợt: {', '.join(reform.regimes)}.", markup=False)
    for act in reform.history:
        session.console.print(f"{vietnamese.moment(act.at)}: {ACTS[act.what]}, {act.by}", markup=False)
