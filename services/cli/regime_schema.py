"""`tonghop regimes schema`: the JSON Schema of a regime's reports, for validators."""

from datetime import date
from typing import Annotated, Any

import typer

from services.cli import known_data, session
from services.cli.data import NO_REGIME
from services.cli.known_data import KnownData
from shared.shell.clock import system_clock
from shared.wire import report_schema
from shared.words import forms, periods, regimes
from shared.words.calendar import WorkingDays
from shared.words.reference import Reference
from shared.words.refusals import Refusal, refusal


def add_to(group: typer.Typer) -> None:
    """Registers the command of this module."""
    group.command("schema")(schema)


def schema(
    regime: Annotated[str, typer.Argument(metavar="MÃ", help="Mã chế độ báo cáo.")],
    period: Annotated[str | None, typer.Option(metavar="KỲ", help="Chỉ của một kỳ, ví dụ 2026.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="MÃ", help="Chỉ những gì giao cho một đơn vị (mã định danh); cần --period.")] = None,
) -> None:
    """In JSON Schema (2020-12) của báo cáo theo một chế độ: phần data của sự kiện report.submitted. Không ghi gì.

    Báo cáo không khớp thì bị từ chối; những quy tắc không viết được bằng JSON Schema nằm trong description.

    Ví dụ: tonghop regimes schema ct27-van-quan --period 2026 --unit 06253-2025

    Mã thoát: 0, 1 không có chế độ, kỳ hoặc đơn vị này và vì sao, 2 dùng sai.
    """
    working_days = session.working_days()

    async def act() -> KnownData:
        return await known_data.stored(session.settings()) or known_data.of_product(working_days)

    known = session.run(act)
    found = _schema(_reference(known, working_days), regime, period, unit, periods.local_day(system_clock()))
    if isinstance(found, Refusal):
        session.stop(session.NO, found)
    session.say_json(found)


def _reference(known: KnownData, working_days: WorkingDays) -> Reference:
    return Reference(0, known.registry, regimes.resolve(known.regimes), {}, working_days, known.pins)


def _schema(reference: Reference, regime_id: str, period: str | None, unit: str | None, today: date) -> dict[str, Any] | Refusal:
    """The schema, as ingest gives it; or why there is none."""
    if unit is not None:
        asked = refusal("form.unit_needs_period", "unit") if period is None else forms.find(reference, regime_id, period, unit, today)
        return asked if isinstance(asked, Refusal) else report_schema.of_unit(asked)
    regime = reference.regimes.get(regime_id)
    if regime is None:
        return refusal("cli.unknown_regime", regime=regime_id, known=sorted(reference.regimes) or NO_REGIME)
    if regime.derived_from is not None:
        return refusal("report.derived_regime", "regime", regime=regime.id, source=regime.derived_from)
    if period is None:
        return report_schema.of_regime(regime.on(today))
    setting = reference.setting_at_receipt(regime_id, period, today)
    return forms.no_period(regime, period) if setting is None else report_schema.of_regime(setting.regime, period)
