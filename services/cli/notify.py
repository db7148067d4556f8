"""`tonghop notify plan|tick|test|rebuild`: lists the planned reminders, reminds now, sends a trial mail, or rebuilds the duties."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Final, TypeVar

import typer

from services.cli import alert_tables, recording, session
from services.cli.data import NO_REGIME, OnlyPeriod
from services.notify import app as notifier
from services.notify import tick as ticking
from services.notify.channels import email
from services.notify.channels.email import Answer
from services.notify.domain import duties as duty_list
from services.notify.domain import reach
from services.notify.domain.alerts import Alert
from services.notify.domain.duties import Duty
from services.notify.domain.reach import Reach
from services.notify.texts import listing, trial, wording
from services.notify.tick import Desk
from shared.shell.clock import system_clock
from shared.wire import events
from shared.words import deadlines, numbers, periods, vietnamese
from shared.words.reference import Reference
from shared.words.refusals import refusal
from shared.words.units import Unit

notify = typer.Typer(name="notify", help="Đôn đốc: lịch nhắc và nhắc các đơn vị chưa nộp báo cáo.", no_args_is_help=True)

ANSWERS: Final = {
    Answer.SENT: "Máy chủ thư đã nhận thư thử đến",
    Answer.REFUSED: "Máy chủ thư từ chối địa chỉ",
    Answer.AWAY: "Máy chủ thư không trả lời, chưa gửi được đến",
}
Result = TypeVar("Result")


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise session.wrong_use(refusal("cli.not_an_instant", text=text), "--at") from None
    if at.tzinfo is None:
        raise session.wrong_use(refusal("cli.not_an_instant", text=text), "--at")
    if at.year not in deadlines.YEARS:
        raise session.wrong_use(refusal("cli.year_out_of_range", text=text, first=deadlines.YEARS[0], last=deadlines.YEARS[-1]), "--at")
    return at


At = Annotated[datetime | None, typer.Option("--at", parser=_instant, metavar="ISO", help="Thời điểm có múi giờ; mặc định: bây giờ.")]
AsJson = Annotated[bool, typer.Option("--json", help="Trả lời bằng JSON.")]


@notify.command()
def plan(
    regime: Annotated[str | None, typer.Option(help="Chỉ một chế độ báo cáo.")] = None,
    period: OnlyPeriod = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Liệt kê mọi mức nhắc, kể cả đã qua, của các đơn vị chưa nộp báo cáo.

    Không ghi gì.

    Ví dụ: tonghop notify plan --regime ct27-van-quan --period 2026

    Mã thoát: 0, 2 dùng sai, 3 máy chủ không trả lời.
    """

    async def act(desk: Desk) -> Sequence[Alert]:
        known = sorted(desk.follower.reference.regimes)
        if regime is not None and regime not in known:
            raise session.wrong_use(refusal("cli.unknown_regime", regime=regime, known=known or NO_REGIME), "--regime")
        return await ticking.plan(desk, at or system_clock(), regime, period)

    found = _read(act)
    if as_json:
        session.say_json({"alerts": [listing.alert_entry(alert) for alert in found]})
    else:
        alert_tables.show(found, f"Lịch nhắc: {numbers.vietnamese(len(found))} mức nhắc")


@notify.command()
def tick(at: At = None, as_json: AsJson = False) -> None:
    """Nhắc ngay các đơn vị đã đến mức nhắc mà chưa nộp; chạy lại không nhắc lần nữa. Nếu --at sau hiện tại thì chỉ diễn tập, không ghi gì.

    Ví dụ diễn tập: tonghop notify tick --at 2026-12-18T08:00:00+07:00

    Mã thoát: 0, 2 dùng sai, 3 máy chủ không trả lời.
    """
    now = system_clock()
    if at is not None and at > now:
        _rehearse(at, as_json)
    else:
        _tick(at or now, as_json)


def _tick(at: datetime, as_json: bool) -> None:
    async def act() -> Sequence[Reach]:
        async with session.connected() as connections, notifier.opened(connections) as desk:
            await recording.record(connections, "alerts.raised", at=events.to_text(at))
            raised = await ticking.tick(desk, at)
            await ticking.wait_for_others(desk, at)
            return await ticking.reached(desk, raised)

    found = session.run(act)
    reminders, digests = alert_tables.apart(found)
    if as_json:
        raised = {"raised": alert_tables.entries(reminders), "digests": alert_tables.entries(digests), "unreached": reach.unreached(found)}
        session.say_json({"rehearsal": False, **raised})
    else:
        alert_tables.show([one.alert for one in reminders], f"Đã nhắc {numbers.vietnamese(len(reminders))} lượt")
        alert_tables.show(
            [one.alert for one in digests], f"Đã gửi tình hình cho cơ quan nhận báo cáo: {numbers.vietnamese(len(digests))} lượt"
        )
        alert_tables.show_reach(found)


