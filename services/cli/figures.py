"""`tonghop verify|rebuild`: whether the views are right, and how to make them anew."""

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services.aggregate import rebuild as rebuilding
from services.aggregate import verify as verifying
from services.aggregate.rebuild import Rebuilt
from services.aggregate.verify import Verdict
from services.cli import session
from services.cli.data import AsJson
from services.ingest.store import ClaimStore
from shared import numbers, subjects

STEPS = {"reports": "Xem các báo cáo đã lưu", "log": "Đọc nhật ký", "lost": "Phát lại sự kiện thiếu", "views": "Tính bảng tổng hợp"}
BAR = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
SHOWN = 20  # differences in a table; --json has all


def add_to(app: typer.Typer) -> None:
    """Adds the commands of this module."""
    app.command("verify")(verify)
    app.command("rebuild")(rebuild)


def verify(as_json: AsJson = False) -> None:
    """So mọi bảng tổng hợp với phép tính lại độc lập từ nhật ký; mã thoát 1 nếu khác."""

    async def act() -> Verdict:
        async with session.connected() as held:
            with Progress(*BAR, console=session.notes, disable=as_json) as progress:
                info = await held.streams.jetstream.stream_info(subjects.REPORTS)
                reading = progress.add_task("Đọc và tính lại nhật ký", total=info.state.messages)
                return await verifying.verify(held, lambda done: progress.update(reading, completed=done))

    verdict = session.run(act)
    if as_json:
        session.say_json(verdict.as_dict())
    elif not verdict.differences:
        session.console.print(f"Khớp: {numbers.vietnamese(verdict.views)} bảng tổng hợp đúng như nhật ký.")
    else:
        session.console.print(f"Khác: {numbers.vietnamese(len(verdict.differences))} chỗ. Chạy `tonghop rebuild` để tính lại.")
        for found in verdict.differences[:SHOWN]:
            session.console.print(f"  {found.view}  {found.field}: đang lưu {found.stored}, đúng là {found.expected}", markup=False)
    if verdict.differences:
        raise typer.Exit(session.NO)


def rebuild(as_json: AsJson = False) -> None:
    """Tính lại mọi bảng tổng hợp từ nhật ký; người đọc thấy bảng cũ hoặc bảng mới, không lẫn."""

    async def act() -> Rebuilt:
        async with session.connected() as held:
            with Progress(*BAR, console=session.notes, disable=as_json) as progress:
                tasks = {step: progress.add_task(label, total=None, visible=False) for step, label in STEPS.items()}

                def show(step: str, done: int, total: int) -> None:
                    progress.update(tasks[step], completed=done, total=total, visible=True)

                return await rebuilding.Rebuild(held, ClaimStore(held.database).accepted, show).run()

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
