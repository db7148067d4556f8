"""`tonghop periods open`: opens a period of an on-call regime with a deadline, on behalf of the regime's recipient."""

from typing import Annotated

import typer

from services.cli import recording, sending, session
from services.cli.data import AsJson
from shared.shell.clock import system_clock
from shared.wire import events
from shared.wire.receipts import Receipt
from shared.wire.sent import PeriodOpened
from shared.words import deadlines, vietnamese
from shared.words.audit import Detail
from shared.words.refusals import refusal

periods = typer.Typer(help="Kỳ báo cáo đột xuất: mở kỳ, ấn định hoặc sửa hạn nộp.", no_args_is_help=True)


@periods.command("open")
def open_period(
    regime: Annotated[str, typer.Argument(metavar="CHẾ ĐỘ", help="Mã chế độ báo cáo đột xuất (on_call).")],
    period: Annotated[str, typer.Argument(metavar="KỲ", help="Kỳ báo cáo: 2026, 2026-H1, 2026-Q3, 2026-05.")],
    deadline: Annotated[str, typer.Option(help="Hạn nộp: ngày YYYY-MM-DD (hết ngày đó), hoặc thời điểm có múi giờ.")],
    corrects: Annotated[bool, typer.Option("--corrects", help="Sửa một hạn ghi sai; hạn mới được phép sớm hơn; cần --reason.")] = False,
    reason: Annotated[str | None, typer.Option(help="Lý do sửa.")] = None,
    as_json: AsJson = False,
) -> None:
    """Mở một kỳ báo cáo đột xuất, nhân danh cơ quan nhận báo cáo; chờ kết quả tiếp nhận.

    Ví dụ: tonghop periods open kl62-binh-dinh 2026-H1 --deadline 2026-07-15

    Sửa hạn ghi sai: thêm --corrects --reason "ghi nhầm năm".

    Mã thoát: 0 đã mở, 1 không được tiếp nhận và vì sao, 2 dùng sai, 3 máy chủ không trả lời.
    """
    ends = deadlines.of_event(deadline)
    if ends is None:
        raise session.wrong_use(refusal("cli.not_a_day_or_instant", text=deadline), "--deadline")
    if corrects != (reason is not None):
        raise session.wrong_use(refusal("cli.corrects_with_reason"), "--corrects")

    async def act() -> Receipt:
        async with session.connected() as connections:
            found = await sending.regime_of(connections, regime)
            data = PeriodOpened.model_construct(  # not checked here, because ingest checks it
                regime=regime, period=period, deadline=deadline, corrects=corrects, reason=reason
            )
            sender = sending.recipient_of(await connections.reference.current(), found, period, system_clock())
            asked: dict[str, Detail] = {"deadline": deadline, "is_correction": corrects, "reason": reason}
            await recording.record(connections, "period.opened", f"periods/{regime}/{period}", **asked)
            return await sending.send(connections, sender, events.OPENED, data, recording.operator())

    done = "sửa hạn" if corrects else "mở"
    sending.tell(session.run(act), f"Đã {done} kỳ {period} của {regime}, hạn {vietnamese.through(ends)}", as_json)