def _rehearse(at: datetime, as_json: bool) -> None:
    async def act(desk: Desk) -> Sequence[Reach]:
        return ticking.would_reach(desk, await ticking.rehearse(desk, at))

    found = _read(act)
    reminders, digests = alert_tables.apart(found)
    if as_json:
        would = {"would_raise": alert_tables.entries(reminders), "would_digest": alert_tables.entries(digests)}
        session.say_json({"rehearsal": True, "raised": [], "digests": [], **would, "unreached": reach.unreached(found)})
    else:
        session.console.print(f"Diễn tập lượt nhắc lúc {vietnamese.moment(at)}: không ghi gì, không gửi gì.")
        alert_tables.show([one.alert for one in reminders], f"Sẽ nhắc {numbers.vietnamese(len(reminders))} lượt")
        alert_tables.show(
            [one.alert for one in digests], f"Sẽ gửi tình hình cho cơ quan nhận báo cáo: {numbers.vietnamese(len(digests))} lượt"
        )
        alert_tables.show_reach(found)


@notify.command("test")
def send_trial(
    unit: Annotated[str, typer.Argument(help="Mã hoặc định danh của đơn vị.")],
    as_json: AsJson = False,
) -> None:
    """Gửi một thư thử, ghi rõ là thử, đến đầu mối của một đơn vị; không nhắc ai.

    Ví dụ: tonghop notify test 06253

    Mã thoát: 0 đã gửi, 1 không gửi được và vì sao, 3 máy chủ không trả lời.
    """
    now = system_clock()

    async def act() -> dict[str, Answer]:
        async with session.connected() as connections:
            reference = await connections.reference.current()
            found = _unit_today(reference, unit)
            mails = trial.mails(found, connections.settings.site, now)
            if not mails:
                session.stop(session.NO, refusal("cli.no_mail_address", unit=f"{found.code} {wording.name(found)}"))
            return await email.hand_over(notifier.mail_server(connections.settings, connections.clock), mails)

    answers = session.run(act)
    by_answer = {answer: sorted(to for to, given in answers.items() if given is answer) for answer in Answer}
    if as_json:
        session.say_json({"unit": unit, **{answer.value: to for answer, to in by_answer.items()}})
    else:
        for answer, to in by_answer.items():
            if to:
                session.console.print(f"{ANSWERS[answer]}: {', '.join(to)}.", markup=False)
    if by_answer[Answer.AWAY]:
        raise typer.Exit(session.AWAY)
    if by_answer[Answer.REFUSED]:
        raise typer.Exit(session.NO)


def _unit_today(reference: Reference, code: str) -> Unit:
    """The unit that has this code today, or this id."""
    tree = reference.registry.at(periods.local_day(system_clock()))
    found = tree.named(code) or reference.registry.row(code, periods.local_day(system_clock()))
    if found is None:
        raise session.wrong_use(refusal("cli.unknown_unit", units=[f"“{code}”"]), "UNIT")
    return found


@notify.command()
def rebuild(as_json: AsJson = False) -> None:
    """Lập lại mọi nghĩa vụ báo cáo từ đầu nhật ký; không gửi lại các lời nhắc đã gửi.

    Mã thoát: 0, 3 máy chủ không trả lời.
    """

    async def act() -> tuple[int, int, list[Duty]]:
        async with session.connected() as connections:
            await recording.record(connections, "duties.rebuilt")
            # a new generation: every notifier folds the log again and removes the old duties
            await connections.reference.raise_to(await connections.reference.generation() + 1)
            async with notifier.opened(connections) as desk:
                found = await ticking.duties(desk, system_clock())
                return desk.follower.position.generation, desk.follower.position.sequence, found

    generation, sequence, found = session.run(act)
    owed = sum(duty_list.owes(duty) for duty in found)
    if as_json:
        session.say_json({"generation": generation, "sequence": sequence, "duties": len(found), "owed": owed})
    else:
        counts = f"{numbers.vietnamese(len(found))} nghĩa vụ, chưa hoàn thành {numbers.vietnamese(owed)}"
        session.console.print(f"Đã lập lại {counts}, đến sự kiện thứ {numbers.vietnamese(sequence)} của nhật ký (thế hệ {generation}).")


def _read(act: Callable[[Desk], Awaitable[Result]]) -> Result:
    """Runs `act` at a desk that stores nothing."""

    async def work() -> Result:
        async with session.connected() as connections, notifier.reading(connections) as desk:
            return await act(desk)

    return session.run(work)
