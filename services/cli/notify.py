"""`tonghop notify plan|tick|rebuild`: who will be reminded when, reminding now, and the duties made anew."""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from services.cli import session
from services.notify import app as notifier
from services.notify import handlers
from services.notify.domain import alerts, messages
from services.notify.domain import duties as duty_list
from services.notify.domain.alerts import Alert
from services.notify.domain.duties import Duty
from services.notify.handlers import Desk
from shared import numbers, periods

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
    if as_json:
        session.say_json({"alerts": [alerts.entry(alert) for alert in found]})
    else:
        _show(found, f"Lịch nhắc: {len(found)} mức nhắc")


@notify.command()
def tick(at: At = None, as_json: AsJson = False) -> None:
    """Nhắc ngay những đơn vị đến mức nhắc và còn nợ; chạy lại không nhắc lần nữa."""

    async def act(desk: Desk) -> Sequence[Alert]:
        moment = at or datetime.now(UTC)
        raised = await handlers.tick(desk, moment)
        await handlers.wait_for_others(desk, moment)
        return raised

    found = _work(act)
    raised, digests = [alert for alert in found if not alert.is_digest], [alert for alert in found if alert.is_digest]
    if as_json:
        session.say_json({"raised": [alerts.entry(alert) for alert in raised], "digests": [alerts.entry(alert) for alert in digests]})
    else:
        _show(raised, f"Đã nhắc {len(raised)} lượt")
        _show(digests, f"Đã gửi tình hình cho nơi nhận: {len(digests)} lượt")


@notify.command()
def rebuild(as_json: AsJson = False) -> None:
    """Lập lại mọi nghĩa vụ báo cáo từ nhật ký, từ đầu; lời nhắc đã gửi không gửi lại."""

    async def act() -> tuple[int, int, list[Duty]]:
        async with session.connected() as held:
            await held.reference.raise_to(await held.reference.generation() + 1)  # whoever folds begins anew, and old duties go
            async with notifier.opened(held) as desk:
                found = await handlers.duties(desk, datetime.now(UTC))
                return desk.follower.position.generation, desk.follower.position.sequence, found

    generation, sequence, found = session.run(act)
    owed = sum(duty_list.owes(duty) for duty in found)
    if as_json:
        session.say_json({"generation": generation, "sequence": sequence, "duties": len(found), "owed": owed})
    else:
        counts = f"{numbers.vietnamese(len(found))} nghĩa vụ, còn nợ {numbers.vietnamese(owed)}"
        session.console.print(f"Đã lập lại {counts}, đến sự kiện thứ {numbers.vietnamese(sequence)} của nhật ký (thế hệ {generation}).")


def _work(act: Callable[[Desk], Awaitable[Sequence[Alert]]]) -> Sequence[Alert]:
    """Does `act` at a desk of its own."""

    async def work() -> Sequence[Alert]:
        async with session.connected() as held, notifier.opened(held) as desk:
            return await act(desk)

    return session.run(work)


def _show(found: Sequence[Alert], title: str) -> None:
    found = sorted(found, key=lambda alert: (*_what(alert), alert.unit))
    table = Table(title=title, title_justify="left")
    for heading in ("Nhắc lúc", "Mức nhắc", "Chế độ báo cáo", "Kỳ", "Hạn: trước", "Số", "Đơn vị"):
        table.add_column(heading, overflow="fold")
    for (at, rung, regime, period, deadline), alike in itertools.groupby(found, _what):
        units = [alert.unit for alert in alike]
        words = messages.rung_in_words(rung)
        table.add_row(_local(at), words, regime, period, _local(deadline), str(len(units)), ", ".join(units))
    session.console.print(table if found else title)


def _what(alert: Alert) -> tuple[datetime, str, str, str, datetime]:
    """What a row of the table says of several units; the rows stay in the order of time."""
    return alert.at, alert.rung, alert.regime, alert.period, alert.deadline


def _local(at: datetime) -> str:
    return f"{at.astimezone(periods.VIETNAM):%d/%m/%Y %H:%M}"
