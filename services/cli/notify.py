"""`tonghop notify plan` and `tonghop notify tick`: who will be reminded when, and reminding now."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

import structlog
import typer
from rich.console import Console
from rich.table import Table

from services.notify import app as notifier
from services.notify import handlers
from services.notify.domain import alerts
from services.notify.domain.alerts import Alert
from services.notify.handlers import Desk
from shared import delivery, periods
from shared.errors import ConfigurationError
from shared.settings import Settings

SERVER_IS_AWAY: Final = 3

notify = typer.Typer(name="notify", help="Đôn đốc: lịch nhắc và nhắc các đơn vị còn nợ báo cáo.", no_args_is_help=True)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}” không phải là thời điểm ISO, ví dụ 2026-12-18T08:00:00+07:00") from None
    if at.tzinfo is None:
        raise typer.BadParameter(f"“{text}” thiếu múi giờ, ví dụ 2026-12-18T08:00:00+07:00")
    return at


At = Annotated[datetime | None, typer.Option("--at", parser=_instant, metavar="ISO", help="Thời điểm có múi giờ; mặc định: bây giờ.")]
AsJson = Annotated[bool, typer.Option("--json", help="Trả lời bằng JSON.")]


@notify.command()
def plan(
    regime: Annotated[str | None, typer.Option(help="Chỉ một chế độ báo cáo.")] = None,
    period: Annotated[str | None, typer.Option(help="Chỉ một kỳ; mặc định: mọi kỳ đang mở.")] = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Mọi mức nhắc, kể cả đã qua, của các đơn vị còn nợ báo cáo."""

    async def act(desk: Desk) -> Sequence[Alert]:
        known = sorted(desk.follower.reference.regimes)
        if regime is not None and regime not in known:
            raise typer.BadParameter(f"không có chế độ “{regime}”; có: {', '.join(known)}", param_hint="--regime")
        return await handlers.plan(desk, at or datetime.now(UTC), regime, period)

    found = _work(act)
    _answer(found, "alerts", f"Lịch nhắc: {len(found)} mức nhắc", as_json)


@notify.command()
def tick(at: At = None, as_json: AsJson = False) -> None:
    """Nhắc ngay những đơn vị đến mức nhắc và còn nợ; chạy lại không nhắc lần nữa."""

    async def act(desk: Desk) -> Sequence[Alert]:
        moment = at or datetime.now(UTC)
        raised = await handlers.tick(desk, moment)
        await handlers.wait_for_others(desk, moment)
        return raised

    raised = _work(act)
    _answer(raised, "raised", f"Đã nhắc {len(raised)} lượt", as_json)


def _work(act: Callable[[Desk], Awaitable[Sequence[Alert]]]) -> Sequence[Alert]:
    """Does `act` at a desk of its own; exit code 3 with a sentence when a server is away."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40), logger_factory=structlog.PrintLoggerFactory(sys.stderr))

    async def work() -> Sequence[Alert]:
        async with notifier.opened(Settings()) as desk:
            return await act(desk)

    try:
        return asyncio.run(work())
    except (*delivery.PASSING, ConfigurationError) as error:
        typer.echo(f"Không thực hiện được: {error or type(error).__name__}", err=True)
        raise typer.Exit(SERVER_IS_AWAY) from None


def _answer(found: Sequence[Alert], name: str, title: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({name: [alerts.entry(alert) for alert in found]}, ensure_ascii=False))
        return
    table = Table(title=title, title_justify="left")
    for heading in ("Thời điểm nhắc", "Đơn vị", "Chế độ báo cáo", "Kỳ", "Mức nhắc", "Trước thời điểm"):
        table.add_column(heading)
    for alert in found:
        table.add_row(_local(alert.at), f"{alert.unit} {alert.unit_name}", alert.regime, alert.period, alert.rung, _local(alert.deadline))
    Console().print(table if found else title)


def _local(at: datetime) -> str:
    return f"{at.astimezone(periods.VIETNAM):%d/%m/%Y %H:%M}"
