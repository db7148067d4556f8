"""`tonghop verify|rebuild`: checks the views, and rebuilds them from the log."""

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services.aggregate import rebuild as rebuilding
from services.aggregate import verify as verifying
from services.aggregate.rebuild import Rebuilt
from services.aggregate.verify import Verdict
from services.cli import recording, session
from services.cli.data import AsJson
from services.ingest.store import ClaimStore
from shared.wire import subjects
from shared.words import numbers

STEPS = {"reports": "Xem các báo cáo đã lưu", "log": "Đọc nhật ký", "lost": "Phát lại sự kiện thiếu", "views": "Tính bảng tổng hợp"}
BAR = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
SHOWN = 20  # differences shown in the table; --json lists all

UNCOUNTED = {
    "unknown_regimes": "{count} chế độ có sự kiện nhưng chưa được nạp: {shown}. Nạp tệp của chế độ bằng `tonghop regimes load`.",
    "unknown_periods": "{count} kỳ có sự kiện nhưng chế độ không còn nêu: {shown}. Thêm kỳ vào tệp của chế độ rồi `tonghop regimes load`.",
    "unknown_units": "{count} đơn vị có sự kiện nhưng không có trong danh mục: {shown}. Thêm đơn vị bằng `tonghop units import`.",
    "unknown_types": "{count} loại sự kiện mà phiên bản này không biết: {shown}. Chạy phiên bản đã ghi chúng.",
    "unreadable": "{count} thông điệp của REPORTS không phải sự kiện do ingest ghi, ở vị trí: {shown}. Tìm xem ai có quyền ghi vào REPORTS;"
    " xóa từng thông điệp bằng `nats stream rmm REPORTS VỊ_TRÍ`.",
    "misplaced": "{count} sự kiện của REPORTS nằm ở chủ đề không phải của chế độ và kỳ mà nó nêu, ở vị trí: {shown}. Không bảng nào tính."
    " Tìm xem ai có quyền ghi vào REPORTS; xóa từng thông điệp bằng `nats stream rmm REPORTS VỊ_TRÍ`.",
    "early": "Lưu ý: {count} đơn vị đã nộp trước đợt sắp xếp rồi kết thúc hoạt động; số liệu đó để riêng, không cộng vào bảng nào:"
    " {shown}.",
    "not_asked": "Lưu ý: {count} đơn vị đã nộp mà nay không thuộc diện báo cáo của kỳ, không bảng nào tính: {shown}.",
}


def add_to(app: typer.Typer) -> None:
    """Registers the commands of this module."""
    app.command("verify")(verify)
    app.command("rebuild")(rebuild)


def verify(as_json: AsJson = False) -> None:
    """So sánh mọi bảng tổng hợp với kết quả tính lại độc lập từ nhật ký; mã thoát 1 nếu khác hoặc chưa trọn.

    Chạy được khi đang có báo cáo gửi đến; không ghi gì. Chạy sau khi khôi phục, sau khi nâng cấp, trước khi chốt số liệu năm.

    Mã thoát: 0 khớp, 1 khác hoặc có sự kiện không bảng nào tính được (in ra từng chỗ và việc cần làm), 3 máy chủ không trả lời.
    """

    async def act() -> Verdict:
        async with session.connected() as connections:
            with Progress(*BAR, console=session.notes, disable=as_json) as progress:
                info = await connections.streams.jetstream.stream_info(subjects.REPORTS)
                reading = progress.add_task("Đọc và tính lại nhật ký", total=info.state.messages)
                return await verifying.verify(connections, lambda done: progress.update(reading, completed=done))

    verdict = session.run(act)
    if as_json:
        session.say_json(verdict.as_dict())
    else:
        _show(verdict)
    if not verdict.is_equal:
        raise typer.Exit(session.NO)


def _show(verdict: Verdict) -> None:
    """Prints the differences, the events that no view counts, and what to do."""
    if verdict.is_equal:
        session.console.print(f"Khớp: {numbers.vietnamese(verdict.views)} bảng tổng hợp đúng như nhật ký.")
    if verdict.differences:
        session.console.print(f"Khác: {numbers.vietnamese(len(verdict.differences))} chỗ. Chạy `tonghop rebuild` để tính lại.")
        for found in verdict.differences[:SHOWN]:
            session.console.print(f"  {found.view}  {found.field}: đang lưu {found.stored}, đúng là {found.expected}", markup=False)
    elif verdict.uncounted:
        session.console.print(
            f"Chưa trọn: {numbers.vietnamese(verdict.views)} bảng tổng hợp đúng, nhưng nhật ký có sự kiện mà không bảng nào tính."
        )
    for name, found_in_log in verdict.uncounted.as_dict().items():
        if found_in_log:
            shown = ", ".join(str(one) for one in found_in_log[:SHOWN]) + (" …" if len(found_in_log) > SHOWN else "")
            session.console.print(f"  {UNCOUNTED[name].format(count=numbers.vietnamese(len(found_in_log)), shown=shown)}", markup=False)


def rebuild(as_json: AsJson = False) -> None:
    """Tính lại mọi bảng tổng hợp từ nhật ký; người đọc thấy bảng cũ hoặc bảng mới, không lẫn lộn.

    Dùng khi `verify` báo khác, hoặc khi nhật ký đã lùi (NATS được khôi phục từ bản cũ). Dịch vụ vẫn chạy. Nếu lệnh bị dừng thì chạy lại.

    Mã thoát: 0 đã tính lại, 3 máy chủ không trả lời.
    """

    async def act() -> Rebuilt:
        async with session.connected() as connections:
            await recording.record(connections, "views.rebuilt")
            with Progress(*BAR, console=session.notes, disable=as_json) as progress:
                tasks = {step: progress.add_task(label, total=None, visible=False) for step, label in STEPS.items()}

                def show(step: str, done: int, total: int) -> None:
                    progress.update(tasks[step], completed=done, total=total, visible=True)

                return await rebuilding.Rebuild(connections, ClaimStore(connections.database).accepted, show).run()

    done = session.run(act)
    if as_json:
        session.say_json(
            {
                "generation": done.generation,
                "events": done.events,
                "stored": done.stored,
                "published": done.published,
                "views": done.views,
            }
        )
    else:
        session.console.print(
            f"Đã tính lại {numbers.vietnamese(done.views)} bảng từ {numbers.vietnamese(done.events)} sự kiện (thế hệ {done.generation});"
            f" bổ sung {numbers.vietnamese(done.stored)} vào kho, {numbers.vietnamese(done.published)} vào nhật ký."
        )
