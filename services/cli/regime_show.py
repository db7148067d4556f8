"""`tonghop regimes show`: the calendar of a regime in one year, with cut-offs, deadlines and reminders."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from services.cli import known_data, regime_calendar, regime_changes, regime_remarks, session
from services.cli.data import NO_REGIME, AsJson
from services.cli.files import regime_files
from services.cli.files.faults import FaultsError
from services.cli.known_data import KnownData
from services.cli.regime_calendar import Dates, Due
from shared.shell.clock import system_clock
from shared.words import numbers, periods, regimes, vietnamese
from shared.words.calendar import WorkingDays
from shared.words.ladder import OFFICE_OPENS
from shared.words.refusals import refusal
from shared.words.regimes import Regime


def add_to(group: typer.Typer) -> None:
    """Registers the command of this module."""
    group.command("show")(show)


def show(
    regime: Annotated[str, typer.Argument(metavar="MÃ|TỆP", help="Mã chế độ báo cáo, hoặc tệp YAML của chế độ.")],
    year: Annotated[int | None, typer.Option(metavar="NĂM", help="Năm của các kỳ; mặc định năm nay.")] = None,
    as_json: AsJson = False,
) -> None:
    """In lịch của một chế độ trong một năm: kỳ, ngày chốt số liệu, hạn của từng nhóm và của đơn vị chốt, các mức nhắc. Không ghi gì.

    Chế độ và đơn vị lấy từ dữ liệu đã nạp; nếu không đọc được MongoDB thì lấy từ bản kèm theo (deploy).

    Ví dụ: tonghop regimes show thang-tthc-quang-binh --year 2026

    Mã thoát: 0, 1 không có chế độ hoặc kỳ này và vì sao, 2 dùng sai.
    """
    working_days = session.working_days()
    wanted = periods.local_day(system_clock()).year if year is None else year

    async def act() -> tuple[Regime, KnownData]:
        known = await known_data.stored(session.settings()) or known_data.of_product(working_days)
        return _of_file(Path(regime), known, working_days) if regime.endswith((".yaml", ".yml")) else _loaded(regime, known), known

    found, known = session.run(act)
    _require_deadlines(found)
    tree_at = known.registry.at if known.registry.units else None
    dates = regime_calendar.dates(found, working_days, tree_at, wanted, known.day_of)
    if not dates:
        years = [str(one) for one in regime_calendar.years(found)]
        session.stop(session.NO, refusal("cli.no_period_of_year", regime=found.id, year=wanted, years=years))
    if as_json:
        answer = {"regime": found.id, "title": found.title, "calendar": found.calendar, "year": wanted}
        changes = [change.model_dump(mode="json", exclude_defaults=True, by_alias=True) for change in found.changes]
        session.say_json(answer | {"changes": changes, "ends": found.ends, "periods": [one.entry() for one in dates]})
    else:
        _show(found, wanted, dates, [*(f"  {line}" for line in regime_remarks.lines(found)), *regime_changes.lines(found, tree_at)])


def _loaded(regime_id: str, known: KnownData) -> Regime:
    found = regimes.resolve(known.regimes)
    if regime_id not in found:
        if known.is_stored:
            session.stop(session.NO, refusal("cli.unknown_regime", regime=regime_id, known=sorted(found) or NO_REGIME))
        session.stop(session.NO, refusal("cli.unknown_regime_of_product", regime=regime_id, known=sorted(found)))
    return found[regime_id]


def _of_file(path: Path, known: KnownData, working_days: WorkingDays) -> Regime:
    """The regime of a file, completed if it is derived. Raises FaultsError."""
    file = regime_files.read_one(path, working_days)
    if faults := regime_files.together([file], known.regimes):
        raise FaultsError(faults)
    return regimes.resolve([file.regime, *regime_files.others(known.regimes, [file])])[file.regime.id]


def _require_deadlines(found: Regime) -> None:
    """Ends the command if the regime's file determines no deadline."""
    if found.derived_from is not None:
        session.stop(session.NO, refusal("cli.regime_without_deadlines", regime=found.id, source=found.derived_from))
    if found.is_on_call:
        session.stop(session.NO, refusal("cli.regime_on_call", regime=found.id, recipient=found.recipient))


def _show(regime: Regime, year: int, dates: list[Dates], said: list[str]) -> None:
    session.console.print(f"{regime.id}: {regime.title}", markup=False)
    for label, rule in dict.fromkeys((due.label, due.rule) for one in dates for due in one.due):
        session.console.print(f"  {label}: {rule}", markup=False)
    for line in said:
        session.console.print(line, markup=False)
    table = Table("Kỳ", "Số liệu", "Ai", "Hạn", "Nhắc", "Đơn vị", title=f"Lịch năm {year}", title_justify="left")
    table.columns[-1].justify = "right"
    for one in dates:
        for place, due in enumerate(one.due):
            first = (f"{vietnamese.period_name(one.period.code)}\n{one.period.code}", _covers(one)) if not place else ("", "")
            table.add_row(*first, due.label, vietnamese.through(due.at), _reminders(due, year), _count(due))
        table.add_section()
    session.console.print(table)
    session.console.print("Nhắc lúc 08:00 nếu không ghi giờ.")


def _covers(one: Dates) -> str:
    """The first day that the figures cover, and the cut-off."""
    return f"{vietnamese.day(one.period.begins)} –\n{vietnamese.day(one.period.cut_off)}"


def _reminders(due: Due, year: int) -> str:
    """When the unit is reminded before the deadline, and after it."""
    before = ", ".join(_moment(rung.at, year) for rung in due.reminders if rung.at < due.at)
    after = ", ".join(_moment(rung.at, year) for rung in due.reminders if rung.at >= due.at)
    return "\n".join(filter(None, (before, after and f"quá hạn: {after}")))


def _moment(at: datetime, year: int) -> str:
    """Day and month; the year if it is another one; the hour if it is not 08:00."""
    local = at.astimezone(periods.VIETNAM)
    day = f"{local:%d/%m}" if local.year == year else f"{local:%d/%m/%Y}"
    return day if local.time() == OFFICE_OPENS else f"{local:%H:%M} {day}"


def _count(due: Due) -> str:
    return "–" if due.unit_count is None else numbers.vietnamese(due.unit_count)
