"""`tonghop duties list` and `tonghop duties extend`: lists who owes what by when, and extends the deadline of one unit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from services.cli import recording, sending, session
from services.cli.data import NO_REGIME, AsJson, OnlyPeriod
from services.notify import app as notifier
from services.notify import tick
from services.notify.domain import addressing
from services.notify.domain.duties import CONFIRM, REPORT, Duty
from services.notify.texts import listing, wording
from services.notify.texts.listing import Wanted
from services.portal.domain import duties as told
from shared.shell.clock import system_clock
from shared.wire import events
from shared.wire.receipts import Receipt
from shared.wire.sent import DutyExtended
from shared.words import deadlines, numbers, periods, vietnamese
from shared.words.audit import Detail
from shared.words.refusals import refusal
from shared.words.units import Registry, Unit

duties = typer.Typer(name="duties", help="Nghĩa vụ báo cáo: đơn vị nào phải nộp báo cáo nào, hạn nào; gia hạn.", no_args_is_help=True)


@duties.command("list")
def list_duties(
    regime: Annotated[str | None, typer.Option(help="Chỉ một chế độ báo cáo.")] = None,
    period: OnlyPeriod = None,
    unit: Annotated[str | None, typer.Option(help="Chỉ một đơn vị (mã).")] = None,
    owed: Annotated[bool, typer.Option("--owed", help="Chỉ nghĩa vụ chưa hoàn thành.")] = False,
    late: Annotated[bool, typer.Option("--late", help="Chỉ nghĩa vụ hoàn thành muộn, hoặc quá hạn mà chưa hoàn thành.")] = False,
    as_json: AsJson = False,
) -> None:
    """Liệt kê nghĩa vụ của các kỳ đã bắt đầu: chưa nộp, đã nộp, muộn bao lâu, bị trả lại, được gia hạn, đã chốt.

    Không ghi gì.

    Ví dụ: tonghop duties list --regime ct27-van-quan --period 2026 --owed

    Mã thoát: 0, 2 dùng sai, 3 máy chủ không trả lời.
    """
    now = system_clock()

    async def act() -> tuple[list[Duty], Registry]:
        async with session.connected() as connections, notifier.reading(connections) as desk:
            known = sorted(desk.follower.reference.regimes)
            if regime is not None and regime not in known:
                raise session.wrong_use(refusal("cli.unknown_regime", regime=regime, known=known or NO_REGIME), "--regime")
            registry = desk.follower.reference.registry
            if unit is not None and not any(unit in (one.code, one.id) for one in registry.units):
                raise session.wrong_use(refusal("cli.unknown_unit", units=[f"“{unit}”"]), "--unit")
            chosen = listing.select(await tick.duties(desk, now, regime, period), Wanted(unit, owed, late), now)
            return chosen, registry

    found, registry = session.run(act)
    today = periods.local_day(now)
    acting = [addressing.answers(registry, duty.unit, today) for duty in found]
    if as_json:
        session.say_json({"duties": [listing.duty_entry(duty, unit, now) for duty, unit in zip(found, acting, strict=True)]})
    else:
        _show(list(zip(found, acting, strict=True)), now)


@duties.command()
def extend(
    regime: Annotated[str, typer.Argument(metavar="CHẾ ĐỘ", help="Mã chế độ báo cáo.")],
    period: Annotated[str, typer.Argument(metavar="KỲ", help="Kỳ báo cáo.")],
    unit: Annotated[str, typer.Argument(metavar="MÃ", help="Mã đơn vị được gia hạn.")],
    until: Annotated[str, typer.Option(help="Ngày YYYY-MM-DD (hết ngày đó), hoặc thời điểm có múi giờ.")],
    reason: Annotated[str, typer.Option(help="Lý do gia hạn, hoặc lý do sửa.")],
    corrects: Annotated[bool, typer.Option("--corrects", help="Sửa một lần gia hạn ghi sai; hạn mới được phép sớm hơn.")] = False,
    as_json: AsJson = False,
) -> None:
    """Gia hạn cho một đơn vị, nhân danh cơ quan nhận báo cáo; chờ kết quả tiếp nhận. Đơn vị được báo ngay.

    Ví dụ: tonghop duties extend ct27-van-quan 2026 06253 --until 2026-12-25 --reason "Bão lũ"

    Sửa một lần gia hạn ghi sai: gia hạn lại, thêm --corrects.

    Mã thoát: 0 đã gia hạn, 1 không được tiếp nhận và vì sao, 2 dùng sai, 3 máy chủ không trả lời.
    """
    ends = deadlines.of_event(until)
    if ends is None:
        raise session.wrong_use(refusal("cli.not_a_day_or_instant", text=until), "--until")

    async def act() -> Receipt:
        async with session.connected() as connections:
            found = await sending.regime_of(connections, regime)
            data = DutyExtended.model_construct(  # not checked here, because ingest checks it
                regime=regime, period=period, unit=unit, until=until, reason=reason, corrects=corrects
            )
            sender = sending.recipient_of(await connections.reference.current(), found, period, system_clock())
            asked: dict[str, Detail] = {"unit": unit, "until": until, "is_correction": corrects, "reason": reason}
            await recording.record(connections, "duty.extended", f"periods/{regime}/{period}", **asked)
            return await sending.send(connections, sender, events.EXTENDED, data, recording.operator())

    sending.tell(session.run(act), f"Đã {'sửa lần gia hạn' if corrects else 'gia hạn'} cho {unit} {vietnamese.through(ends)}", as_json)


def _show(found: Sequence[tuple[Duty, Unit | None]], now: datetime) -> None:
    undone = sum(not duty.is_done for duty, _ in found)
    title = f"Nghĩa vụ: {numbers.vietnamese(len(found))}, chưa hoàn thành {numbers.vietnamese(undone)}"
    table = Table("Chế độ báo cáo", "Kỳ", "Đơn vị", "Nghĩa vụ", "Hạn: trước", "Tình trạng", title=title, title_justify="left")
    for duty, acting in found:
        table.add_row(duty.regime, duty.period, _whose(duty, acting), _task(duty), _local(duty.deadline), _state(duty, now))
    session.console.print(table if found else title)


def _whose(duty: Duty, acting: Unit | None) -> str:
    """The unit of a duty; of one that has ended, with the unit that acts for it."""
    named = f"{duty.unit.code} {duty.unit.name}"
    if acting is None:
        return f"{named} (cũ, chưa xác định đơn vị kế thừa)"
    return named if acting.id == duty.unit.id else f"{named} (cũ, {wording.now_of(duty.unit, acting)})"


def _task(duty: Duty) -> str:
    if duty.task != CONFIRM:
        return "nộp báo cáo" if duty.task == REPORT else "nộp số liệu chính thức thay số ước"
    return "chốt bảng tổng hợp" if duty.view is None else f"chốt bảng tổng hợp của {wording.inside(duty.view.name)}"


def _state(duty: Duty, now: datetime) -> str:
    """The state of one duty in words."""
    state, returned, extension, late_by = duty.state, duty.returned, duty.extension, duty.late_by(now)
    done, owed = ("đã chốt", "chưa chốt") if duty.task == CONFIRM else ("đã nộp", "chưa nộp")
    said = [done if duty.is_done else owed]
    if duty.is_received:
        said[0] += f" {_local(events.from_ms(state.winner.received_ms))}, lần {state.winner.number}"
    if late_by is not None:
        said.append(f"{'muộn' if duty.is_done else 'quá hạn'} {told.elapsed(duty.deadline, duty.deadline + late_by)}")
    if returned is not None:
        said.append("bị trả lại" + (f", sửa trước {_local(returned.fix_by)}" if returned.fix_by else ""))
    if extension is not None:
        said.append(f"gia hạn đến {_local(extension.at)}")
    return "; ".join(said)


def _local(at: datetime) -> str:
    return f"{at.astimezone(periods.VIETNAM):%d/%m/%Y %H:%M}"
